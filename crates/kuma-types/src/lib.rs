//! The words every other crate shares: ids, roles, job states, run events.
//!
//! A leaf: it knows no database, no network and no vendor. Anything that is stored, sent to a
//! client, or recorded in a fixture is spelled here once. See `docs/ARCHITECTURE.md`.

pub mod file;
pub mod id;
pub mod job;
pub mod message;
pub mod run_event;
pub mod run_log;
pub mod step;
pub mod tool;
pub mod usage;

pub use file::{FileFolder, FileKey};
pub use id::{ChatId, DocumentId, ImageId, JobId, MessageId, UserId};
pub use job::JobStatus;
pub use message::{Effect, ImageAttachment, MessageRole, MessageStatus, MessageView, ToolCallRecord};
pub use run_event::{FinishReason, RunEvent, RunFailure};
pub use step::{Citation, Decision, RunStep, Step};
pub use tool::{PageStart, Provenance, Source, SourceAt, ToolCategory, ToolErrorKind};
pub use usage::Usage;
