//! Remote providers: OpenAI, Anthropic, Gemini, Ollama and every server that speaks Chat Completions.
//!
//! Conversations with OpenAI, compatible servers and Anthropic go through the `genai` crate
//! (`request.rs`, `events.rs`). Two APIs are spoken here, over `lines.rs`: Ollama's (`ollama.rs`),
//! because `genai` can neither set the size of its context nor see its errors in mid-stream, and
//! Gemini's (`gemini.rs`), whose errors in mid-stream it does not see either. Model lists, vectors
//! and reranking are plain JSON calls.

mod base_url;
mod catalog;
mod connection;
mod embedder;
mod events;
mod frames;
mod gemini;
mod learned;
mod lines;
mod list;
mod model;
mod ollama;
mod openai_models;
mod request;
mod reranker;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{ChatModel, ModelError, ModelInfo, Provider, ProviderKind};
use connection::Connection;
pub use embedder::{EmbedderError, RemoteEmbedder};
pub use ollama::detect_ollama;
pub use reranker::{RemoteReranker, RerankConfig};

/// How to reach a provider.
#[derive(Clone, Debug)]
pub struct RemoteConfig {
    /// Its name in model ids, unique in this server: 1 to 40 of `a-z`, `0-9`, `-`, `_` and `.`.
    pub name: String,
    /// How it is spoken to; not [`ProviderKind::Local`].
    pub kind: ProviderKind,
    /// Where it is, in any usual spelling. None: the vendor's own address.
    pub base_url: Option<String>,
    /// Its key. The vendors need one; other servers may do without.
    pub key: Option<SecretString>,
}

/// Settings that cannot make a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderSetupError {
    /// The name cannot stand in a model id.
    #[error(
        "{0:?} cannot be a provider's name. Use 1 to 40 lower-case letters, digits, dots, dashes or underscores."
    )]
    Name(String),
    /// The base URL is missing or makes no sense.
    #[error("The base URL {url:?} of {provider} cannot be used: {reason}.")]
    BaseUrl {
        /// The provider's name.
        provider: String,
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The vendor wants a key.
    #[error(
        "{0} needs an API key. Create one at the provider and paste it here, or set it in the environment."
    )]
    KeyMissing(String),
    /// The key cannot be sent in a header.
    #[error("The key of {0} holds characters that no key has. Paste it again, without line breaks.")]
    KeyMalformed(String),
    /// In-process models are not remote.
    #[error("{0} is a provider of this process and has no address.")]
    NotRemote(String),
}

/// How long a call may take in its parts. There is no limit on the whole: long answers are long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From the request to the first byte of the answer's body.
    pub first_byte: Duration,
    /// From one piece to the next; a provider's signs of life count.
    pub idle: Duration,
    /// For a whole call that is no stream: lists, vectors.
    pub whole: Duration,
}

impl Deadlines {
    /// Two minutes to begin (Ollama, which may load a model first: five), 90 seconds between
    /// pieces, one minute for calls that are no stream. Connecting has its own limit in the client.
    pub const fn of(kind: ProviderKind) -> Self {
        let first_byte = match kind {
            ProviderKind::Ollama => Duration::from_mins(5),
            _ => Duration::from_mins(2),
        };
        Self { first_byte, idle: Duration::from_secs(90), whole: Duration::from_mins(1) }
    }
}

/// A vendor or a server somewhere else.
pub struct RemoteProvider {
    connection: Arc<Connection>,
}

impl RemoteProvider {
    /// Makes no call. `http` is shared by all providers: build it once with
    /// [`kuma_net::ClientOptions::streaming`].
    pub fn new(config: RemoteConfig, http: reqwest::Client) -> Result<Self, ProviderSetupError> {
        Ok(Self { connection: Arc::new(Connection::new(config, http)?) })
    }

    /// The same with other deadlines, for tests and slow machines.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self { connection: Arc::new(self.connection.with_deadlines(deadlines)) }
    }

    /// Where it is, in the form it is used, for display.
    pub fn base_url(&self) -> &str {
        &self.connection.base
    }
}

#[async_trait]
impl Provider for RemoteProvider {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn kind(&self) -> ProviderKind {
        self.connection.kind
    }

    async fn list_models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        list::models(&self.connection).await
    }

    fn chat_model(&self, info: ModelInfo) -> Arc<dyn ChatModel> {
        model::chat_model(&self.connection, info)
    }
}
