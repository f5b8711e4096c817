//! How long a request's body may take to come. Whoever sends a byte now and then would otherwise hold a connection,
//! and what the request has begun, for as long as they like.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::{StreamExt as _, stream};
use http::{HeaderValue, StatusCode, Version, header};
use tokio::time::{Instant, timeout_at};

use crate::problem;
use crate::state::ServerState;

/// Why the rest of a body is not waited for.
const TOO_SLOW: &str = "the body comes too slowly";

/// How fast a body has to come, over all of its way.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long any body may take, however small.
    pub grace: Duration,
    /// For so many bytes that have come, it may take a second longer.
    pub bytes_per_second: u32,
}

impl Default for Pace {
    /// A file of 50 MiB may take one and three quarter hours: as slow as any line that is still of use.
    fn default() -> Self {
        Self { grace: Duration::from_mins(1), bytes_per_second: 8 * 1024 }
    }
}

impl Pace {
    /// How long a body may have taken when so much of it is here.
    fn allows(self, bytes: u64) -> Duration {
        self.grace + Duration::from_secs(bytes / u64::from(self.bytes_per_second.max(1)))
    }
}

/// Gives up on bodies that are slower than the server's pace.
pub async fn layer(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let given_up = Arc::new(AtomicBool::new(false));
    let has_own_connection = request.version() < Version::HTTP_2;
    let request = request.map(|body| paced(body, state.config.pace, Arc::clone(&given_up)));
    let mut response = next.run(request).await;
    if !given_up.load(Ordering::Relaxed) {
        return response;
    }
    // Whoever read the body knows no more than that it broke off. Answers in another form than ours stay as they are.
    if response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == problem::CONTENT_TYPE) {
        let detail = "The request came too slowly and was given up. Send it again over a faster connection, or send less.";
        response = problem::response(StatusCode::REQUEST_TIMEOUT, "too_slow", detail);
    }
    if has_own_connection {
        // What is still to come on it is not read.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn paced(body: Body, pace: Pace, given_up: Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let begun = Instant::now();
    let pieces = stream::unfold((body.into_data_stream(), 0), move |(mut pieces, seen)| {
        let given_up = Arc::clone(&given_up);
        async move {
            match timeout_at(begun + pace.allows(seen), pieces.next()).await {
                Ok(None) => None,
                Ok(Some(Ok(piece))) => {
                    let seen = seen + piece.len() as u64;
                    Some((Ok(piece), (pieces, seen)))
                }
                Ok(Some(Err(error))) => Some((Err(error), (pieces, seen))),
                Err(_) => {
                    given_up.store(true, Ordering::Relaxed);
                    Some((Err(axum::Error::new(TOO_SLOW)), (pieces, seen)))
                }
            }
        }
    });
    Body::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// A body of so many pieces of one size, one every five seconds.
    fn body(pieces: usize, size: usize) -> Body {
        let piece = Bytes::from(vec![b'x'; size]);
        Body::from_stream(stream::unfold(0, move |sent| {
            let piece = piece.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(5)).await;
                (sent < pieces).then(|| (Ok::<_, axum::Error>(piece), sent + 1))
            }
        }))
    }

    /// What comes of it, whether it was given up, and how long it took.
    async fn read(body: Body, pace: Pace) -> (Option<usize>, bool, Duration) {
        let (given_up, begun) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let bytes = axum::body::to_bytes(paced(body, pace, Arc::clone(&given_up)), usize::MAX).await;
        (bytes.ok().map(|bytes| bytes.len()), given_up.load(Ordering::Relaxed), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_that_goes_on_is_waited_for() {
        let pace = Pace { grace: Duration::from_secs(30), bytes_per_second: 1_024 };
        let (bytes, given_up, took) = read(body(100, 6 * 1_024), pace).await;
        assert_eq!((bytes, given_up), (Some(600 * 1_024), false));
        assert!(took >= Duration::from_secs(500), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_given_up() {
        let pace = Pace { grace: Duration::from_secs(30), bytes_per_second: 1_024 };
        let (bytes, given_up, took) = read(body(1_000, 1), pace).await;
        assert_eq!((bytes, given_up), (None, true));
        assert_eq!(took.as_secs(), 30);
    }

    #[test]
    fn the_largest_file_has_hours() {
        let most = Pace::default().allows(50 * 1_024 * 1_024);
        assert!((Duration::from_hours(1)..Duration::from_hours(2)).contains(&most), "{most:?}");
        assert_eq!(Pace { bytes_per_second: 0, ..Pace::default() }.allows(10).as_secs(), 70);
    }
}
