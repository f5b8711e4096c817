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
// The hostile files of the reader's own tests, for the server that starts it.
#[path = "../../../kuma-documents/tests/it/hostile_files.rs"]
mod hostile_files;
#[path = "../../../kuma-documents/tests/it/hostile_fonts.rs"]
mod hostile_fonts;
mod lifecycle;
#[path = "../../../kuma-documents/tests/it/made.rs"]
mod made;
mod process;
mod settings;
mod traces;
mod workers;
