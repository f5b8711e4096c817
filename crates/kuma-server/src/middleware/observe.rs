//! One log line and one measurement per request; never bodies, tokens or addresses of people.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::request_id;

/// Paths that are asked every few seconds and would drown the rest.
const QUIET: [&str; 4] = ["/health", "/api/health", "/api/ready", "/metrics"];

/// Wraps the request in a span and tells how it went.
pub async fn layer(request: Request, next: Next) -> Response {
    // The route as it is written, not as it was called: its ids belong to people.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!(
        "http",
        request = %request_id::current(),
        %method,
        route,
        user = tracing::field::Empty,
    );
    let began = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    metrics::histogram!("kuma_http_request_seconds", "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string())
        .record(took.as_secs_f64());
    let took_ms = took.as_secs_f64() * 1000.0;
    if QUIET.contains(&route.as_str()) {
        tracing::debug!(parent: &span, status, took_ms, "answered");
    } else {
        tracing::info!(parent: &span, status, took_ms, "answered");
    }
    response
}
