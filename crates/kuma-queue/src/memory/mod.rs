//! The three ports in one process: nothing to install, nothing to lose beside the rows.

mod journal;
mod queue;
mod signals;

pub use journal::MemoryJournal;
pub use queue::MemoryQueue;
pub use signals::MemorySignals;
