//! `/agents`: who answers.

use axum::Json;
use axum::extract::State;
use kuma_app::agents;
use kuma_app::rows::Agent;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::CurrentUser;
use crate::problem::ApiResult;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Agent)]
pub struct AgentView {
    /// Its name in `agentType`.
    name: String,
    /// For people.
    display_name: String,
    /// What it is good for.
    description: String,
    /// Its own model; null: the default one.
    #[schema(required)]
    model: Option<String>,
    /// Its own temperature; null: the model's.
    #[schema(required)]
    temperature: Option<f32>,
    /// The tools it may use.
    tools: Vec<String>,
    /// Whether it can be chosen.
    is_active: bool,
}

impl From<Agent> for AgentView {
    fn from(agent: Agent) -> Self {
        Self {
            name: agent.name,
            display_name: agent.display_name,
            description: agent.description,
            model: agent.model,
            temperature: agent.temperature,
            tools: agent.tools,
            is_active: agent.is_active,
        }
    }
}

/// The agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentsBody {
    /// The default one first.
    items: Vec<AgentView>,
}

/// List the agents
#[utoipa::path(get, path = "/agents", tag = "agents", operation_id = "listAgents", security(("bearer" = [])), responses(
    (status = 200, description = "Those that can be chosen", body = AgentsBody),
))]
async fn list(State(state): State<ServerState>, CurrentUser(_): CurrentUser) -> ApiResult<Json<AgentsBody>> {
    let agents = agents::list(&state.app).await?;
    Ok(Json(AgentsBody { items: agents.into_iter().map(AgentView::from).collect() }))
}
