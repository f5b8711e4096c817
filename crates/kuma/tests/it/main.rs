//! The binary as people and service managers use it: commands, signals, crashes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod commands;
mod documents;
mod lifecycle;
mod process;
mod settings;
mod traces;
mod workers;
