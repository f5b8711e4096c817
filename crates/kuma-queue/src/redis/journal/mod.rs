//! The run journal in Redis: a stream per run, and a hash with what is known about it.

mod entry;
mod feed;
mod follow;
mod own;
mod watch;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use kuma_types::{JobId, RunEvent};
use redis::{Cmd, RedisError};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::hub::{Hub, Listener};
use super::keys::Keys;
use super::link::Link;
use super::lua;
use super::options::JournalOptions;
use super::shared::PerRun;
use crate::{EventStream, Journal, JournalError};
use entry::unavailable;
use feed::{Feed, State};
use own::OwnRuns;
use writer::{Append, Whole, Writer, write_command};

/// What the parts of the journal share.
struct Inner {
    link: Link,
    hub: Hub,
    keys: Keys,
    options: JournalOptions,
    /// What this process's appends are known by.
    field: String,
    own: OwnRuns,
    feeds: PerRun<Feed>,
    look: Arc<Notify>,
}

/// The journal that all processes with the same Redis share.
pub struct RedisJournal {
    inner: Arc<Inner>,
    appends: mpsc::UnboundedSender<Append>,
    numbers: AtomicU64,
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

fn gone(error: RedisError) -> JournalError {
    unavailable(error)
}

impl RedisJournal {
    pub(super) fn new(link: Link, hub: Hub, keys: Keys, options: JournalOptions) -> Self {
        let field = format!("w:{}", uuid::Uuid::now_v7().simple());
        let look = Arc::<Notify>::default();
        let (own, feeds) = (OwnRuns::default(), PerRun::default());
        let inner = Arc::new(Inner { link, hub, keys, options, field, own, feeds, look });
        let (appends, inbox) = mpsc::unbounded_channel();
        tokio::spawn(Writer { inner: inner.clone() }.run(inbox));
        tokio::spawn(watch::keep_looking(Arc::downgrade(&inner)));
        Self { inner, appends, numbers: AtomicU64::new(1) }
    }
}

impl Inner {
    /// What Redis says about a journal, and the number before its first event.
    async fn state(&self, job: JobId) -> Result<Option<(State, u64)>, JournalError> {
        type Answer = (Option<u64>, Option<String>, Option<u64>);
        let (last, closed, base): Answer = self.link.call(&self.state_command(job)).await.map_err(gone)?;
        Ok(last.map(|last| (State { last, closed: closed.is_some() }, base.unwrap_or(0))))
    }

    fn state_command(&self, job: JobId) -> Cmd {
        let mut cmd = redis::cmd("HMGET");
        cmd.arg(self.keys.journal(job)).arg("n").arg("closed").arg("base");
        cmd
    }
}

#[async_trait]
impl Journal for RedisJournal {
    async fn open(&self, job: JobId) -> Result<(), JournalError> {
        let Inner { link, keys, options, .. } = &*self.inner;
        let life = millis(options.open_life);
        link.run::<i64>(&lua::JOURNAL_OPEN, &[&keys.journal(job)], &[life.as_bytes()]).await.map_err(gone)?;
        Ok(())
    }

    async fn append(&self, job: JobId, epoch: i32, events: Vec<RunEvent>) -> Result<u64, JournalError> {
        let (answer, answered) = oneshot::channel();
        let append = Append {
            job,
            epoch,
            count: events.len() as u64,
            ends: events.last().is_some_and(RunEvent::is_last),
            events: entry::encode(&events)?,
            number: self.numbers.fetch_add(1, Ordering::Relaxed),
            since: Instant::now(),
            answer,
        };
        self.appends.send(append).map_err(|_| unavailable("it was shut down"))?;
        answered.await.map_err(|_| unavailable("it was shut down"))?
    }

    async fn reopen(
        &self,
        job: JobId,
        epoch: i32,
        base: u64,
        events: Vec<RunEvent>,
    ) -> Result<u64, JournalError> {
        let Inner { link, keys, options, own, .. } = &*self.inner;
        own.let_go(job);
        let count = events.len() as u64;
        let mut entries: Vec<entry::Entry> = Vec::new();
        for part in events.chunks(256) {
            let last = entries.last().map_or(base, |entry| entry.last) + part.len() as u64;
            entries.push(entry::Entry { last, events: entry::encode(part)? });
        }
        let whole = Whole { epoch, base, last: base + count, entries: &entries, reopen: true };
        let cmd = write_command(keys, options, link.publish_word(), job, &whole);
        let last = match link.call::<i64>(&cmd).await.map_err(gone)? {
            -1 => return Err(JournalError::Fenced(job)),
            last => u64::try_from(last).map_err(unavailable)?,
        };
        // Before a run has an owner, whoever finds its journal missing begins it.
        if epoch >= 1 {
            own.begun(job, epoch, base, entries);
            if last > base + count {
                own.lost_track(job, last);
            }
        }
        Ok(last)
    }

    async fn base(&self, job: JobId) -> Result<Option<u64>, JournalError> {
        Ok(self.inner.state(job).await?.map(|(_, base)| base))
    }

    async fn follow(&self, job: JobId, after: u64) -> Result<Option<EventStream>, JournalError> {
        let inner = &self.inner;
        // Most questions about runs that are over end here, without a subscription.
        if inner.state(job).await?.is_none() {
            return Ok(None);
        }
        let feed = inner.feeds.get_or(job, || Feed::new(job, inner.look.clone()));
        let listener: Weak<dyn Listener> = Arc::<Feed>::downgrade(&feed);
        let open = || inner.hub.listen(inner.keys.events(job), listener);
        feed.open.get_or_try_init(open).await.map_err(unavailable)?;
        // Asked once more now that nothing that comes after can be missed.
        let before = feed.known();
        let Some((state, base)) = inner.state(job).await? else { return Ok(None) };
        if after < base {
            return Err(JournalError::Lost(job));
        }
        feed.looked(before, Some(state), inner.options.heal_within);
        Ok(Some(follow::stream(inner.clone(), feed, after)))
    }

    async fn snapshot(&self, job: JobId) -> Result<Vec<Arc<RunEvent>>, JournalError> {
        if let Some(entries) = self.inner.own.whole(job) {
            return entry::whole(job, &entries);
        }
        let stream = self.inner.keys.events(job);
        let entries = entry::read_all(&self.inner.link, &stream, u64::MAX).await.map_err(gone)?;
        entry::whole(job, &entries)
    }

    async fn release(&self, job: JobId) -> Result<(), JournalError> {
        self.inner.own.let_go(job);
        Ok(())
    }

    async fn close(&self, job: JobId) -> Result<(), JournalError> {
        let Inner { link, keys, options, own, .. } = &*self.inner;
        own.let_go(job);
        let (events, state, life) = (keys.events(job), keys.journal(job), millis(options.retention));
        let args = [link.publish_word().as_bytes(), events.as_bytes(), life.as_bytes()];
        link.run::<i64>(&lua::JOURNAL_CLOSE, &[&events, &state], &args).await.map_err(gone)?;
        Ok(())
    }

    /// The events stay at the server until they expire: they serve readers on other servers, and
    /// cost nothing here.
    async fn forget(&self, job: JobId) -> Result<(), JournalError> {
        self.close(job).await
    }

    async fn active(&self) -> Result<u64, JournalError> {
        Ok(self.inner.own.len() as u64)
    }
}
