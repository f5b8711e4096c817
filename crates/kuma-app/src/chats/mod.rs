//! Chats and runs: submit a message, drive the run, follow its events.
//!
//! A run has three parts that share nothing but rows and the three ports of `kuma-queue`:
//! [`submit`] writes the rows and announces the job, the [`Runner`] claims and drives it, and
//! [`follow`] reads its journal. Reading never drives; a reader that goes away stops nothing. The
//! parts may be in one process or in many; a run whose driver dies is driven on by another.

mod again;
mod approve;
mod checkpoint;
mod crud;
mod drive;
mod finish;
mod follow;
mod group;
mod log;
mod recover;
mod runner;
mod sink;
mod steps;
mod submit;
mod summary;
mod title;
mod view;

pub use approve::decide;
pub use crud::{ChatChange, cancel, create, delete, get, job, list, messages, update};
pub use follow::{Follow, follow, follow_job};
pub use kuma_queue::{EventStream, NumberedEvent};
pub use runner::{Runner, Runs, SERVE_PREFIX, WORKER_PREFIX, sweep};
pub use submit::{NewMessage, edit, regenerate, submit};
pub use view::message_view;

pub(crate) use again::retry_any;
pub(crate) use crud::{cancel_any, stop_all};
pub(crate) use view::images_of;

/// Longest message, in bytes. Longer texts belong into documents.
pub const MESSAGE_MAX_BYTES: usize = 256 * 1024;
/// Longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 200;
