//! Ports of runs that behave as those of other shapes do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kuma_queue::memory::MemoryJournal;
use kuma_queue::{DeadLetter, Delivery, EventStream, Journal, JournalError, Queue, QueueError, QueueStats};
use kuma_types::{JobId, RunEvent};

/// A queue whose server takes every question and never answers.
pub struct SilentQueue;

#[async_trait]
impl Queue for SilentQueue {
    async fn publish(&self, _: JobId, _: Option<Duration>) -> Result<(), QueueError> {
        Err(QueueError::Unavailable("it is silent".into()))
    }
    async fn receive(&self) -> Result<Delivery, QueueError> {
        std::future::pending().await
    }
    async fn keep(&self, _: &[Delivery]) -> Result<Vec<Delivery>, QueueError> {
        std::future::pending().await
    }
    async fn acknowledge(&self, _: &Delivery) -> Result<(), QueueError> {
        std::future::pending().await
    }
    async fn bury(&self, _: &Delivery, _: &str) -> Result<(), QueueError> {
        std::future::pending().await
    }
    async fn dead(&self, _: Option<&str>, _: usize) -> Result<Vec<DeadLetter>, QueueError> {
        Err(QueueError::Unavailable("it is silent".into()))
    }
    async fn unbury(&self, _: JobId) -> Result<Option<DeadLetter>, QueueError> {
        Err(QueueError::Unavailable("it is silent".into()))
    }
    async fn drop_dead(&self, _: JobId) -> Result<Option<DeadLetter>, QueueError> {
        Err(QueueError::Unavailable("it is silent".into()))
    }
    async fn depth(&self) -> Result<u64, QueueError> {
        std::future::pending().await
    }
    async fn stats(&self) -> Result<QueueStats, QueueError> {
        std::future::pending().await
    }
    async fn consumers(&self) -> Result<u64, QueueError> {
        std::future::pending().await
    }
    async fn leave(&self) -> Result<(), QueueError> {
        Ok(())
    }
}

/// A journal that keeps the events of runs that are over, closed, as one on a server does.
#[derive(Default)]
pub struct KeepingJournal {
    kept: MemoryJournal,
    loses_an_end: AtomicBool,
}

impl KeepingJournal {
    /// One whose writer dies before the first last words.
    pub fn that_loses_an_end() -> Self {
        Self { loses_an_end: AtomicBool::new(true), ..Self::default() }
    }

    fn is_lost(&self, events: &[RunEvent]) -> bool {
        events.last().is_some_and(RunEvent::is_last) && self.loses_an_end.swap(false, Ordering::Relaxed)
    }
}

#[async_trait]
impl Journal for KeepingJournal {
    async fn open(&self, job: JobId) -> Result<(), JournalError> {
        self.kept.open(job).await
    }
    async fn append(&self, job: JobId, epoch: i32, events: Vec<RunEvent>) -> Result<u64, JournalError> {
        if self.is_lost(&events) {
            return Err(JournalError::Unavailable("its writer is dead".into()));
        }
        self.kept.append(job, epoch, events).await
    }
    async fn reopen(
        &self,
        job: JobId,
        epoch: i32,
        base: u64,
        events: Vec<RunEvent>,
    ) -> Result<u64, JournalError> {
        self.kept.reopen(job, epoch, base, events).await
    }
    async fn base(&self, job: JobId) -> Result<Option<u64>, JournalError> {
        self.kept.base(job).await
    }
    async fn follow(&self, job: JobId, after: u64) -> Result<Option<EventStream>, JournalError> {
        self.kept.follow(job, after).await
    }
    async fn snapshot(&self, job: JobId) -> Result<Vec<Arc<RunEvent>>, JournalError> {
        self.kept.snapshot(job).await
    }
    async fn release(&self, job: JobId) -> Result<(), JournalError> {
        self.kept.release(job).await
    }
    async fn close(&self, job: JobId) -> Result<(), JournalError> {
        self.kept.close(job).await
    }
    async fn forget(&self, job: JobId) -> Result<(), JournalError> {
        let told = self.kept.snapshot(job).await?;
        // A dead writer does not even close it.
        if told.last().is_some_and(|event| event.is_last()) { self.kept.close(job).await } else { Ok(()) }
    }
    async fn active(&self) -> Result<u64, JournalError> {
        self.kept.active().await
    }
}
