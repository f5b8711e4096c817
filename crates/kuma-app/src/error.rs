//! How a use case fails. The kind decides the HTTP status, in one place, in `kuma-server`.

use std::collections::BTreeMap;
use std::time::Duration;

use kuma_llm::{ModelError, ModelErrorKind};
use kuma_store::StoreError;

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Fields that are wrong: `errors` names them. 422.
    Invalid,
    /// Not even readable. 400.
    Malformed,
    /// Nobody, or nobody any more. 401.
    Unauthorized,
    /// Known, and not allowed. 403.
    Forbidden,
    /// Not there, or not theirs. 404.
    NotFound,
    /// Against the state of things. 409.
    Conflict,
    /// Larger than is taken. 413.
    TooLarge,
    /// Of a kind that is not taken. 415.
    UnsupportedMedia,
    /// Too often or too much. 429.
    RateLimited,
    /// Somebody else's server failed. 502.
    Upstream,
    /// Somebody else's server took too long. 504.
    UpstreamTimeout,
    /// A part of this server is away. 503.
    Unavailable,
    /// Our fault. 500; logged, not told.
    Internal,
}

/// A failed use case.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct AppError {
    /// What sort of failure it is.
    pub kind: ErrorKind,
    /// A stable word for programs.
    pub code: &'static str,
    /// What it means and what to do, for people.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: BTreeMap<String, Vec<String>>,
    /// When to come back.
    pub retry_after: Option<Duration>,
    /// What was behind it, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, AppError>;

impl AppError {
    /// A failure of that kind.
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, code, detail: detail.into(), errors: BTreeMap::new(), retry_after: None, source: None }
    }

    /// A single wrong field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let mut problems = FieldErrors::default();
        problems.add(field, message);
        problems.into_error()
    }

    /// Not there, or not theirs: the same answer on purpose.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, "not_found", format!("There is no such {what}, or it is not yours."))
    }

    /// Our own fault, with what was behind it.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let detail = "Something went wrong on this server. It has been logged; try again.";
        Self { source: Some(source.into()), ..Self::new(ErrorKind::Internal, "internal", detail) }
    }

    /// The same failure, told to come back after a while.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }
}

/// Collects what is wrong with each field, so that all is told at once.
#[derive(Debug, Default)]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// Notes a problem.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.entry(field.to_owned()).or_default().push(message.into());
    }

    /// Nothing wrong, or the error that tells all of it.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into_error()) }
    }

    fn into_error(self) -> AppError {
        let detail = match self.0.len() {
            1 => "One field needs attention.".to_owned(),
            n => format!("{n} fields need attention."),
        };
        AppError { errors: self.0, ..AppError::new(ErrorKind::Invalid, "validation", detail) }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found("object"),
            StoreError::BadCursor => Self::new(
                ErrorKind::Malformed,
                "bad_cursor",
                "The cursor is not one that this server gave out. Start again from the first page.",
            ),
            StoreError::QueueFull => Self::new(
                ErrorKind::RateLimited,
                "queue_full",
                "Too many of your messages are waiting for an answer. Wait until some are answered.",
            )
            .retry_after(Duration::from_secs(5)),
            StoreError::Conflict(what) => {
                Self::new(ErrorKind::Conflict, "conflict", format!("This {what} is taken already."))
            }
            error @ StoreError::Unavailable(_) => Self {
                source: Some(Box::new(error)),
                ..Self::new(
                    ErrorKind::Unavailable,
                    "database_unavailable",
                    "The database cannot be reached right now. Nothing was changed; try again in a moment.",
                )
            }
            .retry_after(Duration::from_secs(2)),
            other => Self::internal(other),
        }
    }
}

impl AppError {
    /// Whether a part that the server stands on is away, and the same may succeed in a moment.
    pub fn is_unavailable(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }
}

impl From<ModelError> for AppError {
    fn from(error: ModelError) -> Self {
        let failure = error.to_failure();
        let kind = match error.kind {
            ModelErrorKind::TimedOut => ErrorKind::UpstreamTimeout,
            ModelErrorKind::RateLimited | ModelErrorKind::Busy => ErrorKind::RateLimited,
            _ => ErrorKind::Upstream,
        };
        let mut app = Self::new(kind, error.kind.code(), failure.detail);
        app.retry_after = error.retry_after;
        app.source = Some(Box::new(error));
        app
    }
}
