//! Downloads from a server that cuts, changes and refuses; and steered calls that must not get inside.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where its expectation fails")]

mod body;
mod download;
mod guard;
mod host;
