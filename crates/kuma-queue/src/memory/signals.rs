//! Signals over a broadcast channel per listened run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use futures::stream;
use kuma_types::JobId;
use tokio::sync::broadcast;

use crate::{Signal, SignalStream, Signals, SignalsError};

type Channels = Mutex<HashMap<JobId, broadcast::Sender<Signal>>>;

/// The signals of a single process.
#[derive(Default)]
pub struct MemorySignals {
    channels: Arc<Channels>,
}

impl MemorySignals {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Removes the run's channel when its last listener has gone.
struct Listener {
    job: JobId,
    receiver: Option<broadcast::Receiver<Signal>>,
    channels: Weak<Channels>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.receiver = None;
        if let Some(channels) = self.channels.upgrade() {
            let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
            if channels.get(&self.job).is_some_and(|c| c.receiver_count() == 0) {
                channels.remove(&self.job);
            }
        }
    }
}

#[async_trait]
impl Signals for MemorySignals {
    async fn send(&self, job: JobId, signal: Signal) -> Result<(), SignalsError> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(&job) {
            // An error means that the last listener is just leaving.
            channel.send(signal).ok();
        }
        Ok(())
    }

    async fn listen(&self, job: JobId) -> Result<SignalStream, SignalsError> {
        let receiver = {
            let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            channels.entry(job).or_insert_with(|| broadcast::channel(8).0).subscribe()
        };
        let listener = Listener { job, receiver: Some(receiver), channels: Arc::downgrade(&self.channels) };
        Ok(Box::pin(stream::unfold(listener, |mut listener| async move {
            loop {
                match listener.receiver.as_mut()?.recv().await {
                    Ok(signal) => return Some((signal, listener)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        })))
    }
}
