//! What several callers share as long as one of them needs it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use kuma_types::JobId;

/// One thing per run, made when it is first asked for and gone with its last user.
pub(super) struct PerRun<T>(Mutex<Known<T>>);

struct Known<T> {
    runs: HashMap<JobId, Weak<T>>,
    /// At this size, those that are gone are looked for.
    sweep_at: usize,
}

impl<T> Default for PerRun<T> {
    fn default() -> Self {
        Self(Mutex::new(Known { runs: HashMap::new(), sweep_at: 64 }))
    }
}

impl<T> PerRun<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Known<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get_or(&self, job: JobId, make: impl FnOnce() -> T) -> Arc<T> {
        let mut known = self.lock();
        if let Some(found) = known.runs.get(&job).and_then(Weak::upgrade) {
            return found;
        }
        let new = Arc::new(make());
        known.runs.insert(job, Arc::downgrade(&new));
        if known.runs.len() >= known.sweep_at {
            known.runs.retain(|_, thing| thing.strong_count() > 0);
            known.sweep_at = (known.runs.len() * 2).max(64);
        }
        new
    }

    pub(super) fn all(&self) -> Vec<Arc<T>> {
        self.lock().runs.values().filter_map(Weak::upgrade).collect()
    }

    /// The next who asks gets a new one.
    pub(super) fn retire(&self, job: JobId, old: &Arc<T>) {
        let mut known = self.lock();
        if known.runs.get(&job).is_some_and(|thing| std::ptr::eq(thing.as_ptr(), Arc::as_ptr(old))) {
            known.runs.remove(&job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_shared_while_they_are_used() {
        let things = PerRun::<u8>::default();
        let job = JobId::new();
        let first = things.get_or(job, || 1);
        assert_eq!(*things.get_or(job, || 2), 1);
        things.retire(job, &first);
        assert_eq!(*things.get_or(job, || 3), 3, "nobody held the second one, and the first one is retired");
        for _ in 0..1_000 {
            things.get_or(JobId::new(), || 0);
        }
        assert!(things.lock().runs.len() < 130, "what is gone takes no room");
    }
}
