//! What the ports promise, on every form of them: the same test bodies run on the in-process forms,
//! on Redis, and on a Redis Cluster.
//!
//! Redis is at `KUMA_TEST_REDIS_URL`, which `make test` sets. Tests that flush, stop or restart a
//! server start one of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cluster;
mod journal;
mod journal_on_redis;
mod properties;
mod queue;
mod queue_on_redis;
mod server;
mod signals;
mod trouble;
mod world;
