//! Tools, switched on and off for everybody.

use axum::Json;
use axum::extract::State;
use kuma_app::tools::{self, SwitchState};
use kuma_types::{Effect, ToolCategory};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Admin, JsonBody, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// A tool, and whether it is on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ToolSwitch)]
pub struct ToolSwitch {
    /// Its name, as agents call it.
    name: String,
    /// For people.
    display_name: String,
    /// What it does.
    description: String,
    /// What it is about.
    category: ToolCategory,
    /// What it does to the world.
    effect: Effect,
    /// Whether anybody can use it.
    is_active: bool,
}

impl From<SwitchState> for ToolSwitch {
    fn from(SwitchState { info, is_active }: SwitchState) -> Self {
        Self {
            name: info.name,
            display_name: info.display_name,
            description: info.description,
            category: info.category,
            effect: info.effect,
            is_active,
        }
    }
}

/// All tools of this server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolSwitchesBody {
    /// In the order in which they are offered.
    items: Vec<ToolSwitch>,
}

/// A tool, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolSwitchBody {
    /// The tool.
    tool: ToolSwitch,
}

/// List all tools
#[utoipa::path(get, path = "/admin/tools", tag = "admin", operation_id = "listToolSwitches", security(("bearer" = [])), responses(
    (status = 200, description = "All of them, with which are on", body = ToolSwitchesBody),
))]
pub async fn list(State(state): State<ServerState>, Admin(_): Admin) -> ApiResult<Json<ToolSwitchesBody>> {
    let tools = tools::switches(&state.app).await?;
    Ok(Json(ToolSwitchesBody { items: tools.into_iter().map(ToolSwitch::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateToolBody {
    /// Whether anybody can use it.
    is_active: bool,
}

/// Switch a tool on or off for everybody
#[utoipa::path(patch, path = "/admin/tools/{name}", tag = "admin", operation_id = "switchTool", security(("bearer" = [])), params(("name" = String, Path, description = "The tool")), request_body = UpdateToolBody, responses(
    (status = 200, description = "The changed tool", body = ToolSwitchBody),
))]
pub async fn update(
    State(state): State<ServerState>,
    Admin(admin): Admin,
    PathOf(name): PathOf<String>,
    JsonBody(body): JsonBody<UpdateToolBody>,
) -> ApiResult<Json<ToolSwitchBody>> {
    let tool = tools::switch(&state.app, &admin, &name, body.is_active).await?;
    Ok(Json(ToolSwitchBody { tool: tool.into() }))
}
