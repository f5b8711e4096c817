//! Accounts.

use axum::Json;
use axum::extract::State;
use kuma_app::admin;
use kuma_types::UserId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Admin, AdminInPerson, JsonBody, PageQuery, Paged, PathOf};
use crate::problem::ApiResult;
use crate::routes::auth::{RoleView, UserBody, UserView};
use crate::state::ServerState;

/// List the accounts
#[utoipa::path(get, path = "/admin/users", tag = "admin", operation_id = "listUsers", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "One page", body = Paged<UserView>),
))]
pub async fn list(
    State(state): State<ServerState>,
    Admin(_): Admin,
    page: PageQuery,
) -> ApiResult<Json<Paged<UserView>>> {
    Ok(Json(Paged::of(admin::users(&state.app, page.cursor(), page.limit()?).await?, UserView::from)))
}

#[derive(Deserialize, ToSchema)]
pub struct UpdateUserBody {
    /// What the account may do.
    role: RoleView,
}

/// Change an account's role
#[utoipa::path(patch, path = "/admin/users/{id}", tag = "admin", operation_id = "updateUser", security(("bearer" = [])), params(("id" = UserId, Path, description = "The account")), request_body = UpdateUserBody, responses(
    (status = 200, description = "The changed account", body = UserBody),
))]
pub async fn update(
    State(state): State<ServerState>,
    AdminInPerson(user): AdminInPerson,
    PathOf(id): PathOf<UserId>,
    JsonBody(body): JsonBody<UpdateUserBody>,
) -> ApiResult<Json<UserBody>> {
    let user = admin::set_role(&state.app, &user, id, body.role.into()).await?;
    Ok(Json(UserBody { user: user.into() }))
}
