//! What a process hears of one run, for all who follow it here.
//!
//! Whatever is appended is also said on the run's channel; readers that keep up take it from here
//! and never ask Redis. The feed holds the latest events only: a reader that falls behind reads from
//! Redis by itself, at its own pace, and holds up nobody.
//!
//! Chosen over one `XREAD` that waits on all followed streams: that sends every stream's name with
//! every read, cannot span the nodes of a cluster, and has to be broken off for each new reader.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuma_types::{JobId, RunEvent};
use tokio::sync::{Notify, OnceCell, watch};
use tokio::time::Instant;

use super::entry;
use crate::NumberedEvent;
use crate::redis::hub::{Listener, Subscription};

/// How many bytes of the latest events are held.
const HELD: usize = 256 * 1024;

/// How many events a reader is given at once.
const AT_ONCE: usize = 1024;

/// What readers wait on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The number of the last event there is.
    pub(super) last: u64,
    /// No more will come.
    pub(super) closed: bool,
    pub(super) trouble: Trouble,
}

/// Why readers have to be sent away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trouble {
    #[default]
    None,
    /// The journal is gone.
    Lost,
    /// Redis is.
    Away,
}

#[derive(Default)]
struct Held {
    /// The number before the first of them.
    base: u64,
    events: VecDeque<(Arc<RunEvent>, usize)>,
    bytes: usize,
    /// Since when the journal is not what it was.
    missing_since: Option<Instant>,
}

impl Held {
    fn last(&self) -> u64 {
        self.base + self.events.len() as u64
    }

    /// Begins anew after number `base`.
    fn restart(&mut self, base: u64) {
        *self = Self { base, ..Self::default() };
    }
}

pub(super) struct Feed {
    pub(super) job: JobId,
    held: Mutex<Held>,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) open: OnceCell<Subscription>,
    /// Asks for a look at what Redis has.
    look: Arc<Notify>,
}

/// What Redis says about a journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) last: u64,
    pub(super) closed: bool,
}

impl Feed {
    pub(super) fn new(job: JobId, look: Arc<Notify>) -> Self {
        Self {
            job,
            held: Mutex::default(),
            progress: watch::Sender::new(Progress::default()),
            open: OnceCell::new(),
            look,
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is held after number `read`; `None` when that lies further back.
    pub(super) fn after(&self, read: u64) -> Option<Vec<NumberedEvent>> {
        let held = self.held();
        let skip = usize::try_from(read.checked_sub(held.base)?).ok()?;
        let fresh = held.events.iter().skip(skip).take(AT_ONCE);
        let numbered = (read + 1..).zip(fresh);
        Some(numbered.map(|(number, (event, _))| NumberedEvent { number, event: event.clone() }).collect())
    }

    fn moved(&self, last: u64, closed: bool) {
        self.progress.send_if_modified(|progress| {
            // Open again: a run that was over goes on.
            let next = Progress { last: last.max(progress.last), closed, trouble: progress.trouble };
            let changed = *progress != next;
            *progress = next;
            changed
        });
    }

    /// Takes in what Redis has, `None` being nothing, when `before` was known here as it was asked.
    /// `patience`: how long readers wait for what is gone.
    pub(super) fn looked(&self, before: Progress, state: Option<State>, patience: Duration) {
        let mut held = self.held();
        match state {
            Some(state) if state.last >= before.last => {
                held.missing_since = None;
                // Something was said and not heard.
                if held.last() < state.last {
                    held.restart(state.last);
                }
                drop(held);
                // What was heard since is newer than the answer.
                let closed = if *self.progress.borrow() == before {
                    state.closed
                } else {
                    self.progress.borrow().closed
                        || (state.closed && state.last >= self.progress.borrow().last)
                };
                self.moved(state.last, closed);
            }
            _ => {
                let since = *held.missing_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= patience {
                    drop(held);
                    self.give_up(Trouble::Lost);
                }
            }
        }
    }

    pub(super) fn known(&self) -> Progress {
        *self.progress.borrow()
    }

    pub(super) fn give_up(&self, trouble: Trouble) {
        self.progress.send_modify(|progress| progress.trouble = trouble);
    }

    /// Takes in a batch whose last event is number `last`.
    fn take(&self, last: u64, events: &str) {
        let mut held = self.held();
        if last <= held.last() {
            return;
        }
        match entry::decode(last, events) {
            Ok(batch) => {
                if batch.first > held.last() + 1 {
                    held.restart(batch.first - 1);
                }
                let size = events.len() / batch.events.len().max(1) + 32;
                let known = usize::try_from(held.last() + 1 - batch.first).unwrap_or(usize::MAX);
                for event in batch.events.into_iter().skip(known) {
                    held.events.push_back((event, size));
                    held.bytes += size;
                }
                while held.bytes > HELD && held.events.len() > 1 {
                    if let Some((_, size)) = held.events.pop_front() {
                        held.bytes -= size;
                        held.base += 1;
                    }
                }
            }
            Err(error) => {
                // Readers meet it where they read, and are told.
                tracing::warn!(run = %self.job, %error, "an event could not be read");
                held.restart(last);
            }
        }
    }
}

impl Listener for Feed {
    /// `NUMBER CLOSED EVENTS`, as the scripts say it.
    fn heard(&self, words: &[u8]) {
        let mut parts = std::str::from_utf8(words).unwrap_or_default().splitn(3, ' ');
        let (Some(last), Some(closed)) = (parts.next().and_then(|last| last.parse().ok()), parts.next())
        else {
            return;
        };
        match parts.next() {
            Some(events) if !events.is_empty() => self.take(last, events),
            _ => {
                let mut held = self.held();
                if held.last() < last {
                    held.restart(last);
                }
            }
        }
        self.moved(last, closed == "1");
    }

    fn missed(&self) {
        self.look.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(feed: &Feed, last: u64, closed: u8, texts: &[&str]) {
        let events: Vec<RunEvent> =
            texts.iter().map(|text| RunEvent::Chunk { text: (*text).into() }).collect();
        let events = if events.is_empty() { String::new() } else { serde_json::to_string(&events).unwrap() };
        feed.heard(format!("{last} {closed} {events}").as_bytes());
    }

    fn numbers(feed: &Feed, read: u64) -> Option<Vec<u64>> {
        Some(feed.after(read)?.iter().map(|event| event.number).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_heard_is_held_and_gaps_are_known() {
        let feed = Feed::new(JobId::new(), Arc::default());
        say(&feed, 2, 0, &["a", "b"]);
        assert_eq!(numbers(&feed, 0), Some(vec![1, 2]));
        say(&feed, 2, 0, &["a", "b"]);
        assert_eq!(numbers(&feed, 1), Some(vec![2]), "what is heard twice is held once");
        say(&feed, 3, 0, &["b", "c"]);
        assert_eq!(numbers(&feed, 1), Some(vec![2, 3]), "what overlaps is cut");
        say(&feed, 9, 0, &["i"]);
        assert_eq!((numbers(&feed, 3), numbers(&feed, 8)), (None, Some(vec![9])), "3 to 8 are in Redis");
        feed.looked(feed.known(), Some(State { last: 12, closed: false }), Duration::from_secs(5));
        assert_eq!((numbers(&feed, 9), feed.progress.borrow().last), (None, 12));
        say(&feed, 13, 1, &[]);
        assert_eq!(*feed.progress.borrow(), Progress { last: 13, closed: true, trouble: Trouble::None });
        feed.heard(b"nonsense");
        feed.heard(&[0xff, 0x20]);
        assert_eq!(feed.progress.borrow().last, 13);
    }

    #[tokio::test(start_paused = true)]
    async fn a_journal_may_come_back() {
        let patience = Duration::from_secs(5);
        let feed = Feed::new(JobId::new(), Arc::default());
        say(&feed, 2, 0, &["a", "b"]);
        feed.looked(feed.known(), None, patience);
        tokio::time::advance(patience / 2).await;
        feed.looked(feed.known(), Some(State { last: 2, closed: false }), patience);
        feed.looked(feed.known(), Some(State { last: 1, closed: false }), patience);
        tokio::time::advance(Duration::from_millis(4_999)).await;
        feed.looked(feed.known(), None, patience);
        assert_eq!(feed.progress.borrow().trouble, Trouble::None);
        tokio::time::advance(Duration::from_millis(1)).await;
        feed.looked(feed.known(), None, patience);
        assert_eq!(feed.progress.borrow().trouble, Trouble::Lost);
    }

    #[test]
    fn only_the_latest_are_held() {
        let feed = Feed::new(JobId::new(), Arc::default());
        let long = "x".repeat(10_000);
        for last in 1..=100 {
            say(&feed, last, 0, &[&long]);
        }
        assert!(feed.after(10).is_none());
        assert_eq!(numbers(&feed, 99), Some(vec![100]));
        assert!(feed.held().bytes <= HELD);
    }
}
