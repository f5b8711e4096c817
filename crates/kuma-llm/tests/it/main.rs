//! The model layer against fake providers that speak the real protocols.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where its expectation fails"
)]

mod breakage;
mod conformance;
mod embedding;
mod errors;
mod lists;
mod registry;
mod rerank;
mod support;
mod wire;
