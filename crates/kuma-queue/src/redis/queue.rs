//! The queue as a Redis Stream with a consumer group.
//!
//! An entry is one announcement. A worker that reads one holds it until it acknowledges, which
//! deletes it; one that went silent loses it to whoever asks next (`XAUTOCLAIM`). The stream
//! therefore holds what waits and what is worked on, and nothing else.

mod dead;
mod receive;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kuma_types::JobId;
use redis::RedisError;

use super::keys::Keys;
use super::link::Link;
use super::lua;
use super::options::QueueOptions;
use crate::{DeadLetter, Delivery, Queue, QueueError, QueueStats};
use receive::Receiver;

/// The queue that all processes with the same Redis share.
pub struct RedisQueue {
    shared: Arc<Shared>,
    receiver: Receiver,
}

/// What the parts of the queue, and the read in the background, need.
struct Shared {
    link: Link,
    keys: Keys,
    options: QueueOptions,
    left: AtomicBool,
}

pub(super) fn away(error: RedisError) -> QueueError {
    QueueError::Unavailable(error.to_string())
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

impl RedisQueue {
    pub(super) fn new(link: Link, keys: Keys, options: QueueOptions) -> Self {
        let shared = Arc::new(Shared { link, keys, options, left: AtomicBool::new(false) });
        Self { receiver: Receiver::new(shared.clone()), shared }
    }

    async fn numbers(&self) -> Result<[u64; 4], QueueError> {
        let Shared { link, keys, options, .. } = &*self.shared;
        let within = millis(options.seen_within);
        let keys = [keys.stream.as_str(), &keys.delayed, &keys.workers];
        let numbers: (u64, u64, u64, u64) =
            link.run(&lua::STATS, &keys, &[within.as_bytes()]).await.map_err(away)?;
        Ok(numbers.into())
    }
}

impl Shared {
    fn most(&self) -> String {
        self.options.most_entries.to_string()
    }

    async fn announce(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError> {
        let keys = [self.keys.stream.as_str(), &self.keys.queued, &self.keys.delayed];
        let delay = delay.map_or_else(|| "-1".to_owned(), millis);
        let (job, most) = (job.to_string(), self.most());
        let args = [job.as_bytes(), delay.as_bytes(), most.as_bytes()];
        self.link.run::<i64>(&lua::PUBLISH, &keys, &args).await.map_err(away)?;
        Ok(())
    }

    async fn acknowledge(&self, delivery: &Delivery) -> Result<(), QueueError> {
        let keys = [self.keys.stream.as_str(), &self.keys.queued];
        let job = delivery.job.to_string();
        let args = [self.options.worker.as_bytes(), delivery.receipt.as_bytes(), job.as_bytes()];
        self.link.run::<i64>(&lua::ACKNOWLEDGE, &keys, &args).await.map_err(away)?;
        Ok(())
    }
}

#[async_trait]
impl Queue for RedisQueue {
    async fn publish(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError> {
        self.shared.announce(job, delay).await
    }

    async fn receive(&self) -> Result<Delivery, QueueError> {
        self.receiver.next().await
    }

    async fn keep(&self, deliveries: &[Delivery]) -> Result<Vec<Delivery>, QueueError> {
        let Shared { link, keys, options, .. } = &*self.shared;
        let mut kept = Vec::with_capacity(deliveries.len());
        // Also without deliveries: a worker that waits for a free place lives.
        let mut parts: Vec<&[Delivery]> = deliveries.chunks(256).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for part in parts {
            let ids = part.iter().map(|delivery| delivery.receipt.as_bytes());
            let args: Vec<&[u8]> = std::iter::once(options.worker.as_bytes()).chain(ids).collect();
            let keys = [keys.stream.as_str(), &keys.workers];
            let held: std::collections::HashSet<String> =
                link.run(&lua::KEEP, &keys, &args).await.map_err(away)?;
            kept.extend(part.iter().filter(|delivery| held.contains(&delivery.receipt)).cloned());
        }
        Ok(kept)
    }

    async fn acknowledge(&self, delivery: &Delivery) -> Result<(), QueueError> {
        self.shared.acknowledge(delivery).await
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), QueueError> {
        // Kept first: of a crash in between, the worst is that it is given up twice.
        self.shared.bury(delivery.job, reason).await?;
        self.shared.acknowledge(delivery).await
    }

    async fn dead(&self, before: Option<&str>, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.shared.dead(before, limit).await
    }

    async fn unbury(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError> {
        let Some(letter) = self.shared.exhume(job, false).await? else { return Ok(None) };
        // Announced first: of a crash in between, the worst is that it stays listed.
        self.shared.announce(job, None).await?;
        self.shared.exhume(job, true).await?;
        Ok(Some(letter))
    }

    async fn drop_dead(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError> {
        self.shared.exhume(job, true).await
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        let [waiting, _, delayed, _] = self.numbers().await?;
        Ok(waiting + delayed)
    }

    async fn stats(&self) -> Result<QueueStats, QueueError> {
        let [waiting, lag, delayed, _] = self.numbers().await?;
        let dead = self.shared.count_dead().await?;
        Ok(QueueStats { waiting, lag: Duration::from_millis(lag), delayed, dead })
    }

    async fn consumers(&self) -> Result<u64, QueueError> {
        let [.., workers] = self.numbers().await?;
        Ok(workers)
    }

    async fn leave(&self) -> Result<(), QueueError> {
        self.shared.left.store(true, Ordering::Release);
        self.receiver.leave().await
    }
}
