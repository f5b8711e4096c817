//! Reads real and generated files through the child process, as the server does.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test by panicking, as the tests themselves do"
)]

mod chunking;
mod formats;
mod hostile;
mod hostile_files;
mod hostile_fonts;
mod isolation;
mod made;
mod recognition;
mod support;
