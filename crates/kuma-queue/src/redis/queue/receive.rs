//! Taking entries from the stream.
//!
//! One read at a time waits at the server, in a task of its own on a connection of its own. A caller
//! that goes away leaves the read where it is, and the next caller gets what it brings.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::ConnectionLike as _;
use redis::{RedisResult, Value};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Shared, away, millis};
use crate::redis::keys::GROUP;
use crate::redis::link::{Connection, is_no_group};
use crate::redis::lua;
use crate::{Delivery, QueueError};

/// For how long workers are remembered that went without a word.
const REMEMBERED: Duration = Duration::from_hours(1);

/// The most entries that one read takes.
const MOST: usize = 64;

/// An entry of a stream; without fields when it was deleted meanwhile.
type Entry = (String, Option<HashMap<String, String>>);

/// A read at work: it gives back what it used, and what it took.
type Read = JoinHandle<(Reader, Result<Vec<Delivery>, QueueError>)>;

/// What one read needs and leaves to the next.
struct Reader {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    /// Where the search for entries of silent workers goes on.
    cursor: String,
    claim_at: Instant,
    tidy_at: Instant,
}

/// Handed out by the process.
#[derive(Default)]
struct Hand {
    taken: VecDeque<Delivery>,
    read: Option<Read>,
    /// Between reads; `None` before the first.
    reader: Option<Reader>,
}

pub(super) struct Receiver {
    shared: Arc<Shared>,
    hand: Mutex<Hand>,
    /// How many callers wait: so many entries one read may take.
    callers: AtomicUsize,
}

/// Counts a caller for as long as it waits.
struct Caller<'a>(&'a AtomicUsize);

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Receiver {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, hand: Mutex::default(), callers: AtomicUsize::new(0) }
    }

    pub(super) async fn next(&self) -> Result<Delivery, QueueError> {
        self.callers.fetch_add(1, Ordering::Relaxed);
        let _caller = Caller(&self.callers);
        let mut hand = self.hand.lock().await;
        loop {
            if self.shared.left.load(Ordering::Acquire) {
                return Err(QueueError::Closed);
            }
            if let Some(delivery) = hand.taken.pop_front() {
                return Ok(delivery);
            }
            self.read(&mut hand).await?;
        }
    }

    /// Waits for the read at work, or begins one. Cancel-safe: the read stays.
    async fn read(&self, hand: &mut Hand) -> Result<(), QueueError> {
        if hand.read.is_none() {
            let most = self.callers.load(Ordering::Relaxed).clamp(1, MOST);
            let reader = hand.reader.take().unwrap_or_else(|| Reader::fresh(&self.shared));
            hand.read = Some(tokio::spawn(reader.read(most)));
        }
        let Some(read) = &mut hand.read else { return Ok(()) };
        let outcome = read.await;
        hand.read = None;
        let (reader, entries) = outcome.map_err(|error| QueueError::Unavailable(error.to_string()))?;
        hand.reader = Some(reader);
        hand.taken.extend(entries?);
        Ok(())
    }

    /// Puts back what was taken and not handed out, and forgets the worker.
    pub(super) async fn leave(&self) -> Result<(), QueueError> {
        let mut hand = self.hand.lock().await;
        if hand.read.is_some()
            && let Err(error) = self.read(&mut hand).await
        {
            tracing::warn!(%error, "what the last read of the queue took comes back when its lease has passed");
        }
        let Shared { link, keys, options, .. } = &*self.shared;
        let most = self.shared.most();
        let entries: Vec<(String, String)> =
            hand.taken.drain(..).map(|delivery| (delivery.receipt, delivery.job.to_string())).collect();
        let mut args = vec![options.worker.as_bytes(), most.as_bytes()];
        args.extend(entries.iter().flat_map(|(id, job)| [id.as_bytes(), job.as_bytes()]));
        let keys = [keys.stream.as_str(), &keys.queued, &keys.workers];
        link.run::<i64>(&lua::LEAVE, &keys, &args).await.map_err(away)?;
        Ok(())
    }
}

impl Reader {
    fn fresh(shared: &Arc<Shared>) -> Self {
        let now = Instant::now();
        Self {
            shared: shared.clone(),
            connection: None,
            cursor: "0-0".to_owned(),
            claim_at: now,
            tidy_at: now,
        }
    }

    async fn read(mut self, most: usize) -> (Self, Result<Vec<Delivery>, QueueError>) {
        let entries = match self.entries(most).await {
            // Redis was flushed, or is new: the table brings back what was in it.
            Err(error) if is_no_group(&error) => match self.make_group().await {
                Ok(()) => self.entries(most).await,
                Err(error) => Err(error),
            },
            entries => entries,
        };
        if entries.is_err() {
            self.connection = None;
        }
        let deliveries = match entries {
            Ok(entries) => self.deliveries(entries).await,
            Err(error) => Err(away(error)),
        };
        (self, deliveries)
    }

    /// What can be had now, or within a moment.
    async fn entries(&mut self, most: usize) -> RedisResult<Vec<Entry>> {
        let next_due = self.tend().await?;
        if self.claim_at <= Instant::now() {
            let claimed = self.claim(most).await?;
            if !claimed.is_empty() {
                return Ok(claimed);
            }
        }
        let Shared { keys, options, .. } = &*self.shared;
        let wait = options.poll.min(next_due.unwrap_or(options.poll)).max(Duration::from_millis(1));
        let mut cmd = redis::cmd("XREADGROUP");
        cmd.arg("GROUP").arg(GROUP).arg(&options.worker).arg("COUNT").arg(most);
        cmd.arg("BLOCK").arg(millis(wait)).arg("STREAMS").arg(&keys.stream).arg(">");
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.shared.link.apart(options.poll).await?),
        };
        let answer = connection.req_packed_command(&cmd).await.and_then(Value::extract_error)?;
        let streams: Option<Vec<(String, Vec<Entry>)>> = redis::from_redis_value(answer)?;
        Ok(streams.into_iter().flatten().flat_map(|(_, entries)| entries).collect())
    }

    /// Says that this worker lives and moves due jobs into the line; in how long the next is due.
    async fn tend(&mut self) -> RedisResult<Option<Duration>> {
        let Shared { link, keys, options, .. } = &*self.shared;
        let (most, remembered) = (self.shared.most(), millis(REMEMBERED));
        let args = [options.worker.as_bytes(), most.as_bytes(), remembered.as_bytes()];
        let names = [keys.stream.as_str(), &keys.queued, &keys.delayed, &keys.workers];
        let next: i64 = link.run(&lua::TEND, &names, &args).await?;
        if self.tidy_at <= Instant::now() {
            link.run::<i64>(&lua::TIDY, &[&keys.stream], &[remembered.as_bytes()]).await?;
            self.tidy_at = Instant::now() + REMEMBERED / 4;
        }
        Ok(u64::try_from(next).ok().map(Duration::from_millis))
    }

    /// Takes over entries of workers that went silent.
    async fn claim(&mut self, most: usize) -> RedisResult<Vec<Entry>> {
        let Shared { link, keys, options, .. } = &*self.shared;
        let mut cmd = redis::cmd("XAUTOCLAIM");
        cmd.arg(&keys.stream).arg(GROUP).arg(&options.worker).arg(millis(options.lease));
        cmd.arg(&self.cursor).arg("COUNT").arg(most);
        let (cursor, entries, _deleted): (String, Vec<Entry>, Value) = link.call(&cmd).await?;
        // Having looked at all of them, there is time until some can have become idle.
        if cursor == "0-0" && entries.is_empty() {
            self.claim_at = Instant::now() + options.lease / 8;
        }
        self.cursor = cursor;
        Ok(entries)
    }

    async fn make_group(&self) -> RedisResult<()> {
        let Shared { link, keys, .. } = &*self.shared;
        let mut cmd = redis::cmd("XGROUP");
        // From the first entry on: what was announced before there was a worker counts.
        cmd.arg("CREATE").arg(&keys.stream).arg(GROUP).arg("0").arg("MKSTREAM");
        match link.call::<Value>(&cmd).await {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            made => made.map(|_| ()),
        }
    }

    async fn deliveries(&self, entries: Vec<Entry>) -> Result<Vec<Delivery>, QueueError> {
        let mut deliveries = Vec::with_capacity(entries.len());
        for (receipt, fields) in entries {
            // Deleted between the read and the answer.
            let Some(fields) = fields else { continue };
            if let Some(job) = fields.get("job").and_then(|job| job.parse().ok()) {
                deliveries.push(Delivery { job, receipt });
            } else {
                tracing::warn!(entry = receipt, "an entry of the queue names no job; it is removed");
                let unknown = Delivery { job: kuma_types::JobId(uuid::Uuid::nil()), receipt };
                self.shared.acknowledge(&unknown).await?;
            }
        }
        Ok(deliveries)
    }
}
