//! How much there is of everything.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use kuma_app::admin;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Admin;
use crate::problem::ApiResult;
use crate::state::ServerState;

/// Counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// Accounts.
    users: u64,
    /// Conversations.
    chats: u64,
    /// Turns in them.
    messages: u64,
    /// Runs by status.
    jobs: BTreeMap<String, u64>,
}

/// Count everything
#[utoipa::path(get, path = "/admin/stats", tag = "admin", operation_id = "getStats", security(("bearer" = [])), responses(
    (status = 200, description = "Counts", body = Stats),
))]
pub async fn get(State(server): State<ServerState>, Admin(_): Admin) -> ApiResult<Json<Stats>> {
    let stats = admin::stats(&server.app).await?;
    Ok(Json(Stats {
        users: stats.users,
        chats: stats.chats,
        messages: stats.messages,
        jobs: stats.jobs.into_iter().map(|(status, count)| (status.as_str().to_owned(), count)).collect(),
    }))
}
