//! The chat port on top of the engine: finds a slot, loads the model, streams the reply.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream;
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo};
use kuma_types::{FinishReason, Usage};
use tokio::sync::mpsc;

use super::conversation::{Offer, turns};
use super::engine::Engine;
use super::gate::{LineFull, Place, Ticket};
use super::generate::{Form, Job, Listener, Stop, generate};
use super::provider::Shared;
use super::sampling::Sampling;
use super::tools::{call_schema, loose_call_schema};
use crate::error::{PROVIDER, broken, unusable};
use crate::lazy::Lease;

/// Events that may wait for a slow reader before the writer waits too.
const AHEAD: usize = 256;
/// A prompt must leave room for at least so many tokens of reply.
const LEAST_REPLY: usize = 16;

/// One model of the directory.
pub(super) struct LocalChat {
    info: ModelInfo,
    shared: Arc<Shared>,
}

type Item = Result<ChatEvent, ModelError>;

impl LocalChat {
    pub(super) fn new(info: ModelInfo, shared: Arc<Shared>) -> Self {
        Self { info, shared }
    }
}

#[async_trait]
impl ChatModel for LocalChat {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let ticket = self.shared.gate.enter().map_err(|LineFull| {
            let waiting = self.shared.options.max_waiting;
            ModelError::new(ModelErrorKind::Busy, PROVIDER, format!("{waiting} requests are waiting already"))
        })?;
        let (events, received) = mpsc::channel(AHEAD);
        let shared = Arc::clone(&self.shared);
        let model = self.info.model.clone();
        tokio::spawn(async move {
            // Dropping the stream drops the receiver, and with it whatever is under way here.
            tokio::select! {
                () = events.closed() => {}
                outcome = answer(&shared, &model, request, ticket, &events) => {
                    if let Err(error) = outcome {
                        let _ = events.send(Err(error)).await;
                    }
                }
            }
        });
        Ok(Box::pin(stream::unfold(Some(received), next)))
    }
}

/// The next event; after the last one, or an error, the stream ends.
async fn next(received: Option<mpsc::Receiver<Item>>) -> Option<(Item, Option<mpsc::Receiver<Item>>)> {
    let mut received = received?;
    let item = received
        .recv()
        .await
        .unwrap_or_else(|| Err(broken("the local model stopped unexpectedly; the server's log says more")));
    let last = matches!(item, Err(_) | Ok(ChatEvent::Done { .. }));
    Some((item, (!last).then_some(received)))
}

/// From the line to the last token.
async fn answer(
    shared: &Arc<Shared>,
    model: &str,
    request: ChatRequest,
    mut ticket: Ticket,
    events: &mpsc::Sender<Item>,
) -> Result<(), ModelError> {
    let mut place = ticket.place();
    while let Place::Waiting(position) = place {
        if events.send(Ok(ChatEvent::Queued { position })).await.is_err() {
            return Ok(());
        }
        place = ticket.changed().await;
    }

    let finder = Arc::clone(shared);
    let name = model.to_owned();
    let (engine, header) = blocking(move || finder.engine(&name)).await?;
    if !header.writes_text() {
        return Err(unusable(format!("{} is not a model that writes text", header.architecture)));
    }
    let engine = engine.get().await?;
    let limits = Limits {
        context: header.context_length.unwrap_or(u32::MAX).min(shared.options.max_context) as usize,
        output: request.max_output_tokens.unwrap_or(shared.options.max_output).max(1) as usize,
        seed: shared.options.seed,
    };
    let listener = Channel(events.clone());
    let written = blocking(move || {
        // The slot is free when this thread is done, whether or not anybody still listens.
        let _slot = ticket;
        write(&engine, &request, &limits, &listener)
    })
    .await?;
    // Told only now: whoever asks again right after it finds the slot free.
    if let Some((finish_reason, usage)) = written {
        let _ = events.send(Ok(ChatEvent::Done { finish_reason, usage })).await;
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
) -> Result<T, ModelError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| broken("the local model stopped unexpectedly"))?
}

struct Limits {
    context: usize,
    output: usize,
    seed: Option<u32>,
}

struct Channel(mpsc::Sender<Item>);

impl Listener for Channel {
    fn gone(&self) -> bool {
        self.0.is_closed()
    }

    fn tell(&self, event: ChatEvent) -> bool {
        self.0.blocking_send(Ok(event)).is_ok()
    }
}

/// Writes the reply; nothing comes back when nobody listened to its end.
fn write(
    engine: &Lease<Engine>,
    request: &ChatRequest,
    limits: &Limits,
    listener: &Channel,
) -> Result<Option<(FinishReason, Usage)>, ModelError> {
    let job = prepare(engine, request, limits)?;
    match generate(engine, job, listener) {
        Ok(end) => Ok(Some(end)),
        Err(Stop::Gone) => Ok(None),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Turns a request into tokens, limits and a form.
fn prepare(engine: &Engine, request: &ChatRequest, limits: &Limits) -> Result<Job, ModelError> {
    let tools = engine.knows_tools();
    if !tools && !request.tools.is_empty() {
        tracing::warn!(
            tools = request.tools.len(),
            "the local model's template knows no tools; they are left out"
        );
    }
    let offers: Vec<Offer> = if tools { request.tools.iter().map(Offer::of).collect() } else { Vec::new() };
    let prompt = engine.prompt(turns(&request.messages, tools)?, &offers)?;
    let read = prompt.tokens.len();
    if read + LEAST_REPLY > limits.context {
        return Err(ModelError::new(
            ModelErrorKind::ContextTooLong,
            PROVIDER,
            format!("the conversation has {read} tokens, the model holds {} with its reply", limits.context),
        ));
    }
    let form = if let Some(schema) = &request.response_schema {
        Form::Fixed(engine.grammar(&schema.to_string())?)
    } else if offers.is_empty() {
        Form::Free
    } else {
        Form::TextOrCall(engine.grammar(&call_schema(&request.tools)).or_else(|error| {
            tracing::warn!(%error, "a tool's parameters are no grammar; calls are held to their outer form only");
            engine.grammar(&loose_call_schema(&request.tools))
        })?)
    };
    let sampling = Sampling {
        temperature: request.temperature,
        seed: limits.seed,
        penalise_repeats: !matches!(form, Form::Fixed(_)),
    };
    Ok(Job { max_output: limits.output.min(limits.context - read), prompt, sampling, form })
}
