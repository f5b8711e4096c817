//! `/admin`: for administrators only.

mod jobs;
mod log;
mod providers;
mod settings;
mod stats;
mod users;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(stats::get))
        .routes(routes!(users::list))
        .routes(routes!(users::update))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get, jobs::delete))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::queue))
        .routes(routes!(log::list))
        .routes(routes!(settings::get, settings::update))
        .routes(routes!(providers::list))
        .routes(routes!(providers::put, providers::delete))
}
