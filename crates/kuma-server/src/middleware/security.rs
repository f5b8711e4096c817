//! Headers that keep browsers from doing what Kuma never asks of them.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};

use crate::state::ServerState;

/// Nothing from outside: no script, style, font, picture, frame or connection. `blob:` and `data:`
/// pictures are attachments; the WebAssembly is voice detection.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Adds the headers to every response.
pub async fn layer(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A handler may be stricter, never looser by leaving it out.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), payment=(), usb=(), microphone=(self)"),
    );
    if state.config.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What the API says belongs to one person.
    let cache = headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // What a browser may keep, it keeps for whoever asked: one browser may know two people.
    if cache.as_bytes().starts_with(b"private") {
        headers.append(header::VARY, HeaderValue::from_static("authorization"));
    }
    response
}
