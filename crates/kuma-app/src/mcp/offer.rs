//! Which tools of MCP servers a user has.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use kuma_agent::tool::Tool;
use kuma_store::{Approval, McpServer};
use kuma_types::UserId;
use serde_json::Value;
use uuid::Uuid;

use super::tool::{Allowed, McpTool};
use super::{known, switches};
use crate::App;
use crate::error::Result;

/// The most of them that one run is offered: providers take no more than 128 in all.
const MOST: usize = 96;
/// The most tools of a server that is away that a model is told of.
const MOST_MISSING: usize = 8;
/// A server that was not heard of for so long is called before it is needed, beside the run.
const STALE_MINUTES: i64 = 15;

/// A tool that some agents get.
#[derive(Clone)]
pub(crate) struct Offered(McpTool);

impl Offered {
    /// The tool, if the agent gets it.
    pub(crate) fn for_agent(&self, agent: &str) -> Option<Arc<dyn Tool>> {
        Some(Arc::new(self.0.for_agent(agent)?))
    }

    /// The tool, whoever calls it.
    pub(crate) fn tool(&self) -> Arc<dyn Tool> {
        Arc::new(self.0.clone())
    }
}

/// The tools of all servers that the user can use. Makes no connection.
pub(crate) async fn offered(app: &App, user: UserId) -> Result<Vec<Offered>> {
    let servers = usable(app, user).await?;
    if servers.is_empty() {
        return Ok(Vec::new());
    }
    let tools = tools_of(app, user, &servers).await?;
    for server in servers {
        warm(app, server, user);
    }
    Ok(tools)
}

/// The user's tool of that name, if there is one.
pub(crate) async fn by_name(app: &App, user: UserId, name: &str) -> Result<Option<Arc<dyn Tool>>> {
    Ok(find(app, user, name).await?.map(|tool| Arc::new(tool) as Arc<dyn Tool>))
}

async fn find(app: &App, user: UserId, name: &str) -> Result<Option<McpTool>> {
    if !name.starts_with("mcp__") {
        return Ok(None);
    }
    let servers = usable(app, user).await?;
    let tools = tools_of(app, user, &servers).await?;
    Ok(tools.into_iter().map(|Offered(tool)| tool).find(|tool| tool.info().name == name))
}

/// Allows a tool for good, as the person was shown it. A tool that has changed since asks once more.
pub(crate) async fn allow(app: &App, user: UserId, asked: &Approval) -> Result<()> {
    let allowances = app.store().allowances();
    if !asked.tool.starts_with("mcp__") {
        return Ok(allowances.add(user, &asked.tool).await?);
    }
    match find(app, user, &asked.tool).await? {
        Some(tool) if tool.since() <= asked.created_at => {
            Ok(allowances.add_as(user, &asked.tool, Some(tool.fingerprint())).await?)
        }
        _ => Ok(()),
    }
}

async fn usable(app: &App, user: UserId) -> Result<Vec<McpServer>> {
    let mut servers = app.store().mcp().of_user(user).await?;
    servers.retain(|server| server.enabled);
    Ok(servers)
}

async fn tools_of(app: &App, user: UserId, servers: &[McpServer]) -> Result<Vec<Offered>> {
    let granted: Vec<Uuid> = if servers.iter().any(|server| server.challenge.is_some()) {
        app.store().mcp().granted(user).await?
    } else {
        Vec::new()
    };
    let allowed = app.store().allowances().with_fingerprints(user).await?;
    let mut offered: Vec<Offered> = Vec::new();
    for server in servers {
        let missing = missing(app, server, user, &granted);
        let tools = known::of(server)?;
        let names = known::names(&server.slug, &tools);
        // One for all of its tools, without what they are made of: a listing may be large.
        let server = Arc::new(McpServer { tools: Value::Array(Vec::new()), ..server.clone() });
        let on = tools
            .into_iter()
            .zip(names)
            .filter(|(known, _)| switches::gives(&server, &known.definition.name, None));
        let most = if missing.is_some() { MOST_MISSING } else { usize::MAX };
        for (known, name) in on.take(most) {
            let allowed = allowed.get(&name).map_or(Allowed::No, |print| Allowed::As(print.as_deref()));
            if offered.len() == MOST {
                tracing::warn!(most = MOST, "more tools of MCP servers than a run can be offered");
                return Ok(offered);
            }
            let tool = McpTool::new(app, &server, known, name, missing.clone(), allowed);
            offered.push(Offered(tool));
        }
    }
    Ok(offered)
}

/// Why a server's tools cannot be used now, in our own words: they go into the system prompt.
fn missing(app: &App, server: &McpServer, user: UserId, granted: &[Uuid]) -> Option<String> {
    if super::wants_login(server, granted) {
        return Some(super::log_in(&server.name));
    }
    app.mcp().paused(server, user).map(|_| {
        format!(
            "{} cannot be reached right now. Kuma tries again by itself; Settings → MCP servers tells what is wrong.",
            server.name
        )
    })
}

/// Calls a server that was not heard of for a while, without keeping anybody waiting: what it offers may have
/// changed, or it may be gone.
fn warm(app: &App, server: McpServer, user: UserId) {
    // Whether a login is still good shows when it is used.
    if server.challenge.is_some() {
        return;
    }
    let stale = Utc::now() - TimeDelta::minutes(STALE_MINUTES);
    if server.last_seen_at.is_some_and(|seen| seen > stale) || app.mcp().paused(&server, user).is_some() {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        // A failure is noted where the next run and the Settings find it.
        if let Err(error) = app.mcp().ready(&app, &server, user).await {
            tracing::warn!(%error, "an MCP server could not be called ahead");
        }
    });
}
