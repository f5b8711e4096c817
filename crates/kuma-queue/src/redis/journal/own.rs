//! The events of the runs that this process writes, as they lie in Redis.
//!
//! They are what a lost journal is written again from: a Redis that was flushed or restarted costs
//! readers a pause and nothing else, as long as the run's driver lives.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kuma_types::JobId;
use tokio::time::Instant;

use super::entry::Entry;

/// Runs that nobody wrote to for so long are let go, should somebody forget to say so.
const IDLE: Duration = Duration::from_hours(24);

/// One run's events.
pub(super) struct Own {
    pub(super) entries: VecDeque<Entry>,
    /// The number before the first of them.
    pub(super) base: u64,
    /// The number of the last of them.
    pub(super) last: u64,
    pub(super) epoch: i32,
    bytes: usize,
    used: Instant,
    /// Written to since the last look: then it need not be looked at.
    pub(super) fresh: bool,
}

#[derive(Default)]
pub(super) struct OwnRuns(Mutex<HashMap<JobId, Own>>);

impl OwnRuns {
    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Own>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The least number that must be in the journal for the next append to fit.
    pub(super) fn last(&self, job: JobId) -> u64 {
        self.lock().get(&job).map_or(0, |own| own.last)
    }

    /// Notes what was appended. Gives the number up to which earlier events should be read to have
    /// them all, when somebody else wrote them.
    pub(super) fn appended(
        &self,
        job: JobId,
        epoch: i32,
        entry: Entry,
        count: u64,
        most_bytes: usize,
    ) -> Option<u64> {
        let mut runs = self.lock();
        let before = entry.last.saturating_sub(count);
        let size = entry.events.len();
        let own = runs.entry(job).or_insert_with(|| Own::after(before));
        let missing = if own.last == before {
            (own.entries.is_empty() && before > 0).then_some(before)
        } else {
            *own = Own::after(before);
            Some(before)
        };
        own.last = entry.last;
        own.epoch = epoch;
        own.bytes += size + 64;
        own.used = Instant::now();
        own.fresh = true;
        own.entries.push_back(entry);
        while own.bytes > most_bytes && own.entries.len() > 1 {
            if let Some(oldest) = own.entries.pop_front() {
                own.bytes -= oldest.events.len() + 64;
                own.base = oldest.last;
            }
        }
        missing
    }

    /// Notes a whole journal that this process wrote or found: from now on it is this one's to keep.
    pub(super) fn begun(&self, job: JobId, epoch: i32, base: u64, entries: Vec<Entry>) {
        let bytes = entries.iter().map(|entry| entry.events.len() + 64).sum();
        let last = entries.last().map_or(base, |entry| entry.last);
        let own = Own { entries: entries.into(), base, last, epoch, bytes, ..Own::after(base) };
        self.lock().insert(job, own);
    }

    /// There are more events than were noted, up to `last`: an answer got lost. They are read when the
    /// next one is added; until then nothing but their number is known.
    pub(super) fn lost_track(&self, job: JobId, last: u64) {
        if let Some(own) = self.lock().get_mut(&job) {
            *own = Own { epoch: own.epoch, ..Own::after(last) };
        }
    }

    /// Puts earlier events, read afterwards, before those that were noted.
    pub(super) fn complete(&self, job: JobId, until: u64, earlier: Vec<Entry>) {
        let mut runs = self.lock();
        let Some(own) = runs.get_mut(&job) else { return };
        if own.base != until || earlier.last().is_none_or(|entry| entry.last != until) {
            return;
        }
        let count =
            |entry: &Entry| super::entry::decode(entry.last, &entry.events).ok().map(|batch| batch.first);
        let Some(first) = earlier.first().and_then(count) else { return };
        own.base = first - 1;
        for entry in earlier.into_iter().rev() {
            own.bytes += entry.events.len() + 64;
            own.entries.push_front(entry);
        }
    }

    /// All entries of a run, when this process knows them from number 1 on.
    pub(super) fn whole(&self, job: JobId) -> Option<Vec<Entry>> {
        let runs = self.lock();
        let own = runs.get(&job)?;
        (own.base == 0).then(|| own.entries.iter().cloned().collect())
    }

    pub(super) fn let_go(&self, job: JobId) {
        self.lock().remove(&job);
    }

    /// Lets a run go that was written under this epoch or an older one.
    pub(super) fn let_go_of(&self, job: JobId, epoch: i32) {
        let mut runs = self.lock();
        if runs.get(&job).is_some_and(|own| own.epoch <= epoch) {
            runs.remove(&job);
        }
    }

    pub(super) fn let_idle_go(&self) {
        self.lock().retain(|_, own| own.used.elapsed() < IDLE);
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

impl Own {
    fn after(before: u64) -> Self {
        Self {
            entries: VecDeque::new(),
            base: before,
            last: before,
            epoch: 0,
            bytes: 0,
            used: Instant::now(),
            fresh: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(last: u64) -> Entry {
        Entry { last, events: r#"[{"event":"chunk","data":{"text":"x"}}]"#.into() }
    }

    #[test]
    fn what_others_wrote_first_is_asked_for_once() {
        let (runs, job) = (OwnRuns::default(), JobId::new());
        assert_eq!(runs.appended(job, 1, entry(3), 1, 1 << 20), Some(2));
        assert_eq!(runs.appended(job, 1, entry(4), 1, 1 << 20), None);
        assert!(runs.whole(job).is_none());
        runs.complete(job, 2, vec![entry(1), entry(2)]);
        assert_eq!(runs.whole(job).unwrap().iter().map(|entry| entry.last).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(runs.appended(job, 1, entry(9), 1, 1 << 20), Some(8), "somebody wrote in between");
        runs.let_go(job);
        assert_eq!((runs.last(job), runs.len()), (0, 0));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let (runs, job) = (OwnRuns::default(), JobId::new());
        for last in 1..=100 {
            runs.appended(job, 1, entry(last), 1, 1_000);
        }
        let own = runs.lock().remove(&job).unwrap();
        assert!(own.entries.len() < 12 && own.last == 100);
        assert_eq!(own.base + own.entries.len() as u64, 100);
    }
}
