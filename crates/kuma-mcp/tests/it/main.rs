//! Connections to servers at the wire: a fake one over HTTP in both eras, and a fake one that is a program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at the first thing that is not as it should be"
)]

mod http;
mod login;
mod program;
mod support;
