//! Fake MCP servers: streamable HTTP in both eras of the protocol, and a program that speaks over standard input and
//! output (`kuma-fake-mcp`).
//!
//! Every name under `/mcp/` of a [`crate::Server`] is a server of its own, made when it is first called, with its own
//! script ([`McpScript`]), calls and notes. It checks what clients send against the protocol's rules. Its tools:
//!
//! | tool | reads only | what it does |
//! |---|---|---|
//! | `add_note {text}` | no | adds a note; recorded with its idempotency key |
//! | `delete_note {index}` | no | removes one |
//! | `list_notes` | yes | all notes |
//! | `get_letter {topic}` | yes | text that tells the reader to call `add_note` |
//! | `count {to}` | yes | counts with progress, then gives the number |
//! | `fail {message}` | yes | reports an error |
//! | `parts` | yes | a picture, a resource, a link |
//! | `ask_me` | yes | asks the client for a person's input and gives its answer |

mod http;
mod login;
mod protocol;
mod script;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::record::lock;
use crate::serve::{Options, Server};

pub(crate) use http::{McpBody, control, handle};
pub use protocol::{Outgoing, Session};
pub use script::{McpAuth, McpCall, McpEra, McpMode, McpScript};

use login::Logins;

/// All fake MCP servers of a process, by name.
#[derive(Default)]
pub(crate) struct McpServers(Mutex<HashMap<String, Arc<FakeServer>>>);

impl McpServers {
    pub(crate) fn of(&self, name: &str) -> Arc<FakeServer> {
        Arc::clone(lock(&self.0).entry(name.to_owned()).or_default())
    }

    pub(crate) fn reset(&self) {
        lock(&self.0).clear();
    }
}

/// One fake MCP server, however it is spoken to.
#[derive(Default)]
pub struct FakeServer {
    script: Mutex<McpScript>,
    calls: Mutex<Vec<McpCall>>,
    notes: Mutex<Vec<String>>,
    sessions: Mutex<HashMap<String, Session>>,
    violations: Mutex<Vec<String>>,
    requests: Mutex<Vec<String>>,
    logins: Logins,
}

impl FakeServer {
    /// How it behaves from now on. Clients that listen are told when its tools are others.
    pub fn set(&self, script: McpScript) {
        let changed = {
            let mut current = lock(&self.script);
            let changed = current.tools() != script.tools();
            *current = script;
            changed
        };
        if changed {
            for session in lock(&self.sessions).values() {
                session.notify("notifications/tools/list_changed");
            }
        }
    }

    /// How it behaves.
    pub fn script(&self) -> McpScript {
        lock(&self.script).clone()
    }

    /// Every call of a tool so far, oldest first.
    pub fn calls(&self) -> Vec<McpCall> {
        lock(&self.calls).clone()
    }

    /// The calls of one tool.
    pub fn calls_of(&self, tool: &str) -> Vec<McpCall> {
        self.calls().into_iter().filter(|call| call.tool == tool).collect()
    }

    /// The notes.
    pub fn notes(&self) -> Vec<String> {
        lock(&self.notes).clone()
    }

    /// The protocol's methods that were called, in order.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.requests).clone()
    }

    /// The rules of the protocol that clients broke, forgotten with this call.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.violations))
    }

    /// Access tokens that it gave out are not taken any more; tokens that renew are.
    pub fn expire_tokens(&self) {
        self.logins.expire();
    }

    /// No token that it gave out is taken any more.
    pub fn revoke_tokens(&self) {
        self.logins.revoke();
    }

    /// How many people are logged in.
    pub fn people(&self) -> usize {
        self.logins.people()
    }

    /// How often tokens were renewed.
    pub fn renewals(&self) -> usize {
        self.logins.renewals()
    }

    /// Forgets all sessions: clients have to begin anew.
    pub fn forget_sessions(&self) {
        lock(&self.sessions).clear();
    }

    fn violate(&self, rule: impl Into<String>) {
        lock(&self.violations).push(rule.into());
    }

    fn state(&self) -> Value {
        serde_json::json!({
            "script": self.script(),
            "calls": self.calls(),
            "notes": self.notes(),
            "requests": self.requests(),
            "violations": *lock(&self.violations),
            "renewals": self.renewals(),
        })
    }
}

/// A fake MCP server over HTTP on a port of its own. Dropping it ends it, and fails the test if a client broke a rule
/// of the protocol.
pub struct FakeMcp {
    server: Server,
    fake: Arc<FakeServer>,
}

impl FakeMcp {
    /// Starts it on a random loopback port.
    ///
    /// # Panics
    /// When no port can be bound.
    pub async fn start() -> Self {
        Self::with(McpScript::default()).await
    }

    /// Starts it with a script.
    ///
    /// # Panics
    /// When no port can be bound.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its fake")]
    pub async fn with(script: McpScript) -> Self {
        let options = Options { vendor: None, port: 0, keep_requests: 0, check: true };
        let server = Server::start(options).await.expect("a loopback port for the fake");
        let fake = server.shared.mcp.of("fake");
        fake.set(script);
        Self { server, fake }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The address of its MCP endpoint.
    pub fn url(&self) -> String {
        format!("http://{}/mcp/fake", self.address())
    }
}

impl std::ops::Deref for FakeMcp {
    type Target = FakeServer;

    fn deref(&self) -> &FakeServer {
        &self.fake
    }
}

impl Drop for FakeMcp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let violations = self.fake.take_violations();
            assert!(violations.is_empty(), "clients broke rules of MCP: {violations:#?}");
        }
    }
}
