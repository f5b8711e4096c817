//! What a worker tells operators over HTTP: that it lives, and its figures. Nothing else of the API is
//! here; the command `kuma worker` serves it where it is told to.

use std::sync::Arc;

use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::middleware::request_id;
use crate::problem;
use crate::routes::health::{HealthBody, figures};

/// What is told.
#[derive(Clone)]
pub struct WorkerState {
    /// The version.
    pub version: &'static str,
    /// When set, the figures need it as Bearer.
    pub metrics_token: Option<Arc<str>>,
    /// Renders them.
    pub metrics: PrometheusHandle,
}

/// `GET /health` and `GET /metrics`, as on a server.
pub fn router(state: WorkerState) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(request_id::layer))
        .with_state(state)
}

async fn health(State(state): State<WorkerState>) -> Json<HealthBody> {
    Json(HealthBody::new(state.version))
}

async fn metrics(State(state): State<WorkerState>, headers: HeaderMap) -> Response {
    figures(state.metrics_token.as_deref(), Some(&state.metrics), &headers)
}

async fn unknown() -> Response {
    let detail = "This is a worker: it has GET /health and GET /metrics. The API is on the servers.";
    problem::response(StatusCode::NOT_FOUND, "not_found", detail)
}

async fn wrong_method() -> Response {
    problem::response(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address only takes GET.")
}
