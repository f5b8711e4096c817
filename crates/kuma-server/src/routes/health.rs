//! For operators and load balancers: alive, ready, metrics.

use std::sync::OnceLock;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kuma_app::admin::QueueState;
use kuma_app::models;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::ServerState;
use crate::{openapi, problem};

/// Under `/api`.
pub(super) fn inside() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready)).routes(routes!(document))
}

/// Beside `/api`, as the document shows it.
pub fn outside_documented() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(health_outside)).routes(routes!(metrics))
}

/// Beside `/api`.
pub fn outside() -> Router<ServerState> {
    outside_documented().split_for_parts().0
}

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthBody {
    /// Always `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

impl HealthBody {
    pub(crate) const fn new(version: &'static str) -> Self {
        Self { status: "ok", version }
    }
}

/// Is the process alive
#[utoipa::path(get, path = "/health", tag = "health", responses(
    (status = 200, description = "It is", body = HealthBody),
))]
async fn health(State(state): State<ServerState>) -> Json<HealthBody> {
    Json(HealthBody::new(state.config.version))
}

/// Is the process alive
#[utoipa::path(get, path = "/health", tag = "health", operation_id = "healthOutside", responses(
    (status = 200, description = "It is", body = HealthBody),
))]
async fn health_outside(state: State<ServerState>) -> Json<HealthBody> {
    health(state).await
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "health", operation_id = "openapi", responses(
    (status = 200, description = "The OpenAPI 3.1 document of this server", body = Object),
))]
async fn document() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let json = DOCUMENT.get_or_init(|| openapi::to_json(&openapi::document()));
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json.as_str()).into_response()
}

/// The state of a part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PartStatus {
    /// Works.
    Ok,
    /// Does not.
    Down,
    /// There is none, which is no failure.
    None,
}

/// A part that the server stands on.
#[derive(Debug, Serialize, ToSchema)]
struct Part {
    /// Whether it works.
    status: PartStatus,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// How full the queue of runs is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueFigures {
    /// Announced runs that may be taken now.
    waiting: u64,
    /// For how many milliseconds the one that waits longest has waited.
    lag_ms: u64,
    /// Runs announced for later: their next attempts.
    delayed: u64,
    /// Runs that were given up and wait for an operator.
    dead: u64,
    /// Processes that took or held runs lately.
    workers: u64,
}

impl From<QueueState> for QueueFigures {
    fn from(state: QueueState) -> Self {
        Self {
            waiting: state.waiting,
            lag_ms: u64::try_from(state.lag.as_millis()).unwrap_or(u64::MAX),
            delayed: state.delayed,
            dead: state.dead,
            workers: state.workers,
        }
    }
}

/// The queue of runs as a part. The figures are absent when it is down.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct QueuePart {
    /// Whether it works.
    status: PartStatus,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    /// Announced runs that may be taken now.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
    /// For how many milliseconds the one that waits longest has waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_ms: Option<u64>,
    /// Runs announced for later: their next attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    delayed: Option<u64>,
    /// Runs that were given up and wait for an operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<u64>,
    /// Processes that took or held runs lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<u64>,
}

impl QueuePart {
    fn new(state: Option<QueueState>) -> Self {
        let figures = state.map(QueueFigures::from);
        let figures = figures.as_ref();
        let detail = match figures {
            None => Some("It does not answer: messages are accepted, and are answered when it is back."),
            Some(figures) if figures.workers == 0 => {
                Some("No worker was seen lately: messages are accepted, and are answered when one is there.")
            }
            Some(_) => None,
        };
        Self {
            status: if figures.is_some() { PartStatus::Ok } else { PartStatus::Down },
            detail,
            waiting: figures.map(|figures| figures.waiting),
            lag_ms: figures.map(|figures| figures.lag_ms),
            delayed: figures.map(|figures| figures.delayed),
            dead: figures.map(|figures| figures.dead),
            workers: figures.map(|figures| figures.workers),
        }
    }
}

/// Who may create an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SignupState {
    /// `open`, `invite` or `closed`.
    mode: &'static str,
    /// Nobody has one yet: the next one is the administrator's.
    first_account: bool,
}

/// Whether the server can serve.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyBody {
    /// The database.
    database: Part,
    /// The queue of runs.
    queue: QueuePart,
    /// Files.
    storage: Part,
    /// The model that answers by default.
    model: Part,
    /// Who may create an account.
    signup: SignupState,
    /// The server's version.
    version: &'static str,
}

/// Can the server serve
///
/// 503 when a part that it cannot work without is down. A missing model is no failure, nor is a queue from
/// which no worker takes: that is for the workers' operator. Every part is looked at for two seconds at
/// most.
#[utoipa::path(get, path = "/ready", tag = "health", operation_id = "ready", responses(
    (status = 200, description = "It can", body = ReadyBody),
    (status = 503, description = "It cannot: the parts tell why", body = ReadyBody),
))]
async fn ready(State(state): State<ServerState>) -> (StatusCode, Json<ReadyBody>) {
    let readiness = kuma_app::admin::readiness(&state.app).await;
    let part = |ok: bool| if ok { PartStatus::Ok } else { PartStatus::Down };
    let default = models::list(&state.app).default;
    let body = ReadyBody {
        database: Part { status: part(readiness.database), detail: None },
        queue: QueuePart::new(readiness.queue),
        storage: Part { status: part(readiness.storage), detail: None },
        model: Part {
            status: if default.is_some() { PartStatus::Ok } else { PartStatus::None },
            detail: default,
        },
        signup: SignupState { mode: readiness.signup.as_str(), first_account: readiness.first_account },
        version: state.config.version,
    };
    let well = readiness.database && readiness.queue.is_some() && readiness.storage;
    (if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

/// Figures for Prometheus
///
/// Needs `METRICS_TOKEN` as Bearer when that is set.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"),
))]
async fn metrics(State(state): State<ServerState>, headers: HeaderMap) -> Response {
    figures(state.config.metrics_token.as_deref(), state.metrics.as_ref(), &headers)
}

/// The figures of this process for whoever may see them.
pub(crate) fn figures(
    token: Option<&str>,
    recorded: Option<&PrometheusHandle>,
    headers: &HeaderMap,
) -> Response {
    if let Some(token) = token {
        let sent =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !same(sent.as_bytes(), format!("Bearer {token}").as_bytes()) {
            let detail = "The figures need the METRICS_TOKEN of this process as Bearer.";
            return problem::response(StatusCode::UNAUTHORIZED, "metrics_token", detail);
        }
    }
    let Some(handle) = recorded else {
        let detail = "This server records no figures.";
        return problem::response(StatusCode::NOT_FOUND, "not_found", detail);
    };
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], handle.render()).into_response()
}

/// Compares without telling by its time how much is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}
