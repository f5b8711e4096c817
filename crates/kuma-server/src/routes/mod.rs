//! The routes, one folder or file per feature.

pub mod admin;
pub mod agents;
pub mod auth;
pub mod chats;
pub mod documents;
pub mod health;
pub mod models;
pub mod tools;

use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

/// Everything under `/api`.
pub fn api() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(chats::routes())
        .merge(agents::routes())
        .merge(tools::routes())
        .merge(documents::routes())
        .merge(models::routes())
        .merge(admin::routes())
        .merge(health::inside())
}
