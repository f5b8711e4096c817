//! The queue: tells some process that a job may be worth claiming. It carries ids, never content.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kuma_types::JobId;

/// The queue could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Its server is away.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// This worker has left.
    #[error("the queue is closed")]
    Closed,
}

/// An id handed to one consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The job to claim.
    pub job: JobId,
    /// What the queue knows this delivery by.
    pub receipt: String,
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// Ids that may be received now.
    pub waiting: u64,
    /// How long the one of them that waits longest has waited; zero when none waits.
    pub lag: Duration,
    /// Ids that were announced for later.
    pub delayed: u64,
    /// Jobs that were given up and are kept for operators.
    pub dead: u64,
}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// What the queue knows it by; later ones sort after earlier ones.
    pub receipt: String,
    /// The job.
    pub job: JobId,
    /// Why it was given up.
    pub reason: String,
    /// When.
    pub at: SystemTime,
}

/// Carries job ids from whoever submits to whoever drives, at least once.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Announces a job; with a delay, not before it has passed. A job that waits here already is
    /// not announced twice, so the table may be swept as often as one likes.
    async fn publish(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError>;

    /// Waits for the next id. Cancel-safe: a dropped call loses nothing. Whoever receives is a
    /// worker, and counts as one until [`Queue::leave`].
    async fn receive(&self) -> Result<Delivery, QueueError>;

    /// Says that these deliveries are still being worked on: without it they go to another worker
    /// when the lease has passed. Gives those that are still this worker's.
    async fn keep(&self, deliveries: &[Delivery]) -> Result<Vec<Delivery>, QueueError>;

    /// The delivery is dealt with, whatever became of the job. Changes nothing when it is another
    /// worker's by now.
    async fn acknowledge(&self, delivery: &Delivery) -> Result<(), QueueError>;

    /// The job is given up; kept apart with the reason for operators. A job is kept once, with the
    /// latest reason.
    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), QueueError>;

    /// Jobs that were given up, newest first: at most `limit`, from before the receipt `before`.
    async fn dead(&self, before: Option<&str>, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// Announces a job that was given up once more; `None` when it is not among them (any more).
    async fn unbury(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError>;

    /// Forgets a job that was given up; `None` when it is not among them (any more).
    async fn drop_dead(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError>;

    /// How many ids were announced and not yet received, those with a delay included.
    async fn depth(&self) -> Result<u64, QueueError>;

    /// How full it is, for readiness and metrics.
    async fn stats(&self) -> Result<QueueStats, QueueError>;

    /// How many workers there are: those that received or kept something lately.
    async fn consumers(&self) -> Result<u64, QueueError>;

    /// This worker receives no more: calls that wait end as [`QueueError::Closed`]. What was taken for it and not handed out goes back;
    /// deliveries that it still holds stay its own until they are acknowledged or the lease passes.
    async fn leave(&self) -> Result<(), QueueError>;
}
