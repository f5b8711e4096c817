//! What goes wrong with models, in our words.

use std::time::Duration;

use kuma_types::RunFailure;

/// What happened. Each kind has one code and one sentence a person understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelErrorKind {
    /// 401/403: the key is wrong, expired or not allowed to do this.
    KeyRejected,
    /// 402 or a spending limit: money, not code.
    QuotaExhausted,
    /// 429: too many requests.
    RateLimited,
    /// 404: there is no such model.
    ModelNotFound,
    /// The conversation does not fit the model.
    ContextTooLong,
    /// The provider refused the content.
    ContentRefused,
    /// Another 400: the provider did not understand us.
    BadRequest,
    /// 5xx or overloaded.
    ProviderUnavailable,
    /// Could not connect at all.
    Unreachable,
    /// The connection broke in the middle.
    ConnectionLost,
    /// No answer in time.
    TimedOut,
    /// The provider sent something that makes no sense.
    BadResponse,
    /// Too many requests wait for the local model.
    Busy,
    /// The local model's file cannot be used.
    ModelUnusable,
}

impl ModelErrorKind {
    /// The code in the API, stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyRejected => "model_key_rejected",
            Self::QuotaExhausted => "model_quota_exhausted",
            Self::RateLimited => "model_rate_limited",
            Self::ModelNotFound => "model_not_found",
            Self::ContextTooLong => "context_too_long",
            Self::ContentRefused => "content_refused",
            Self::BadRequest => "model_bad_request",
            Self::ProviderUnavailable => "model_unavailable",
            Self::Unreachable => "model_unreachable",
            Self::ConnectionLost => "model_connection_lost",
            Self::TimedOut => "model_timed_out",
            Self::BadResponse => "model_bad_response",
            Self::Busy => "model_busy",
            Self::ModelUnusable => "model_unusable",
        }
    }

    /// Whether the same request can succeed later.
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ProviderUnavailable
                | Self::Unreachable
                | Self::ConnectionLost
                | Self::TimedOut
                | Self::BadResponse
                | Self::Busy
        )
    }
}

/// A model call that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{provider}: {kind:?}: {message}")]
pub struct ModelError {
    /// What happened.
    pub kind: ModelErrorKind,
    /// The provider's name.
    pub provider: String,
    /// The provider's own words, shortened, free of secrets; may be shown.
    pub message: String,
    /// The HTTP status, when there was one.
    pub status: Option<u16>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

impl ModelError {
    /// An error without HTTP details.
    pub fn new(kind: ModelErrorKind, provider: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, provider: provider.into(), message: message.into(), status: None, retry_after: None }
    }

    /// The failure as the person who waits for the run sees it.
    pub fn to_failure(&self) -> RunFailure {
        let provider = &self.provider;
        let (title, detail) = match self.kind {
            ModelErrorKind::KeyRejected => (
                "The model's key was not accepted",
                format!("{provider} refused the key it was given. An administrator can replace it in Settings → Models."),
            ),
            ModelErrorKind::QuotaExhausted => (
                "The model's account has no credit left",
                format!("{provider} says that its spending limit is reached or a bill is open. Raise the limit there, or pick another model."),
            ),
            ModelErrorKind::RateLimited => (
                "The model is asked too often",
                format!("{provider} limits how many requests it takes at once. Wait a moment and try again, or pick another model."),
            ),
            ModelErrorKind::ModelNotFound => (
                "This model does not exist any more",
                format!("{provider} does not know the model. Pick another one above the message box. ({})", self.message),
            ),
            ModelErrorKind::ContextTooLong => (
                "The conversation is too long for this model",
                format!("{provider} could not take in the whole conversation. Start a new chat, shorten the message, or pick a model with a larger context."),
            ),
            ModelErrorKind::ContentRefused => (
                "The model declined to answer",
                format!("{provider} withheld its answer to this request. Rephrase it, or pick another model."),
            ),
            ModelErrorKind::BadRequest => (
                "The model did not accept the request",
                format!("{provider} answered: {}", self.message),
            ),
            ModelErrorKind::ProviderUnavailable => (
                "The model is not available right now",
                format!("{provider} has trouble on its side. Try again in a moment, or pick another model."),
            ),
            ModelErrorKind::Unreachable => (
                "The model cannot be reached",
                format!("No connection to {provider} could be made. Check that it runs, its address in Settings → Models, and the network."),
            ),
            ModelErrorKind::ConnectionLost => (
                "The connection to the model broke",
                format!("{provider} stopped in the middle of its answer. The text so far is kept; try again."),
            ),
            ModelErrorKind::TimedOut => (
                "The model took too long",
                format!("{provider} did not answer in time. Try again, or pick a faster model."),
            ),
            ModelErrorKind::BadResponse => (
                "The model's answer could not be read",
                format!("{provider} sent something unexpected: {}", self.message),
            ),
            ModelErrorKind::Busy => (
                "Too many people are waiting for the local model",
                "This server answers with a model on its own processor, one answer per core at a time. Try again in a moment.".to_owned(),
            ),
            ModelErrorKind::ModelUnusable => (
                "The local model cannot be used",
                format!("Its file could not be loaded: {}", self.message),
            ),
        };
        RunFailure {
            code: self.kind.code().to_owned(),
            title: title.to_owned(),
            detail,
            retryable: self.kind.retryable(),
        }
    }
}
