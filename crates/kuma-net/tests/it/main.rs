//! Downloads from a server that cuts, changes and refuses.

mod download;
mod host;
