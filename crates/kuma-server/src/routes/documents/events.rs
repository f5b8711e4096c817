//! How far a document is, as `text/event-stream`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures::{StreamExt as _, stream};
use http::{HeaderValue, header};
use kuma_app::App;
use kuma_app::documents::{self, DocumentEvent, DocumentEvents};
use kuma_types::DocumentId;
use utoipa::ToSchema;

use super::view::{DocumentBody, ErrorView, ProgressView};
use crate::extract::{CurrentUser, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// A line at least this often.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One event as it is on the wire.
#[expect(dead_code, reason = "describes the stream in the OpenAPI document")]
#[derive(ToSchema)]
#[schema(as = DocumentEvent)]
pub(crate) struct Frame {
    /// `progress`, then `ready` or `failed`.
    event: String,
    /// JSON: of `progress` a `DocumentProgress`; of `ready` an object with the `document`; of `failed` an object with the
    /// `code` and what it means.
    data: String,
}

/// Follow the reading of a document
///
/// Ends with `ready` or `failed`; at once when it is either already.
#[utoipa::path(get, path = "/documents/{id}/events", tag = "documents", operation_id = "followDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")),
    responses((status = 200, description = "`progress`, then `ready` or `failed`", body = Frame, content_type = "text/event-stream")))]
pub async fn events(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
) -> ApiResult<Response> {
    let events = documents::follow(&state.app, user.id, id).await?;
    let mut response = Response::new(Body::from_stream(frames(events, state.app)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn frames(
    events: DocumentEvents,
    app: App,
) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    stream::unfold(Some((events, app)), |state| async {
        let (mut events, app) = state?;
        match tokio::time::timeout(KEEP_ALIVE, events.next()).await {
            Err(_) => Some((Ok(Bytes::from_static(b": keep-alive\n\n")), Some((events, app)))),
            Ok(Some(Ok(event))) => match write(event, app.embedding_model()) {
                Ok(bytes) => Some((Ok(bytes), Some((events, app)))),
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            },
            Ok(Some(Err(error))) => {
                tracing::warn!(%error, "a reader lost a document");
                Some((Err(std::io::Error::other(error)), None))
            }
            Ok(None) => None,
        }
    })
}

fn write(event: DocumentEvent, model: &str) -> Result<Bytes, serde_json::Error> {
    let (name, data) = match event {
        DocumentEvent::Progress { stage, done, total } => {
            ("progress", serde_json::to_string(&ProgressView { stage, done, total })?)
        }
        DocumentEvent::Ready(document) => {
            ("ready", serde_json::to_string(&DocumentBody::of(*document, model))?)
        }
        DocumentEvent::Failed(error) => ("failed", serde_json::to_string(&ErrorView::from(error))?),
    };
    Ok(format!("event: {name}\ndata: {data}\n\n").into())
}
