//! The shapes of requests, by JSON Schema. The files and where their facts come from: `specs/README.md`.

use super::Finding;
use crate::route::ErrorStyle;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use std::sync::LazyLock;

/// The requests that have a schema.
#[derive(Clone, Copy, Debug)]
pub(super) enum Schema {
    OpenAiChat,
    OpenAiResponses,
    OpenAiEmbeddings,
    Anthropic,
    Gemini,
    GeminiEmbed,
    OllamaChat,
    OllamaEmbed,
    OllamaShow,
}

macro_rules! validators {
    ($($name:ident = $file:literal;)+) => {$(
        static $name: LazyLock<Validator> =
            LazyLock::new(|| build(include_str!(concat!("../../specs/", $file, ".schema.json"))));
    )+};
}

validators! {
    OPENAI_CHAT = "openai-chat";
    OPENAI_RESPONSES = "openai-responses";
    OPENAI_EMBEDDINGS = "openai-embeddings";
    ANTHROPIC = "anthropic-messages";
    GEMINI = "gemini-generate";
    GEMINI_EMBED = "gemini-embed";
    OLLAMA_CHAT = "ollama-chat";
    OLLAMA_EMBED = "ollama-embed";
    OLLAMA_SHOW = "ollama-show";
}

#[expect(clippy::expect_used, reason = "the schemas are part of this crate, and a test builds them all")]
fn build(text: &str) -> Validator {
    let schema: Value = serde_json::from_str(text).expect("a schema in specs/ is JSON");
    jsonschema::validator_for(&schema).expect("a schema in specs/ is a JSON Schema")
}

impl Schema {
    fn validator(self) -> &'static Validator {
        match self {
            Self::OpenAiChat => &OPENAI_CHAT,
            Self::OpenAiResponses => &OPENAI_RESPONSES,
            Self::OpenAiEmbeddings => &OPENAI_EMBEDDINGS,
            Self::Anthropic => &ANTHROPIC,
            Self::Gemini => &GEMINI,
            Self::GeminiEmbed => &GEMINI_EMBED,
            Self::OllamaChat => &OLLAMA_CHAT,
            Self::OllamaEmbed => &OLLAMA_EMBED,
            Self::OllamaShow => &OLLAMA_SHOW,
        }
    }

    /// What the vendor would refuse. `lenient`: the server ignores fields it does not know.
    pub(super) fn check(self, body: &Value, style: ErrorStyle, lenient: bool) -> Vec<Finding> {
        if self.validator().is_valid(body) {
            return Vec::new();
        }
        self.validator()
            .iter_errors(body)
            .filter(|e| !(lenient && matches!(e.kind(), ValidationErrorKind::AdditionalProperties { .. })))
            .map(|e| finding(&e, style))
            .collect()
    }
}

fn finding(error: &ValidationError<'_>, style: ErrorStyle) -> Finding {
    let pointer = error.instance_path().to_string();
    let place = pointer.trim_start_matches('/').replace('/', ".");
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
        let field = unexpected.first().map_or("", String::as_str);
        let full = if place.is_empty() { field.to_owned() } else { format!("{place}.{field}") };
        return Finding::refused(match style {
            ErrorStyle::OpenAi => format!("Unknown parameter: '{full}'."),
            ErrorStyle::Anthropic => format!("{full}: Extra inputs are not permitted"),
            ErrorStyle::Gemini => {
                format!(
                    "Invalid JSON payload received. Unknown name \"{field}\" at '{place}': Cannot find field."
                )
            }
            ErrorStyle::Ollama => format!("unknown field {full}"),
        })
        .about(full);
    }
    let shown = shorten(&error.to_string());
    if place.is_empty() {
        return Finding::refused(shown);
    }
    Finding::refused(match style {
        ErrorStyle::OpenAi => format!("Invalid value for '{place}': {shown}"),
        ErrorStyle::Gemini => format!("Invalid value at '{place}': {shown}"),
        ErrorStyle::Anthropic | ErrorStyle::Ollama => format!("{place}: {shown}"),
    })
    .about(place)
}

/// Validation errors quote the value, which can be a picture.
fn shorten(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((cut, _)) => {
            let end: String = text.chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
            format!("{} … {end}", text.get(..cut).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_builds() {
        for schema in [
            Schema::OpenAiChat,
            Schema::OpenAiResponses,
            Schema::OpenAiEmbeddings,
            Schema::Anthropic,
            Schema::Gemini,
            Schema::GeminiEmbed,
            Schema::OllamaChat,
            Schema::OllamaEmbed,
            Schema::OllamaShow,
        ] {
            assert!(!schema.validator().is_valid(&serde_json::json!({})), "{schema:?} requires something");
        }
    }
}
