//! Agents: made, changed and deleted.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use kuma_app::agents::{self, AgentChange, AgentWish};
use kuma_app::rows::Agent;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::extract::{Admin, JsonBody, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// An agent with its instructions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgentDetails)]
pub struct AgentDetails {
    /// Its name in `agentType`; never changes.
    name: String,
    /// For people.
    display_name: String,
    /// What it is good for: people and other agents choose it by this.
    description: String,
    /// Its instructions.
    system_prompt: String,
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
    /// It answers where nobody chose: it cannot be switched off or deleted.
    is_default: bool,
}

impl From<Agent> for AgentDetails {
    fn from(agent: Agent) -> Self {
        Self {
            is_default: agents::is_default(&agent.name),
            name: agent.name,
            display_name: agent.display_name,
            description: agent.description,
            system_prompt: agent.system_prompt,
            model: agent.model,
            temperature: agent.temperature,
            tools: agent.tools,
            is_active: agent.is_active,
        }
    }
}

/// All agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllAgentsBody {
    /// The oldest first.
    items: Vec<AgentDetails>,
}

/// An agent, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentBody {
    /// The agent.
    agent: AgentDetails,
}

/// List all agents
///
/// With their instructions, and those too that cannot be chosen.
#[utoipa::path(get, path = "/admin/agents", tag = "admin", operation_id = "listAllAgents", security(("bearer" = [])), responses(
    (status = 200, description = "All of them", body = AllAgentsBody),
))]
pub async fn list(State(state): State<ServerState>, Admin(_): Admin) -> ApiResult<Json<AllAgentsBody>> {
    let agents = agents::all(&state.app).await?;
    Ok(Json(AllAgentsBody { items: agents.into_iter().map(AgentDetails::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct CreateAgentBody {
    /// The word in the API: small letters, digits, `-` and `_`.
    #[schema(required, min_length = 1, max_length = 40, pattern = "^[a-z][a-z0-9_-]*$")]
    name: String,
    /// For people.
    #[schema(required, min_length = 1, max_length = 60)]
    display_name: String,
    /// What it is good for.
    #[schema(required, min_length = 1, max_length = 400)]
    description: String,
    /// Its instructions, at most 32 KiB.
    #[schema(required, min_length = 1)]
    system_prompt: String,
    /// Its own model; none or empty: the default one.
    model: Option<String>,
    /// 0 to 2; none: the model's own.
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f32>,
    /// The tools it may use.
    tools: Vec<String>,
    /// Whether it can be chosen; it can when this is not given.
    is_active: bool,
}

impl Default for CreateAgentBody {
    fn default() -> Self {
        let (name, display_name, description, system_prompt) = Default::default();
        Self {
            name,
            display_name,
            description,
            system_prompt,
            model: None,
            temperature: None,
            tools: Vec::new(),
            is_active: true,
        }
    }
}

/// Make an agent
#[utoipa::path(post, path = "/admin/agents", tag = "admin", operation_id = "createAgent", security(("bearer" = [])), request_body = CreateAgentBody, responses(
    (status = 201, description = "The agent", body = AgentBody),
))]
pub async fn create(
    State(state): State<ServerState>,
    Admin(admin): Admin,
    JsonBody(body): JsonBody<CreateAgentBody>,
) -> ApiResult<(StatusCode, Json<AgentBody>)> {
    let wish = AgentWish {
        name: body.name,
        display_name: body.display_name,
        description: body.description,
        system_prompt: body.system_prompt,
        model: body.model,
        temperature: body.temperature,
        tools: body.tools,
        is_active: body.is_active,
    };
    let agent = agents::create(&state.app, &admin, wish).await?;
    Ok((StatusCode::CREATED, Json(AgentBody { agent: agent.into() })))
}

/// Look at an agent
#[utoipa::path(get, path = "/admin/agents/{name}", tag = "admin", operation_id = "getAgent", security(("bearer" = [])), params(("name" = String, Path, description = "The agent")), responses(
    (status = 200, description = "The agent", body = AgentBody),
))]
pub async fn get(
    State(state): State<ServerState>,
    Admin(_): Admin,
    PathOf(name): PathOf<String>,
) -> ApiResult<Json<AgentBody>> {
    Ok(Json(AgentBody { agent: agents::get(&state.app, &name).await?.into() }))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "left out, null and a value are three things")]
pub struct UpdateAgentBody {
    /// For people.
    display_name: Option<String>,
    /// What it is good for.
    description: Option<String>,
    /// Its instructions.
    system_prompt: Option<String>,
    /// Another model; null or empty: the default one.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    model: Option<Option<String>>,
    /// Another temperature; null: the model's own.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<f32>, minimum = 0, maximum = 2)]
    temperature: Option<Option<f32>>,
    /// Other tools, in place of all it has.
    tools: Option<Vec<String>>,
    /// Whether it can be chosen.
    is_active: Option<bool>,
}

/// A field that is there, if only as null.
#[expect(clippy::option_option, reason = "left out, null and a value are three things")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Change an agent
///
/// Runs that are under way go on as they began.
#[utoipa::path(patch, path = "/admin/agents/{name}", tag = "admin", operation_id = "updateAgent", security(("bearer" = [])), params(("name" = String, Path, description = "The agent")), request_body = UpdateAgentBody, responses(
    (status = 200, description = "The changed agent", body = AgentBody),
))]
pub async fn update(
    State(state): State<ServerState>,
    Admin(admin): Admin,
    PathOf(name): PathOf<String>,
    JsonBody(body): JsonBody<UpdateAgentBody>,
) -> ApiResult<Json<AgentBody>> {
    let change = AgentChange {
        display_name: body.display_name,
        description: body.description,
        system_prompt: body.system_prompt,
        model: body.model,
        temperature: body.temperature,
        tools: body.tools,
        is_active: body.is_active,
    };
    Ok(Json(AgentBody { agent: agents::update(&state.app, &admin, &name, change).await?.into() }))
}

/// Delete an agent
///
/// Its chats go on with the default agent.
#[utoipa::path(delete, path = "/admin/agents/{name}", tag = "admin", operation_id = "deleteAgent", security(("bearer" = [])), params(("name" = String, Path, description = "The agent")), responses(
    (status = 204, description = "It is gone"),
))]
pub async fn delete(
    State(state): State<ServerState>,
    Admin(admin): Admin,
    PathOf(name): PathOf<String>,
) -> ApiResult<StatusCode> {
    agents::delete(&state.app, &admin, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
