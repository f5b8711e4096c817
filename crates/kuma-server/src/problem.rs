//! Every error as `application/problem+json` (RFC 9457), in one place; logged once, here.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kuma_app::{AppError, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::middleware::request_id;

/// What an error is sent as.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// An error as clients get it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Names the sort of problem: `urn:kuma:problem:{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What it means and what to do.
    pub detail: String,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub errors: BTreeMap<String, Vec<String>>,
    /// Names this request in the server's log.
    pub request_id: String,
}

/// A use case's failure on its way to the client.
#[derive(Debug)]
pub struct ApiError(pub AppError);

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl ApiError {
    /// A request that cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self(AppError::new(ErrorKind::Malformed, "malformed", detail))
    }

    const fn status(&self) -> StatusCode {
        match self.0.kind {
            ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::Malformed => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
            ErrorKind::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

const fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request cannot be read",
        StatusCode::UNAUTHORIZED => "Not signed in",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::METHOD_NOT_ALLOWED => "This cannot be done here",
        StatusCode::REQUEST_TIMEOUT => "Too slow",
        StatusCode::CONFLICT => "That does not fit what is there",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "This sort of content is not taken here",
        StatusCode::UNPROCESSABLE_ENTITY => "Some fields need attention",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::BAD_GATEWAY => "A service that Kuma needs has failed",
        StatusCode::GATEWAY_TIMEOUT => "A service that Kuma needs took too long",
        StatusCode::SERVICE_UNAVAILABLE => "Not available right now",
        _ => "Something went wrong",
    }
}

/// A problem that has no use case behind it.
pub fn response(status: StatusCode, code: &str, detail: impl Into<String>) -> Response {
    problem(status, code, detail.into(), BTreeMap::new())
}

fn problem(
    status: StatusCode,
    code: &str,
    detail: String,
    errors: BTreeMap<String, Vec<String>>,
) -> Response {
    let body = Problem {
        kind: format!("urn:kuma:problem:{code}"),
        title: title(status).to_owned(),
        status: status.as_u16(),
        detail,
        code: code.to_owned(),
        errors,
        request_id: request_id::current(),
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let AppError { code, detail, errors, retry_after, source, .. } = self.0;
        if status.is_server_error() {
            let source = source.as_deref().map(|error| format!("{error:?}"));
            tracing::error!(code, source, "request failed");
        }
        let mut response = problem(status, code, detail, errors);
        if let Some(after) = retry_after {
            let seconds = after.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response
    }
}
