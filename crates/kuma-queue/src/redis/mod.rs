//! The three ports on Redis 7 and newer, for many servers and workers.
//!
//! [`Redis`] is made once per process by whoever wires it, and gives the three ports. Together they
//! use three connections: one for all calls, one for a read of the queue that waits at the server,
//! one on which Redis calls ([`hub`]). All come back by themselves and never wait without bound.
//!
//! Nothing here is the truth: a Redis that is flushed or restarted loses no run. The queue is filled
//! again from the jobs table, and journals are written again by whoever drives their runs.

mod address;
mod hub;
mod journal;
mod keys;
mod link;
mod lua;
mod options;
mod queue;
mod shared;
mod signals;

use std::time::Duration;

pub use address::AddressError;
pub use journal::RedisJournal;
pub use options::{JournalOptions, QueueOptions, RedisOptions};
pub use queue::RedisQueue;
pub use signals::RedisSignals;

use address::Address;
use hub::Hub;
use keys::Keys;
use link::Link;

/// Redis could not be used. The sentence is for operators and holds no password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is not one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Nobody answers there in time, or not to us.
    #[error(
        "Redis cannot be reached ({0}). Check REDIS_URL, and that the server is up and lets this machine in."
    )]
    Unreachable(String),
    /// It is too old.
    #[error(
        "This is Redis {0}, and Kuma needs 7.0 or newer. Upgrade it, or point REDIS_URL at another server."
    )]
    TooOld(String),
}

/// Redis, as this process uses it.
#[derive(Clone)]
pub struct Redis {
    link: Link,
    hub: Hub,
    keys: Keys,
}

impl Redis {
    /// Connects, and makes sure that somebody useful answers. Takes no longer than the options'
    /// patience and one try to connect.
    pub async fn connect(options: RedisOptions) -> Result<Self, ConnectError> {
        let address = Address::parse(&options.url)?;
        // Without this, the first one over TLS could not tell which cryptography to use. That
        // somebody has said so already is no error.
        drop(rustls::crypto::ring::default_provider().install_default());
        let bound = options.patience + options.connect_timeout * 2;
        let keys = Keys::new(&options.prefix);
        let link = Link::new(address, options);
        let version = tokio::time::timeout(bound, version(&link)).await;
        let version =
            version.map_err(|_| ConnectError::Unreachable(format!("no answer within {bound:?}")))?;
        let version = version.map_err(|error| ConnectError::Unreachable(error.to_string()))?;
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < 7) {
            return Err(ConnectError::TooOld(version));
        }
        let hub = Hub::start(&link);
        Ok(Self { link, hub, keys })
    }

    /// Whether Redis answers, for readiness checks; how long it took.
    pub async fn ping(&self) -> Result<Duration, crate::QueueError> {
        let began = tokio::time::Instant::now();
        // Something that is done on the node that matters, in a cluster too.
        let mut cmd = redis::cmd("EXISTS");
        cmd.arg(&self.keys.stream);
        self.link.call::<i64>(&cmd).await.map_err(queue::away)?;
        Ok(began.elapsed())
    }

    /// The queue. One per process: its options name the worker.
    pub fn queue(&self, options: QueueOptions) -> RedisQueue {
        RedisQueue::new(self.link.clone(), self.keys.clone(), options)
    }

    /// The run journal. One per process: its readers share what they read.
    pub fn journal(&self, options: JournalOptions) -> RedisJournal {
        RedisJournal::new(self.link.clone(), self.hub.clone(), self.keys.clone(), options)
    }

    /// Signals. One per process: its listeners share what they hear.
    pub fn signals(&self) -> RedisSignals {
        RedisSignals::new(self.link.clone(), self.hub.clone(), self.keys.clone())
    }
}

/// The server's version, by a script: `INFO` would ask every node of a cluster.
async fn version(link: &Link) -> redis::RedisResult<String> {
    let mut cmd = redis::cmd("EVAL");
    let code = "return string.match(redis.call('INFO', 'server'), 'redis_version:([%d.]+)') or '0'";
    cmd.arg(code).arg(1).arg("version");
    link.call(&cmd).await
}
