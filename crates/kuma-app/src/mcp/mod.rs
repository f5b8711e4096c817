//! MCP servers: other programs' tools for agents.
//!
//! A person adds servers of their own, an administrator those for everybody and those that run as a program here.
//! What a server offers is kept, so that a run is offered its tools without a connection; the connection is made at
//! the first call, by whichever process makes it. Nothing that a server says is trusted: its descriptions are fenced,
//! its results taint the run, its tools count as writes unless its owner believes what it says of them, and an
//! allowance holds for the definition that was allowed.

mod address;
mod known;
mod login;
mod offer;
mod pool;
mod secrets;
mod servers;
mod switches;
mod tool;
mod view;

use std::time::Duration;

use kuma_store::{McpAddress, McpServer};
use uuid::Uuid;

pub(crate) use login::revoke_all;
pub use login::{CallbackQuery, begin_login, client_metadata, finish_login, log_out, login_page};
pub(crate) use offer::{Offered, allow, by_name, offered};
pub(crate) use pool::Pool;
pub(crate) use servers::stop_programs;
pub use servers::{McpPatch, NewMcpServer, add, delete, edit, list, refresh};
pub use view::{McpServerView, McpStatus, McpToolView};

/// The status of a server that was well when it was last called.
const CONNECTED: &str = "connected";
/// The status of one that was not.
const ERROR: &str = "error";
/// The status of one that was never ready yet.
const NEW: &str = "new";

/// How long a server may be silent in the middle of a call, usually. Programs that do one thing at a time say nothing
/// while they work.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Where Kuma is, for logins that come back to it, and how it treats servers.
#[derive(Clone, Debug)]
pub struct McpConfig {
    /// What servers may be at although it is private (`KUMA_ALLOW_PRIVATE_HOSTS`).
    pub allow_private: kuma_net::AllowList,
    /// Where browsers reach the API, without a trailing slash.
    pub public_url: String,
    /// Where browsers reach the web app, without a trailing slash.
    pub frontend_url: String,
    /// How long a server may be silent in a call before it is asked whether it is there at all ([`PATIENCE`]).
    pub patience: Duration,
}

/// Whether the server gets a header of its owner's that says who they are: then no login helps.
fn sends_authorization(server: &McpServer) -> bool {
    match &server.address {
        McpAddress::Http { headers, .. } => {
            headers.keys().any(|name| name.eq_ignore_ascii_case("authorization"))
        }
        McpAddress::Stdio { .. } => false,
    }
}

/// Whether the user has to log in first.
fn wants_login(server: &McpServer, granted: &[Uuid]) -> bool {
    server.challenge.is_some() && !sends_authorization(server) && !granted.contains(&server.id)
}

/// What to do about that.
fn log_in(name: &str) -> String {
    format!("Connect {name} under Settings → MCP servers to let Kuma use its tools.")
}
