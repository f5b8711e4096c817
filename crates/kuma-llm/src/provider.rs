//! What can be had from one place: a vendor, a compatible server, this process.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{ChatModel, ModelError};

/// How a provider is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// OpenAI itself: Chat Completions or Responses, as the model needs.
    OpenAi,
    /// OpenAI's Responses API, always.
    OpenAiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Ollama's own API.
    Ollama,
    /// Any server that speaks Chat Completions.
    OpenAiCompatible,
    /// This process.
    Local,
}

impl ProviderKind {
    /// The spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::OpenAiCompatible => "openai_compatible",
            Self::Local => "local",
        }
    }

    /// The kind of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        use ProviderKind::{Anthropic, Gemini, Local, Ollama, OpenAi, OpenAiCompatible, OpenAiResponses};
        [OpenAi, OpenAiResponses, Anthropic, Gemini, Ollama, OpenAiCompatible, Local]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// What a model can do beside text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Holds a conversation.
    Chat,
    /// Calls tools.
    Tools,
    /// Sees pictures.
    Vision,
    /// Shows its thinking.
    Reasoning,
    /// Makes vectors.
    Embedding,
}

impl Capability {
    /// The spelling in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Tools => "tools",
            Self::Vision => "vision",
            Self::Reasoning => "reasoning",
            Self::Embedding => "embedding",
        }
    }
}

/// A model as a provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// `provider/model`, the id used everywhere above this crate.
    pub id: String,
    /// The provider's name, the part before the first slash.
    pub provider: String,
    /// The provider's own name for it.
    pub model: String,
    /// For people.
    pub name: String,
    /// Tokens it can hold, prompt and answer together, when known.
    pub context_window: Option<u32>,
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// A small model that shows how Kuma works and must not pass for an assistant.
    pub demo: bool,
}

/// A source of models.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name, unique in this server: `openai`, `ollama`, `local`, `my-vllm`.
    fn name(&self) -> &str;

    /// How it is spoken to.
    fn kind(&self) -> ProviderKind;

    /// Asks it for its models: the call by which a key is tested.
    async fn list_models(&self) -> Result<Vec<ModelInfo>, ModelError>;

    /// A handle on one of its models, by the provider's own name. Makes no call.
    fn chat_model(&self, info: ModelInfo) -> Arc<dyn ChatModel>;
}
