//! Direct answers: a conversation in, an answer out, and nothing kept but what it cost.
//!
//! For programs that keep the conversation themselves and send all of it each time. There is no chat,
//! no journal and no step log: when the caller goes away, the answer stops.
//!
//! Who answers decides what happens ([`ask`]):
//! - a model (`provider/model`) gets the conversation as it is;
//! - an agent adds its instructions in front and, when the caller brings no tools of its own and does
//!   not forbid tools, may use Kuma's tools **that only read**. They run here, and their citations end
//!   the answer as a list. Nobody could approve a write here, so writes are not offered.
//!
//! A caller's own tools are passed to the model, and its calls are given back: they are never run here.

mod agent;
mod models;
mod places;
mod plain;
mod stop;

use std::sync::Arc;

use kuma_llm::{Capability, ChatModel, ChatRequest, ModelError, ModelErrorKind};
use kuma_store::User;
use kuma_types::{FinishReason, RunFailure, Usage};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use kuma_llm::{ChatMessage as Message, Part, Role, ToolCall, ToolChoice, ToolSpec};
pub use models::{Answerer, answerer, answerers};
pub(crate) use places::Places;

use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};
use stop::StopReader;

/// Events that wait for a slow reader before the model has to wait too.
const WAITING_EVENTS: usize = 64;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// An agent's name or a model's id.
    pub model: String,
    /// The conversation; never empty.
    pub messages: Vec<Message>,
    /// The caller's own tools.
    pub tools: Vec<ToolSpec>,
    /// Whether the model may, must or must not call tools.
    pub tool_choice: ToolChoice,
    /// 0 to 2.
    pub temperature: Option<f32>,
    /// Most tokens to write.
    pub max_output_tokens: Option<u32>,
    /// JSON Schema of the answer.
    pub response_schema: Option<Value>,
    /// Texts at which the answer ends.
    pub stop: Vec<String>,
}

/// What is told while an answer is made.
#[derive(Debug)]
pub enum AnswerEvent {
    /// Something is being done that has no words: a call is repeated, a tool is at work.
    Working,
    /// What the model thinks.
    Reasoning(String),
    /// Answer text.
    Text(String),
    /// The model calls a tool of the caller's.
    ToolCall(ToolCall),
    /// Always last on success.
    Done {
        /// Why it ended. `Stop` with calls: the caller's tools are to be run.
        finish_reason: FinishReason,
        /// What it cost.
        usage: Usage,
    },
    /// Always last on failure.
    Failed(AppError),
}

/// An answer being made. Dropping it ends the making.
pub struct Answer {
    events: mpsc::Receiver<AnswerEvent>,
    _stop: DropGuard,
}

impl Answer {
    /// The next event; none after the last.
    pub async fn next(&mut self) -> Option<AnswerEvent> {
        self.events.recv().await
    }
}

/// Begins an answer. What is wrong with the question is told at once, before any model is asked.
pub async fn ask(app: &App, user: &User, question: Question) -> Result<Answer> {
    let (agent, model) = models::resolve(app, &question.model).await?;
    check(app, &question, &*model)?;
    let place = app.places().take(user.id)?;
    let (sender, events) = mpsc::channel(WAITING_EVENTS);
    let cancel = CancellationToken::new();
    let teller = Teller { sender, cancel: cancel.clone() };
    let Question {
        messages, tools, tool_choice, temperature, max_output_tokens, response_schema, stop, ..
    } = question;
    let stop = StopReader::new(stop);
    let mut request =
        ChatRequest { messages, tools, tool_choice, temperature, max_output_tokens, response_schema };
    let own_tools = request.tools.is_empty() && tool_choice == ToolChoice::Auto;
    let run = match agent {
        Some(agent) => {
            agent::instruct(&mut request, &agent, user);
            if own_tools { agent::input(app, user, &agent, &model, &request).await? } else { None }
        }
        None => None,
    };
    metrics::counter!("kuma_direct_answers_total").increment(1);
    let (app, user, model_id) = (app.clone(), user.id, model.info().id.clone());
    tokio::spawn(async move {
        let usage = match run {
            Some(run) => agent::drive(run, stop, teller).await,
            None => plain::drive(&*model, request, stop, teller).await,
        };
        drop(place);
        if usage != Usage::default()
            && let Err(error) = app.store().costs().add(user, &model_id, usage).await
        {
            tracing::error!(%error, "what a direct answer cost could not be kept");
        }
    });
    Ok(Answer { events, _stop: cancel.drop_guard() })
}

/// What this model cannot do is refused, not left out.
fn check(app: &App, question: &Question, model: &dyn ChatModel) -> Result<()> {
    let info = model.info();
    let can = |capability| info.capabilities.contains(&capability);
    let mut errors = FieldErrors::default();
    let parts = || question.messages.iter().flat_map(|message| &message.parts);
    if parts().any(|part| matches!(part, Part::Image { .. })) && !can(Capability::Vision) {
        errors.add("messages", format!("{} does not see pictures. Ask a model that does.", info.id));
    }
    if !question.tools.is_empty() && !can(Capability::Tools) {
        errors.add("tools", format!("{} calls no tools. Ask a model that does.", info.id));
    }
    if question.tool_choice == ToolChoice::Required {
        if question.tools.is_empty() {
            errors.add("tool_choice", "A call can only be asked for together with tools.");
        } else if !app.models().can_be_made_to_call(info) {
            errors.add(
                "tool_choice",
                format!("{} cannot be made to call a tool; it decides itself. Use \"auto\".", info.id),
            );
        }
    }
    errors.finish()
}

/// Tells the caller, who may have gone.
#[derive(Clone)]
struct Teller {
    sender: mpsc::Sender<AnswerEvent>,
    /// Cancelled when the caller goes.
    cancel: CancellationToken,
}

impl Teller {
    /// Whether anybody hears it.
    async fn tell(&self, event: AnswerEvent) -> bool {
        self.sender.send(event).await.is_ok()
    }

    /// Text, unless there is none.
    async fn say(&self, text: String) -> bool {
        text.is_empty() || self.tell(AnswerEvent::Text(text)).await
    }
}

/// What an answer cost that a stop sequence ended, where the provider was not heard out.
fn estimated(request: &ChatRequest, written: usize) -> Usage {
    let read: usize = request
        .messages
        .iter()
        .map(|message| kuma_agent::tokens::estimate_message(&message.joined_text()))
        .sum();
    Usage { input_tokens: read as u64, output_tokens: written as u64 }
}

/// A run's failure as a use case's.
fn failure(failure: RunFailure) -> AppError {
    use ModelErrorKind::{
        BadRequest, BadResponse, Busy, ConnectionLost, ContentRefused, ContextTooLong, KeyRejected,
        ModelNotFound, ModelUnusable, ProviderUnavailable, QuotaExhausted, RateLimited, TimedOut,
        Unreachable,
    };
    let kinds = [
        BadRequest,
        BadResponse,
        Busy,
        ConnectionLost,
        ContentRefused,
        ContextTooLong,
        KeyRejected,
        ModelNotFound,
        ModelUnusable,
        ProviderUnavailable,
        QuotaExhausted,
        RateLimited,
        TimedOut,
        Unreachable,
    ];
    match kinds.into_iter().find(|kind| kind.code() == failure.code) {
        Some(kind) => AppError::new(model_failure(kind), kind.code(), failure.detail),
        None => AppError::internal(format!("{}: {}", failure.code, failure.detail)),
    }
}

/// A model's failure. What is wrong with the request is the caller's to mend.
fn model_error(error: ModelError) -> AppError {
    let kind = model_failure(error.kind);
    AppError { kind, ..error.into() }
}

const fn model_failure(kind: ModelErrorKind) -> ErrorKind {
    match kind {
        ModelErrorKind::TimedOut => ErrorKind::UpstreamTimeout,
        ModelErrorKind::RateLimited | ModelErrorKind::Busy => ErrorKind::RateLimited,
        ModelErrorKind::ContextTooLong | ModelErrorKind::ContentRefused | ModelErrorKind::BadRequest => {
            ErrorKind::Malformed
        }
        ModelErrorKind::ModelNotFound => ErrorKind::NotFound,
        _ => ErrorKind::Upstream,
    }
}

/// Handles on models are shared.
type Model = Arc<dyn ChatModel>;
