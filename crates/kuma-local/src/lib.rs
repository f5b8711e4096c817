//! Models that run in this process: llama.cpp for chat, rten for embeddings.
//!
//! The heavy builds of the project end here. Above this crate nobody sees a GGUF file, a token or a
//! tensor: chat comes out as [`kuma_llm::ChatModel`], vectors as [`kuma_llm::Embedder`].
//!
//! - [`LocalProvider`] (feature `local-llm`, on by default) lists the GGUF files of a directory and
//!   answers with them. One generation runs per slot, others wait in line and hear their place.
//! - [`LocalEmbedder`] (always there) turns texts into vectors with all-MiniLM-L6-v2.
//!
//! Both load at first use, on a blocking thread, and give their memory back when nobody has used them
//! for a while.
//!
//! Called by the binary (wiring) and by `bench` (figures).

pub mod embed;
mod error;
#[cfg(feature = "local-llm")]
pub mod gguf;
mod lazy;
#[cfg(feature = "local-llm")]
mod llm;
mod memory;

pub use embed::{EmbedderOptions, LocalEmbedder};
#[cfg(feature = "local-llm")]
pub use llm::{LocalOptions, LocalProvider, Requantized, bench, requantize_q4_0};
