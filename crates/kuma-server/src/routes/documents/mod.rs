//! `/documents`: upload, list, read, search, ask.

mod ask;
mod crud;
mod events;
mod file;
mod upload;
mod view;

use axum::extract::DefaultBodyLimit;
use kuma_app::documents::FILE_MAX_BYTES;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;

/// Twice the largest file: what is a little too large is read to its end, so that the sender hears why.
const UPLOAD_MAX_BYTES: usize = 2 * FILE_MAX_BYTES as usize;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    let upload =
        OpenApiRouter::new().routes(routes!(upload::upload)).layer(DefaultBodyLimit::max(UPLOAD_MAX_BYTES));
    upload
        .routes(routes!(crud::list))
        .routes(routes!(crud::storage))
        .routes(routes!(ask::search))
        .routes(routes!(crud::get, crud::rename, crud::delete))
        .routes(routes!(crud::retry))
        .routes(routes!(events::events))
        .routes(routes!(file::file))
        .routes(routes!(file::text))
        .routes(routes!(ask::query))
        .routes(routes!(ask::locate))
}
