//! Connections that are there when they are needed: made at first use, shared, closed when idle, and not tried again
//! at once when they fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use kuma_mcp::{Connection, Connector, McpError, McpErrorKind, Target};
use kuma_net::ClientError;
use kuma_store::{McpAddress, McpSeen, McpServer, StoreError};
use kuma_types::UserId;
use tokio::time::Instant;
use uuid::Uuid;

use super::known::{self, Known};
use super::{McpConfig, secrets};
use crate::App;
use crate::error::{AppError, Result};

/// How long a server over HTTP may take to be ready, its tools listed.
const HTTP_TIME: Duration = Duration::from_secs(20);
/// How long a program may take; some are fetched when they are started first.
const STDIO_TIME: Duration = Duration::from_mins(1);
/// When a connection that nobody uses is closed.
const HTTP_IDLE: Duration = Duration::from_mins(5);
const STDIO_IDLE: Duration = Duration::from_mins(15);
/// How long a server that failed once is left alone; twice as long each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How often idle connections are looked for.
const SWEEP: Duration = Duration::from_secs(30);

/// A server, and whose grant is used on it.
type Key = (Uuid, Option<UserId>);

/// The connections of this process.
pub(crate) struct Pool {
    connector: Connector,
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
    sweeping: AtomicBool,
    /// How long a server may be silent in a call before it is asked whether it is there.
    patience: Duration,
}

/// The place of one connection. Whoever holds the lock connects; others wait for what comes of it.
#[derive(Default)]
struct Slot {
    state: tokio::sync::Mutex<State>,
    /// Why it is left alone, and until when: seen without waiting.
    pause: Mutex<Option<Pause>>,
}

#[derive(Default)]
struct State {
    open: Option<Open>,
    failures: u32,
}

struct Open {
    ready: Ready,
    used: Instant,
    idle: Duration,
}

#[derive(Clone)]
struct Pause {
    until: Instant,
    version: DateTime<Utc>,
    error: McpError,
}

/// A connection that can be used, and its server and the tools of that now.
#[derive(Clone)]
pub(super) struct Ready {
    pub(super) connection: Arc<Connection>,
    pub(super) tools: Arc<Vec<Known>>,
    /// Its settings as they are now; the connection was made with them.
    pub(super) server: Arc<McpServer>,
}

impl Pool {
    /// An empty pool.
    pub(crate) fn new(config: &McpConfig) -> std::result::Result<Self, ClientError> {
        Ok(Self {
            connector: Connector::new(&config.allow_private)?,
            slots: Arc::default(),
            sweeping: AtomicBool::new(false),
            patience: config.patience,
        })
    }

    pub(super) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Key, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the server is left alone right now, if it is. Cheap.
    pub(super) fn paused(&self, server: &McpServer, user: UserId) -> Option<McpError> {
        let slot = Arc::clone(self.slots().get(&key(server, user))?);
        let pause = slot.pause.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        (pause.version == server.updated_at && pause.until > Instant::now()).then_some(pause.error)
    }

    /// The connection to a server, made now if there is none. `server` is as its caller knows it; what counts is what
    /// its settings say at this moment.
    pub(super) async fn ready(
        &self,
        app: &App,
        server: &McpServer,
        user: UserId,
    ) -> Result<std::result::Result<Ready, McpError>> {
        self.sweep_later();
        let (id, mut at) = (server.id, key(server, user));
        loop {
            let slot = Arc::clone(self.slots().entry(at).or_default());
            // Whoever held it may have held it for a minute.
            let mut state = slot.state.lock().await;
            let now = match app.store().mcp().latest(user, id).await {
                Ok(now) if now.enabled => Ok(Arc::new(now)),
                Ok(_) => Err("It is switched off now."),
                Err(StoreError::NotFound) => Err("It was removed."),
                Err(error) => return Err(error.into()),
            };
            let now = match now {
                Ok(now) => now,
                Err(why) => {
                    self.slots().remove(&at);
                    return Ok(Err(over(&mut state, why)));
                }
            };
            let its = key(&now, user);
            if its == at {
                return self.ready_now(app, now, user, &slot, &mut state).await;
            }
            // It asks people to log in by now, or does so no more.
            at = its;
        }
    }

    async fn ready_now(
        &self,
        app: &App,
        server: Arc<McpServer>,
        user: UserId,
        slot: &Slot,
        state: &mut State,
    ) -> Result<std::result::Result<Ready, McpError>> {
        if let Some(open) = state.open.take() {
            if open.ready.server.updated_at != server.updated_at {
                close(open);
                state.failures = 0;
            } else if open.ready.connection.is_closed() {
                let words = open.ready.connection.last_words();
                tracing::info!(server = %server.id, "an MCP server has closed its connection");
                // A program that ended by itself is not started over and over.
                if let Some(words) = words {
                    let error = McpError {
                        kind: McpErrorKind::Unreachable,
                        sentence: words,
                        challenge: None,
                        may_have_happened: false,
                    };
                    failed(app, &server, slot, state, &error).await?;
                }
            } else {
                let mut open = Open { used: Instant::now(), ..open };
                if open.ready.connection.take_tools_changed() {
                    let listed = list(app, &server, &open.ready.connection, &open.ready.tools);
                    let listed = match tokio::time::timeout(HTTP_TIME, listed).await {
                        Ok(listed) => listed?,
                        Err(_) => Err(McpError::timed_out(HTTP_TIME.as_secs())),
                    };
                    match listed {
                        Ok(tools) => open.ready.tools = Arc::new(tools),
                        Err(error) => {
                            close(open);
                            failed(app, &server, slot, state, &error).await?;
                            return Ok(Err(error));
                        }
                    }
                }
                let ready = open.ready.clone();
                state.open = Some(open);
                return Ok(Ok(ready));
            }
        }
        if let Some(error) = self.paused(&server, user) {
            return Ok(Err(error));
        }
        let is_program = matches!(server.address, McpAddress::Stdio { .. });
        let limit = if is_program { STDIO_TIME } else { HTTP_TIME };
        let target = target(app, &server, user)?;
        let connect = async {
            let connection = match self.connector.connect(&target).await {
                Ok(connection) => Arc::new(connection),
                Err(error) => return Ok(Err(error)),
            };
            let old = known::of(&server)?;
            let tools = list(app, &server, &connection, &old).await?;
            let server = Arc::clone(&server);
            Ok::<_, AppError>(tools.map(|tools| Ready { connection, tools: Arc::new(tools), server }))
        };
        let made = match tokio::time::timeout(limit, connect).await {
            Ok(made) => made?,
            Err(_) => Err(McpError::timed_out(limit.as_secs())),
        };
        match made {
            Ok(ready) => {
                state.failures = 0;
                *slot.pause.lock().unwrap_or_else(PoisonError::into_inner) = None;
                let idle = if is_program { STDIO_IDLE } else { HTTP_IDLE };
                state.open = Some(Open { ready: ready.clone(), used: Instant::now(), idle });
                Ok(Ok(ready))
            }
            Err(error) => {
                failed(app, &server, slot, state, &error).await?;
                if error.kind == McpErrorKind::NeedsAuth {
                    app.store().mcp().delete_grant(server.id, user).await?;
                }
                Ok(Err(error))
            }
        }
    }

    /// Notes that a call has failed in a way that says something about the server: it went away, it is silent, or a
    /// grant that was good for the connection is good no more. What was connected anew meanwhile stays.
    pub(super) async fn broke(&self, app: &App, broken: Ready, user: UserId, error: &McpError) -> Result<()> {
        if error.kind == McpErrorKind::Answered {
            return Ok(());
        }
        let server = Arc::clone(&broken.server);
        let slot = Arc::clone(self.slots().entry(key(&server, user)).or_default());
        let mut state = slot.state.lock().await;
        let same = |open: &mut Open| Arc::ptr_eq(&open.ready.connection, &broken.connection);
        let Some(open) = state.open.take_if(same) else { return Ok(()) };
        // The call is over: what it used may be closed.
        drop(broken);
        close(open);
        failed(app, &server, &slot, &mut state, error).await?;
        if error.kind == McpErrorKind::NeedsAuth {
            app.store().mcp().delete_grant(server.id, user).await?;
        }
        Ok(())
    }

    /// Forgets what was there, so that the next use connects anew, and at once.
    pub(super) async fn forget(&self, server: Uuid) {
        let slots: Vec<Arc<Slot>> = {
            let mut slots = self.slots();
            let keys: Vec<Key> = slots.keys().filter(|(id, _)| *id == server).copied().collect();
            keys.iter().filter_map(|key| slots.remove(key)).collect()
        };
        for slot in slots {
            if let Some(open) = slot.state.lock().await.open.take() {
                close(open);
            }
        }
    }

    /// From now on, what nobody uses is closed now and then, as long as there is this pool.
    fn sweep_later(&self) {
        if self.sweeping.swap(true, Ordering::Relaxed) {
            return;
        }
        let slots = Arc::downgrade(&self.slots);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(slots) = slots.upgrade() else { return };
                let all: Vec<Arc<Slot>> = {
                    let slots = slots.lock().unwrap_or_else(PoisonError::into_inner);
                    slots.values().map(Arc::clone).collect()
                };
                for slot in &all {
                    // Whoever holds it uses it.
                    let Ok(mut state) = slot.state.try_lock() else { continue };
                    let idle = |open: &mut Open| {
                        Arc::strong_count(&open.ready.connection) == 1 && open.used.elapsed() >= open.idle
                    };
                    if let Some(open) = state.open.take_if(idle) {
                        close(open);
                    }
                }
            }
        });
    }
}

/// Lists the tools and notes that the server is well.
async fn list(
    app: &App,
    server: &McpServer,
    connection: &Connection,
    old: &[Known],
) -> Result<std::result::Result<Vec<Known>, McpError>> {
    let listed = match connection.tools().await {
        Ok(listed) => listed,
        Err(error) => return Ok(Err(error)),
    };
    let tools = known::renew(old, listed, Utc::now());
    let kept = serde_json::to_value(&tools).map_err(AppError::internal)?;
    let seen = McpSeen {
        status: super::CONNECTED.to_owned(),
        error: None,
        tools: Some(kept),
        challenge: None,
        answered: true,
    };
    note(app, server, seen).await?;
    Ok(Ok(tools))
}

/// Notes a failure, and leaves the server alone for a while.
async fn failed(
    app: &App,
    server: &McpServer,
    slot: &Slot,
    state: &mut State,
    error: &McpError,
) -> Result<()> {
    let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(state.failures)).min(LONGEST_PAUSE);
    state.failures = state.failures.saturating_add(1);
    // A login changes that, and nothing else does: waiting helps nobody.
    let pause = if error.kind == McpErrorKind::NeedsAuth { Duration::ZERO } else { pause };
    *slot.pause.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Pause { until: Instant::now() + pause, version: server.updated_at, error: error.clone() });
    tracing::info!(server = %server.id, kind = ?error.kind, again_in = ?pause, "an MCP server cannot be used");
    let seen = match (&error.kind, super::sends_authorization(server)) {
        (McpErrorKind::NeedsAuth, false) => McpSeen {
            // Whether a person has logged in is theirs; the server itself is well.
            status: if server.status == super::ERROR {
                super::CONNECTED.to_owned()
            } else {
                server.status.clone()
            },
            error: None,
            tools: None,
            challenge: error
                .challenge
                .clone()
                .or_else(|| server.challenge.clone())
                .or_else(|| Some(String::new())),
            answered: true,
        },
        (McpErrorKind::NeedsAuth, true) => {
            seen_error("The server does not accept the Authorization header that you gave.")
        }
        _ => seen_error(&error.sentence),
    };
    note(app, server, seen).await
}

/// Keeps what was seen of a server, as long as its settings are those that it was seen with.
async fn note(app: &App, server: &McpServer, seen: McpSeen) -> Result<()> {
    if !app.store().mcp().saw(server.id, server.updated_at, seen).await? {
        tracing::debug!(server = %server.id, "an MCP server was changed while it was called");
    }
    Ok(())
}

/// There is nothing to connect to any more; why.
fn over(state: &mut State, why: &str) -> McpError {
    if let Some(open) = state.open.take() {
        close(open);
    }
    McpError {
        kind: McpErrorKind::Refused,
        sentence: why.to_owned(),
        challenge: None,
        may_have_happened: false,
    }
}

fn key(server: &McpServer, user: UserId) -> Key {
    let with_grant = server.challenge.is_some();
    (server.id, with_grant.then_some(user))
}

fn seen_error(sentence: &str) -> McpSeen {
    McpSeen {
        status: super::ERROR.to_owned(),
        error: Some(sentence.to_owned()),
        tools: None,
        challenge: None,
        answered: false,
    }
}

/// Ends a connection in its own time; calls that still use it end first.
fn close(open: Open) {
    if let Ok(connection) = Arc::try_unwrap(open.ready.connection) {
        tokio::spawn(connection.close());
    }
}

/// How to reach the server on behalf of a user.
fn target(app: &App, server: &McpServer, user: UserId) -> Result<Target> {
    let secrets = secrets::open_all(app, server)?;
    Ok(match &server.address {
        McpAddress::Http { url, .. } => Target::Http {
            url: url.clone(),
            headers: secrets,
            grants: server.challenge.is_some().then(|| secrets::grants(app, server.id, user)),
        },
        McpAddress::Stdio { command, args, .. } => {
            Target::Stdio { command: command.clone(), args: args.clone(), env: secrets }
        }
    })
}
