//! Calls of services that answer in JSON: one way to send, read, bound and fail.

use std::time::Duration;

use kuma_net::{BodyError, LimitedBody, read_limited, root_cause};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::text::{clip, one_line};

/// The largest answer that is read.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What went wrong with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamErrorKind {
    /// 401, 403: the key is wrong or may not do this.
    KeyRejected,
    /// 402, 432, 433: the plan is used up.
    QuotaExhausted,
    /// 429: asked too often.
    RateLimited,
    /// 404: it does not know what was asked for.
    NotFound,
    /// Another 4xx: it did not accept the question.
    Rejected,
    /// 5xx.
    Unavailable,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that makes no sense.
    Malformed,
    /// It takes us for a robot.
    Blocked,
}

/// A call of a service that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service} {}", self.what())]
pub struct UpstreamError {
    /// Who: `Exa`.
    pub service: &'static str,
    /// What.
    pub kind: UpstreamErrorKind,
    /// Details for logs and the model, bounded; may be the service's own words.
    pub detail: String,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
}

impl UpstreamError {
    /// A failure without a wait.
    pub(crate) fn new(service: &'static str, kind: UpstreamErrorKind, detail: impl AsRef<str>) -> Self {
        Self { service, kind, detail: clip(&one_line(detail.as_ref()), 200), retry_after: None }
    }

    /// What happened, to follow the service's name. Kuma's own words alone.
    pub(crate) fn what(&self) -> String {
        use UpstreamErrorKind as Kind;
        let what = match self.kind {
            Kind::KeyRejected => "did not accept the key it was given",
            Kind::QuotaExhausted => "says that its plan is used up",
            Kind::RateLimited => match self.retry_after {
                Some(wait) => {
                    return format!("is asked too often and wants {} s of rest", wait.as_secs().max(1));
                }
                None => "is asked too often",
            },
            Kind::NotFound => "does not know what was asked for",
            Kind::Rejected => "did not accept the request",
            Kind::Unavailable => "has trouble on its side",
            Kind::Unreachable => "could not be reached",
            Kind::TimedOut => "did not answer in time",
            Kind::Malformed => "sent an answer that could not be read",
            Kind::Blocked => "takes Kuma for a robot and did not answer",
        };
        what.to_owned()
    }
}

/// Sends a request and gives the status and the body, whatever the status is.
pub(crate) async fn send(
    service: &'static str,
    request: RequestBuilder,
    time: Duration,
) -> Result<(StatusCode, Option<Duration>, Vec<u8>), UpstreamError> {
    let answered = async {
        let response = request.send().await.map_err(|error| unreachable(service, error))?;
        let (status, wait) = (response.status(), retry_after(&response));
        match read_limited(response, MOST_BYTES, time).await {
            Ok(LimitedBody { truncated: true, .. }) => Err(UpstreamError::new(
                service,
                UpstreamErrorKind::Malformed,
                "the answer is larger than 4 MiB",
            )),
            Ok(body) => Ok((status, wait, body.bytes.to_vec())),
            // The body's own limit and the whole call's can end in the same tick.
            Err(error @ BodyError::TooSlow(_)) => {
                Err(UpstreamError::new(service, UpstreamErrorKind::TimedOut, error.to_string()))
            }
            Err(error @ BodyError::Broken(_)) => {
                Err(UpstreamError::new(service, UpstreamErrorKind::Unreachable, error.to_string()))
            }
        }
    };
    tokio::time::timeout(time, answered)
        .await
        .unwrap_or_else(|_| Err(UpstreamError::new(service, UpstreamErrorKind::TimedOut, "")))
}

/// Sends a request and reads its JSON, or says what went wrong. Bodies are not logged.
pub(crate) async fn json<T: DeserializeOwned>(
    service: &'static str,
    request: RequestBuilder,
    time: Duration,
) -> Result<T, UpstreamError> {
    let (status, wait, body) = send(service, request, time).await?;
    if !status.is_success() {
        let error = refused(service, status, wait, &body);
        tracing::info!(service, status = status.as_u16(), kind = ?error.kind, "a service refused");
        return Err(error);
    }
    serde_json::from_slice(&body).map_err(|error| {
        tracing::info!(service, line = error.line(), "a service sent JSON of another shape");
        UpstreamError::new(service, UpstreamErrorKind::Malformed, error.to_string())
    })
}

/// What an error status means.
pub(crate) fn refused(
    service: &'static str,
    status: StatusCode,
    wait: Option<Duration>,
    body: &[u8],
) -> UpstreamError {
    use UpstreamErrorKind as Kind;
    let kind = match status.as_u16() {
        401 | 403 => Kind::KeyRejected,
        402 | 432 | 433 => Kind::QuotaExhausted,
        404 => Kind::NotFound,
        408 => Kind::TimedOut,
        429 => Kind::RateLimited,
        500.. => Kind::Unavailable,
        // A redirect of an API is an answer for a browser.
        300..=399 => Kind::Malformed,
        _ => Kind::Rejected,
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = ["/error/message", "/error/detail", "/detail/error", "/detail", "/message", "/error"]
        .iter()
        .chain(&["/chart/error/description", "/finance/error/description"])
        .find_map(|place| body.pointer(place).and_then(Value::as_str));
    let asked = body.pointer("/error/retry_after_seconds").and_then(Value::as_u64).map(Duration::from_secs);
    let detail = said.map_or_else(|| format!("status {}", status.as_u16()), str::to_owned);
    UpstreamError { retry_after: wait.or(asked), ..UpstreamError::new(service, kind, detail) }
}

fn unreachable(service: &'static str, error: reqwest::Error) -> UpstreamError {
    let kind = if error.is_timeout() { UpstreamErrorKind::TimedOut } else { UpstreamErrorKind::Unreachable };
    // The address may hold what was searched for.
    UpstreamError::new(service, kind, root_cause(&error.without_url()))
}

/// `Retry-After` in seconds; the form with a date is not used by any of these services.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
