//! `/models`: what agents answer with.

use axum::Json;
use axum::extract::State;
use kuma_app::models::{self, Capability, ModelInfo};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::CurrentUser;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Model)]
pub struct ModelView {
    /// `provider/model`
    id: String,
    /// The provider's name.
    provider: String,
    /// For people.
    name: String,
    /// Tokens it can hold, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    context_window: Option<u32>,
    /// What it can do: `chat`, `tools`, `vision`, `reasoning`.
    capabilities: Vec<&'static str>,
    /// A small model that shows how Kuma works and is no assistant.
    demo: bool,
}

impl From<ModelInfo> for ModelView {
    fn from(model: ModelInfo) -> Self {
        Self {
            id: model.id,
            provider: model.provider,
            name: model.name,
            context_window: model.context_window,
            capabilities: model.capabilities.into_iter().map(Capability::as_str).collect(),
            demo: model.demo,
        }
    }
}

/// The models.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelsBody {
    /// All that can be chosen.
    items: Vec<ModelView>,
    /// The one that answers when nobody chose; null: there is none.
    #[schema(required)]
    default: Option<String>,
}

/// List the models
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "listModels", security(("bearer" = [])), responses(
    (status = 200, description = "All that can be chosen", body = ModelsBody),
))]
async fn list(State(state): State<ServerState>, CurrentUser(_): CurrentUser) -> Json<ModelsBody> {
    let list = models::list(&state.app);
    Json(ModelsBody { items: list.items.into_iter().map(ModelView::from).collect(), default: list.default })
}
