//! Model lists, in each vendor's shape.

use super::{CREATED, CREATED_TEXT};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

/// The list of `models` as `GET …/models` answers it.
pub(crate) fn list(style: ErrorStyle, models: &[String]) -> Value {
    let entries: Vec<Value> = models.iter().map(|m| one(style, m)).collect();
    match style {
        ErrorStyle::OpenAi | ErrorStyle::Ollama => json!({"object": "list", "data": entries}),
        ErrorStyle::Anthropic => json!({
            "data": entries, "has_more": false, "first_id": models.first(), "last_id": models.last(),
        }),
        ErrorStyle::Gemini => json!({"models": entries}),
    }
}

/// One model as `GET …/models/{id}` answers it.
pub(crate) fn one(style: ErrorStyle, id: &str) -> Value {
    match style {
        ErrorStyle::OpenAi | ErrorStyle::Ollama => {
            // One model that is past its day, so that clients are seen to filter.
            let shutdown = (id == "gpt-3.5-turbo-0613").then_some("2024-09-13");
            json!({"id": id, "object": "model", "created": CREATED, "owned_by": "system", "shutdown_date": shutdown})
        }
        ErrorStyle::Anthropic => json!({
            "type": "model", "id": id, "display_name": display_name(id), "created_at": CREATED_TEXT,
            "lifecycle": "active", "deprecated_at": null, "retires_at": null,
            "max_input_tokens": 1_000_000, "max_tokens": 64_000,
        }),
        ErrorStyle::Gemini => {
            let methods = if id.contains("embedding") {
                json!(["embedContent", "batchEmbedContents", "countTokens"])
            } else {
                json!(["generateContent", "streamGenerateContent", "countTokens"])
            };
            json!({
                "name": format!("models/{id}"), "version": "001", "displayName": display_name(id),
                "description": "A model of the fake", "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
                "supportedGenerationMethods": methods, "temperature": 1, "topP": 0.95, "topK": 64,
                "thinking": !id.contains("embedding"),
            })
        }
    }
}

fn display_name(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Ollama's `/api/tags`.
pub(crate) fn ollama_tags(models: &[String]) -> Value {
    let entries: Vec<Value> = models
        .iter()
        .map(|name| {
            json!({
                "name": name, "model": name, "modified_at": CREATED_TEXT, "size": 4_000_000_000_u64,
                "digest": "sha256:00000000000000000000000000000000000000000000000000000000000000fa",
                "details": ollama_details(name), "capabilities": ollama_capabilities(name),
            })
        })
        .collect();
    json!({"models": entries})
}

/// Ollama's `/api/show`.
pub(crate) fn ollama_show(name: &str) -> Value {
    json!({
        "modified_at": CREATED_TEXT, "parameters": "num_ctx 8192", "template": "{{ .Prompt }}",
        "details": ollama_details(name), "capabilities": ollama_capabilities(name),
        "model_info": {"general.architecture": "fake", "general.parameter_count": 8_000_000_000_u64,
            "fake.context_length": 131_072, "fake.embedding_length": 768},
    })
}

fn ollama_details(name: &str) -> Value {
    let family = name.split([':', '.']).next().unwrap_or(name);
    json!({"parent_model": "", "format": "gguf", "family": family, "families": [family],
        "parameter_size": "8B", "quantization_level": "Q4_K_M"})
}

fn ollama_capabilities(name: &str) -> Value {
    if name.contains("embed") {
        json!(["embedding"])
    } else if name.contains("deepseek") || name.contains("qwen3") {
        json!(["completion", "tools", "thinking"])
    } else {
        json!(["completion", "tools"])
    }
}
