//! One reader of a run.

use std::sync::Arc;

use futures::stream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Inner;
use super::entry::{decode, read};
use super::feed::{Feed, Progress, Trouble};
use crate::{EventStream, JournalError, NumberedEvent};

struct Reader {
    inner: Arc<Inner>,
    feed: Arc<Feed>,
    progress: watch::Receiver<Progress>,
    /// The number of the last event it has.
    read: u64,
    over: bool,
}

/// The events after `after`, as the reader asks for them.
pub(super) fn stream(inner: Arc<Inner>, feed: Arc<Feed>, after: u64) -> EventStream {
    let progress = feed.progress.subscribe();
    let reader = Reader { inner, feed, progress, read: after, over: false };
    Box::pin(stream::unfold(reader, |mut reader| async move {
        if reader.over {
            return None;
        }
        let batch = reader.next().await;
        reader.over = !matches!(batch, Some(Ok(_)));
        Some((batch?, reader))
    }))
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Vec<NumberedEvent>, JournalError>> {
        // Beyond what there is: it may be on its way, or was lost.
        let beyond_until = Instant::now() + self.inner.options.heal_within;
        loop {
            // Mark as seen before looking, so that what comes in between wakes the wait below.
            let now = *self.progress.borrow_and_update();
            if self.read < now.last {
                match self.feed.after(self.read) {
                    Some(batch) if !batch.is_empty() => return Some(Ok(self.taken(batch))),
                    _ => return Some(self.catch_up().await),
                }
            }
            if now.closed {
                return None;
            }
            match now.trouble {
                Trouble::None => {}
                Trouble::Lost => return Some(Err(JournalError::Lost(self.feed.job))),
                Trouble::Away => return Some(Err(JournalError::Unavailable("Redis is away".to_owned()))),
            }
            let changed = if self.read > now.last {
                match tokio::time::timeout_at(beyond_until, self.progress.changed()).await {
                    Ok(changed) => changed,
                    Err(_) => return Some(Err(JournalError::Lost(self.feed.job))),
                }
            } else {
                self.progress.changed().await
            };
            if changed.is_err() {
                return None;
            }
        }
    }

    fn taken(&mut self, batch: Vec<NumberedEvent>) -> Vec<NumberedEvent> {
        self.read = batch.last().map_or(self.read, |event| event.number);
        batch
    }

    /// Reads from Redis what is not held here any more.
    async fn catch_up(&mut self) -> Result<Vec<NumberedEvent>, JournalError> {
        let (options, job) = (&self.inner.options, self.feed.job);
        let stream = self.inner.keys.events(job);
        let began = Instant::now();
        loop {
            match read(&self.inner.link, &stream, self.read).await {
                Ok(entries) if !entries.is_empty() => {
                    let mut batch: Vec<NumberedEvent> = Vec::new();
                    for entry in entries {
                        let events = decode(entry.last, &entry.events)?;
                        let have = batch.last().map_or(self.read, |event| event.number);
                        if events.first > have + 1 {
                            // What is between is cut off, but what came before it is sound.
                            if batch.is_empty() {
                                return Err(JournalError::Lost(job));
                            }
                            break;
                        }
                        let numbered =
                            (events.first..).zip(events.events).filter(|(number, _)| *number > have);
                        batch.extend(numbered.map(|(number, event)| NumberedEvent { number, event }));
                    }
                    if !batch.is_empty() {
                        return Ok(self.taken(batch));
                    }
                }
                // It was there a moment ago: whoever drives the run writes it again, if it can.
                Ok(_) if began.elapsed() > options.heal_within => return Err(JournalError::Lost(job)),
                Ok(_) => {}
                Err(error) if began.elapsed() > options.away_within => {
                    return Err(JournalError::Unavailable(error.to_string()));
                }
                Err(error) => tracing::debug!(run = %job, %error, "a reader waits for Redis"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}
