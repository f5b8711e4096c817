//! Errors as OpenAI's clients understand them.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kuma_app::{AppError, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

/// An error in OpenAI's form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiError)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorObject,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiErrorObject)]
pub struct ErrorObject {
    /// What it means and what to do.
    pub message: String,
    /// The sort of error, such as `invalid_request_error`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The field that is wrong.
    #[schema(required)]
    pub param: Option<String>,
    /// A stable word for programs.
    #[schema(required)]
    pub code: Option<String>,
}

/// A failure on its way to the client.
#[derive(Debug)]
pub struct OpenAiError {
    status: StatusCode,
    error: ErrorObject,
    retry_after: Option<Duration>,
}

impl OpenAiError {
    /// A request that cannot be met.
    pub fn invalid(param: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message).about(param)
    }

    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let kind = match status {
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::FORBIDDEN => "permission_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        };
        let error = ErrorObject { message: message.into(), kind, param: None, code: Some(code.to_owned()) };
        Self { status, error, retry_after: None }
    }

    fn about(mut self, param: impl Into<String>) -> Self {
        self.error.param = Some(param.into());
        self
    }

    /// Nothing is there.
    pub fn unknown_address() -> Self {
        let message = "There is nothing at this address. GET /v1/models and POST /v1/chat/completions are.";
        Self::new(StatusCode::NOT_FOUND, "unknown_url", message)
    }

    /// Something is there, and does not take that method.
    pub fn wrong_method() -> Self {
        let message = "This address does not take that method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    /// Not JSON.
    pub fn wrong_media() -> Self {
        let message = "Send the body as application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
    }

    /// A body that did not arrive.
    pub fn unreadable(error: &BytesRejection) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let message = "The request is larger than this address takes. Send less at once.";
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
        }
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request's body broke off or cannot be read.")
    }

    /// The error alone, for a stream that has begun.
    pub fn into_body(self) -> ErrorBody {
        ErrorBody { error: self.error }
    }
}

impl From<AppError> for OpenAiError {
    fn from(error: AppError) -> Self {
        let status = match error.kind {
            ErrorKind::Invalid | ErrorKind::Malformed => StatusCode::BAD_REQUEST,
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
        };
        if status.is_server_error() {
            let source = error.source.as_deref().map(|source| format!("{source:?}"));
            tracing::error!(code = error.code, source, "request failed");
        }
        // The words that OpenAI's clients know.
        let code = match error.code {
            "session_over" | "bad_api_key" => "invalid_api_key",
            "context_too_long" => "context_length_exceeded",
            "content_refused" => "content_filter",
            "rate_limited" | "model_rate_limited" => "rate_limit_exceeded",
            code => code,
        };
        let mut out = Self::new(status, code, error.detail);
        out.retry_after = error.retry_after;
        if let Some((field, messages)) = error.errors.into_iter().next() {
            out.error.message = messages.join(" ");
            out = out.about(field);
        }
        out
    }
}

impl IntoResponse for OpenAiError {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, Json(self.into_body())).into_response();
        let headers = response.headers_mut();
        if let Some(after) = retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(after.as_millis().div_ceil(1000).max(1) as u64),
            );
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
