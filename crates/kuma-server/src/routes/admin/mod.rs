//! `/admin`: for administrators only.

mod agents;
mod jobs;
mod log;
mod providers;
mod settings;
mod stats;
mod tools;
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
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::get, agents::update, agents::delete))
        .routes(routes!(tools::list))
        .routes(routes!(tools::update))
        .routes(routes!(log::list))
        .routes(routes!(settings::get, settings::update))
        .routes(routes!(providers::list))
        .routes(routes!(providers::put, providers::delete))
}
