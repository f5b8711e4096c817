//! `/tools`: what agents can do.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use kuma_app::tools::{self, ToolState};
use kuma_types::{Effect, ToolCategory};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::{CurrentUser, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(forget_allowance))
}

/// A tool.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tool)]
pub struct ToolView {
    /// Its name, as agents call it.
    name: String,
    /// For people.
    display_name: String,
    /// What it does.
    description: String,
    /// What it is about.
    category: ToolCategory,
    /// What it does to the world. Writes ask first.
    effect: Effect,
    /// The app it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    requires_app: Option<String>,
    /// Whether you can use it now.
    available: bool,
    /// How to get it, when you cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    how_to_get: Option<String>,
    /// You have allowed it for good: it only asks in runs that have read text from outside.
    allowed: bool,
    /// JSON Schema of its arguments.
    #[schema(value_type = Object)]
    input_schema: Value,
}

impl From<ToolState> for ToolView {
    fn from(state: ToolState) -> Self {
        let ToolState { info, available, how_to_get, requires_app, is_allowed } = state;
        Self {
            name: info.name,
            display_name: info.display_name,
            description: info.description,
            category: info.category,
            effect: info.effect,
            requires_app,
            available,
            how_to_get,
            allowed: is_allowed,
            input_schema: info.input_schema,
        }
    }
}

/// The tools.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolsBody {
    /// In the order in which they are offered.
    items: Vec<ToolView>,
}

/// List the tools
#[utoipa::path(get, path = "/tools", tag = "tools", operation_id = "listTools", security(("bearer" = [])), responses(
    (status = 200, description = "All of them, with what you can use now", body = ToolsBody),
))]
async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
) -> ApiResult<Json<ToolsBody>> {
    let tools = tools::list(&state.app, user.id).await?;
    Ok(Json(ToolsBody { items: tools.into_iter().map(ToolView::from).collect() }))
}

/// Have a tool ask again
///
/// Takes back what `remember` allowed when a call was approved.
#[utoipa::path(delete, path = "/tools/{name}/allowance", tag = "tools", operation_id = "forgetAllowance", security(("bearer" = [])), params(("name" = String, Path, description = "The tool")), responses(
    (status = 204, description = "From now on it asks"),
))]
async fn forget_allowance(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(name): PathOf<String>,
) -> ApiResult<StatusCode> {
    tools::forget_allowance(&state.app, user.id, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
