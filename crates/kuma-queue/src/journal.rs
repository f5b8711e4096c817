//! The run journal: every event of a run under its number, for any number of readers.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures::Stream;
use kuma_types::{JobId, RunEvent};

/// An event with its number in the run, from 1, gapless.
#[derive(Clone, Debug)]
pub struct NumberedEvent {
    /// The number.
    pub number: u64,
    /// What happened.
    pub event: Arc<RunEvent>,
}

/// What a reader gets: batches of whatever has come since it last looked, in order, ending after
/// the run's last event. Never an empty batch.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Vec<NumberedEvent>, JournalError>> + Send>>;

/// The journal could not be reached or refused.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The writer has lost its run to another owner and must stop.
    #[error("the run {0} has another owner now")]
    Fenced(JobId),
    /// The run is over: nothing can be added.
    #[error("the journal of run {0} is closed")]
    Closed(JobId),
    /// Events that the reader needs are not, or no longer, in the journal: it was cut to its
    /// size, has expired, or its server lost it. The run's rows tell.
    #[error("events of run {0} are no longer in the journal")]
    Lost(JobId),
    /// The journal's server is away.
    #[error("the run journal is not available: {0}")]
    Unavailable(String),
}

/// Appends and reads the events of runs.
///
/// `done` and `error` close a journal by themselves: a process that dies right after them leaves
/// no reader waiting.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Makes the journal of a run known, so that readers can follow before its first event.
    /// Opening it again changes nothing.
    async fn open(&self, job: JobId) -> Result<(), JournalError>;

    /// Adds events in order; returns the number of the last one. `epoch` is the writer's lease
    /// epoch: an older one than the newest seen is refused.
    async fn append(&self, job: JobId, epoch: i32, events: Vec<RunEvent>) -> Result<u64, JournalError>;

    /// Makes a journal that was closed, forgotten or lost ready for more events of the same run:
    /// `events` are numbered from `base` + 1, and what is appended next is numbered on from them. A
    /// journal that reaches as far keeps its own. Returns the last number. It is also how a journal
    /// begins: of many who begin it at once, one succeeds; and how a new owner (with an epoch of 1 and
    /// more) makes it its own: it can write it again from then on.
    ///
    /// `base` is 0 when the events are what the journal held; a number far beyond what any reader can
    /// have seen when nobody knows what it held.
    async fn reopen(
        &self,
        job: JobId,
        epoch: i32,
        base: u64,
        events: Vec<RunEvent>,
    ) -> Result<u64, JournalError>;

    /// The number before the first event that can still be read; `None` when the run is not known.
    async fn base(&self, job: JobId) -> Result<Option<u64>, JournalError>;

    /// Everything after number `after`, then what comes, until the run's last event.
    /// `None` when this run is not, or no longer, in the journal, and [`JournalError::Lost`] when
    /// it does not reach back to `after`, or ends before it and stays so: then its rows tell.
    async fn follow(&self, job: JobId, after: u64) -> Result<Option<EventStream>, JournalError>;

    /// All events so far, for keeping. Empty when the run is not known; [`JournalError::Lost`]
    /// when the first ones are gone.
    async fn snapshot(&self, job: JobId) -> Result<Vec<Arc<RunEvent>>, JournalError>;

    /// This process writes no more of this run, which is not over (it was handed back, taken over,
    /// or waits for a decision): what is kept here to write with is given back. Readers go on.
    async fn release(&self, job: JobId) -> Result<(), JournalError>;

    /// No more events will come; readers end when they have read everything. The events stay
    /// readable until [`Journal::forget`], or, on a server, until they expire.
    async fn close(&self, job: JobId) -> Result<(), JournalError>;

    /// Gives memory back once the events are kept elsewhere. Readers at work still finish.
    async fn forget(&self, job: JobId) -> Result<(), JournalError>;

    /// Runs that take memory of this process, for the metrics.
    async fn active(&self) -> Result<u64, JournalError>;
}
