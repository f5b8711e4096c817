//! One run: model → tools → model, until there is an answer.
//!
//! - Reads of one reply are called in parallel, then its writes one at a time and in order.
//! - Whatever goes wrong with a tool is a result that the model reads. What goes wrong with the model,
//!   the journal or the step log ends the run.
//! - Every finished step is kept ([`StepLog`]) before readers hear of it. A run that is started with
//!   earlier steps goes on behind them: no standing reply is asked for again, no finished call made
//!   again. A write whose outcome nobody knows is not repeated: the model and the person are told.
//! - A write that needs a person ends the run as [`RunEnding::WaitingApproval`]: nothing is held. It is
//!   started again with the decisions.
//! - Once text from outside is in the context, every write asks, whatever was allowed before.
//!
//! Called by `kuma-app::chats`, which loads the input and keeps the outcome.

mod calls;
mod delegate;
mod events;
mod execute;
mod gate;
mod guard;
mod listen;
mod messages;
mod shared;
mod stop;
mod thread;
mod told;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kuma_llm::{ChatModel, ChatRequest};
use kuma_types::step::AskedStep;
use kuma_types::{
    ChatId, Citation, Decision, FinishReason, JobId, Provenance, RunEvent, RunFailure, RunStep, Source,
    ToolCallRecord, Usage, UserId,
};
use tokio_util::sync::CancellationToken;

pub(crate) use delegate::spec as delegate_spec;
pub use delegate::{DELEGATE, Specialist};
pub use told::Told;

use crate::fence::Fence;
use crate::steps::StepLog;
use crate::tool::Toolbox;
use shared::Shared;
use stop::Stop;
use thread::{End, Thread};

/// Where a run's events go. Implemented by `kuma-app` over the run journal.
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Takes events in order.
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError>;

    /// How long to gather what the model says before it is told, once the first of it was told. What
    /// a token costs is waking whoever passes it on; a few together cost hardly more than one.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}

/// The run's events cannot be delivered: the run must stop.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// Another owner drives this run now; whatever this one does counts no more.
    #[error("the run has another owner")]
    Fenced,
    /// The journal is away.
    #[error("{0}")]
    Unavailable(String),
}

/// Whose run it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunIds {
    /// The person.
    pub user: UserId,
    /// The chat.
    pub chat: ChatId,
    /// The run.
    pub job: JobId,
}

/// How much a run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Replies of models before the last one, which gets no tools; specialists' replies included.
    pub steps: u32,
    /// Tokens of all tool results together.
    pub tool_tokens: usize,
    /// Tokens of one tool result.
    pub result_tokens: usize,
    /// Calls of one reply; further ones are refused.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 12, tool_tokens: 48_000, result_tokens: 12_000, calls: 16 }
    }
}

/// What a run needs.
pub struct RunInput {
    /// Whose run it is.
    pub ids: RunIds,
    /// The model that answers.
    pub model: Arc<dyn ChatModel>,
    /// The small model, for tools; the answering one when none.
    pub small_model: Option<Arc<dyn ChatModel>>,
    /// What the model is sent first: the conversation, system message first. The loop adds what the
    /// tools need to it; [`crate::prompt::overhead`] says how much that is.
    pub request: ChatRequest,
    /// What the agent can do.
    pub toolbox: Toolbox,
    /// Agents that it can hand a task to.
    pub specialists: Vec<Specialist>,
    /// Write tools that the person has allowed for good, by name.
    pub allowed: HashSet<String>,
    /// Where text from outside in the request came from: attachments, memories and earlier answers of
    /// tainted runs.
    pub taint: Option<Provenance>,
    /// Passages in the request that can be cited, numbered from 1 there as `[source 1]`.
    pub sources: Vec<Source>,
    /// The marks around text from outside; the same that the request's own was wrapped with.
    pub fence: Fence,
    /// How much it may do.
    pub limits: Limits,
    /// The person's time zone, an IANA name, when it is known.
    pub time_zone: Option<String>,
    /// Steps of earlier owners, in order.
    pub earlier: Vec<RunStep>,
    /// What the person decided, by call.
    pub decisions: HashMap<String, Decision>,
    /// What readers were told by earlier owners.
    pub told: Told,
}

impl RunInput {
    /// A first attempt without tools.
    pub fn new(ids: RunIds, model: Arc<dyn ChatModel>, request: ChatRequest) -> Self {
        Self {
            ids,
            model,
            small_model: None,
            request,
            toolbox: Toolbox::default(),
            specialists: Vec::new(),
            allowed: HashSet::new(),
            taint: None,
            sources: Vec::new(),
            fence: Fence::new(),
            limits: Limits::default(),
            time_zone: None,
            earlier: Vec::new(),
            decisions: HashMap::new(),
            told: Told::default(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEnding {
    /// The model was done.
    Finished(FinishReason),
    /// Nothing goes on before a person has decided about each of these calls. Start it again with the
    /// steps and the decisions.
    WaitingApproval(Vec<AskedStep>),
    /// The token was cancelled.
    Cancelled,
    /// It failed.
    Failed(RunFailure),
    /// Somebody else drives it now: keep nothing.
    Lost,
}

/// What a run produced, however it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// The answer, complete or as far as it got.
    pub text: String,
    /// What the model thought, where it shows it.
    pub reasoning: String,
    /// What it cost in all, earlier owners included, as far as the provider told.
    pub usage: Usage,
    /// The calls, in the order in which they were made.
    pub tool_calls: Vec<ToolCallRecord>,
    /// The passages the answer rests on.
    pub citations: Vec<Citation>,
    /// Where text from outside in the run's context came from: what is kept of the run carries it on.
    pub taint: Option<Provenance>,
    /// How it ended.
    pub ending: RunEnding,
}

impl RunOutcome {
    /// A run that ended before it did anything.
    pub fn nothing(ending: RunEnding) -> Self {
        Self {
            text: String::new(),
            reasoning: String::new(),
            usage: Usage::default(),
            tool_calls: Vec::new(),
            citations: Vec::new(),
            taint: None,
            ending,
        }
    }
}

/// Runs one answer to its end, or to where a person must decide.
///
/// Dropping the future stops everything at once; what was recorded stands. Cancelling the token lets a
/// write that is under way come to its end, for a moment, so that it is known what it did.
pub async fn run(
    input: RunInput,
    sink: &dyn EventSink,
    steps: &dyn StepLog,
    cancel: &CancellationToken,
) -> RunOutcome {
    let RunInput { model, request, toolbox, specialists, told, .. } = &input;
    let shared = Shared::new(&input, sink, steps, cancel);
    let mut thread = Thread::of_run(&shared, model, toolbox, specialists, request);
    let ended = match told::tell_what_stands(&shared, told).await {
        Ok(()) => thread.run().await,
        Err(stop) => Err(stop),
    };
    let ending = match ended {
        Ok(End::Finished(reason)) => RunEnding::Finished(reason),
        Ok(End::Waiting(asked)) => RunEnding::WaitingApproval(asked),
        Err(Stop::Cancelled) => match shared.tell_what_was_stopped().await {
            Ok(()) => RunEnding::Cancelled,
            Err(stop) => stop.into_ending(),
        },
        Err(stop) => stop.into_ending(),
    };
    drop(thread);
    shared.into_outcome(ending)
}

#[cfg(test)]
mod tests;
