//! The run engine: what is sent to a model, and what becomes of its reply.
//!
//! Knows models ([`kuma_llm`]) and run events, and neither database nor HTTP: `kuma-app::chats`
//! loads what is needed, calls [`run::run`], and keeps what comes out. The same holds for the two
//! chores of the small model, [`title`] and [`summary`].

pub mod context;
pub mod prompt;
pub mod run;
pub mod summary;
pub mod title;
pub mod tokens;
pub mod tool;

pub use context::{ContextPlan, HistoryMessage};
pub use run::{EventSink, RunEnding, RunInput, RunOutcome, SinkError};
