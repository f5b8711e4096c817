//! Use cases against real storage and fakes at the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its expectation fails")]

mod files;
