//! Shorthands for the errors of this crate.

use kuma_llm::{ModelError, ModelErrorKind};

/// The provider's name in every error and model id.
pub(crate) const PROVIDER: &str = "local";

/// The file cannot be used; `message` says why, for people.
pub(crate) fn unusable(message: impl Into<String>) -> ModelError {
    ModelError::new(ModelErrorKind::ModelUnusable, PROVIDER, message)
}

/// The engine failed in the middle of its work.
pub(crate) fn broken(message: impl Into<String>) -> ModelError {
    ModelError::new(ModelErrorKind::BadResponse, PROVIDER, message)
}
