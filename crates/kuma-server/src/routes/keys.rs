//! `/keys`: how programs act for their owner.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use kuma_app::keys::{self, ExposeSecret as _, KeyWish, MadeKey};
use kuma_app::rows::ApiKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::extract::{CurrentUser, InPerson, JsonBody, PageQuery, Paged, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// An API key, without the key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    /// Its id.
    id: Uuid,
    /// What you call it.
    name: String,
    /// The beginning of the key.
    prefix: String,
    /// What it may be used for: `full`, `chat` (`/v1`), `mcp` (`/mcp`).
    scopes: Vec<String>,
    /// When it was used last, to about a minute; null: never.
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
    /// From when on it does not work; null: it does not expire.
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.hint,
            scopes: key.scopes,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            created_at: key.created_at,
        }
    }
}

/// List my API keys
///
/// Newest first.
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "listKeys", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "One page", body = Paged<ApiKeyView>),
))]
async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    page: PageQuery,
) -> ApiResult<Json<Paged<ApiKeyView>>> {
    let keys = keys::list(&state.app, user.id, page.cursor(), page.limit()?).await?;
    Ok(Json(Paged::of(keys, ApiKeyView::from)))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
struct CreateKeyBody {
    /// What to call it, such as the program that will use it.
    #[schema(required, min_length = 1, max_length = 80)]
    name: String,
    /// What it may be used for: `full`, `chat`, `mcp`; `["full"]` when none are given.
    scopes: Option<Vec<String>>,
    /// From when on it does not work; none: it does not expire.
    expires_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeKeyBody {
    /// What is kept of it.
    api_key: ApiKeyView,
    /// The key itself: shown this once and never again.
    key: String,
}

/// Make an API key
///
/// Takes a session: a key cannot make keys. The answer is the only place where the key is ever shown.
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "createKey", security(("bearer" = [])), request_body = CreateKeyBody, responses(
    (status = 201, description = "The key", body = MadeKeyBody),
))]
async fn create(
    State(state): State<ServerState>,
    InPerson(user): InPerson,
    JsonBody(body): JsonBody<CreateKeyBody>,
) -> ApiResult<(StatusCode, Json<MadeKeyBody>)> {
    let wish = KeyWish { name: body.name, scopes: body.scopes, expires_at: body.expires_at };
    let MadeKey { key, row } = keys::create(&state.app, &user, wish).await?;
    let body = MadeKeyBody { api_key: row.into(), key: key.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Revoke an API key
///
/// It stops working at once. Takes a session.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", operation_id = "revokeKey", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The key")), responses(
    (status = 204, description = "It does not work any more"),
))]
async fn revoke(
    State(state): State<ServerState>,
    InPerson(user): InPerson,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<StatusCode> {
    keys::revoke(&state.app, &user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
