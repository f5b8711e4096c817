//! A run's events as `text/event-stream`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use kuma_app::chats::Follow;
use kuma_app::chats::{EventStream, NumberedEvent};
use utoipa::ToSchema;

/// A line at least this often, so that proxies keep the connection and clients notice its death.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_LINE: &[u8] = b": keep-alive\n\n";

/// One event of a stream, field by field. Described for the OpenAPI document; written by [`write`].
#[expect(dead_code, reason = "describes the stream in the OpenAPI document")]
#[derive(ToSchema)]
#[schema(as = RunEventFrame)]
pub(crate) struct Frame {
    /// The event's number in the run, from 1, gapless.
    id: String,
    /// The kind of event: the `event` of a `RunEvent`.
    event: String,
    /// The `data` of a `RunEvent`, as JSON on one line.
    data: String,
}

/// The response that follows a run.
pub fn response(follow: Follow) -> Response {
    let mut response = Response::new(Body::from_stream(frames(follow.events)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks nginx not to collect the stream before passing it on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if let Ok(job) = HeaderValue::from_str(&follow.job.id.to_string()) {
        headers.insert("x-job-id", job);
    }
    response
}

/// Batches as written frames: what came together leaves together, in one write.
fn frames(events: EventStream) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    stream::unfold(Some(events), |events| async {
        let mut events = events?;
        match tokio::time::timeout(KEEP_ALIVE, events.next()).await {
            Err(_) => Some((Ok(Bytes::from_static(KEEP_ALIVE_LINE)), Some(events))),
            Ok(Some(Ok(batch))) => match write(&batch) {
                Ok(bytes) => Some((Ok(bytes), Some(events))),
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            },
            Ok(Some(Err(error))) => {
                // The client sees a broken stream and resumes by the last number it has.
                tracing::warn!(%error, "a reader lost the run journal");
                Some((Err(std::io::Error::other(error)), None))
            }
            Ok(None) => None,
        }
    })
}

fn write(batch: &[NumberedEvent]) -> Result<Bytes, serde_json::Error> {
    let mut text = String::with_capacity(batch.len() * 96);
    for NumberedEvent { number, event } in batch {
        let data = event.data()?;
        // JSON on one line has no line break of its own, so one data line is enough.
        text.push_str("id: ");
        text.push_str(&number.to_string());
        text.push_str("\nevent: ");
        text.push_str(event.kind());
        text.push_str("\ndata: ");
        text.push_str(&data);
        text.push_str("\n\n");
    }
    Ok(text.into())
}
