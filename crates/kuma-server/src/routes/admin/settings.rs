//! What an administrator can set while the server runs.

use axum::Json;
use axum::extract::State;
use kuma_app::admin::{self, ServerSettings, SettingsChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Admin, JsonBody};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServerSettings)]
struct SettingsView {
    /// The model for chats, `provider/model`; null: the best there is.
    #[schema(required)]
    default_model: Option<String>,
    /// The model for titles and summaries; null: a cheap one of the same provider.
    #[schema(required)]
    small_model: Option<String>,
    /// Who may create an account: `open`, `invite` or `closed`.
    signup: &'static str,
}

/// The settings, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsBody {
    /// The settings.
    settings: SettingsView,
}

impl From<ServerSettings> for SettingsBody {
    fn from(settings: ServerSettings) -> Self {
        Self {
            settings: SettingsView {
                default_model: settings.default_model,
                small_model: settings.small_model,
                signup: settings.signup.as_str(),
            },
        }
    }
}

/// Read the settings
#[utoipa::path(get, path = "/admin/settings", tag = "admin", operation_id = "getSettings", security(("bearer" = [])), responses(
    (status = 200, description = "The settings", body = SettingsBody),
))]
pub async fn get(State(state): State<ServerState>, Admin(_): Admin) -> ApiResult<Json<SettingsBody>> {
    Ok(Json(admin::settings(&state.app).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateSettingsBody {
    /// A model of `GET /api/models`; an empty text goes back to the default.
    default_model: Option<String>,
    /// A model of `GET /api/models`; an empty text goes back to the default.
    small_model: Option<String>,
    /// `open`, `invite` or `closed`.
    signup: Option<String>,
}

/// Change the settings
#[utoipa::path(patch, path = "/admin/settings", tag = "admin", operation_id = "updateSettings", security(("bearer" = [])), request_body = UpdateSettingsBody, responses(
    (status = 200, description = "The changed settings", body = SettingsBody),
))]
pub async fn update(
    State(state): State<ServerState>,
    Admin(user): Admin,
    JsonBody(body): JsonBody<UpdateSettingsBody>,
) -> ApiResult<Json<SettingsBody>> {
    let change = SettingsChange {
        default_model: body.default_model,
        small_model: body.small_model,
        signup: body.signup,
    };
    Ok(Json(admin::update_settings(&state.app, &user, change).await?.into()))
}
