//! A gate holds a streamed answer back, delta by delta, in the hand of a test.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// How long the waiting methods wait before they fail the test.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets the deltas of an answer go one by one. One permit is one delta; the end of the answer (finish reason, usage,
/// terminator) costs one more. What a vendor sends before the first delta is not held. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    permits: Arc<Semaphore>,
    state: watch::Sender<GateState>,
}

/// What has happened at a gate.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct GateState {
    /// Answers that came to the gate.
    pub attached: usize,
    /// Permits used.
    pub passed: usize,
    /// Answers that wait at the gate now.
    pub waiting: usize,
    /// Answers whose client went away before the end.
    pub disconnected: usize,
    /// Answers that were sent to their end.
    pub finished: usize,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        let (state, _) = watch::channel(GateState::default());
        Self(Arc::new(Inner { permits: Arc::new(Semaphore::new(0)), state }))
    }

    /// Lets `deltas` more go.
    pub fn release(&self, deltas: usize) {
        self.0.permits.add_permits(deltas);
    }

    /// Lets everything go from now on.
    pub fn open(&self) {
        self.0.permits.close();
    }

    /// Deltas that have gone through so far.
    pub fn passed(&self) -> usize {
        self.0.state.borrow().passed
    }

    /// Waits until an answer has come to the gate: the request is with the provider.
    pub async fn started(&self) {
        self.must("an answer to start", |s| s.attached > 0).await;
    }

    /// Waits until `deltas` have gone through.
    pub async fn has_passed(&self, deltas: usize) {
        self.must("deltas to pass", |s| s.passed >= deltas).await;
    }

    /// Waits until an answer stands at the closed gate, everything released before having been sent.
    pub async fn blocked(&self) {
        self.must("an answer to stand at the closed gate", |s| s.waiting > 0).await;
    }

    /// Waits until the client has gone away before the end of the answer.
    pub async fn disconnected(&self) {
        self.must("the client to disconnect", |s| s.disconnected > 0).await;
    }

    /// Waits until the answer was sent to its end.
    pub async fn finished(&self) {
        self.must("the answer to end", |s| s.finished > 0).await;
    }

    async fn must(&self, what: &str, met: impl Fn(&GateState) -> bool) {
        assert!(
            self.wait(PATIENCE, met).await,
            "waited {PATIENCE:?} at the gate for {what}; it is at {:?}",
            self.state()
        );
    }

    pub(crate) async fn wait(&self, patience: Duration, met: impl Fn(&GateState) -> bool) -> bool {
        let mut seen = self.0.state.subscribe();
        tokio::time::timeout(patience, seen.wait_for(|s| met(s))).await.is_ok_and(|r| r.is_ok())
    }

    pub(crate) fn state(&self) -> GateState {
        *self.0.state.borrow()
    }

    pub(crate) fn permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.permits)
    }

    /// Waits at the gate for one delta.
    pub(crate) async fn pass(&self) {
        self.note(|s| {
            s.attached += 1;
            s.waiting += 1;
        });
        // A closed semaphore is an open gate.
        if let Ok(permit) = self.0.permits.acquire().await {
            permit.forget();
        }
        self.note(|s| {
            s.passed += 1;
            s.waiting -= 1;
        });
    }

    pub(crate) fn note(&self, change: impl FnOnce(&mut GateState)) {
        self.0.state.send_modify(change);
    }
}
