//! The fakes, tried at the wire with a client that knows nothing of them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test by panicking, as the tests themselves do"
)]

mod binary;
mod breakage;
mod checks_anthropic;
mod checks_gemini;
mod checks_ollama;
mod checks_openai;
mod clock;
mod control;
mod frames;
mod gating;
mod keywords;
mod models;
mod scripts;
mod support;
