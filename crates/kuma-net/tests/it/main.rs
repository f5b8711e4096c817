//! Downloads from a server that cuts, changes and refuses.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where its expectation fails")]

mod download;
mod host;
