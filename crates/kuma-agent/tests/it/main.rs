//! The loop over real wire formats, against the fakes of kuma-testkit.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where its expectation fails"
)]

mod conversations;
mod support;
