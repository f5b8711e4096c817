//! Signals over Pub/Sub.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use futures::stream;
use kuma_types::JobId;
use tokio::sync::{OnceCell, broadcast};

use super::hub::{Hub, Listener, Subscription};
use super::keys::Keys;
use super::link::Link;
use super::shared::PerRun;
use crate::{Signal, SignalStream, Signals, SignalsError};

/// One run's listeners in this process.
struct Channel {
    words: broadcast::Sender<Signal>,
    open: OnceCell<Subscription>,
}

impl Listener for Channel {
    fn heard(&self, words: &[u8]) {
        let signal = match words {
            b"cancel" => Signal::Cancel,
            b"decided" => Signal::Decided,
            // A newer Kuma may know more words; they are not for this one.
            _ => return,
        };
        // An error means that the last listener is just leaving.
        self.words.send(signal).ok();
    }

    fn missed(&self) {}
}

/// Signals among all processes that share a Redis.
pub struct RedisSignals {
    link: Link,
    hub: Hub,
    keys: Keys,
    channels: PerRun<Channel>,
}

impl RedisSignals {
    pub(super) fn new(link: Link, hub: Hub, keys: Keys) -> Self {
        Self { link, hub, keys, channels: PerRun::default() }
    }
}

#[async_trait]
impl Signals for RedisSignals {
    async fn send(&self, job: JobId, signal: Signal) -> Result<(), SignalsError> {
        let word = match signal {
            Signal::Cancel => "cancel",
            Signal::Decided => "decided",
        };
        let mut cmd = redis::cmd(self.link.publish_word());
        cmd.arg(self.keys.signals(job)).arg(word);
        self.link.call::<i64>(&cmd).await.map_err(|error| SignalsError(error.to_string()))?;
        Ok(())
    }

    async fn listen(&self, job: JobId) -> Result<SignalStream, SignalsError> {
        let make = || Channel { words: broadcast::channel(8).0, open: OnceCell::new() };
        let channel = self.channels.get_or(job, make);
        let receiver = channel.words.subscribe();
        let listener: Weak<dyn Listener> = Arc::<Channel>::downgrade(&channel);
        let open = || self.hub.listen(self.keys.signals(job), listener);
        channel.open.get_or_try_init(open).await.map_err(SignalsError)?;
        // The stream holds the channel, and with it the subscription.
        Ok(Box::pin(stream::unfold((receiver, channel), |(mut receiver, channel)| async move {
            loop {
                match receiver.recv().await {
                    Ok(signal) => return Some((signal, (receiver, channel))),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        })))
    }
}
