//! The names of everything in Redis.
//!
//! All keys of a run carry its id in braces, and what belongs to a stream carries the stream's
//! name in braces: that puts them on one node of a cluster, where a script can use them together.

use kuma_types::JobId;

#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
    /// Jobs to be driven, read by the consumer group `workers`.
    pub(super) stream: String,
    /// Job → its entry in the stream.
    pub(super) queued: String,
    /// Jobs for later, by the time they are due.
    pub(super) delayed: String,
    /// Workers, by the time of their last word.
    pub(super) workers: String,
    /// Jobs that were given up.
    pub(super) dead: String,
    /// Job → its entry among those.
    pub(super) dead_jobs: String,
}

pub(super) const GROUP: &str = "workers";

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let stream = format!("{prefix}message_stream");
        let dead = format!("{prefix}dlq_stream");
        Self {
            prefix: prefix.to_owned(),
            queued: format!("{{{stream}}}:queued"),
            delayed: format!("{{{stream}}}:delayed"),
            workers: format!("{{{stream}}}:workers"),
            dead_jobs: format!("{{{dead}}}:jobs"),
            stream,
            dead,
        }
    }

    /// The events of a run; also the channel on which they are told.
    pub(super) fn events(&self, job: JobId) -> String {
        format!("{}{{{job}}}:events", self.prefix)
    }

    /// What is known about the events of a run.
    pub(super) fn journal(&self, job: JobId) -> String {
        format!("{}{{{job}}}:journal", self.prefix)
    }

    /// The channel for words to whoever drives a run.
    pub(super) fn signals(&self, job: JobId) -> String {
        format!("{}{{{job}}}:signals", self.prefix)
    }
}
