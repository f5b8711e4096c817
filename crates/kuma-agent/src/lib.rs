//! The run engine: what is sent to a model, and what becomes of its reply.
//!
//! Knows models ([`kuma_llm`]) and run events, and neither database nor HTTP: `kuma-app::chats`
//! loads what is needed, calls [`run::run`], and keeps what comes out. The same holds for the two
//! chores of the small model, [`title`] and [`summary`], and for citing outside of a run ([`cite`]).

mod canonical;
pub mod cite;
pub mod context;
pub mod cut;
pub mod fence;
pub mod prompt;
pub mod run;
pub mod steps;
pub mod summary;
pub mod title;
pub mod tokens;
pub mod tool;

pub use context::{ContextPlan, HistoryMessage, Summary};
pub use fence::Fence;
pub use run::{EventSink, Limits, RunEnding, RunIds, RunInput, RunOutcome, SinkError, Specialist, Told};
pub use steps::{MemorySteps, StepLog, StepLogError};
pub use tool::{Tool, Toolbox};
