//! Runs by their job.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::StatusCode;
use kuma_app::chats;
use kuma_app::rows::Job;
use kuma_types::{ChatId, JobId, JobStatus, RunFailure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{CurrentUser, LastEventId, PathOf, QueryOf};
use crate::problem::ApiResult;
use crate::sse;
use crate::state::ServerState;

/// The record of a run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub struct JobView {
    /// The run.
    job_id: JobId,
    /// Its chat.
    chat_id: ChatId,
    /// Where it stands.
    status: JobStatus,
    /// Who answers.
    agent_type: String,
    /// Why it failed, when it did.
    #[schema(required)]
    error: Option<RunFailure>,
    /// How often it was tried again.
    retry_count: i32,
    /// How it ended: `{finishReason, usage, model}`.
    #[schema(required, value_type = Option<Object>)]
    result: Option<Value>,
    /// When it was accepted.
    created_at: DateTime<Utc>,
    /// When something last happened to it.
    updated_at: DateTime<Utc>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.id,
            chat_id: job.chat_id,
            status: job.status,
            agent_type: job.agent_type,
            error: job.error,
            retry_count: job.retry_count,
            result: job.result,
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

/// A job, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobBody {
    /// The job.
    pub job: JobView,
}

/// Read a run's record
#[utoipa::path(get, path = "/chat/jobs/{jobId}", tag = "chat", operation_id = "getJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 200, description = "The record", body = JobBody),
))]
pub async fn get(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<Json<JobBody>> {
    Ok(Json(JobBody { job: chats::job(&state.app, user.id, id).await?.into() }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The number of the last event that the reader has; `Last-Event-ID` says the same.
    after: Option<u64>,
}

/// Follow a run
///
/// From its start, or after the given number; live while it is at work, and from its record later.
#[utoipa::path(get, path = "/chat/jobs/{jobId}/events", tag = "chat", operation_id = "followJob", security(("bearer" = [])),
    params(("jobId" = JobId, Path, description = "The run"), EventsQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The number of the last event that the reader has")),
    responses((status = 200, description = "The run's events (see `RunEvent`)", body = sse::Frame, content_type = "text/event-stream")))]
pub async fn events(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<JobId>,
    LastEventId(last): LastEventId,
    QueryOf(query): QueryOf<EventsQuery>,
) -> ApiResult<Response> {
    let after = if last > 0 { last } else { query.after.unwrap_or(0) };
    Ok(sse::response(chats::follow(&state.app, user.id, id, after).await?))
}

/// Stop a run
///
/// The text so far is kept. Stopping a run that is over changes nothing.
#[utoipa::path(post, path = "/chat/jobs/{jobId}/cancel", tag = "chat", operation_id = "cancelJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 202, description = "It stops", body = JobBody),
))]
pub async fn cancel(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<(StatusCode, Json<JobBody>)> {
    let job = chats::cancel(&state.app, user.id, id).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody { job: job.into() })))
}
