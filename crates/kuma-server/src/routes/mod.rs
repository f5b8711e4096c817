//! The routes, one folder or file per feature.

pub mod admin;
pub mod agents;
pub mod auth;
pub mod chats;
pub mod health;
pub mod mcp;
pub mod models;
pub mod tools;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

/// Everything under `/api`.
pub fn api() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(chats::routes())
        .merge(agents::routes())
        .merge(tools::routes())
        .merge(mcp::routes())
        .merge(models::routes())
        .merge(admin::routes())
        .merge(health::inside())
}

/// What others read of this server, beside the API and the web app.
pub fn public() -> Router<ServerState> {
    Router::new().route("/mcp-client.json", get(mcp::client_metadata))
}
