//! Ids in a channel; the jobs table refills it after a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kuma_types::JobId;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::{DeadLetter, Delivery, Queue, QueueError, QueueStats};

/// How many given-up jobs are remembered; beyond, the oldest go. Their rows stay.
const DEAD_KEPT: usize = 10_000;

#[derive(Default)]
struct Line {
    ids: VecDeque<JobId>,
    /// Since when each of them waits.
    since: HashMap<JobId, Instant>,
    /// When each of those for later is due.
    due: HashMap<JobId, Instant>,
    dead: VecDeque<DeadLetter>,
    buried: u64,
}

#[derive(Default)]
struct Shared {
    line: Mutex<Line>,
    more: Notify,
}

impl Shared {
    fn line(&self) -> std::sync::MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self, job: JobId) {
        let mut line = self.line();
        if line.since.contains_key(&job) {
            return;
        }
        line.since.insert(job, Instant::now());
        line.ids.push_back(job);
        drop(line);
        self.more.notify_one();
    }
}

/// The queue of a single process.
#[derive(Default)]
pub struct MemoryQueue {
    shared: Arc<Shared>,
    receives: AtomicBool,
    left: AtomicBool,
    receipts: AtomicU64,
}

impl MemoryQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    fn take_dead(&self, job: JobId) -> Option<DeadLetter> {
        let mut line = self.shared.line();
        let at = line.dead.iter().position(|letter| letter.job == job)?;
        line.dead.remove(at)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn publish(&self, job: JobId, delay: Option<Duration>) -> Result<(), QueueError> {
        let Some(delay) = delay else {
            self.shared.announce(job);
            return Ok(());
        };
        let at = Instant::now() + delay;
        {
            let mut line = self.shared.line();
            // Of two times, the earlier one stands.
            if line.due.get(&job).is_some_and(|due| *due <= at) {
                return Ok(());
            }
            line.due.insert(job, at);
        }
        let shared = Arc::downgrade(&self.shared);
        tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            let Some(shared) = shared.upgrade() else { return };
            let due = {
                let mut line = shared.line();
                let due = line.due.get(&job) == Some(&at);
                if due {
                    line.due.remove(&job);
                }
                due
            };
            if due {
                shared.announce(job);
            }
        });
        Ok(())
    }

    async fn receive(&self) -> Result<Delivery, QueueError> {
        loop {
            let more = self.shared.more.notified();
            if self.left.load(Ordering::Acquire) {
                // The next one who waits is to hear it as well.
                self.shared.more.notify_one();
                return Err(QueueError::Closed);
            }
            self.receives.store(true, Ordering::Relaxed);
            let job = {
                let mut line = self.shared.line();
                let job = line.ids.pop_front();
                if let Some(job) = job {
                    line.since.remove(&job);
                    if !line.ids.is_empty() {
                        // One wake-up may stand for several announcements.
                        self.shared.more.notify_one();
                    }
                }
                job
            };
            if let Some(job) = job {
                let receipt = self.receipts.fetch_add(1, Ordering::Relaxed).to_string();
                return Ok(Delivery { job, receipt });
            }
            more.await;
        }
    }

    async fn keep(&self, deliveries: &[Delivery]) -> Result<Vec<Delivery>, QueueError> {
        // Nobody else could have taken them.
        Ok(deliveries.to_vec())
    }

    async fn acknowledge(&self, _: &Delivery) -> Result<(), QueueError> {
        Ok(())
    }

    async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), QueueError> {
        self.take_dead(delivery.job);
        let mut line = self.shared.line();
        line.buried += 1;
        let letter = DeadLetter {
            receipt: format!("{:020}", line.buried),
            job: delivery.job,
            reason: reason.to_owned(),
            at: SystemTime::now(),
        };
        line.dead.push_back(letter);
        if line.dead.len() > DEAD_KEPT {
            line.dead.pop_front();
        }
        Ok(())
    }

    async fn dead(&self, before: Option<&str>, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let line = self.shared.line();
        let newest_first = line.dead.iter().rev();
        let older =
            newest_first.filter(|letter| before.is_none_or(|before| letter.receipt.as_str() < before));
        Ok(older.take(limit).cloned().collect())
    }

    async fn unbury(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError> {
        let letter = self.take_dead(job);
        if letter.is_some() {
            self.shared.announce(job);
        }
        Ok(letter)
    }

    async fn drop_dead(&self, job: JobId) -> Result<Option<DeadLetter>, QueueError> {
        Ok(self.take_dead(job))
    }

    async fn depth(&self) -> Result<u64, QueueError> {
        let line = self.shared.line();
        Ok((line.ids.len() + line.due.len()) as u64)
    }

    async fn stats(&self) -> Result<QueueStats, QueueError> {
        let line = self.shared.line();
        let oldest = line.ids.front().and_then(|job| line.since.get(job));
        Ok(QueueStats {
            waiting: line.ids.len() as u64,
            lag: oldest.map(Instant::elapsed).unwrap_or_default(),
            delayed: line.due.len() as u64,
            dead: line.dead.len() as u64,
        })
    }

    async fn consumers(&self) -> Result<u64, QueueError> {
        Ok(u64::from(self.receives.load(Ordering::Relaxed) && !self.left.load(Ordering::Acquire)))
    }

    async fn leave(&self) -> Result<(), QueueError> {
        self.left.store(true, Ordering::Release);
        self.shared.more.notify_one();
        Ok(())
    }
}
