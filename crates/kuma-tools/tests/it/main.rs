//! The tools against services at the wire.
#![expect(clippy::unwrap_used, reason = "a test ends where its expectation fails")]

mod finance;
mod images;
mod memory;
mod page;
mod page_hostile;
mod registry;
mod research;
mod robots;
mod search;
mod search_chain;
mod support;
