//! Runs of everybody.

use axum::Json;
use axum::extract::State;
use kuma_app::admin;
use kuma_types::JobStatus;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Admin, PageQuery, Paged, QueryOf};
use crate::problem::ApiResult;
use crate::routes::chats::JobView;
use crate::state::ServerState;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobsQuery {
    /// Only runs in this state.
    status: Option<JobStatus>,
}

/// List runs
///
/// Newest first. Never their text.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", operation_id = "listJobs", security(("bearer" = [])), params(JobsQuery, PageQuery), responses(
    (status = 200, description = "One page", body = Paged<JobView>),
))]
pub async fn list(
    State(state): State<ServerState>,
    Admin(_): Admin,
    page: PageQuery,
    QueryOf(query): QueryOf<JobsQuery>,
) -> ApiResult<Json<Paged<JobView>>> {
    let jobs = admin::jobs(&state.app, query.status, page.cursor(), page.limit()?).await?;
    Ok(Json(Paged::of(jobs, JobView::from)))
}
