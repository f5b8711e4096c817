//! Runs' events in memory until they are kept in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream;
use kuma_types::{JobId, RunEvent};
use tokio::sync::watch;

use crate::{EventStream, Journal, JournalError, NumberedEvent};

/// What a reader waits on: the number of the last event, and whether more can come.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Progress {
    last: u64,
    closed: bool,
}

#[derive(Default)]
struct Log {
    events: Vec<Arc<RunEvent>>,
    /// The number before the first of them.
    base: u64,
    epoch: i32,
}

impl Log {
    fn last(&self) -> u64 {
        self.base + self.events.len() as u64
    }
}

struct Run {
    log: Mutex<Log>,
    progress: watch::Sender<Progress>,
}

impl Run {
    fn new() -> Arc<Self> {
        Arc::new(Self { log: Mutex::default(), progress: watch::Sender::new(Progress::default()) })
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: it was begun again after number `read`.
    fn after(&self, read: u64) -> Option<Vec<NumberedEvent>> {
        let log = self.log();
        let skip = usize::try_from(read.checked_sub(log.base)?).ok()?;
        let fresh = (read + 1..).zip(log.events.iter().skip(skip));
        Some(fresh.map(|(number, event)| NumberedEvent { number, event: event.clone() }).collect())
    }
}

/// The journal of a single process.
#[derive(Default)]
pub struct MemoryJournal {
    // Sharding is not needed: the map is touched when a run opens, is followed or ends; the
    // driver's appends go through here too, but hold the lock for a lookup only.
    runs: Mutex<HashMap<JobId, Arc<Run>>>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn run(&self, job: JobId) -> Option<Arc<Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&job).cloned()
    }

    fn run_or_new(&self, job: JobId) -> Arc<Run> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.entry(job).or_insert_with(Run::new).clone()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn open(&self, job: JobId) -> Result<(), JournalError> {
        self.run_or_new(job);
        Ok(())
    }

    async fn append(&self, job: JobId, epoch: i32, events: Vec<RunEvent>) -> Result<u64, JournalError> {
        let run = self.run_or_new(job);
        if run.progress.borrow().closed {
            return Err(JournalError::Closed(job));
        }
        // The run's last event ends it.
        let closes = events.last().is_some_and(RunEvent::is_last);
        let last = {
            let mut log = run.log();
            if epoch < log.epoch {
                return Err(JournalError::Fenced(job));
            }
            log.epoch = epoch;
            log.events.extend(events.into_iter().map(Arc::new));
            log.last()
        };
        run.progress.send_modify(|progress| *progress = Progress { last, closed: progress.closed || closes });
        Ok(last)
    }

    async fn reopen(
        &self,
        job: JobId,
        epoch: i32,
        base: u64,
        events: Vec<RunEvent>,
    ) -> Result<u64, JournalError> {
        let run = self.run_or_new(job);
        let last = {
            let mut log = run.log();
            if epoch < log.epoch {
                return Err(JournalError::Fenced(job));
            }
            log.epoch = epoch;
            if log.last() < base + events.len() as u64 {
                log.base = base;
                log.events = events.into_iter().map(Arc::new).collect();
            }
            log.last()
        };
        run.progress.send_modify(|progress| *progress = Progress { last, closed: false });
        Ok(last)
    }

    async fn base(&self, job: JobId) -> Result<Option<u64>, JournalError> {
        Ok(self.run(job).map(|run| run.log().base))
    }

    async fn follow(&self, job: JobId, after: u64) -> Result<Option<EventStream>, JournalError> {
        let Some(run) = self.run(job) else { return Ok(None) };
        if after < run.log().base {
            return Err(JournalError::Lost(job));
        }
        let progress = run.progress.subscribe();
        let reader = Some((run, progress, after));
        let batches = stream::unfold(reader, move |reader| async move {
            let (run, mut progress, read) = reader?;
            loop {
                // Mark as seen before looking, so that an append in between wakes the wait below.
                let now = *progress.borrow_and_update();
                if now.last > read {
                    let Some(batch) = run.after(read) else {
                        return Some((Err(JournalError::Lost(job)), None));
                    };
                    let read = read + batch.len() as u64;
                    return Some((Ok(batch), Some((run, progress, read))));
                }
                if now.closed || progress.changed().await.is_err() {
                    return None;
                }
            }
        });
        Ok(Some(Box::pin(batches)))
    }

    async fn snapshot(&self, job: JobId) -> Result<Vec<Arc<RunEvent>>, JournalError> {
        let Some(run) = self.run(job) else { return Ok(Vec::new()) };
        let log = run.log();
        if log.base > 0 { Err(JournalError::Lost(job)) } else { Ok(log.events.clone()) }
    }

    async fn release(&self, _: JobId) -> Result<(), JournalError> {
        // Whoever takes the run over does so here, and finds its events here.
        Ok(())
    }

    async fn close(&self, job: JobId) -> Result<(), JournalError> {
        if let Some(run) = self.run(job) {
            run.progress.send_modify(|progress| progress.closed = true);
        }
        Ok(())
    }

    async fn forget(&self, job: JobId) -> Result<(), JournalError> {
        let run = self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
        if let Some(run) = run {
            run.progress.send_modify(|progress| progress.closed = true);
        }
        Ok(())
    }

    async fn active(&self) -> Result<u64, JournalError> {
        Ok(self.runs.lock().unwrap_or_else(PoisonError::into_inner).len() as u64)
    }
}
