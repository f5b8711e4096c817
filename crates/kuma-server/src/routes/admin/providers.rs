//! Model providers: keys are tested live before they are saved, and never shown again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use kuma_app::models::{self, NewProvider, ProviderView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Admin, JsonBody, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Provider)]
struct Provider {
    /// Its name in model ids.
    name: String,
    /// How it is spoken to: `openai`, `openai_responses`, `anthropic`, `gemini`, `ollama`, `openai_compatible` or `local`.
    kind: &'static str,
    /// For people.
    display_name: String,
    /// Where it is; null: the vendor's own address.
    #[schema(required)]
    base_url: Option<String>,
    /// Where its settings come from: `environment`, `settings`, `detected` or `local`.
    source: &'static str,
    /// The end of its key.
    #[schema(required)]
    key_hint: Option<String>,
    /// `ok`, `error` or `unchecked`.
    status: &'static str,
    /// Why it did not tell its models.
    #[schema(required)]
    error: Option<String>,
    /// How many models it has.
    models: usize,
}

impl From<ProviderView> for Provider {
    fn from(view: ProviderView) -> Self {
        Self {
            name: view.name,
            kind: view.kind.as_str(),
            display_name: view.display_name,
            base_url: view.base_url,
            source: view.source.as_str(),
            key_hint: view.key_hint,
            status: match (&view.error, view.asked) {
                (Some(_), _) => "error",
                (None, true) => "ok",
                (None, false) => "unchecked",
            },
            error: view.error.map(|error| error.to_failure().detail),
            models: view.models,
        }
    }
}

/// The providers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvidersBody {
    /// All of them, with their state.
    items: Vec<Provider>,
}

/// List the model providers
#[utoipa::path(get, path = "/admin/providers", tag = "admin", operation_id = "listProviders", security(("bearer" = [])), responses(
    (status = 200, description = "All of them, with their state", body = ProvidersBody),
))]
pub async fn list(State(state): State<ServerState>, Admin(_): Admin) -> ApiResult<Json<ProvidersBody>> {
    let providers = models::providers(&state.app).await?;
    Ok(Json(ProvidersBody { items: providers.into_iter().map(Provider::from).collect() }))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct PutProviderBody {
    /// `openai`, `openai_responses`, `anthropic`, `gemini`, `ollama` or `openai_compatible`.
    #[schema(required)]
    kind: String,
    /// For people.
    display_name: Option<String>,
    /// Where it is; none: the vendor's own address.
    base_url: Option<String>,
    /// Its key. None keeps the saved one, as long as the address stays.
    api_key: Option<String>,
}

/// A provider, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderBody {
    /// The provider.
    provider: Provider,
}

/// Save a model provider
///
/// Asks it for its models first: what does not work is not saved.
#[utoipa::path(put, path = "/admin/providers/{name}", tag = "admin", operation_id = "putProvider", security(("bearer" = [])), params(("name" = String, Path, description = "Its name in model ids")), request_body = PutProviderBody, responses(
    (status = 200, description = "Tested and saved", body = ProviderBody),
))]
pub async fn put(
    State(state): State<ServerState>,
    Admin(user): Admin,
    PathOf(name): PathOf<String>,
    JsonBody(body): JsonBody<PutProviderBody>,
) -> ApiResult<Json<ProviderBody>> {
    let new = NewProvider {
        kind: body.kind,
        display_name: body.display_name,
        base_url: body.base_url,
        api_key: body.api_key.map(Into::into),
    };
    let view = models::put(&state.app, &user, &name, new).await?;
    Ok(Json(ProviderBody { provider: view.into() }))
}

/// Forget a model provider and its key
#[utoipa::path(delete, path = "/admin/providers/{name}", tag = "admin", operation_id = "deleteProvider", security(("bearer" = [])), params(("name" = String, Path, description = "Its name in model ids")), responses(
    (status = 204, description = "It is gone"),
))]
pub async fn delete(
    State(state): State<ServerState>,
    Admin(user): Admin,
    PathOf(name): PathOf<String>,
) -> ApiResult<StatusCode> {
    models::delete(&state.app, &user, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
