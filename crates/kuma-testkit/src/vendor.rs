//! Which provider a fake plays, and what it knows: its base path and its models.

use serde::{Deserialize, Serialize};

/// A provider whose protocol the fake speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// `api.openai.com`.
    OpenAi,
    /// `api.anthropic.com`.
    Anthropic,
    /// `generativelanguage.googleapis.com`.
    Gemini,
    /// A local Ollama.
    Ollama,
}

impl Vendor {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Ollama];

    /// The name, which is also the path prefix under a server that plays all of them.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// The vendor called `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.name() == name)
    }

    /// What the vendor's documented base URL ends in, without a trailing slash.
    pub fn base_path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Anthropic => "/v1",
            Self::Gemini => "/v1beta",
            Self::Ollama => "",
        }
    }

    /// The models a fresh fake lists and answers for. Names that start with `fake-` are always known too.
    pub fn default_models(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi => &[
                "gpt-6-astra",
                "gpt-6.2-astra",
                "gpt-6.1-sol",
                "gpt-6.2-sol",
                "gpt-6.1-terra",
                "gpt-6-sol",
                "gpt-6-luna",
                "gpt-5.6-sol",
                "gpt-5.6-terra",
                "gpt-5.6-luna",
                "gpt-5.5",
                "gpt-5.4",
                "gpt-5.4-mini",
                "gpt-5.2",
                "gpt-4o",
                "gpt-4o-mini",
                "gpt-4.1-mini",
                "gpt-3.5-turbo-0613",
                "text-embedding-3-small",
                "text-embedding-3-large",
                "text-embedding-ada-002",
            ],
            Self::Anthropic => &[
                "claude-opus-5-5",
                "claude-sonnet-5-5",
                "claude-haiku-5-5",
                "claude-fable-5-2",
                "claude-opus-5",
                "claude-sonnet-5",
                "claude-opus-4-8",
                "claude-sonnet-4-6",
                "claude-haiku-4-5",
                "claude-sonnet-4-5",
            ],
            Self::Gemini => &[
                "gemini-3.8-flash",
                "gemini-3.7-flash",
                "gemini-3.6-flash",
                "gemini-3.5-flash",
                "gemini-3.5-flash-lite",
                "gemini-3.1-pro-preview",
                "gemini-2.5-pro",
                "gemini-2.5-flash",
                "gemini-2.5-flash-lite",
                "gemini-embedding-001",
            ],
            Self::Ollama => {
                &["llama3.2:latest", "qwen3:8b", "gemma3:latest", "deepseek-r1:8b", "nomic-embed-text:latest"]
            }
        }
    }
}
