//! Model ports, and the remote providers behind them.
//!
//! Everything above this crate talks to models through the traits here: [`ChatModel`] for
//! conversation, [`Embedder`] for vectors, [`Reranker`] for order, [`Provider`] for what a vendor, a compatible server or
//! this very process offers. The vendors' wire formats, the library that speaks them and their
//! errors end at this crate's border. In-process models live in `kuma-local`, behind the same traits.
//!
//! Called by `kuma-agent` (chat), `kuma-app` (which model is used for what) and the binary (wiring).

pub mod chat;
pub mod embed;
pub mod error;
mod map_error;
mod preference;
pub mod provider;
mod redact;
pub mod registry;
pub mod remote;
pub mod rerank;
pub mod retry;

pub use chat::{
    ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, Part, Role, ToolCall, ToolChoice, ToolSpec,
};
pub use embed::Embedder;
pub use error::{ModelError, ModelErrorKind};
pub use provider::{Capability, ModelInfo, Provider, ProviderKind};
pub use registry::{ModelRegistry, ProviderState};
pub use remote::{
    Deadlines, EmbedderError, ProviderSetupError, RemoteConfig, RemoteEmbedder, RemoteProvider,
    RemoteReranker, RerankConfig, detect_ollama,
};
pub use rerank::{Reranked, Reranker};
pub use retry::{RetryModel, RetryPolicy};
