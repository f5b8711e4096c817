//! How a run travels and is heard of: queue, run journal, signals.
//!
//! Three ports, each with an in-process form here ([`memory`]); the forms on Redis come with the
//! workers. The jobs table is the truth: the queue only carries ids, so losing it loses no run.
//! Used by `kuma-app::chats`, which submits, drives and follows runs; wired by the binary.

pub mod journal;
pub mod memory;
pub mod queue;
pub mod signals;

pub use journal::{EventStream, Journal, JournalError, NumberedEvent};
pub use queue::{Delivery, Queue, QueueError};
pub use signals::{Signal, SignalStream, Signals, SignalsError};
