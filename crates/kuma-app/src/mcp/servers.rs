//! Servers in Settings: list, add, edit, remove, look again.

use std::collections::BTreeMap;

use chrono::Utc;
use kuma_mcp::McpErrorKind;
use kuma_store::{McpAddress, McpServer, NewAudit, Role, StoreError, User};
use kuma_types::UserId;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::address::{AddressPatch, change_address, elsewhere};
use super::view::{McpServerView, can_edit, view};
use super::{known, login, switches};
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// The most servers of one person, and of everybody.
const MOST: usize = 32;
/// The longest name, in characters.
const NAME: usize = 60;
/// How often a change is made anew because somebody else was faster.
const MOST_TRIES: u32 = 8;
const CHANGED_MEANWHILE: &str = "changed_meanwhile";
/// The longest text of any other field, in bytes.
pub(super) const TEXT: usize = 8 * 1024;
/// The most headers, variables, arguments or agents.
pub(super) const MANY: usize = 64;

/// A server to be added.
#[derive(Clone, Debug, Default)]
pub struct NewMcpServer {
    /// What to call it.
    pub name: String,
    /// `http` (also when none) or `stdio`.
    pub transport: Option<String>,
    /// Where it is, over HTTP.
    pub url: Option<String>,
    /// Headers of every request.
    pub headers: BTreeMap<String, String>,
    /// The program.
    pub command: Option<String>,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment, beside `PATH`.
    pub env: BTreeMap<String, String>,
    /// `user` (also when none) or `global`.
    pub scope: Option<String>,
    /// The agents that get its tools; none: all.
    pub agents: Option<Vec<String>>,
    /// Whether its word that a tool only reads is believed.
    pub trust_read_only_hint: bool,
    /// Whether the person asks, and no program with a key.
    pub in_person: bool,
}

/// What is to change about a server.
#[derive(Clone, Debug, Default)]
pub struct McpPatch {
    /// What to call it. Its tools keep their names.
    pub name: Option<String>,
    /// Where it is, over HTTP.
    pub url: Option<String>,
    /// Headers to set, or with none to remove; the others stay.
    pub headers: BTreeMap<String, Option<String>>,
    /// The program.
    pub command: Option<String>,
    /// Its arguments, all of them.
    pub args: Option<Vec<String>>,
    /// Variables to set, or with none to remove; the others stay.
    pub env: BTreeMap<String, Option<String>>,
    /// The agents that get its tools; none within: all.
    pub agents: Option<Option<Vec<String>>>,
    /// Whether its word that a tool only reads is believed.
    pub trust_read_only_hint: Option<bool>,
    /// Whether it is used at all.
    pub enabled: Option<bool>,
    /// Its tools that are switched off, by their names at the server.
    pub disabled_tools: Option<Vec<String>>,
    /// For the tools named here, the agents that do not get them; others stay.
    pub disabled_for: BTreeMap<String, Vec<String>>,
    /// Whether the person asks, and no program with a key.
    pub in_person: bool,
}

/// The servers that the user can use, and how they are. Makes no connection.
pub async fn list(app: &App, user: &User) -> Result<Vec<McpServerView>> {
    let servers = app.store().mcp().of_user(user.id).await?;
    let granted = app.store().mcp().granted(user.id).await?;
    servers.into_iter().map(|server| view(user, server, &granted)).collect()
}

/// Adds a server, connects to it, and tells its tools, or why it cannot be used. What the guard refuses is not added.
pub async fn add(app: &App, user: &User, new: NewMcpServer) -> Result<McpServerView> {
    let is_global = match new.scope.as_deref() {
        None | Some("user") => false,
        Some("global") => true,
        Some(_) => return Err(AppError::field("scope", "Say user or global.")),
    };
    let is_stdio = match new.transport.as_deref() {
        None | Some("http") => false,
        Some("stdio") => true,
        Some(_) => return Err(AppError::field("transport", "Say http or stdio.")),
    };
    if (is_global || is_stdio) && user.role != Role::Admin {
        let what = if is_stdio { "run a program on this server" } else { "add a server for everybody" };
        return Err(AppError::new(
            ErrorKind::Forbidden,
            "admin_only",
            format!("Only an administrator can {what}. Ask yours, or add one over HTTP for yourself."),
        ));
    }
    if is_stdio {
        by_themselves(new.in_person)?;
    }
    let id = Uuid::now_v7();
    let mut errors = FieldErrors::default();
    let name = check_name(&new.name, &mut errors);
    let mut server = McpServer {
        id,
        owner: (!is_global).then_some(user.id),
        slug: String::new(),
        name,
        address: if is_stdio {
            McpAddress::Stdio { command: String::new(), args: Vec::new(), env: BTreeMap::new() }
        } else {
            McpAddress::Http { url: String::new(), headers: BTreeMap::new() }
        },
        agents: None,
        trust_read_only_hint: new.trust_read_only_hint,
        enabled: true,
        disabled_tools: Vec::new(),
        disabled_for: BTreeMap::new(),
        tools: json!([]),
        status: super::NEW.to_owned(),
        error: None,
        challenge: None,
        last_seen_at: None,
        created_at: Utc::now(),
        updated_at: Utc::now(),
    };
    let all = |values: BTreeMap<String, String>| {
        values.into_iter().map(|(name, value)| (name, Some(value))).collect()
    };
    let address = AddressPatch {
        url: Some(new.url.unwrap_or_default()),
        headers: all(new.headers),
        command: Some(new.command.unwrap_or_default()),
        args: Some(new.args),
        env: all(new.env),
    };
    change_address(app, &mut server, address, &mut errors)?;
    change_agents(app, &mut server, new.agents, &mut errors).await?;
    errors.finish()?;
    let others = app.store().mcp().of_user(user.id).await?;
    let others: Vec<_> = others.iter().filter(|other| other.owner == server.owner).collect();
    if others.len() >= MOST {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "too_many_servers",
            format!("There are {MOST} MCP servers already. Remove one that is not needed any more."),
        ));
    }
    if others.iter().any(|other| other.name == server.name) {
        return Err(name_taken());
    }
    server.slug = free_slug(app, &server).await?;
    let created = app.store().mcp().create(server).await.map_err(|error| match error {
        StoreError::Conflict(_) => name_taken(),
        error => error.into(),
    })?;
    let made = app.mcp().ready(app, &created, user.id).await?;
    if let Err(error) = &made
        && error.kind == McpErrorKind::Refused
    {
        app.mcp().forget(id).await;
        app.store().mcp().delete(id).await?;
        return Err(AppError::field(if is_stdio { "command" } else { "url" }, error.sentence.clone()));
    }
    audit(app, user, "mcp.server_added", &created, json!({})).await?;
    seen(app, user, id).await
}

/// Changes a server. What its connection depends on takes effect with the next call. Two changes at once are
/// made one after the other: what is not named stays as the other made it.
pub async fn edit(app: &App, user: &User, id: Uuid, patch: McpPatch) -> Result<McpServerView> {
    for _ in 1..MOST_TRIES {
        match edit_once(app, user, id, patch.clone()).await {
            Err(error) if error.code == CHANGED_MEANWHILE => {}
            done => return done,
        }
    }
    edit_once(app, user, id, patch).await
}

async fn edit_once(app: &App, user: &User, id: Uuid, patch: McpPatch) -> Result<McpServerView> {
    let mut server = editable(app, user, id).await?;
    if patch.command.is_some() || patch.args.is_some() || !patch.env.is_empty() {
        by_themselves(patch.in_person)?;
    }
    let before = server.clone();
    let mut errors = FieldErrors::default();
    if let Some(name) = patch.name {
        server.name = check_name(&name, &mut errors);
    }
    let address = AddressPatch {
        url: patch.url,
        headers: patch.headers,
        command: patch.command,
        args: patch.args,
        env: patch.env,
    };
    change_address(app, &mut server, address, &mut errors)?;
    if let Some(agents) = patch.agents {
        change_agents(app, &mut server, agents, &mut errors).await?;
    }
    if let Some(disabled) = patch.disabled_tools {
        if disabled.len() > 256 || disabled.iter().any(|name| name.len() > TEXT) {
            errors.add("disabledTools", "These are more tools than a server has.");
        }
        server.disabled_tools = disabled;
    }
    switches::change(app, &mut server, patch.disabled_for, &mut errors).await?;
    errors.finish()?;
    server.trust_read_only_hint = patch.trust_read_only_hint.unwrap_or(server.trust_read_only_hint);
    server.enabled = patch.enabled.unwrap_or(server.enabled);
    if server.name != before.name {
        let others = app.store().mcp().of_user(user.id).await?;
        if others
            .iter()
            .any(|other| other.id != id && other.owner == server.owner && other.name == server.name)
        {
            return Err(name_taken());
        }
    }
    let saved = app.store().mcp().update(&server).await.map_err(|error| match error {
        StoreError::Conflict("updated_at") => AppError::new(
            ErrorKind::Conflict,
            CHANGED_MEANWHILE,
            "Somebody else changed this server at the same moment. Look at it again, and change it once more.",
        ),
        error => error.into(),
    })?;
    let moved = before.address != saved.address;
    if elsewhere(&before.address, &saved.address) {
        // What people granted and allowed was for another server.
        app.store().mcp().reset(id).await?;
        forget_allowances(app, &before).await?;
    }
    if moved || !saved.enabled {
        app.mcp().forget(id).await;
    }
    audit(app, user, "mcp.server_changed", &saved, changes(&before, &saved)).await?;
    if moved && saved.enabled {
        let saved = app.store().mcp().get(user.id, id).await?;
        // Whether it can be used is told by its status.
        drop(app.mcp().ready(app, &saved, user.id).await?);
    }
    seen(app, user, id).await
}

/// Removes a server, with what was granted on it.
pub async fn delete(app: &App, user: &User, id: Uuid) -> Result<()> {
    let server = editable(app, user, id).await?;
    for person in app.store().mcp().granted_by(id).await? {
        login::revoke(app, id, person).await;
    }
    app.store().mcp().delete(id).await?;
    forget_allowances(app, &server).await?;
    app.mcp().forget(id).await;
    audit(app, user, "mcp.server_removed", &server, json!({})).await
}

/// Connects anew, now, and tells what the server offers. For those who may change it: it closes everybody's connection.
pub async fn refresh(app: &App, user: &User, id: Uuid) -> Result<McpServerView> {
    let server = editable(app, user, id).await?;
    if server.enabled {
        app.mcp().forget(id).await;
        // Whether it can be used is told by its status.
        drop(app.mcp().ready(app, &server, user.id).await?);
    }
    seen(app, user, id).await
}

pub(super) async fn seen(app: &App, user: &User, id: Uuid) -> Result<McpServerView> {
    let server = app.store().mcp().get(user.id, id).await.map_err(not_found)?;
    let granted = app.store().mcp().granted(user.id).await?;
    view(user, server, &granted)
}

pub(super) fn not_found(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("MCP server"),
        error => error.into(),
    }
}

async fn editable(app: &App, user: &User, id: Uuid) -> Result<McpServer> {
    let server = app.store().mcp().get(user.id, id).await.map_err(not_found)?;
    if can_edit(user, &server) {
        return Ok(server);
    }
    Err(AppError::new(
        ErrorKind::Forbidden,
        "admin_only",
        "Only an administrator can do this: the MCP server is everybody's, or a program on this server.",
    ))
}

/// Another server under the same name, with tools that say the same, asks before it writes.
async fn forget_allowances(app: &App, server: &McpServer) -> Result<()> {
    let prefix = format!("mcp__{}__", server.slug);
    Ok(app.store().allowances().remove_all(server.owner, &prefix).await?)
}

/// What is run on this server is not said by a program with a key: whoever finds one must not be able to keep what
/// they found.
fn by_themselves(in_person: bool) -> Result<()> {
    if in_person {
        return Ok(());
    }
    Err(AppError::new(
        ErrorKind::Forbidden,
        "session_only",
        "An API key cannot say which program is run on this server. Sign in and do it there.",
    ))
}

/// Switches off the programs of somebody who is no administrator any more.
pub(crate) async fn stop_programs(app: &App, user: UserId) -> Result<()> {
    for mut server in app.store().mcp().of_user(user).await? {
        if server.owner == Some(user) && server.enabled && matches!(server.address, McpAddress::Stdio { .. })
        {
            server.enabled = false;
            match app.store().mcp().update(&server).await {
                // Somebody was faster: from the beginning, with what is there now.
                Err(StoreError::Conflict("updated_at")) => return Box::pin(stop_programs(app, user)).await,
                saved => drop(saved?),
            }
            app.mcp().forget(server.id).await;
        }
    }
    Ok(())
}

fn name_taken() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        "name_taken",
        "There is an MCP server of this name already. Choose another name.",
    )
}

fn check_name(name: &str, errors: &mut FieldErrors) -> String {
    let name = name.trim();
    if name.is_empty() {
        errors.add("name", "Give the server a name.");
    } else if name.chars().count() > NAME {
        errors.add("name", format!("At most {NAME} characters."));
    } else if name.chars().any(char::is_control) {
        errors.add("name", "One line, please.");
    }
    name.to_owned()
}

async fn change_agents(
    app: &App,
    server: &mut McpServer,
    agents: Option<Vec<String>>,
    errors: &mut FieldErrors,
) -> Result<()> {
    if let Some(agents) = &agents {
        if agents.len() > MANY {
            errors.add("agents", format!("At most {MANY}."));
            return Ok(());
        }
        for name in agents {
            if app.store().agents().by_name(name).await?.is_none() {
                let shown: String = name.chars().take(60).collect();
                errors.add("agents", format!("There is no agent “{shown}”."));
            }
        }
    }
    server.agents = agents;
    Ok(())
}

/// A part of tools' names that nobody else has who meets this server.
async fn free_slug(app: &App, server: &McpServer) -> Result<String> {
    let wanted = known::slug(&server.name);
    let mut slug = wanted.clone();
    let mut count = 1;
    while app.store().mcp().slug_is_taken(server.owner, &slug).await? {
        count += 1;
        let end = format!("-{count}");
        let start: String = wanted.chars().take(known::LONGEST_SLUG - end.len()).collect();
        slug = format!("{}{end}", start.trim_end_matches('_'));
    }
    Ok(slug)
}

/// What was changed, without values that may be secrets.
fn changes(before: &McpServer, after: &McpServer) -> Value {
    let names = |server: &McpServer| match &server.address {
        McpAddress::Http { headers, .. } => headers.keys().cloned().collect::<Vec<_>>(),
        McpAddress::Stdio { env, .. } => env.keys().cloned().collect(),
    };
    json!({
        "name": (before.name != after.name).then_some(&after.name),
        "moved": before.address != after.address,
        "secrets": names(after),
        "agents": after.agents,
        "trustReadOnlyHint": after.trust_read_only_hint,
        "enabled": after.enabled,
        "disabledTools": after.disabled_tools,
        "disabledFor": after.disabled_for,
    })
}

pub(super) async fn audit(
    app: &App,
    user: &User,
    action: &str,
    server: &McpServer,
    details: Value,
) -> Result<()> {
    let (transport, place) = match &server.address {
        McpAddress::Http { url, .. } => {
            let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
            ("http", host.unwrap_or_default())
        }
        McpAddress::Stdio { command, .. } => ("stdio", command.clone()),
    };
    let mut all = json!({
        "serverId": server.id,
        "transport": transport,
        "place": place,
        "scope": if server.owner.is_none() { "global" } else { "user" },
    });
    if let (Some(all), Value::Object(details)) = (all.as_object_mut(), details) {
        all.extend(details);
    }
    let entry = NewAudit {
        user_id: Some(user.id),
        action: action.to_owned(),
        subject: Some(server.name.clone()),
        details: all,
    };
    Ok(app.store().audit().add(entry).await?)
}
