//! `/auth`: accounts and sessions.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use kuma_app::auth;
use kuma_app::rows::{Role, User};
use kuma_types::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::{CurrentUser, InPerson, JsonBody};
use crate::limits::Limit;
use crate::middleware::address::ClientAddress;
use crate::problem::ApiResult;
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(signup))
        .routes(routes!(login))
        .routes(routes!(me, update_me, delete_me))
        .routes(routes!(change_password))
        .routes(routes!(logout_all))
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub enum RoleView {
    /// Everything on this server's settings.
    Admin,
    /// Their own things.
    User,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::User => Self::User,
        }
    }
}

impl From<RoleView> for Role {
    fn from(role: RoleView) -> Self {
        match role {
            RoleView::Admin => Self::Admin,
            RoleView::User => Self::User,
        }
    }
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserView {
    /// Its id.
    id: UserId,
    /// Its address, in lower case.
    email: String,
    /// What its owner wants to be called.
    name: String,
    /// What it may do.
    role: RoleView,
    /// The web app's settings for it.
    #[schema(value_type = Object)]
    preferences: Value,
    /// When it was created.
    created_at: chrono::DateTime<chrono::Utc>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role.into(),
            preferences: user.preferences,
            created_at: user.created_at,
        }
    }
}

/// An account, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBody {
    /// The account.
    pub user: UserView,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionBody {
    /// For the `Authorization: Bearer` header; valid for 7 days.
    token: String,
    /// Whose it is.
    user: UserView,
}

impl From<auth::Session> for SessionBody {
    fn from(session: auth::Session) -> Self {
        Self { token: session.token, user: session.user.into() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(default)]
#[derive(Default)]
struct SignupBody {
    /// The address to sign in with.
    #[schema(required, max_length = 254)]
    email: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(required, min_length = 8)]
    password: String,
    /// What to be called.
    #[schema(required, max_length = 80)]
    name: String,
}

/// Create an account
///
/// The first account becomes the administrator's.
#[utoipa::path(post, path = "/auth/signup", tag = "auth", operation_id = "signup", request_body = SignupBody, responses(
    (status = 201, description = "The account and its first session", body = SessionBody),
))]
async fn signup(
    State(state): State<ServerState>,
    ClientAddress(address): ClientAddress,
    JsonBody(body): JsonBody<SignupBody>,
) -> ApiResult<(StatusCode, Json<SessionBody>)> {
    state.limits.check_address(Limit::Signup, address)?;
    let session = auth::signup(&state.app, &body.email, &body.password, &body.name).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct LoginBody {
    /// The account's address.
    #[schema(required)]
    email: String,
    /// Its password.
    #[schema(required)]
    password: String,
}

/// Sign in
#[utoipa::path(post, path = "/auth/login", tag = "auth", operation_id = "login", request_body = LoginBody, responses(
    (status = 200, description = "A new session", body = SessionBody),
))]
async fn login(
    State(state): State<ServerState>,
    ClientAddress(address): ClientAddress,
    JsonBody(body): JsonBody<LoginBody>,
) -> ApiResult<Json<SessionBody>> {
    state.limits.check_address(Limit::Login, address)?;
    Ok(Json(auth::login(&state.app, &body.email, &body.password).await?.into()))
}

/// Who am I
#[utoipa::path(get, path = "/auth/me", tag = "auth", operation_id = "getMe", security(("bearer" = [])), responses(
    (status = 200, description = "The signed-in user", body = UserBody),
))]
async fn me(CurrentUser(user): CurrentUser) -> Json<UserBody> {
    Json(UserBody { user: user.into() })
}

#[derive(Deserialize, ToSchema)]
struct UpdateMeBody {
    /// What to be called.
    name: Option<String>,
    /// The web app's settings; replaces all of them.
    #[schema(value_type = Option<Object>)]
    preferences: Option<Value>,
}

/// Change my profile
#[utoipa::path(patch, path = "/auth/me", tag = "auth", operation_id = "updateMe", security(("bearer" = [])), request_body = UpdateMeBody, responses(
    (status = 200, description = "The changed account", body = UserBody),
))]
async fn update_me(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<UpdateMeBody>,
) -> ApiResult<Json<UserBody>> {
    let user = auth::update_profile(&state.app, &user, body.name.as_deref(), body.preferences).await?;
    Ok(Json(UserBody { user: user.into() }))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct DeleteMeBody {
    /// The current password, once more.
    #[schema(required)]
    password: String,
}

/// Erase my account and everything in it
#[utoipa::path(delete, path = "/auth/me", tag = "auth", operation_id = "deleteMe", security(("bearer" = [])), request_body = DeleteMeBody, responses(
    (status = 204, description = "It is gone"),
))]
async fn delete_me(
    State(state): State<ServerState>,
    InPerson(user): InPerson,
    JsonBody(body): JsonBody<DeleteMeBody>,
) -> ApiResult<StatusCode> {
    state.limits.check_user(Limit::Chat, user.id)?;
    auth::delete_account(&state.app, &user, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
struct PasswordBody {
    /// The one that is to be replaced.
    #[schema(required)]
    current_password: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(required, min_length = 8)]
    new_password: String,
}

/// Change my password
///
/// Every earlier token stops working: sign in again with the new password.
#[utoipa::path(post, path = "/auth/password", tag = "auth", operation_id = "changePassword", security(("bearer" = [])), request_body = PasswordBody, responses(
    (status = 204, description = "Changed"),
))]
async fn change_password(
    State(state): State<ServerState>,
    InPerson(user): InPerson,
    JsonBody(body): JsonBody<PasswordBody>,
) -> ApiResult<StatusCode> {
    state.limits.check_user(Limit::Chat, user.id)?;
    auth::change_password(&state.app, &user, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out everywhere
///
/// Every token of this account stops working, this one too.
#[utoipa::path(post, path = "/auth/logout-all", tag = "auth", operation_id = "logoutAll", security(("bearer" = [])), responses(
    (status = 204, description = "Signed out everywhere"),
))]
async fn logout_all(State(state): State<ServerState>, InPerson(user): InPerson) -> ApiResult<StatusCode> {
    auth::sign_out_everywhere(&state.app, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
