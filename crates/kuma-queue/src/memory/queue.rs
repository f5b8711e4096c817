//! Ids in a channel; the jobs table refills it after a restart.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kuma_types::JobId;
use tokio::sync::{Mutex, mpsc};

use crate::{Delivery, Queue, QueueError};

/// The queue of a single process.
pub struct MemoryQueue {
    sender: mpsc::UnboundedSender<JobId>,
    // One consumer loop per process takes ids; the lock is for the trait's `&self`.
    receiver: Mutex<mpsc::UnboundedReceiver<JobId>>,
    waiting: AtomicU64,
}

impl Default for MemoryQueue {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryQueue {
    /// An empty queue.
    pub fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver: Mutex::new(receiver), waiting: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn publish(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        match delay {
            None => self.sender.send(job).map_err(|_| QueueError::Closed),
            Some(delay) => {
                let sender = self.sender.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    // A closed queue is a process on its way out; the row brings the job back.
                    if sender.send(job).is_err() {
                        tracing::debug!(run = %job, "queue closed before a delayed job was due");
                    }
                });
                Ok(())
            }
        }
    }

    async fn receive(&self) -> Result<Delivery, QueueError> {
        let job = self.receiver.lock().await.recv().await.ok_or(QueueError::Closed)?;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Ok(Delivery { job, receipt: String::new() })
    }

    async fn acknowledge(&self, _: &Delivery) -> Result<(), QueueError> {
        Ok(())
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), QueueError> {
        tracing::warn!(run = %delivery.job, reason, "run given up");
        Ok(())
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        Ok(self.waiting.load(Ordering::Relaxed))
    }
}
