//! Whether a request is one that the vendor would take.
//!
//! What the vendor refuses is answered with its own error and noted as a violation, so that the test fails too. Rules
//! of ours (the product always asks for token counts, never sends an empty message) are only noted.

mod anthropic;
mod auth;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_models;
mod openai_responses;
mod schema;

use crate::reply::Failure;
use crate::route::{Dialect, EmbedForm, Endpoint, ErrorStyle};
use crate::shared::Shared;
use crate::vendor::Vendor;
use http::HeaderMap;
use schema::Schema;
use serde_json::Value;

pub(crate) use auth::auth;

/// A request as the checks see it.
pub(crate) struct Seen<'a> {
    pub vendor: Vendor,
    pub style: ErrorStyle,
    pub endpoint: &'a Endpoint,
    pub headers: &'a HeaderMap,
    pub query: &'a str,
    pub body: &'a Value,
    /// Whether there was a body that is JSON.
    pub json: bool,
}

impl Seen<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// Something that is wrong with a request.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// In the vendor's words where they are known.
    message: String,
    /// The field it is about, for the vendor that says it.
    param: Option<String>,
    /// Whether the vendor refuses it. Otherwise it is only noted.
    refused: bool,
}

impl Finding {
    fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), param: None, refused: true }
    }

    fn noted(message: impl Into<String>) -> Self {
        Self { message: message.into(), param: None, refused: false }
    }

    fn about(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }
}

/// Checks everything but the key. The failure is the vendor's answer to the first thing it refuses.
pub(crate) fn request(shared: &Shared, seen: &Seen<'_>, path: &str) -> Result<(), Failure> {
    let findings = findings(seen);
    let mut answer = Ok(());
    for finding in findings {
        if finding.refused && answer.is_ok() {
            let mut failure = Failure::status(400).message(finding.message.clone());
            failure.param.clone_from(&finding.param);
            answer = Err(failure);
        }
        shared.violate(seen.vendor, path, finding.message);
    }
    answer
}

fn findings(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.vendor == Vendor::Anthropic {
        findings.extend(anthropic::version_header(seen));
    }
    let Some(schema) = schema_of(seen.endpoint) else { return findings };
    if !seen.json {
        findings.push(Finding::refused("We could not parse the JSON body of your request."));
        return findings;
    }
    let json_type = seen.header("content-type").is_some_and(|t| t.starts_with("application/json"));
    if !json_type {
        findings.push(Finding::refused("the content-type header is not application/json"));
    }
    findings.extend(schema.check(seen.body, seen.style, seen.vendor == Vendor::Ollama));
    if findings.iter().any(|f| f.refused) {
        // The rules below take the shape of the body for granted.
        return findings;
    }
    if let Endpoint::Chat { dialect, path_model, .. } = seen.endpoint {
        findings.extend(match dialect {
            Dialect::OpenAiChat => openai_chat::check(seen.body, seen.vendor),
            Dialect::OpenAiResponses => openai_responses::check(seen.body, seen.vendor),
            Dialect::Anthropic => anthropic::check(seen),
            Dialect::Gemini => gemini::check(seen.body, path_model.as_deref().unwrap_or_default()),
            Dialect::Ollama => ollama::check(seen.body),
        });
    }
    findings
}

fn schema_of(endpoint: &Endpoint) -> Option<Schema> {
    Some(match endpoint {
        Endpoint::Chat { dialect, .. } => match dialect {
            Dialect::OpenAiChat => Schema::OpenAiChat,
            Dialect::OpenAiResponses => Schema::OpenAiResponses,
            Dialect::Anthropic => Schema::Anthropic,
            Dialect::Gemini => Schema::Gemini,
            Dialect::Ollama => Schema::OllamaChat,
        },
        Endpoint::Embed { form, .. } => match form {
            EmbedForm::OpenAi => Schema::OpenAiEmbeddings,
            EmbedForm::GeminiOne | EmbedForm::GeminiBatch => Schema::GeminiEmbed,
            EmbedForm::Ollama => Schema::OllamaEmbed,
        },
        Endpoint::OllamaShow => Schema::OllamaShow,
        _ => return None,
    })
}

/// The ids in `wanted` that are not in `there`, as a list to read.
fn missing<'a>(wanted: &[&'a str], there: &[&str]) -> Option<String> {
    let missing: Vec<&'a str> = wanted.iter().copied().filter(|id| !there.contains(id)).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// The elements of an array; none if it is no array.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A message content without any text, image or other part.
fn is_blank(content: &Value) -> bool {
    match content {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(parts) => parts.iter().all(|p| p["text"].as_str().is_some_and(|t| t.trim().is_empty())),
        _ => false,
    }
}
