//! The queue: tells some process that a job may be worth claiming. It carries ids, never content.

use std::time::Duration;

use async_trait::async_trait;
use kuma_types::JobId;

/// The queue could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Its server is away.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// This process is shutting down.
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

/// Carries job ids from whoever submits to whoever drives, at least once.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Announces a job; with a delay, not before it has passed.
    async fn publish(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError>;

    /// Waits for the next id. Cancel-safe: a dropped call loses nothing.
    async fn receive(&self) -> Result<Delivery, QueueError>;

    /// The delivery is dealt with, whatever became of the job.
    async fn acknowledge(&self, delivery: &Delivery) -> Result<(), QueueError>;

    /// The job is given up; kept apart with the reason for operators.
    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), QueueError>;

    /// Ids announced and not yet received.
    async fn depth(&self) -> Result<u64, QueueError>;
}
