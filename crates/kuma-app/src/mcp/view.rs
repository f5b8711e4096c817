//! A server as people see it. Never holds a value of a header or variable.

use chrono::{DateTime, Utc};
use kuma_store::{McpAddress, McpServer, Role, User};
use kuma_types::Effect;
use uuid::Uuid;

use super::known::{self, Known};
use crate::error::Result;

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpStatus {
    /// It was well when it was last called.
    Connected,
    /// You have to log in first.
    NeedsAuth,
    /// It was not; why is told.
    Error,
    /// It is switched off.
    Disabled,
}

impl McpStatus {
    /// The spelling in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsAuth => "needs_auth",
            Self::Error => "error",
            Self::Disabled => "disabled",
        }
    }
}

/// A tool of a server.
#[derive(Clone, Debug)]
pub struct McpToolView {
    /// Its name at the server.
    pub name: String,
    /// How models call it.
    pub tool: String,
    /// The server's title for it.
    pub title: Option<String>,
    /// What the server says that it does.
    pub description: String,
    /// What it counts as.
    pub effect: Effect,
    /// Whether the server says that it only reads.
    pub read_only_hint: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// The agents that do not get it, although they get the server.
    pub disabled_for: Vec<String>,
    /// Since when the server defines it like this.
    pub since: DateTime<Utc>,
}

/// A server.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct McpServerView {
    /// Its id.
    pub id: Uuid,
    /// What to call it.
    pub name: String,
    /// `http` or `stdio`.
    pub transport: &'static str,
    /// Where it is, over HTTP.
    pub url: Option<String>,
    /// The program and its arguments, for those who may change it.
    pub command: Option<(String, Vec<String>)>,
    /// The names of its headers, for those who may change it.
    pub headers: Vec<String>,
    /// The names of its variables, for those who may change it.
    pub env: Vec<String>,
    /// Whether it is everybody's.
    pub is_global: bool,
    /// The agents that get its tools; none: all.
    pub agents: Option<Vec<String>>,
    /// Whether its word that a tool only reads is believed.
    pub trust_read_only_hint: bool,
    /// Whether it is used at all.
    pub enabled: bool,
    /// Whether this person may change it.
    pub can_edit: bool,
    /// How it is.
    pub status: McpStatus,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether it asks people to log in.
    pub uses_login: bool,
    /// Whether this person has.
    pub is_logged_in: bool,
    /// When it last answered.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Its tools as they were last listed.
    pub tools: Vec<McpToolView>,
}

/// Whether the user may change it. Programs are administrators' alone, their own ones too: who is one no more cannot
/// say what is run here.
pub(super) fn can_edit(user: &User, server: &McpServer) -> bool {
    let is_admin = user.role == Role::Admin;
    let is_program = matches!(server.address, McpAddress::Stdio { .. });
    server.owner.map_or(is_admin, |owner| owner == user.id && (is_admin || !is_program))
}

/// Scheme, host and port: the rest of an address can hold a key.
fn host_of(url: &str) -> Option<String> {
    Some(super::address::origin(url)?.ascii_serialization())
}

pub(super) fn view(user: &User, server: McpServer, granted: &[Uuid]) -> Result<McpServerView> {
    let can_edit = can_edit(user, &server);
    let status = if !server.enabled {
        McpStatus::Disabled
    } else if super::wants_login(&server, granted) {
        McpStatus::NeedsAuth
    } else if server.status == super::ERROR {
        McpStatus::Error
    } else {
        McpStatus::Connected
    };
    let error = (status == McpStatus::Error).then(|| {
        // It may quote what a program of the operator's said.
        let told = server.error.clone().filter(|_| can_edit);
        told.unwrap_or_else(|| "It cannot be used right now. An administrator can see why.".to_owned())
    });
    let tools = known::of(&server)?;
    let names = known::names(&server.slug, &tools);
    let tools = tools.into_iter().zip(names).map(|(known, tool)| tool_view(&server, known, tool)).collect();
    let uses_login = server.challenge.is_some() && !super::sends_authorization(&server);
    let keys = |values: std::collections::BTreeMap<String, String>| {
        if can_edit { values.into_keys().collect() } else { Vec::new() }
    };
    let (transport, url, command, headers, env) = match server.address {
        McpAddress::Http { url, headers } => {
            ("http", if can_edit { Some(url) } else { host_of(&url) }, None, keys(headers), Vec::new())
        }
        McpAddress::Stdio { command, args, env } => {
            ("stdio", None, can_edit.then_some((command, args)), Vec::new(), keys(env))
        }
    };
    Ok(McpServerView {
        is_logged_in: granted.contains(&server.id),
        id: server.id,
        name: server.name,
        transport,
        url,
        command,
        headers,
        env,
        is_global: server.owner.is_none(),
        agents: server.agents,
        trust_read_only_hint: server.trust_read_only_hint,
        enabled: server.enabled,
        can_edit,
        status,
        error,
        uses_login,
        last_seen_at: server.last_seen_at,
        created_at: server.created_at,
        tools,
    })
}

fn tool_view(server: &McpServer, known: Known, tool: String) -> McpToolView {
    let Known { definition, since } = known;
    let reads = server.trust_read_only_hint && definition.read_only;
    McpToolView {
        effect: if reads { Effect::Read } else { Effect::Write },
        read_only_hint: definition.read_only,
        enabled: !server.disabled_tools.contains(&definition.name),
        disabled_for: server.disabled_for.get(&definition.name).cloned().unwrap_or_default(),
        name: definition.name,
        tool,
        title: definition.title,
        description: definition.description,
        since,
    }
}
