//! Figures: how fast a model writes through the chat port, and how fast llama.cpp's own plain loop
//! does with the same prompt, threads and choice of tokens. Called by `examples/local_speed.rs` and
//! the project's bench.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kuma_llm::{ChatEvent, ChatMessage, ChatModel, ChatRequest, ModelError, Role};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::sampling::LlamaSampler;

use super::conversation::turns;
use super::engine::{Engine, PREFILL_CHUNK};
use crate::error::broken;

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Tokens read.
    pub read: u64,
    /// From the request to the first token.
    pub first_token: Duration,
    /// Tokens written.
    pub written: u64,
    /// From the first token to the last.
    pub writing: Duration,
}

impl Speed {
    /// Tokens read per second, setting up included.
    pub fn reading_rate(&self) -> f64 {
        self.read as f64 / self.first_token.as_secs_f64()
    }

    /// Tokens written per second after the first.
    pub fn writing_rate(&self) -> f64 {
        self.written.saturating_sub(1) as f64 / self.writing.as_secs_f64()
    }
}

/// A model loaded for the plain loop.
pub struct RawModel {
    engine: Engine,
}

impl RawModel {
    /// Loads a GGUF file. Blocks.
    pub fn load(path: &Path, threads: usize) -> Result<Self, ModelError> {
        Ok(Self { engine: Engine::load(path, threads)? })
    }

    /// llama.cpp's own loop: read the prompt, then take the likeliest token until there are `limit` or
    /// the model is done. Blocks.
    pub fn run(&self, question: &str, limit: u32) -> Result<Speed, ModelError> {
        let failed = |why: &dyn std::fmt::Display| broken(why.to_string());
        let model = self.engine.model();
        let vocabulary = model.vocab();
        let prompt =
            self.engine.prompt(turns(&[ChatMessage::text(Role::User, question)], false)?, &[])?.tokens;

        let started = Instant::now();
        let mut context = self.engine.context(prompt.len() + limit as usize)?;
        let mut batch = LlamaBatch::new(PREFILL_CHUNK, 1);
        let mut position = 0;
        for chunk in prompt.chunks(PREFILL_CHUNK) {
            batch.clear();
            for &token in chunk {
                let last = position + 1 == prompt.len() as i32;
                batch.add(token, position, &[0], last).map_err(|why| failed(&why))?;
                position += 1;
            }
            context.decode(&mut batch).map_err(|why| failed(&why))?;
        }
        let penalties = LlamaSampler::penalties(model.n_vocab(), 64, 1.1, 0.0, 0.0);
        let mut sampler = LlamaSampler::chain([penalties, LlamaSampler::greedy()], true);
        let mut text = Vec::new();
        let mut written = 0;
        let mut first = None;
        let mut last = started;
        while written < u64::from(limit) {
            let token = sampler.sample(&context, -1);
            last = Instant::now();
            first.get_or_insert(last);
            if vocabulary.is_eog(token) {
                break;
            }
            written += 1;
            vocabulary.token_to_piece_into(token, &mut text, false, None);
            batch.clear();
            batch.add(token, position, &[0], true).map_err(|why| failed(&why))?;
            position += 1;
            context.decode(&mut batch).map_err(|why| failed(&why))?;
        }
        let first = first.unwrap_or(last);
        Ok(Speed { read: prompt.len() as u64, first_token: first - started, written, writing: last - first })
    }
}

/// The same through the port: likeliest tokens, at most `limit`.
pub async fn through_port(model: &dyn ChatModel, question: &str, limit: u32) -> Result<Speed, ModelError> {
    let request = ChatRequest {
        messages: vec![ChatMessage::text(Role::User, question)],
        temperature: Some(0.0),
        max_output_tokens: Some(limit),
        ..ChatRequest::default()
    };
    let started = Instant::now();
    let mut stream = model.stream(request).await?;
    let mut first = None;
    let mut last = started;
    while let Some(event) = stream.next().await {
        match event? {
            ChatEvent::Text(_) | ChatEvent::Reasoning(_) => {
                last = Instant::now();
                first.get_or_insert(last);
            }
            ChatEvent::Done { usage, .. } => {
                let first = first.unwrap_or(last);
                return Ok(Speed {
                    read: usage.input_tokens,
                    first_token: first - started,
                    written: usage.output_tokens,
                    writing: last - first,
                });
            }
            _ => {}
        }
    }
    Err(broken("the stream ended without its last event"))
}
