//! What a tool gets beside its arguments.

use std::sync::{Arc, Mutex, PoisonError};

use kuma_llm::ChatModel;
use kuma_types::{ChatId, JobId, Provenance, Usage, UserId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The circumstances of one call. Cheap to clone.
#[derive(Clone)]
pub struct ToolContext {
    /// On whose behalf.
    pub user: UserId,
    /// In which chat.
    pub chat: ChatId,
    /// In which run.
    pub job: JobId,
    /// Which call, unique within the run.
    pub call_id: String,
    /// The same for every attempt at this call, and for no other call anywhere.
    pub idempotency_key: String,
    /// Cancelled when the person stops the run or the call's time is up.
    pub cancel: CancellationToken,
    /// Lines that people see while they wait.
    pub progress: Progress,
    /// The model that answers.
    pub model: Arc<dyn ChatModel>,
    /// The small model, for chores; the answering one where there is no small one.
    pub small_model: Arc<dyn ChatModel>,
    /// What models cost that the tool asks; it is part of the run's cost.
    pub usage: UsageMeter,
    /// The person's time zone, an IANA name, when it is known.
    pub time_zone: Option<String>,
    /// Where text from outside came from that the run had read when the call was made: what is kept of
    /// the call carries it on.
    pub taint: Option<Provenance>,
}

/// Where a tool says how far it is.
#[derive(Clone, Debug, Default)]
pub struct Progress(Option<mpsc::Sender<String>>);

impl Progress {
    /// Lines that wait for the reader before further ones are dropped.
    const WAITING: usize = 32;
    /// The longest line, in characters.
    const LONGEST: usize = 200;

    /// A sink, and the end that lines come out of.
    pub fn channel() -> (Self, mpsc::Receiver<String>) {
        let (sender, receiver) = mpsc::channel(Self::WAITING);
        (Self(Some(sender)), receiver)
    }

    /// A sink that nobody reads, for calls outside of a run.
    pub const fn ignored() -> Self {
        Self(None)
    }

    /// One line for people: `Reading example.com`. Lines that come faster than they can be told are
    /// dropped; a result never is.
    pub fn say(&self, line: impl AsRef<str>) {
        if let Some(sender) = &self.0 {
            let line: String = line.as_ref().lines().next().unwrap_or_default().trim().to_owned();
            if !line.is_empty() {
                let _full_or_over = sender.try_send(line.chars().take(Self::LONGEST).collect());
            }
        }
    }
}

/// Adds up what models cost.
#[derive(Clone, Debug, Default)]
pub struct UsageMeter(Arc<Mutex<Usage>>);

impl UsageMeter {
    /// Adds the cost of one reply.
    pub fn add(&self, usage: Usage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += usage;
    }

    /// The sum so far.
    pub fn total(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
