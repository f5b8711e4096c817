//! What a tool gives back.

use kuma_types::{Provenance, Source, ToolErrorKind};
use serde_json::Value;

/// A result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolOutput {
    /// For the model to read. The loop bounds its length, and fences it when it is from outside.
    pub content: String,
    /// For the web app; `null` for none. Kept with the message, so: small.
    pub result: Value,
    /// One line for people: `5 results from Exa`.
    pub summary: String,
    /// Passages that an answer can cite. The loop numbers them and adds title and number to what the
    /// model reads; a quote must be part of the source's text.
    pub sources: Vec<Source>,
    /// Where text from outside came from; none when all of it is Kuma's or the person's own.
    pub provenance: Option<Provenance>,
}

impl ToolOutput {
    /// A result of text alone.
    pub fn text(content: impl Into<String>, summary: impl Into<String>) -> Self {
        Self { content: content.into(), summary: summary.into(), ..Self::default() }
    }
}

/// A call that failed. The model reads `message` as the call's result and may mend its call or go on
/// without; the person reads `sentence`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {message}")]
pub struct ToolError {
    /// What went wrong.
    pub kind: ToolErrorKind,
    /// For the model: what happened and what it can do.
    pub message: String,
    /// For the person, one sentence.
    pub sentence: String,
    /// Whether the words are Kuma's own, although the tool's results are not.
    own_words: bool,
}

impl ToolError {
    /// An error. When the tool's results are from outside, so are these words, unless
    /// [`Self::in_own_words`] says otherwise.
    pub fn new(kind: ToolErrorKind, message: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { kind, message: message.into(), sentence: sentence.into(), own_words: false }
    }

    /// The arguments do not fit: `why` tells the model what to mend.
    pub fn bad_arguments(why: impl Into<String>) -> Self {
        Self::new(
            ToolErrorKind::BadArguments,
            why,
            "The model called the tool in a way it does not understand.",
        )
    }

    /// Something it needs is missing: `how_to_get` is the sentence for the person, and the model gets
    /// it to pass on.
    pub fn not_available(how_to_get: impl Into<String>) -> Self {
        let how_to_get = how_to_get.into();
        Self::new(ToolErrorKind::NotAvailable, format!("Not available: {how_to_get}"), how_to_get)
            .in_own_words()
    }

    /// Marks that nothing in it was read from outside: no answer of a service, no text of a page.
    #[must_use]
    pub fn in_own_words(mut self) -> Self {
        self.own_words = true;
        self
    }

    /// Whether all words are Kuma's own.
    pub const fn is_in_own_words(&self) -> bool {
        self.own_words
    }
}
