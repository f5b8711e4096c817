//! `/chat`: chats, messages, runs.

mod approvals;
mod crud;
mod form;
mod images;
mod jobs;
mod send;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

pub(crate) use send::CHAT_FIELDS;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(crud::list, crud::create))
        .routes(routes!(crud::get, crud::update, crud::delete))
        .routes(routes!(crud::messages))
        .routes(routes!(images::get))
        .routes(routes!(send::stream))
        .routes(routes!(send::regenerate))
        .routes(routes!(send::edit))
        .routes(routes!(jobs::get))
        .routes(routes!(jobs::events))
        .routes(routes!(jobs::cancel))
        .routes(routes!(approvals::decide))
}
