//! How a run travels and is heard of: queue, run journal, signals.
//!
//! Three ports, each with a form in this process ([`memory`]) and one on Redis ([`redis`]), which
//! keep the same promises: the same tests run on both. The jobs table is the truth: the queue only carries ids, so losing it loses no run.
//! Used by `kuma-app::chats`, which submits, drives and follows runs; wired by the binary.

pub mod journal;
pub mod memory;
pub mod queue;
pub mod redis;
pub mod signals;

pub use journal::{EventStream, Journal, JournalError, NumberedEvent};
pub use queue::{DeadLetter, Delivery, Queue, QueueError, QueueStats};
pub use signals::{Signal, SignalStream, Signals, SignalsError};
