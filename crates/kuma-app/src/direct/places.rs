//! How many direct answers are made at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuma_types::UserId;

use crate::config::RunLimits;
use crate::error::{AppError, ErrorKind, Result};

/// When to come back for a place.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Places for direct answers in this process: as many as for runs, in all and per user. Nobody waits
/// for one: a caller who is refused knows best when to come back.
pub(crate) struct Places {
    all: usize,
    per_user: usize,
    taken: Mutex<HashMap<UserId, usize>>,
}

impl Places {
    pub(crate) fn new(limits: &RunLimits) -> Self {
        Self {
            all: limits.max_runs,
            per_user: usize::try_from(limits.max_runs_per_user).unwrap_or(usize::MAX),
            taken: Mutex::default(),
        }
    }

    /// A place, until it is dropped.
    pub(crate) fn take(self: &Arc<Self>, user: UserId) -> Result<Place> {
        let refused = |code, detail: String| {
            Err(AppError::new(ErrorKind::RateLimited, code, detail).retry_after(RETRY_AFTER))
        };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.all {
            return refused(
                "server_busy",
                "This server makes as many answers at once as it can. Try again in a moment.".into(),
            );
        }
        let own = taken.entry(user).or_default();
        if *own >= self.per_user {
            let most = self.per_user;
            return refused(
                "too_many_answers",
                format!(
                    "{most} answers are being made for you, which is the most at once. Wait for one of them."
                ),
            );
        }
        *own += 1;
        Ok(Place { places: Arc::clone(self), user })
    }
}

/// A place that is taken.
pub(crate) struct Place {
    places: Arc<Places>,
    user: UserId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.user) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_per_user_and_in_all_and_come_back() {
        let places =
            Arc::new(Places::new(&RunLimits { max_runs: 3, max_runs_per_user: 2, ..RunLimits::default() }));
        let (ann, ben) = (UserId::new(), UserId::new());
        let first = places.take(ann).unwrap();
        let _second = places.take(ann).unwrap();
        assert_eq!(places.take(ann).err().unwrap().code, "too_many_answers");
        let _third = places.take(ben).unwrap();
        assert_eq!(places.take(ben).err().unwrap().code, "server_busy");
        drop(first);
        let fourth = places.take(ben).unwrap();
        drop(fourth);
        assert!(places.take(ann).is_ok());
    }
}
