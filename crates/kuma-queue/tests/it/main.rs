//! What every form of the ports promises. Each form runs the same functions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod journal;
mod signals_and_queue;
