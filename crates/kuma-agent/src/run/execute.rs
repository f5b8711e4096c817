//! One call, from its start to its kept result.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use kuma_llm::ChatModel;
use kuma_types::step::{IntentStep, ResultStep, StepCall, StepOutcome};
use kuma_types::{Effect, Provenance, RunEvent, Source, Step, ToolErrorKind, Usage};
use serde_json::Value;
use std::sync::Arc;
use tokio::time::Instant;

use super::shared::Shared;
use super::stop::Stop;
use super::{events, guard};
use crate::tool::{Progress, Tool, ToolContext, ToolError, ToolOutput, UsageMeter};
use crate::{canonical, cite, cut, tokens};

/// How long a write may still run when its run was cancelled, so that it is known what it did.
const GRACE: Duration = Duration::from_secs(5);
/// Progress lines of one call that readers are told.
const MOST_LINES: usize = 100;

/// A result before it is numbered, cut and kept.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) arguments: Value,
    pub(super) effect: Effect,
    pub(super) outcome: StepOutcome,
    pub(super) content: String,
    pub(super) summary: String,
    pub(super) result: Value,
    pub(super) error: Option<String>,
    pub(super) duration: Duration,
    pub(super) sources: Vec<Source>,
    pub(super) provenance: Option<Provenance>,
    pub(super) usage: Usage,
    pub(super) edited: bool,
}

impl Draft {
    /// A result of the loop's own, without a call.
    pub(super) fn of(call: &StepCall, effect: Effect, outcome: StepOutcome) -> Self {
        Self {
            arguments: call.arguments.clone(),
            effect,
            outcome,
            content: String::new(),
            summary: String::new(),
            result: Value::Null,
            error: None,
            duration: Duration::ZERO,
            sources: Vec::new(),
            provenance: None,
            usage: Usage::default(),
            edited: false,
        }
    }

    pub(super) fn saying(mut self, content: impl Into<String>, sentence: impl Into<String>) -> Self {
        self.content = content.into();
        self.summary = sentence.into();
        if !matches!(self.outcome, StepOutcome::Done | StepOutcome::Repeated) {
            self.error = Some(self.summary.clone());
        }
        self
    }

    pub(super) fn failed(call: &StepCall, effect: Effect, error: ToolError) -> Self {
        Self::of(call, effect, StepOutcome::Failed(error.kind)).saying(error.message, error.sentence)
    }

    /// What the tool did not take. It may have said why in words that are not Kuma's.
    pub(super) fn refused(call: &StepCall, tool: &dyn Tool, error: ToolError) -> Self {
        let provenance = if error.is_in_own_words() { None } else { outside(tool) };
        Self { provenance, ..Self::failed(call, tool.info().effect, error) }
    }

    /// A write that was begun, and nobody knows whether it happened.
    pub(super) fn unknown(call: &StepCall, why: &str) -> Self {
        Self::of(call, Effect::Write, StepOutcome::Unknown).saying(
            format!(
                "{why} Nobody knows whether it happened. It was not tried again. Tell the person, and ask them to check before it is done once more."
            ),
            "Interrupted: nobody knows whether it happened. Check before you try it again.",
        )
    }
}

pub(super) fn context(
    shared: &Shared<'_>,
    model: &Arc<dyn ChatModel>,
    tool: &dyn Tool,
    call_id: &str,
) -> ToolContext {
    ToolContext {
        user: shared.ids.user,
        chat: shared.ids.chat,
        job: shared.ids.job,
        call_id: call_id.to_owned(),
        idempotency_key: canonical::idempotency_key(shared.ids.job, call_id),
        cancel: shared.cancel.child_token(),
        progress: Progress::ignored(),
        model: Arc::clone(model),
        small_model: Arc::clone(shared.small_model),
        usage: UsageMeter::default(),
        time_zone: shared.time_zone.map(str::to_owned),
        taint: shared.taint_of(tool),
    }
}

/// Where the words of a tool with text from outside are from, unless it says so itself.
fn outside(tool: &dyn Tool) -> Option<Provenance> {
    let info = tool.info();
    info.outside.then(|| Provenance::of(&info.display_name))
}

/// How a call came to its end.
enum Over {
    Answered(Result<ToolOutput, ToolError>),
    Panicked,
    TimedOut,
}

/// Makes a call. A write's intent is kept before.
pub(super) async fn execute(
    shared: &Shared<'_>,
    model: &Arc<dyn ChatModel>,
    tool: &dyn Tool,
    call: &StepCall,
    parent: Option<&str>,
    arguments: Value,
    edited: bool,
) -> Result<Draft, Stop> {
    let info = tool.info();
    let (progress, mut lines) = Progress::channel();
    let context = ToolContext { progress, ..context(shared, model, tool, &call.call_id) };
    if info.effect == Effect::Write {
        let intent = IntentStep {
            call_id: call.call_id.clone(),
            tool: call.tool.clone(),
            arguments: arguments.clone(),
            idempotency_key: context.idempotency_key.clone(),
        };
        shared.record(parent, Step::Intent(intent)).await?;
    }
    let started = Instant::now();
    let work = AssertUnwindSafe(tool.call(&context, arguments.clone())).catch_unwind();
    let deadline = tokio::time::sleep(info.timeout);
    tokio::pin!(work, deadline);
    let (mut told, mut stopping) = (0, false);
    let over = loop {
        tokio::select! {
            biased;
            done = &mut work => break done.map_or(Over::Panicked, Over::Answered),
            () = shared.cancel.cancelled(), if !stopping => {
                if info.effect == Effect::Read {
                    return Err(Stop::Cancelled);
                }
                stopping = true;
                let latest = Instant::now() + GRACE;
                if latest < deadline.deadline() {
                    deadline.as_mut().reset(latest);
                }
            }
            () = &mut deadline => break Over::TimedOut,
            Some(text) = lines.recv() => {
                told += 1;
                if told <= MOST_LINES {
                    let (call_id, parent_call_id) = (call.call_id.clone(), parent.map(str::to_owned));
                    shared.emit(vec![RunEvent::ToolProgress { call_id, text, parent_call_id }]).await?;
                }
            }
        }
    };
    context.cancel.cancel();
    let mut draft = judge(tool, call, over);
    draft.arguments = arguments;
    draft.edited = edited;
    draft.duration = started.elapsed();
    draft.usage = context.usage.total();
    if edited {
        draft.content = format!(
            "The person changed the arguments before they approved. It was called with {}.\n{}",
            draft.arguments, draft.content
        );
    }
    Ok(draft)
}

fn judge(tool: &dyn Tool, call: &StepCall, over: Over) -> Draft {
    let info = tool.info();
    let effect = info.effect;
    match over {
        Over::Answered(Ok(output)) => Draft {
            content: output.content,
            summary: guard::line(&output.summary),
            result: output.result,
            sources: output.sources,
            provenance: output.provenance.or_else(|| outside(tool)),
            ..Draft::of(call, effect, StepOutcome::Done)
        },
        Over::Answered(Err(error)) => {
            let provenance = if error.is_in_own_words() { None } else { outside(tool) };
            let unknown = effect == Effect::Write && error.kind == ToolErrorKind::TimedOut;
            let draft = if unknown {
                let mut draft = Draft::unknown(call, "The service behind it did not answer in time.");
                draft.content = format!("{}\n{}", draft.content, error.message);
                draft
            } else {
                Draft::failed(call, effect, error)
            };
            Draft { provenance, ..draft }
        }
        Over::Panicked if effect == Effect::Write => {
            let error = guard::panicked(tool);
            Draft::unknown(call, &error.message)
        }
        Over::Panicked => Draft::failed(call, effect, guard::panicked(tool)),
        Over::TimedOut if effect == Effect::Write => {
            Draft::unknown(call, &format!("{} did not come to an end in time.", info.name))
        }
        Over::TimedOut => {
            let seconds = info.timeout.as_secs_f64();
            let error = ToolError::new(
                ToolErrorKind::TimedOut,
                format!(
                    "{} gave no result within {seconds} s. Go on without it, or ask for less.",
                    info.name
                ),
                format!("It took longer than {seconds} seconds."),
            );
            Draft::failed(call, effect, error)
        }
    }
}

/// Keeps a result and tells it. `room`: tokens that the model's window has left for it.
pub(super) async fn keep(
    shared: &Shared<'_>,
    call: &StepCall,
    parent: Option<&str>,
    draft: Draft,
    room: &mut usize,
) -> Result<ResultStep, Stop> {
    let duration_ms = draft.duration.as_millis() as u64;
    let outcome = match draft.outcome {
        StepOutcome::Done => "done",
        StepOutcome::Repeated => "repeated",
        StepOutcome::Failed(kind) => kind.as_str(),
        StepOutcome::Denied => "denied",
        StepOutcome::Unknown => "unknown",
    };
    let result = shared.record_result(parent, |state, allowance| {
        let first_source = state.citations.add(&draft.sources);
        let content = compose(draft.content, &draft.sources, first_source, allowance.min(*room));
        ResultStep {
            call_id: call.call_id.clone(),
            tool: call.tool.clone(),
            arguments: draft.arguments,
            effect: draft.effect,
            outcome: draft.outcome,
            content,
            summary: draft.summary,
            result: (!draft.result.is_null()).then_some(draft.result),
            error: draft.error,
            duration_ms,
            sources: draft.sources,
            first_source,
            provenance: draft.provenance,
            usage: draft.usage,
            edited: draft.edited,
        }
    });
    let result = result.await?;
    *room = room.saturating_sub(tokens::estimate(&result.content));
    // Names that a model makes up are no labels.
    let tool = shared.tool(&call.tool).map_or("other", |tool| match tool.info().category {
        kuma_types::ToolCategory::Mcp => "mcp",
        _ => tool.info().name.as_str(),
    });
    metrics::counter!("kuma_tool_calls_total", "tool" => tool.to_owned(), "outcome" => outcome).increment(1);
    metrics::histogram!("kuma_tool_seconds", "tool" => tool.to_owned()).record(duration_ms as f64 / 1000.0);
    tracing::info!(tool, outcome, took_ms = duration_ms, "tool call");
    shared.emit(vec![events::tool_result(&result, parent)]).await?;
    Ok(result)
}

/// What the model reads: the content with its sources' numbers, or the sources themselves.
fn compose(content: String, sources: &[Source], first: u32, room: usize) -> String {
    if sources.is_empty() {
        return cut::to_fit(&content, room);
    }
    let labels: Vec<String> =
        (first..).zip(sources).map(|(number, source)| cite::label(number, source)).collect();
    if content.trim().is_empty() {
        let passages: Vec<String> =
            labels.iter().zip(sources).map(|(label, source)| format!("{label}\n{}", source.text)).collect();
        return cut::to_fit(&passages.join("\n\n"), room);
    }
    let legend = format!("Sources:\n{}", labels.join("\n"));
    let body = cut::to_fit(&content, room.saturating_sub(tokens::estimate(&legend)));
    format!("{body}\n\n{legend}")
}
