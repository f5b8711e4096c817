//! Runs of everybody, and the queue they travel by. Never what people said.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use kuma_app::admin;
use kuma_app::rows::{DeadLetter, Job, StepOutline};
use kuma_types::{ChatId, JobId, JobStatus, RunFailure, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{Admin, PageQuery, Paged, PathOf, QueryOf};
use crate::problem::ApiResult;
use crate::routes::health::QueueFigures;
use crate::state::ServerState;

/// Why a run failed, without the provider's words: they may quote what a person wrote.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobFailure {
    /// A stable word for programs.
    code: String,
    /// What happened, in a few words.
    title: String,
    /// Whether the same may succeed later.
    retryable: bool,
}

impl From<RunFailure> for JobFailure {
    fn from(failure: RunFailure) -> Self {
        Self { code: failure.code, title: failure.title, retryable: failure.retryable }
    }
}

/// The record of a run, for administrators.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminJob {
    /// The run.
    job_id: JobId,
    /// Its chat.
    chat_id: ChatId,
    /// Whose it is.
    user_id: UserId,
    /// Where it stands.
    status: JobStatus,
    /// Who answers.
    agent_type: String,
    /// The model that was asked for; null: the default one.
    #[schema(required)]
    model: Option<String>,
    /// Why it failed, when it did.
    #[schema(required)]
    error: Option<JobFailure>,
    /// How many attempts failed before this one.
    retry_count: i32,
    /// How often somebody took it: each time it began, was tried again, went on after a decision, or was
    /// taken over from a process that was gone.
    epoch: i32,
    /// The process that drives it, or drove it last.
    #[schema(required)]
    worker: Option<String>,
    /// Until when that process has it; after that, another one takes it over.
    #[schema(required)]
    lease_until: Option<DateTime<Utc>>,
    /// When it is tried again, if it will be.
    #[schema(required)]
    next_attempt_at: Option<DateTime<Utc>>,
    /// Somebody wants it stopped.
    cancel_requested: bool,
    /// How it ended: `{finishReason, usage, model}`.
    #[schema(required, value_type = Option<Object>)]
    result: Option<Value>,
    /// When it was accepted.
    created_at: DateTime<Utc>,
    /// When something last happened to it.
    updated_at: DateTime<Utc>,
    /// When it was over.
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
}

impl From<Job> for AdminJob {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.id,
            chat_id: job.chat_id,
            user_id: job.user_id,
            status: job.status,
            agent_type: job.agent_type,
            model: job.model,
            error: job.error.map(JobFailure::from),
            retry_count: job.retry_count,
            epoch: job.epoch,
            worker: job.worker,
            lease_until: job.lease_until,
            next_attempt_at: job.next_attempt_at,
            cancel_requested: job.cancel_requested,
            result: job.result,
            created_at: job.created_at,
            updated_at: job.updated_at,
            finished_at: job.finished_at,
        }
    }
}

/// A step of a run, without anything that was said in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct JobStep {
    /// Its place in the run, from 1.
    number: i32,
    /// `reply`: a whole reply of a model; `asked`: a person was asked; `intent`: a call that writes was about to be
    /// made, and without a `result` behind it nobody knows whether it was; `result`: a call is over.
    kind: String,
    /// When it was kept.
    created_at: DateTime<Utc>,
}

impl From<StepOutline> for JobStep {
    fn from(step: StepOutline) -> Self {
        Self { number: step.number, kind: step.kind, created_at: step.created_at }
    }
}

/// A run with its steps.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminJobDetails {
    #[serde(flatten)]
    job: AdminJob,
    /// What was done in it so far, in order.
    steps: Vec<JobStep>,
}

/// A run with its steps, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminJobDetailsBody {
    /// The run.
    job: AdminJobDetails,
}

/// A run, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminJobBody {
    /// The run.
    job: AdminJob,
}

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
    (status = 200, description = "One page", body = Paged<AdminJob>),
))]
pub async fn list(
    State(state): State<ServerState>,
    Admin(_): Admin,
    page: PageQuery,
    QueryOf(query): QueryOf<JobsQuery>,
) -> ApiResult<Json<Paged<AdminJob>>> {
    let jobs = admin::jobs(&state.app, query.status, page.cursor(), page.limit()?).await?;
    Ok(Json(Paged::of(jobs, AdminJob::from)))
}

/// Inspect a run
///
/// With its steps. Never its text.
#[utoipa::path(get, path = "/admin/jobs/{jobId}", tag = "admin", operation_id = "inspectJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 200, description = "The run", body = AdminJobDetailsBody),
))]
pub async fn get(
    State(state): State<ServerState>,
    Admin(_): Admin,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<Json<AdminJobDetailsBody>> {
    let details = admin::job(&state.app, id).await?;
    let steps = details.steps.into_iter().map(JobStep::from).collect();
    Ok(Json(AdminJobDetailsBody { job: AdminJobDetails { job: details.job.into(), steps } }))
}

/// Run again what failed, was given up or cancelled
///
/// It waits in line with all attempts before it, goes on after its last finished step, and its events go
/// on under the next number. 409 when it has its answer, or is not over.
#[utoipa::path(post, path = "/admin/jobs/{jobId}/retry", tag = "admin", operation_id = "retryJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 202, description = "It waits in line", body = AdminJobBody),
))]
pub async fn retry(
    State(state): State<ServerState>,
    Admin(user): Admin,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<(StatusCode, Json<AdminJobBody>)> {
    let job = admin::retry_job(&state.app, &user, id).await?;
    Ok((StatusCode::ACCEPTED, Json(AdminJobBody { job: job.into() })))
}

/// Stop anybody's run
///
/// The text so far is kept. Stopping a run that is over changes nothing.
#[utoipa::path(post, path = "/admin/jobs/{jobId}/cancel", tag = "admin", operation_id = "cancelAnyJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 202, description = "It stops", body = AdminJobBody),
))]
pub async fn cancel(
    State(state): State<ServerState>,
    Admin(user): Admin,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<(StatusCode, Json<AdminJobBody>)> {
    let job = admin::cancel_job(&state.app, &user, id).await?;
    Ok((StatusCode::ACCEPTED, Json(AdminJobBody { job: job.into() })))
}

/// Forget a run that is over
///
/// With its steps and events, and that it was given up; its messages stay. 409 when it is not over.
#[utoipa::path(delete, path = "/admin/jobs/{jobId}", tag = "admin", operation_id = "dropJob", security(("bearer" = [])), params(("jobId" = JobId, Path, description = "The run")), responses(
    (status = 204, description = "It is forgotten"),
))]
pub async fn delete(
    State(state): State<ServerState>,
    Admin(user): Admin,
    PathOf(id): PathOf<JobId>,
) -> ApiResult<StatusCode> {
    admin::drop_job(&state.app, &user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A run that was given up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeadJob {
    /// The run.
    job_id: JobId,
    /// Why it was given up.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<DeadLetter> for DeadJob {
    fn from(letter: DeadLetter) -> Self {
        Self { job_id: letter.job, reason: letter.reason, at: letter.at.into() }
    }
}

/// The queue, and a page of the runs that were given up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueBody {
    /// How full it is.
    queue: QueueFigures,
    /// Runs that were given up, newest first.
    items: Vec<DeadJob>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Look at the queue
///
/// How full it is and who takes from it, and the runs that were given up after their last attempt, newest
/// first.
#[utoipa::path(get, path = "/admin/queue", tag = "admin", operation_id = "getQueue", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "The queue", body = QueueBody),
))]
pub async fn queue(
    State(state): State<ServerState>,
    Admin(_): Admin,
    page: PageQuery,
) -> ApiResult<Json<QueueBody>> {
    let view = admin::queue(&state.app, page.cursor(), page.limit()?).await?;
    let Paged { items, next_cursor } = Paged::of(view.dead, DeadJob::from);
    Ok(Json(QueueBody { queue: view.state.into(), items, next_cursor }))
}
