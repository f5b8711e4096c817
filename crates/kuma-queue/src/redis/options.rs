//! What can be set about Redis.

use std::time::Duration;

/// How Redis is reached, by all that uses it in this process.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://`, `rediss://`, `redis+cluster://` or `rediss+cluster://`.
    pub url: String,
    /// Put before the name of every key and channel, so that several may share a server. Without braces.
    pub prefix: String,
    /// How long a connection may take to come up.
    pub connect_timeout: Duration,
    /// How long an answer may take. A connection that is slower is given up and made anew.
    pub response_timeout: Duration,
    /// For how long a call is tried again while Redis is away.
    pub patience: Duration,
}

impl RedisOptions {
    /// Redis at this address, with everything else as usual.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: String::new(),
            connect_timeout: Duration::from_secs(3),
            response_timeout: Duration::from_secs(5),
            patience: Duration::from_secs(3),
        }
    }
}

impl std::fmt::Debug for RedisOptions {
    /// The address can hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisOptions").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// How the queue works.
#[derive(Clone, Debug)]
pub struct QueueOptions {
    /// This process's name among the workers: unique, or two would share their deliveries.
    pub worker: String,
    /// A delivery that nobody said a word about for so long goes to another worker. Several times
    /// what lies between two calls of [`crate::Queue::keep`].
    pub lease: Duration,
    /// How long a worker counts after its last word. Several times what lies between two calls of
    /// [`crate::Queue::keep`].
    pub seen_within: Duration,
    /// The longest a read waits at the server: how late a delayed job can be at most.
    pub poll: Duration,
    /// At about how many entries the streams are cut, as a net: entries go when they are
    /// acknowledged. What is cut off is still in the jobs table.
    pub most_entries: u64,
}

impl QueueOptions {
    /// A worker of this name, with everything else as usual.
    pub fn new(worker: impl Into<String>) -> Self {
        Self {
            worker: worker.into(),
            lease: Duration::from_secs(15),
            seen_within: Duration::from_secs(15),
            poll: Duration::from_millis(500),
            most_entries: 100_000,
        }
    }
}

/// How the run journal works.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// How long a journal can be read after its run has ended. The contract asks for an hour.
    pub retention: Duration,
    /// How long an open journal stays without a new event: a run may wait for a decision for days,
    /// and is then told from its rows.
    pub open_life: Duration,
    /// At how many bytes a journal is cut: its oldest events go first, and readers who would need
    /// them are told so.
    pub most_bytes: usize,
    /// For how long appends are kept and tried again while Redis is away, before they fail.
    pub patience: Duration,
    /// How long readers wait for lost events to be written again by whoever drives the run, before
    /// they are told that they are lost.
    pub heal_within: Duration,
    /// How long readers wait for Redis to come back, before they are told that it is away.
    pub away_within: Duration,
    /// After a batch was sent, the next one is collected for at least so long: more events share a
    /// round trip, at the price of so much delay under load.
    pub linger: Duration,
    /// How often it is checked that nothing got lost: events of running runs at the server,
    /// messages on their way to readers.
    pub check_every: Duration,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            retention: Duration::from_hours(1),
            open_life: Duration::from_hours(24),
            most_bytes: 16 * 1024 * 1024,
            patience: Duration::from_secs(20),
            heal_within: Duration::from_secs(5),
            away_within: Duration::from_mins(1),
            linger: Duration::from_millis(2),
            check_every: Duration::from_secs(1),
        }
    }
}
