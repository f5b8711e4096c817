//! Signals: short words to whoever drives a run, wherever that is.

use std::pin::Pin;

use async_trait::async_trait;
use futures::Stream;
use kuma_types::JobId;

/// What can be said to a running run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Its owner wants it to stop; the text so far is kept.
    Cancel,
    /// A decision it waited for was made.
    Decided,
}

/// The signal could not be delivered.
#[derive(Debug, thiserror::Error)]
#[error("signals are not available: {0}")]
pub struct SignalsError(pub String);

/// Signals for one run, from the moment of listening.
pub type SignalStream = Pin<Box<dyn Stream<Item = Signal> + Send>>;

/// Delivers signals at most once. What must not be lost is also a row
/// (`message_jobs.cancel_requested`), which drivers read when they claim and renew.
#[async_trait]
pub trait Signals: Send + Sync {
    /// Tells whoever listens; nobody listening is not an error.
    async fn send(&self, job: JobId, signal: Signal) -> Result<(), SignalsError>;

    /// Listens for one run.
    async fn listen(&self, job: JobId) -> Result<SignalStream, SignalsError>;
}
