//! Every repository, on both databases.
//!
//! PostgreSQL is at `KUMA_TEST_POSTGRES_URL`, which `make test` sets; each test makes and drops a
//! database of its own there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at the first thing that is not as it should be"
)]

mod admin;
mod approvals;
mod backup;
mod chats;
mod common;
mod copy;
mod deletion;
mod documents;
mod images;
mod jobs;
mod keys;
mod mcp;
mod memories;
mod messages;
mod migration;
mod open;
mod paging;
mod pauses;
mod races;
mod runs;
mod search;
mod steps;
mod users;
