//! Which models there are, which one is meant, and where their keys come from.
//!
//! Providers come from four places, in this order: the environment, Settings (an administrator's,
//! with sealed keys), an Ollama that was found running, and this process. All of them end in one
//! registry that is rebuilt and swapped when something changes; runs that are at work keep theirs.
//! What makes vectors is one model for the whole server ([`App::embedder`](crate::App::embedder)).

mod embedding;
mod list;
mod providers;
mod registry;

pub(crate) use embedding::Embedding;
pub use kuma_llm::{Capability, ModelInfo, ProviderKind};
pub use list::{ModelList, list};
pub use providers::{NewProvider, ProviderView, Source, delete, providers, put};
pub use registry::{Models, reload, start, start_once, vision};
