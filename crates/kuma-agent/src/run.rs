//! One run: ask the model, pass on what it says, know how it ended.

use async_trait::async_trait;
use futures::{FutureExt, StreamExt};
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind};
use kuma_types::{FinishReason, JobStatus, RunEvent, RunFailure, Usage};
use tokio_util::sync::CancellationToken;

/// Where a run's events go. Implemented by `kuma-app` over the run journal.
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Takes events in order.
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError>;
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

/// What a run needs.
pub struct RunInput<'a> {
    /// The model that answers.
    pub model: &'a dyn ChatModel,
    /// What it is sent.
    pub request: ChatRequest,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEnding {
    /// The model was done.
    Finished(FinishReason),
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
    /// What it cost, as far as the provider told.
    pub usage: Usage,
    /// How it ended.
    pub ending: RunEnding,
}

/// Runs one answer to its end. Dropping the model's stream, on cancel, ends the call at the provider.
pub async fn run(input: RunInput<'_>, sink: &dyn EventSink, cancel: &CancellationToken) -> RunOutcome {
    let mut reply = Reply::default();
    let ending = tokio::select! {
        biased;
        () = cancel.cancelled() => RunEnding::Cancelled,
        ending = relay(input, sink, &mut reply) => ending.unwrap_or_else(Stop::into_ending),
    };
    RunOutcome { text: reply.text, reasoning: reply.reasoning, usage: reply.usage, ending }
}

#[derive(Default)]
struct Reply {
    text: String,
    reasoning: String,
    usage: Usage,
}

/// Why a reply stopped short.
enum Stop {
    Model(ModelError),
    Sink(SinkError),
}

impl From<ModelError> for Stop {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}

impl From<SinkError> for Stop {
    fn from(error: SinkError) -> Self {
        Self::Sink(error)
    }
}

impl Stop {
    fn into_ending(self) -> RunEnding {
        match self {
            Self::Model(error) => {
                tracing::warn!(kind = ?error.kind, provider = error.provider, status = error.status, "model call failed");
                RunEnding::Failed(error.to_failure())
            }
            Self::Sink(SinkError::Fenced) => RunEnding::Lost,
            Self::Sink(SinkError::Unavailable(why)) => {
                tracing::error!(why, "run events cannot be delivered");
                RunEnding::Failed(RunFailure {
                    code: "journal_unavailable".into(),
                    title: "The answer could not be delivered".into(),
                    detail: "This server lost its connection to its own message log. The text so far is kept; try again in a moment.".into(),
                    retryable: true,
                })
            }
        }
    }
}

async fn relay(input: RunInput<'_>, sink: &dyn EventSink, reply: &mut Reply) -> Result<RunEnding, Stop> {
    let provider = input.model.info().provider.clone();
    let mut stream = input.model.stream(input.request).await?;
    let mut stray_call = None;
    while let Some(batch) = next_batch(&mut stream).await {
        let mut events = Vec::with_capacity(batch.len());
        for item in batch {
            match item {
                Ok(ChatEvent::Text(text)) => push_text(&mut events, &mut reply.text, text, false),
                Ok(ChatEvent::Reasoning(text)) => push_text(&mut events, &mut reply.reasoning, text, true),
                Ok(ChatEvent::Queued { position }) => events.push(RunEvent::Status {
                    status: JobStatus::Processing,
                    attempt: None,
                    retry_in_ms: None,
                    position: Some(position),
                }),
                Ok(ChatEvent::Retrying { attempt, delay }) => events.push(RunEvent::Status {
                    status: JobStatus::Processing,
                    attempt: Some(attempt),
                    retry_in_ms: u64::try_from(delay.as_millis()).ok(),
                    position: None,
                }),
                Ok(ChatEvent::ToolCall(call)) => stray_call = Some(call.name),
                Ok(ChatEvent::Done { finish_reason, usage }) => {
                    reply.usage += usage;
                    sink.emit(events).await?;
                    return ended(finish_reason, reply, stray_call, &provider).map_err(Stop::Model);
                }
                Err(error) => {
                    sink.emit(events).await?;
                    return Err(error.into());
                }
            }
        }
        sink.emit(events).await?;
    }
    Err(ModelError::new(ModelErrorKind::ConnectionLost, provider, "the reply ended without an end").into())
}

/// A finished reply, unless there is nothing in it to show.
fn ended(
    finish_reason: FinishReason,
    reply: &Reply,
    stray_call: Option<String>,
    provider: &str,
) -> Result<RunEnding, ModelError> {
    if let Some(tool) = stray_call {
        tracing::warn!(tool, "the model called a tool that it was not offered");
        if reply.text.is_empty() {
            let message = format!("it called the tool {tool:?}, which it was not offered");
            return Err(ModelError::new(ModelErrorKind::BadResponse, provider, message));
        }
    }
    if reply.text.is_empty() && finish_reason == FinishReason::ContentFilter {
        return Err(ModelError::new(ModelErrorKind::ContentRefused, provider, "the reply was withheld"));
    }
    if reply.text.is_empty() && finish_reason == FinishReason::Stop {
        return Err(ModelError::new(ModelErrorKind::BadResponse, provider, "an empty reply"));
    }
    Ok(RunEnding::Finished(finish_reason))
}

/// The next item and whatever else is there already: under load several tokens become one event,
/// with no delay for the first.
async fn next_batch(stream: &mut ChatStream) -> Option<Vec<Result<ChatEvent, ModelError>>> {
    const MOST: usize = 256;
    let mut batch = vec![stream.next().await?];
    while batch.len() < MOST && batch.last().is_some_and(Result::is_ok) {
        match stream.next().now_or_never() {
            Some(Some(item)) => batch.push(item),
            Some(None) | None => break,
        }
    }
    Some(batch)
}

fn push_text(events: &mut Vec<RunEvent>, all: &mut String, text: String, reasoning: bool) {
    if text.is_empty() {
        return;
    }
    all.push_str(&text);
    match (events.last_mut(), reasoning) {
        (Some(RunEvent::Chunk { text: last }), false) | (Some(RunEvent::Reasoning { text: last }), true) => {
            last.push_str(&text);
        }
        (_, false) => events.push(RunEvent::Chunk { text }),
        (_, true) => events.push(RunEvent::Reasoning { text }),
    }
}
