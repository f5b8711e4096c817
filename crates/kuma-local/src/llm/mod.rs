//! Chat with GGUF files through llama.cpp.
//!
//! The way of a request: [`provider`] finds the file, [`gate`] gives it a slot or a place in line,
//! [`engine`] holds the loaded model, [`template`] makes the prompt, [`generate`] writes the reply
//! token by token on a thread of its own, [`chat`] brings it out as a stream.

pub mod bench;
mod chat;
mod conversation;
mod engine;
mod gate;
mod generate;
mod provider;
mod quantize;
mod sampling;
mod template;
mod text;
mod tools;

pub use provider::{LocalOptions, LocalProvider};
pub use quantize::{Requantized, requantize_q4_0};
