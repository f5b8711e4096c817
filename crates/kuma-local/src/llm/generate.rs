//! One reply: reads the prompt, then writes token after token until the model is done, its limit is
//! reached or nobody listens any more. Blocks; runs on a thread of its own.

use kuma_llm::{ChatEvent, ModelError};
use kuma_types::{FinishReason, Usage};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use super::engine::{Engine, PREFILL_CHUNK, Prompt};
use super::sampling::{Sampler, Sampling};
use super::text::{Piece, Thoughts, Utf8};
use super::tools::{Beginning, beginning, following, parse_call};
use crate::error::broken;

/// The form a reply must have.
pub(super) enum Form {
    /// Any.
    Free,
    /// This grammar from the first token on.
    Fixed(LlamaSampler),
    /// Text, or a call in this grammar.
    TextOrCall(LlamaSampler),
}

/// All that one reply needs.
pub(super) struct Job {
    pub(super) prompt: Prompt,
    pub(super) max_output: usize,
    pub(super) sampling: Sampling,
    pub(super) form: Form,
}

/// Where events go.
pub(super) trait Listener {
    /// Whether nobody listens any more.
    fn gone(&self) -> bool;
    /// Hands over an event; false when nobody listens any more.
    fn tell(&self, event: ChatEvent) -> bool;
}

/// Nobody listens any more: not a failure, only the end.
pub(super) struct Gone;

/// Why a reply ended early.
pub(super) enum Stop {
    Gone,
    Failed(ModelError),
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<ModelError> for Stop {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

/// Runs the job to its end, which is left for the caller to tell.
pub(super) fn generate(
    engine: &Engine,
    job: Job,
    listener: &dyn Listener,
) -> Result<(FinishReason, Usage), Stop> {
    let read = job.prompt.tokens.len();
    let mut context = engine.context(read + job.max_output)?;
    prefill(&mut context, &job.prompt.tokens, listener)?;

    let (grammar, calls) = match job.form {
        Form::Free => (None, None),
        Form::Fixed(grammar) => (Some(grammar), None),
        Form::TextOrCall(grammar) => (None, Some(grammar)),
    };
    let thinking = (grammar.is_none()).then(|| Thoughts::new(job.prompt.opens_thought));
    let mut sampler = Sampler::new(engine.model(), job.sampling, grammar);
    let mut reply = Reply { listener, utf8: Utf8::default(), thoughts: thinking, watch: Watch::new(calls) };
    let vocabulary = engine.model().vocab();
    let mut step = LlamaBatch::new(1, 1);
    let mut bytes = Vec::new();
    let mut written = 0;
    let finish_reason = loop {
        if listener.gone() {
            return Err(Stop::Gone);
        }
        let mut token = sampler.choose(&context)?;
        let piece = |token: LlamaToken, bytes: &mut Vec<u8>| {
            bytes.clear();
            vocabulary.token_to_piece_into(token, bytes, false, None);
        };
        piece(token, &mut bytes);
        if !vocabulary.is_eog(token) && reply.begins_call(&bytes) {
            reply.watch.begin_call(&mut sampler);
            if !sampler.allows(token) {
                token = sampler.choose_allowed(&context)?;
                piece(token, &mut bytes);
            }
        }
        if vocabulary.is_eog(token) {
            break FinishReason::Stop;
        }
        sampler.accept(token)?;
        written += 1;
        reply.push(&bytes)?;
        if written >= job.max_output {
            break FinishReason::Length;
        }
        step.clear();
        add(&mut step, token, read + written - 1, true)?;
        context.decode(&mut step).map_err(|why| broken(format!("the model failed ({why})")))?;
    };
    reply.finish()?;
    Ok((finish_reason, Usage { input_tokens: read as u64, output_tokens: written as u64 }))
}

/// Reads the prompt, chunk after chunk.
fn prefill(
    context: &mut LlamaContext<'_>,
    tokens: &[LlamaToken],
    listener: &dyn Listener,
) -> Result<(), Stop> {
    let mut batch = LlamaBatch::new(PREFILL_CHUNK, 1);
    let mut at = 0;
    for chunk in tokens.chunks(PREFILL_CHUNK) {
        if listener.gone() {
            return Err(Stop::Gone);
        }
        batch.clear();
        for &token in chunk {
            at += 1;
            add(&mut batch, token, at - 1, at == tokens.len())?;
        }
        context
            .decode(&mut batch)
            .map_err(|why| broken(format!("the model could not read the prompt ({why})")))?;
    }
    Ok(())
}

fn add(batch: &mut LlamaBatch<'_>, token: LlamaToken, at: usize, output: bool) -> Result<(), ModelError> {
    let position =
        i32::try_from(at).map_err(|_| broken("the conversation is longer than any model can hold"))?;
    batch.add(token, position, &[0], output).map_err(|why| broken(format!("the model failed ({why})")))
}

/// What became of the reply so far.
struct Reply<'a> {
    listener: &'a dyn Listener,
    utf8: Utf8,
    /// None when the form leaves no room for thinking.
    thoughts: Option<Thoughts>,
    watch: Watch,
}

/// Looks out for a tool call.
enum Watch {
    /// No tools.
    Off,
    /// What was held back until it is clear what it is.
    Open { held: String, grammar: LlamaSampler },
    /// The reply said something; a call may still follow, behind its tag.
    Said { held: String, grammar: LlamaSampler },
    /// The call so far.
    Call(String),
}

impl Watch {
    fn new(grammar: Option<LlamaSampler>) -> Self {
        grammar.map_or(Self::Off, |grammar| Self::Open { held: String::new(), grammar })
    }

    /// From here on the sampler is held to the grammar of calls.
    fn begin_call(&mut self, sampler: &mut Sampler) {
        let begun = std::mem::replace(self, Self::Call(String::new()));
        if let Self::Open { grammar, .. } | Self::Said { grammar, .. } = begun {
            sampler.constrain(grammar);
        }
    }
}

impl Reply<'_> {
    /// Whether the next token opens a call.
    fn begins_call(&self, next: &[u8]) -> bool {
        let answering = self.thoughts.as_ref().is_none_or(Thoughts::answering);
        match &self.watch {
            Watch::Open { held, .. } if answering => {
                beginning(&format!("{held}{}", String::from_utf8_lossy(next))) == Beginning::Call
            }
            Watch::Said { held, .. } if answering => {
                following(&format!("{held}{}", String::from_utf8_lossy(next))).calls
            }
            _ => false,
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        let text = self.utf8.push(bytes);
        self.route(text)
    }

    fn route(&mut self, text: String) -> Result<(), Gone> {
        let answering = self.thoughts.as_ref().is_none_or(Thoughts::answering);
        match &mut self.watch {
            Watch::Call(call) => {
                call.push_str(&text);
                Ok(())
            }
            Watch::Open { held, .. } if answering => {
                held.push_str(&text);
                if beginning(held) == Beginning::Open {
                    return Ok(());
                }
                let held = std::mem::take(held);
                self.show(&held)
            }
            Watch::Said { held, .. } => {
                held.push_str(&text);
                let all = std::mem::take(held);
                let following = following(&all);
                following.held.clone_into(held);
                self.show(following.text)
            }
            _ => self.show(&text),
        }
    }

    fn show(&mut self, text: &str) -> Result<(), Gone> {
        let pieces = match &mut self.thoughts {
            Some(thoughts) => thoughts.push(text),
            None if text.is_empty() => Vec::new(),
            None => vec![Piece::Text(text.to_owned())],
        };
        if pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if !text.trim().is_empty())) {
            // A reply that said something is no bare call. (One may follow the model's thinking.)
            self.watch = match std::mem::replace(&mut self.watch, Watch::Off) {
                Watch::Open { held, grammar } => Watch::Said { held, grammar },
                other => other,
            };
        }
        pieces.into_iter().try_for_each(|piece| self.tell(piece))
    }

    /// Hands over whatever was held back, and the call if there is one.
    fn finish(&mut self) -> Result<(), Gone> {
        let rest = self.utf8.finish();
        self.route(rest)?;
        match std::mem::replace(&mut self.watch, Watch::Off) {
            Watch::Call(text) => match parse_call(&text) {
                Some(call) => self.event(ChatEvent::ToolCall(call))?,
                // The limit came before the closing brace: better seen than lost.
                None => self.show(&text)?,
            },
            Watch::Open { held, .. } | Watch::Said { held, .. } => self.show(&held)?,
            Watch::Off => {}
        }
        let last = self.thoughts.as_mut().and_then(Thoughts::finish);
        last.map_or(Ok(()), |piece| self.tell(piece))
    }

    fn tell(&self, piece: Piece) -> Result<(), Gone> {
        self.event(match piece {
            Piece::Text(text) => ChatEvent::Text(text),
            Piece::Thought(text) => ChatEvent::Reasoning(text),
        })
    }

    fn event(&self, event: ChatEvent) -> Result<(), Gone> {
        if self.listener.tell(event) { Ok(()) } else { Err(Gone) }
    }
}
