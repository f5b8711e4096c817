//! Connections to MCP servers, over streamable HTTP and as child processes, in both eras of the protocol
//! (with a handshake up to 2025-11-25, without one since).
//!
//! For `kuma-app` alone, which keeps the servers' settings, decides who may use which, and makes tools of what
//! is listed here. Nothing here is trusted to be friendly: HTTP goes through the guard of `kuma-net`, everything
//! a server says is bounded, and a server that asks something of Kuma (a model's answer, a person's input) is
//! told no.

mod bounds;
mod child;
mod connection;
mod definition;
mod error;
mod handler;
mod http_client;
mod login;
mod result;

pub use connection::{Call, Connection, Connector, Target};
pub use definition::Definition;
pub use error::{McpError, McpErrorKind};
pub use login::{Callback, Grant, GrantStore, GrantStoreError, Identity, PendingLogin};
pub use result::CallResult;
