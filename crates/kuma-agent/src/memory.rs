//! The port of what is remembered of people. Two implementations: Kuma's own database
//! (`kuma-app::memory`) and Supermemory (`kuma-tools::memory`).
//!
//! Called by the memory use cases of `kuma-app` alone: they decide what is worth keeping, refuse secrets,
//! and bound the time.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kuma_types::{ChatId, MessageId, UserId};

/// Who wrote a memory down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemorySource {
    /// The person, on the Memories page or by the API.
    User,
    /// Kuma, from what the person said in a chat.
    Chat,
    /// An agent, with the tool `addMemory`.
    Agent,
}

impl MemorySource {
    /// The spelling in storage and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Chat => "chat",
            Self::Agent => "agent",
        }
    }

    /// The source of that spelling; what another program wrote counts as the person's own.
    pub fn parse(text: &str) -> Self {
        [Self::Chat, Self::Agent].into_iter().find(|source| source.as_str() == text).unwrap_or(Self::User)
    }
}

/// One sentence about a person.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryRecord {
    /// Its id; the same for life.
    pub id: String,
    /// The sentence.
    pub content: String,
    /// Who wrote it down.
    pub source: MemorySource,
    /// It was saved while text from outside was in the run.
    pub tainted: bool,
    /// The chat it comes from.
    pub chat: Option<ChatId>,
    /// The message it comes from.
    pub message: Option<MessageId>,
    /// When it was first saved.
    pub created_at: DateTime<Utc>,
    /// When it got its present content.
    pub updated_at: DateTime<Utc>,
}

/// What is to be remembered.
#[derive(Clone, Debug)]
pub struct MemoryDraft {
    /// The sentence.
    pub content: String,
    /// Who writes it down.
    pub source: MemorySource,
    /// Text from outside is in the run.
    pub tainted: bool,
    /// The chat it comes from.
    pub chat: Option<ChatId>,
    /// The message it comes from.
    pub message: Option<MessageId>,
    /// A name of this very saving: done again under the same name, nothing happens.
    pub origin: Option<String>,
    /// The memory whose place it takes. What that said is kept as a version. One that is not there any
    /// more is no hindrance: the draft becomes a new memory.
    pub replaces: Option<String>,
}

/// What a memory said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMemory {
    /// The sentence.
    pub content: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// A memory that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryHit {
    /// The memory.
    pub memory: MemoryRecord,
    /// 0 to 1, greater fits better.
    pub score: f32,
    /// It has enough to do with what was asked to be put before a model that did not ask for it.
    pub relevant: bool,
}

/// One page of memories.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryPage {
    /// Those that changed last first.
    pub items: Vec<MemoryRecord>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Why memories cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// There is no such memory of this person.
    #[error("there is no such memory")]
    NotFound,
    /// The cursor was not made by this list.
    #[error("the cursor is damaged or belongs to another list")]
    BadCursor,
    /// The service does not answer, or not as it should. The words are for the log.
    #[error("the memory service is not available: {0}")]
    Unavailable(String),
    /// A fault of Kuma's own.
    #[error("memories cannot be read: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where memories are kept. Every call concerns one person's memories and sees nobody else's.
#[async_trait]
pub trait MemoryService: Send + Sync {
    /// For people and logs: `built-in` or `Supermemory`.
    fn name(&self) -> &'static str;

    /// Whether memories are kept outside of Kuma's database: then nobody knows without asking whether
    /// there are any, and an erased account has to be erased there too.
    fn is_remote(&self) -> bool;

    /// How long a search before a run may take.
    fn patience(&self) -> Duration;

    /// Remembers something; gives it as it is kept.
    async fn add(&self, owner: UserId, draft: MemoryDraft) -> Result<MemoryRecord, MemoryError>;

    /// One memory.
    async fn get(&self, owner: UserId, id: &str) -> Result<MemoryRecord, MemoryError>;

    /// The owner's memories, those that changed last first.
    async fn list(&self, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<MemoryPage, MemoryError>;

    /// The memories that fit, the best first.
    async fn search(&self, owner: UserId, query: &str, limit: usize) -> Result<Vec<MemoryHit>, MemoryError>;

    /// What a memory said before, the newest first.
    async fn history(&self, owner: UserId, id: &str) -> Result<Vec<PastMemory>, MemoryError>;

    /// Takes the last change back; without one, the memory is forgotten and nothing is given.
    async fn undo(&self, owner: UserId, id: &str) -> Result<Option<MemoryRecord>, MemoryError>;

    /// Forgets a memory and all it ever said.
    async fn delete(&self, owner: UserId, id: &str) -> Result<(), MemoryError>;

    /// Forgets everything about a person.
    async fn clear(&self, owner: UserId) -> Result<(), MemoryError>;
}
