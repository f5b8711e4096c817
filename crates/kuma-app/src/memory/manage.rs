//! The Memories page: list, search, write, change, forget, take back, export; and who wants none.

use std::collections::HashMap;

use kuma_agent::memory::{
    MemoryDraft, MemoryError, MemoryHit, MemoryPage, MemoryRecord, MemorySource, PastMemory,
};
use kuma_agent::remember::one_line;
use kuma_types::{ChatId, MemoryNote, MessageId, UserId};

use super::{MAX_CHARS, secrets, service};
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// Longest question of a search, in characters.
const QUERY_MAX_CHARS: usize = 1_000;
/// Memories read at a time for an export.
const EXPORT_PAGE: u32 = 100;

/// How memories come to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// What a person says of themselves is noticed.
    Noticed,
    /// Only what a person asks to have remembered is kept: no model here can tell the rest.
    Asked,
}

/// How memory works for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Nothing is saved and nothing recalled.
    pub paused: bool,
    /// Where memories are kept: `built-in` or `Supermemory`.
    pub service: &'static str,
    /// How they come to be saved.
    pub saving: Saving,
}

/// A memory with all that it ever said.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The memory.
    pub memory: MemoryRecord,
    /// What it said before, the newest first.
    pub history: Vec<PastMemory>,
}

/// How memory works for this person.
pub async fn settings(app: &App, owner: UserId) -> Result<Settings> {
    let paused = app.store().memories().is_paused(owner).await?;
    let saving = if super::exchange::notices(app).await? { Saving::Noticed } else { Saving::Asked };
    Ok(Settings { paused, service: service(app).name(), saving })
}

/// Pauses memory, or goes on with it. What is remembered stays.
pub async fn set_paused(app: &App, owner: UserId, paused: bool) -> Result<Settings> {
    app.store().memories().set_paused(owner, paused).await?;
    settings(app, owner).await
}

/// Whether memory is on in a chat.
pub async fn chat_setting(app: &App, owner: UserId, chat: ChatId) -> Result<bool> {
    crate::chats::get(app, owner, chat).await?;
    Ok(!app.store().memories().state(owner, chat).await?.chat_off)
}

/// Switches memory on or off in a chat.
pub async fn set_chat(app: &App, owner: UserId, chat: ChatId, on: bool) -> Result<bool> {
    crate::chats::get(app, owner, chat).await?;
    app.store().memories().set_chat_off(chat, !on).await?;
    Ok(on)
}

/// One page of memories, those that changed last first.
pub async fn list(app: &App, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<MemoryPage> {
    in_time(app, service(app).list(owner, cursor, limit)).await
}

/// One memory.
pub async fn get(app: &App, owner: UserId, id: &str) -> Result<MemoryRecord> {
    in_time(app, service(app).get(owner, id)).await
}

/// What a memory said before.
pub async fn history(app: &App, owner: UserId, id: &str) -> Result<Vec<PastMemory>> {
    in_time(app, service(app).history(owner, id)).await
}

/// Remembers what a person writes down themselves.
pub async fn add(app: &App, owner: UserId, content: &str) -> Result<MemoryRecord> {
    let draft = MemoryDraft { content: valid(content)?, ..own() };
    in_time(app, service(app).add(owner, draft)).await
}

/// Changes what a memory says; what it said before is kept.
pub async fn edit(app: &App, owner: UserId, id: &str, content: &str) -> Result<MemoryRecord> {
    let content = valid(content)?;
    let changing = async {
        let before = service(app).get(owner, id).await?;
        // Where it comes from stays true; whose words it has changes.
        let draft = MemoryDraft {
            content,
            chat: before.chat,
            message: before.message,
            replaces: Some(before.id),
            ..own()
        };
        service(app).add(owner, draft).await
    };
    in_time(app, changing).await
}

/// Takes back what was last done to a memory; nothing is given when that was its making.
pub async fn undo(app: &App, owner: UserId, id: &str) -> Result<Option<MemoryRecord>> {
    let left = in_time(app, service(app).undo(owner, id)).await?;
    app.store().memories().forget_notes(owner, id).await?;
    Ok(left)
}

/// Forgets a memory.
pub async fn forget(app: &App, owner: UserId, id: &str) -> Result<()> {
    in_time(app, service(app).delete(owner, id)).await?;
    Ok(app.store().memories().forget_notes(owner, id).await?)
}

/// Forgets everything about a person.
pub async fn clear(app: &App, owner: UserId) -> Result<()> {
    in_time(app, service(app).clear(owner)).await?;
    Ok(app.store().memories().forget_all_notes(owner).await?)
}

/// The memories that fit a question.
pub async fn search(app: &App, owner: UserId, query: &str, limit: usize) -> Result<Vec<MemoryHit>> {
    let query = query.trim();
    let mut errors = FieldErrors::default();
    if query.is_empty() {
        errors.add("query", "Write what to look for.");
    } else if query.chars().count() > QUERY_MAX_CHARS {
        errors.add("query", format!("A search takes at most {QUERY_MAX_CHARS} characters."));
    }
    errors.finish()?;
    in_time(app, service(app).search(owner, query, limit)).await
}

/// Everything that is remembered of a person.
pub async fn export(app: &App, owner: UserId) -> Result<Vec<Exported>> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = list(app, owner, cursor.as_deref(), EXPORT_PAGE).await?;
        for memory in page.items {
            let history = match history(app, owner, &memory.id).await {
                Ok(history) => history,
                // It was forgotten meanwhile.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            all.push(Exported { memory, history });
        }
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// Which memories these answers used, and which were saved with them.
pub async fn notes(app: &App, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<MemoryNote>>> {
    Ok(app.store().memories().notes(messages).await?)
}

/// Sees to it that nothing of a person who is being erased stays in another service, now or later.
pub(crate) async fn erase_account(app: &App, owner: UserId) -> Result<()> {
    if service(app).is_remote() {
        app.store().memories().note_erasure(owner).await?;
    }
    Ok(())
}

fn own() -> MemoryDraft {
    MemoryDraft {
        content: String::new(),
        source: MemorySource::User,
        tainted: false,
        chat: None,
        message: None,
        origin: None,
        replaces: None,
    }
}

fn valid(content: &str) -> Result<String> {
    let content = one_line(content);
    let mut errors = FieldErrors::default();
    if content.is_empty() {
        errors.add("content", "Write what to remember.");
    } else if content.chars().count() > MAX_CHARS {
        errors.add("content", format!("A memory has at most {MAX_CHARS} characters."));
    } else if secrets::found(&content) {
        errors.add(
            "content",
            "This looks like a password, a key, or the number of a card or an account. Kuma never keeps such things; write it without.",
        );
    }
    errors.finish()?;
    Ok(content)
}

/// A service that hangs is one that is away.
async fn in_time<T>(
    app: &App,
    work: impl Future<Output = std::result::Result<T, MemoryError>>,
) -> std::result::Result<T, AppError> {
    let most = service(app).patience() * 10;
    match tokio::time::timeout(most, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(MemoryError::Unavailable("it took too long".to_owned()).into()),
    }
}
