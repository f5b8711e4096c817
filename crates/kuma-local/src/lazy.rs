//! Something big that is loaded when it is first needed and dropped when nobody needs it any more.
//!
//! Used for chat models and for the embedder; nobody outside this crate.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use kuma_llm::ModelError;
use tokio::time::Instant;

use crate::error::broken;
use crate::memory;

type Load<T> = dyn Fn() -> Result<T, ModelError> + Send + Sync;

/// The holder. `load` runs on a blocking thread, once however many ask.
pub(crate) struct Lazy<T> {
    name: String,
    idle_after: Duration,
    load: Box<Load<T>>,
    /// Held while loading, so that a second caller waits for the first one's result.
    loading: tokio::sync::Mutex<()>,
    state: Mutex<State<T>>,
}

struct State<T> {
    value: Option<Arc<T>>,
    leases: usize,
    last_used: Instant,
}

/// The right to use the value; as long as one lives, the value stays.
pub(crate) struct Lease<T> {
    value: Arc<T>,
    owner: Arc<Lazy<T>>,
}

impl<T: Send + Sync + 'static> Lazy<T> {
    /// Loads nothing yet. `name` appears in logs.
    pub(crate) fn new(
        name: impl Into<String>,
        idle_after: Duration,
        load: impl Fn() -> Result<T, ModelError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            idle_after,
            load: Box::new(load),
            loading: tokio::sync::Mutex::new(()),
            state: Mutex::new(State { value: None, leases: 0, last_used: Instant::now() }),
        })
    }

    /// The value, loaded now if it is not there. A failed load is tried again by the next caller.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Lease<T>, ModelError> {
        if let Some(lease) = self.lease() {
            return Ok(lease);
        }
        // A task of its own: a load that its caller gives up on still serves the next one.
        let this = Arc::clone(self);
        tokio::spawn(async move { this.load_once().await }).await.map_err(|_| self.stopped())?
    }

    async fn load_once(self: Arc<Self>) -> Result<Lease<T>, ModelError> {
        let _only_one = self.loading.lock().await;
        if let Some(lease) = self.lease() {
            return Ok(lease);
        }
        let this = Arc::clone(&self);
        let started = Instant::now();
        memory::prepare();
        let value =
            tokio::task::spawn_blocking(move || (this.load)()).await.map_err(|_| self.stopped())??;
        tracing::info!(model = %self.name, millis = started.elapsed().as_millis(), "local model loaded");
        let value = Arc::new(value);
        {
            let mut state = self.state();
            state.value = Some(Arc::clone(&value));
            state.leases += 1;
        }
        tokio::spawn(drop_when_idle(Arc::downgrade(&self)));
        Ok(Lease { value, owner: Arc::clone(&self) })
    }

    fn stopped(&self) -> ModelError {
        broken(format!("loading {} stopped unexpectedly", self.name))
    }

    /// Whether the value is in memory now.
    pub(crate) fn is_loaded(&self) -> bool {
        self.state().value.is_some()
    }

    fn lease(self: &Arc<Self>) -> Option<Lease<T>> {
        let mut state = self.state();
        let value = state.value.clone()?;
        state.leases += 1;
        drop(state);
        Some(Lease { value, owner: Arc::clone(self) })
    }

    /// Takes the value out when its time has come; otherwise says when to look again.
    fn take_if_idle(&self) -> Result<Option<Arc<T>>, Instant> {
        let mut state = self.state();
        let due = state.last_used + self.idle_after;
        let now = Instant::now();
        if state.leases > 0 {
            return Err(now + self.idle_after);
        }
        if now < due {
            return Err(due);
        }
        Ok(state.value.take())
    }
}

impl<T> Lazy<T> {
    // A panic while the lock is held leaves counters as they were: still true enough to go on.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until nobody has used the value for its time, drops it and ends. Starts anew with each load.
async fn drop_when_idle<T: Send + Sync + 'static>(owner: Weak<Lazy<T>>) {
    let Some(mut due) = owner.upgrade().map(|lazy| Instant::now() + lazy.idle_after) else { return };
    loop {
        tokio::time::sleep_until(due).await;
        let Some(lazy) = owner.upgrade() else { return };
        match lazy.take_if_idle() {
            Err(later) => due = later,
            Ok(value) => {
                tracing::info!(model = %lazy.name, "local model dropped, nobody used it for a while");
                // Unmapping and freeing hundreds of megabytes takes longer than a task may.
                tokio::task::spawn_blocking(move || {
                    drop(value);
                    memory::give_back();
                });
                return;
            }
        }
    }
}

impl<T> Deref for Lease<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for Lease<T> {
    fn drop(&mut self) {
        let mut state = self.owner.state();
        state.leases = state.leases.saturating_sub(1);
        state.last_used = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn counting(idle: Duration) -> (Arc<Lazy<usize>>, Arc<AtomicUsize>) {
        let loads = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&loads);
        (Lazy::new("test", idle, move || Ok(seen.fetch_add(1, Ordering::SeqCst) + 1)), loads)
    }

    #[tokio::test]
    async fn many_callers_load_once() {
        let (lazy, loads) = counting(Duration::from_mins(1));
        let got = futures::future::join_all((0..8).map(|_| lazy.get())).await;
        assert!(got.iter().all(|lease| **lease.as_ref().unwrap() == 1));
        assert_eq!(loads.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_stays_while_leased_and_goes_when_idle() {
        let (lazy, loads) = counting(Duration::from_mins(5));
        let lease = lazy.get().await.unwrap();
        tokio::time::sleep(Duration::from_secs(1000)).await;
        assert!(lazy.is_loaded(), "a lease keeps it");
        drop(lease);
        tokio::time::sleep(Duration::from_secs(299)).await;
        assert!(lazy.is_loaded(), "its time is counted from the last use");
        tokio::time::sleep(Duration::from_secs(302)).await;
        assert!(!lazy.is_loaded());
        assert_eq!(*lazy.get().await.unwrap(), 2);
        assert_eq!(loads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failed_load_is_told_and_tried_again() {
        let tries = AtomicUsize::new(0);
        let lazy = Lazy::new("test", Duration::from_mins(1), move || {
            if tries.fetch_add(1, Ordering::SeqCst) == 0 { Err(broken("not yet")) } else { Ok(7) }
        });
        assert_eq!(lazy.get().await.err().unwrap().message, "not yet");
        assert_eq!(*lazy.get().await.unwrap(), 7);
    }
}
