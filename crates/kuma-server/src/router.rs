//! The way of a request: id → log → security headers → CORS → panic guard → compression → pace → route.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;

use crate::assets;
use crate::middleware::{observe, pace, request_id, security};
use crate::state::ServerState;
use crate::{problem, routes};

/// Bodies that are not uploads: a message of the greatest length, with every character escaped.
const BODY_MAX_BYTES: usize = 2 * 1024 * 1024;

/// The whole server, ready to be served.
pub fn router(state: ServerState) -> Router {
    let (api, _) = routes::api().split_for_parts();
    let api = api.fallback(unknown).method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/api", api)
        .merge(routes::v1::outside())
        .merge(routes::mcp_server::outside())
        .merge(routes::health::outside())
        .merge(routes::public())
        .fallback(page)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn_with_state(state.clone(), pace::layer))
        // Streams of events and files that the build has compressed are left as they are.
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors(&state))
        .layer(from_fn_with_state(state.clone(), security::layer))
        .layer(from_fn(observe::layer))
        .layer(from_fn(request_id::layer))
        .with_state(state)
}

fn cors(state: &ServerState) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        state.config.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            request_id::HEADER,
        ])
        .expose_headers([request_id::HEADER, header::RETRY_AFTER, HeaderName::from_static("x-job-id")])
}

async fn unknown() -> Response {
    problem::response(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address of the API.")
}

async fn wrong_method() -> Response {
    let detail = "This address does not take that method. GET /api/openapi.json tells which it takes.";
    problem::response(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

async fn page(State(state): State<ServerState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return wrong_method().await;
    }
    assets::serve(&*state.assets, request.uri().path(), request.headers())
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // The panic hook has logged it with its place.
    metrics::counter!("kuma_panics_total").increment(1);
    let detail = "Something went wrong on this server. It has been logged; try again.";
    problem::response(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
}
