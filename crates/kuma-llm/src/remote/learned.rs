//! What a provider turned out to refuse.
//!
//! Vendors drop request fields model by model. The known cases are avoided beforehand
//! (`openai_models.rs`); the others show themselves as an error 400 that names the field. Then the
//! call is made once more without it, and the model is not sent it again while this process lives.

use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::{ModelError, ModelErrorKind};

/// A part of a request that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Optional {
    /// The sampling temperature.
    Temperature,
    /// Being shown the model's thinking.
    Thinking,
}

/// More than any server has models: what is forgotten beyond costs one call more.
const MOST: usize = 4096;

/// Base URL, model, field. Kept by the process, because providers are built anew with every change
/// of the settings.
static REFUSED: LazyLock<RwLock<HashSet<(String, String, Optional)>>> = LazyLock::new(RwLock::default);

/// What the models at one base URL refused.
pub(crate) struct Learned {
    base: String,
}

impl Learned {
    pub(crate) fn at(base: &str) -> Self {
        Self { base: base.to_owned() }
    }

    pub(crate) fn refused(&self, model: &str, field: Optional) -> bool {
        let refused = REFUSED.read().unwrap_or_else(PoisonError::into_inner);
        !refused.is_empty() && refused.contains(&(self.base.clone(), model.to_owned(), field))
    }

    /// Notes what `error` complains of. True when it is something new that was in the request.
    pub(crate) fn learn(&self, model: &str, error: &ModelError, sent: &[Optional]) -> bool {
        if error.kind != ModelErrorKind::BadRequest {
            return false;
        }
        let message = error.message.to_ascii_lowercase();
        let blamed = sent.iter().find(|field| {
            let words: &[&str] = match field {
                Optional::Temperature => &["temperature"],
                Optional::Thinking => &["reasoning", "thinking", "encrypted content", "summary", "summaries"],
            };
            words.iter().any(|word| message.contains(word))
        });
        let Some(field) = blamed else { return false };
        tracing::debug!(
            provider = error.provider,
            model,
            ?field,
            "request field refused, left out from now on"
        );
        let mut refused = REFUSED.write().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST {
            refused.clear();
        }
        refused.insert((self.base.clone(), model.to_owned(), *field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_field_is_learned_once_and_per_model() {
        let learned = Learned::at("http://one.example");
        let error = |kind, message: &str| ModelError::new(kind, "p", message);
        let refusal = error(
            ModelErrorKind::BadRequest,
            "Unsupported parameter: 'temperature' is not supported with this model.",
        );
        assert!(!learned.learn("m", &refusal, &[Optional::Thinking]), "it was not sent");
        assert!(learned.learn("m", &refusal, &[Optional::Temperature, Optional::Thinking]));
        assert!(!learned.learn("m", &refusal, &[Optional::Temperature]), "known already");
        assert!(learned.refused("m", Optional::Temperature));
        assert!(!Learned::at("http://two.example").refused("m", Optional::Temperature));
        assert!(!learned.refused("m", Optional::Thinking) && !learned.refused("n", Optional::Temperature));

        let thinking = error(
            ModelErrorKind::BadRequest,
            "Your organization must be verified to generate reasoning summaries.",
        );
        assert!(learned.learn("m", &thinking, &[Optional::Thinking]));
        let limited = error(ModelErrorKind::RateLimited, "temperature");
        assert!(!learned.learn("x", &limited, &[Optional::Temperature]));
    }
}
