//! `/mcp`: servers whose tools agents can use. Values of headers and variables go in and never come out.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use kuma_app::mcp::{self, CallbackQuery, McpPatch, McpServerView, McpToolView, NewMcpServer};
use kuma_types::Effect;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::extract::{Caller, CurrentUser, JsonBody, PathOf, QueryOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(edit, delete))
        .routes(routes!(refresh))
        .routes(routes!(connect, disconnect))
        .routes(routes!(callback))
        .routes(routes!(finish))
}

/// What Kuma is to login servers that read who their clients are.
pub(super) async fn client_metadata(State(state): State<ServerState>) -> Response {
    Json(mcp::client_metadata(&state.app)).into_response()
}

/// A tool of an MCP server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct McpTool {
    /// Its name at the server.
    name: String,
    /// Its name among the agents' tools.
    tool: String,
    /// The server's title for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What the server says that it does.
    description: String,
    /// What it counts as. Writes ask first.
    effect: Effect,
    /// Whether the server says that it only reads.
    read_only_hint: bool,
    /// Whether it is switched on.
    enabled: bool,
    /// The agents that do not get it, although they get the server.
    disabled_for: Vec<String>,
    /// Since when the server defines it like this.
    changed_at: DateTime<Utc>,
}

impl From<McpToolView> for McpTool {
    fn from(view: McpToolView) -> Self {
        Self {
            name: view.name,
            tool: view.tool,
            title: view.title,
            description: view.description,
            effect: view.effect,
            read_only_hint: view.read_only_hint,
            enabled: view.enabled,
            disabled_for: view.disabled_for,
            changed_at: view.since,
        }
    }
}

/// An MCP server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
struct McpServer {
    /// Its id.
    id: Uuid,
    /// What to call it.
    name: String,
    /// `http` or `stdio`.
    transport: &'static str,
    /// Where it is, over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The program, for those who may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    /// The program's arguments, for those who may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Vec<String>>,
    /// The names of the headers that are set; never their values.
    headers: Vec<String>,
    /// The names of the variables that are set; never their values.
    env: Vec<String>,
    /// `user`: yours alone; `global`: everybody's.
    scope: &'static str,
    /// The agents that get its tools; null: all.
    #[schema(required)]
    agents: Option<Vec<String>>,
    /// Whether its word that a tool only reads is believed.
    trust_read_only_hint: bool,
    /// Whether it is used at all.
    enabled: bool,
    /// Whether you may change it.
    can_edit: bool,
    /// `connected`, `needs_auth`, `error` or `disabled`.
    status: &'static str,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Whether it asks people to log in.
    uses_login: bool,
    /// Whether you have.
    is_logged_in: bool,
    /// When it last answered.
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// Its tools as they were last listed.
    tools: Vec<McpTool>,
}

impl From<McpServerView> for McpServer {
    fn from(view: McpServerView) -> Self {
        let (command, args) = view.command.unzip();
        Self {
            id: view.id,
            name: view.name,
            transport: view.transport,
            url: view.url,
            command,
            args,
            headers: view.headers,
            env: view.env,
            scope: if view.is_global { "global" } else { "user" },
            agents: view.agents,
            trust_read_only_hint: view.trust_read_only_hint,
            enabled: view.enabled,
            can_edit: view.can_edit,
            status: view.status.as_str(),
            error: view.error,
            uses_login: view.uses_login,
            is_logged_in: view.is_logged_in,
            last_seen_at: view.last_seen_at,
            created_at: view.created_at,
            tools: view.tools.into_iter().map(McpTool::from).collect(),
        }
    }
}

/// The MCP servers.
#[derive(Debug, Serialize, ToSchema)]
pub struct McpServersBody {
    /// Yours and everybody's, oldest first.
    items: Vec<McpServer>,
}

/// An MCP server, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct McpServerBody {
    /// The server.
    server: McpServer,
}

impl From<McpServerView> for McpServerBody {
    fn from(view: McpServerView) -> Self {
        Self { server: view.into() }
    }
}

/// List the MCP servers
#[utoipa::path(get, path = "/mcp/servers", tag = "mcp", operation_id = "listMcpServers", security(("bearer" = [])), responses(
    (status = 200, description = "Yours and everybody's, as they were when they were last called", body = McpServersBody),
))]
async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
) -> ApiResult<Json<McpServersBody>> {
    let servers = mcp::list(&state.app, &user).await?;
    Ok(Json(McpServersBody { items: servers.into_iter().map(McpServer::from).collect() }))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct NewMcpServerBody {
    /// What to call it; part of its tools' names.
    #[schema(required)]
    name: String,
    /// `http` (the default) or `stdio`, which needs an administrator.
    transport: Option<String>,
    /// Where it is, over HTTP.
    url: Option<String>,
    /// Headers of every request.
    headers: Option<BTreeMap<String, String>>,
    /// The program, for `stdio`.
    command: Option<String>,
    /// Its arguments.
    args: Option<Vec<String>>,
    /// Its environment, beside `PATH`.
    env: Option<BTreeMap<String, String>>,
    /// `user` (the default): yours alone; `global`: everybody's, which needs an administrator.
    scope: Option<String>,
    /// The agents that get its tools; none: all.
    agents: Option<Vec<String>>,
    /// Whether its word that a tool only reads is believed.
    trust_read_only_hint: Option<bool>,
}

/// Add an MCP server
///
/// Connects to it within a bound. A server that cannot be used now is added all the same, and its status says why; what
/// the guard against private addresses refuses is not.
#[utoipa::path(post, path = "/mcp/servers", tag = "mcp", operation_id = "addMcpServer", security(("bearer" = [])), request_body = NewMcpServerBody, responses(
    (status = 201, description = "Added, with its tools or what is wrong", body = McpServerBody),
))]
async fn add(
    State(state): State<ServerState>,
    Caller { user, in_person }: Caller,
    JsonBody(body): JsonBody<NewMcpServerBody>,
) -> ApiResult<(StatusCode, Json<McpServerBody>)> {
    let new = NewMcpServer {
        name: body.name,
        transport: body.transport,
        url: body.url,
        headers: body.headers.unwrap_or_default(),
        command: body.command,
        args: body.args.unwrap_or_default(),
        env: body.env.unwrap_or_default(),
        scope: body.scope,
        agents: body.agents,
        trust_read_only_hint: body.trust_read_only_hint.unwrap_or_default(),
        in_person,
    };
    let added = mcp::add(&state.app, &user, new).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct McpServerPatchBody {
    /// What to call it. Its tools keep their names.
    name: Option<String>,
    /// Where it is, over HTTP. Headers are forgotten when the server is another one.
    url: Option<String>,
    /// Headers to set, or with null to remove; the others stay.
    headers: Option<BTreeMap<String, Option<String>>>,
    /// The program.
    command: Option<String>,
    /// Its arguments, all of them.
    args: Option<Vec<String>>,
    /// Variables to set, or with null to remove; the others stay.
    env: Option<BTreeMap<String, Option<String>>>,
    /// The agents that get its tools; null: all.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    #[expect(clippy::option_option, reason = "not given and null are different things")]
    agents: Option<Option<Vec<String>>>,
    /// Whether its word that a tool only reads is believed.
    trust_read_only_hint: Option<bool>,
    /// Whether it is used at all.
    enabled: Option<bool>,
    /// Its tools that are switched off, by their names at the server.
    disabled_tools: Option<Vec<String>>,
    /// Tools by their names at the server, each with the agents that do not get it; tools that are not named stay as
    /// they are. A tool that the server offers anew is on for all of its agents.
    disabled_for: Option<BTreeMap<String, Vec<String>>>,
}

/// A field that is there, even as null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Change an MCP server
#[utoipa::path(patch, path = "/mcp/servers/{id}", tag = "mcp", operation_id = "editMcpServer", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The server")), request_body = McpServerPatchBody, responses(
    (status = 200, description = "Changed; called again when it is reached in another way now", body = McpServerBody),
))]
async fn edit(
    State(state): State<ServerState>,
    Caller { user, in_person }: Caller,
    PathOf(id): PathOf<Uuid>,
    JsonBody(body): JsonBody<McpServerPatchBody>,
) -> ApiResult<Json<McpServerBody>> {
    let patch = McpPatch {
        name: body.name,
        url: body.url,
        headers: body.headers.unwrap_or_default(),
        command: body.command,
        args: body.args,
        env: body.env.unwrap_or_default(),
        agents: body.agents,
        trust_read_only_hint: body.trust_read_only_hint,
        enabled: body.enabled,
        disabled_tools: body.disabled_tools,
        disabled_for: body.disabled_for.unwrap_or_default(),
        in_person,
    };
    Ok(Json(mcp::edit(&state.app, &user, id, patch).await?.into()))
}

/// Remove an MCP server
#[utoipa::path(delete, path = "/mcp/servers/{id}", tag = "mcp", operation_id = "deleteMcpServer", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The server")), responses(
    (status = 204, description = "It is gone, with everything granted on it"),
))]
async fn delete(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<StatusCode> {
    mcp::delete(&state.app, &user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Call an MCP server now
#[utoipa::path(post, path = "/mcp/servers/{id}/refresh", tag = "mcp", operation_id = "refreshMcpServer", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The server")), responses(
    (status = 200, description = "With its tools as they are now, or what is wrong", body = McpServerBody),
))]
async fn refresh(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<Json<McpServerBody>> {
    Ok(Json(mcp::refresh(&state.app, &user, id).await?.into()))
}

/// Where to log in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct McpConnectBody {
    /// The address for your browser.
    auth_url: String,
}

/// Begin to log in at an MCP server
#[utoipa::path(get, path = "/mcp/servers/{id}/connect", tag = "mcp", operation_id = "connectMcpServer", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The server")), responses(
    (status = 200, description = "Where your browser goes; it comes back to the callback, and you end the login there", body = McpConnectBody),
))]
async fn connect(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<Json<McpConnectBody>> {
    Ok(Json(McpConnectBody { auth_url: mcp::begin_login(&state.app, &user, id).await? }))
}

/// Log out at an MCP server
#[utoipa::path(delete, path = "/mcp/servers/{id}/connect", tag = "mcp", operation_id = "disconnectMcpServer", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The server")), responses(
    (status = 200, description = "What you granted is forgotten", body = McpServerBody),
))]
async fn disconnect(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<Json<McpServerBody>> {
    Ok(Json(mcp::log_out(&state.app, &user, id).await?.into()))
}

/// What a browser brought back from a login.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct McpCallback {
    /// The code, when you agreed.
    code: Option<String>,
    /// The state that the login was begun with.
    state: Option<String>,
    /// Who says that they sent it.
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

impl From<McpCallback> for CallbackQuery {
    fn from(came: McpCallback) -> Self {
        Self { code: came.code, state: came.state, iss: came.iss, error: came.error }
    }
}

/// Come back from an MCP server's login
///
/// For browsers. Ends nothing by itself: it leads to the web app, where the person who is signed in ends the login.
#[utoipa::path(get, path = "/mcp/callback", tag = "mcp", operation_id = "mcpCallback", params(McpCallback), responses(
    (status = 302, description = "To the web app's page that ends the login, with what was brought"),
))]
async fn callback(State(state): State<ServerState>, QueryOf(came): QueryOf<McpCallback>) -> Response {
    let mut response = Redirect::to(&mcp::login_page(&state.app, &came.into())).into_response();
    *response.status_mut() = StatusCode::FOUND;
    response
}

/// End a login at an MCP server
///
/// Once, within 15 minutes, and by whoever began it: brought back by another account, it is over and nothing is kept.
#[utoipa::path(post, path = "/mcp/login", tag = "mcp", operation_id = "finishMcpLogin", security(("bearer" = [])), request_body = McpCallback, responses(
    (status = 200, description = "You are logged in there", body = McpServerBody),
))]
async fn finish(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(came): JsonBody<McpCallback>,
) -> ApiResult<Json<McpServerBody>> {
    Ok(Json(mcp::finish_login(&state.app, &user, came.into()).await?.into()))
}
