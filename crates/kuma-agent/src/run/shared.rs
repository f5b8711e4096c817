//! What the run and the runs nested in it have in common: who they are, what they may, what they did.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kuma_llm::{Capability, ChatModel};
use kuma_types::step::{ReplyStep, ResultStep, STEP_VERSION, StepCall, StepOutcome};
use kuma_types::{Citation, Decision, Effect, Provenance, RunEvent, RunStep, Step, ToolCallRecord, Usage};
use tokio_util::sync::CancellationToken;

use super::stop::Stop;
use super::{DELEGATE, EventSink, Limits, RunEnding, RunIds, RunInput, RunOutcome, events};
use crate::cite::Citations;
use crate::fence::Fence;
use crate::steps::StepLog;
use crate::tokens;
use crate::tool::Tool;

pub(super) struct Shared<'a> {
    pub(super) ids: RunIds,
    pub(super) limits: Limits,
    pub(super) fence: &'a Fence,
    pub(super) small_model: &'a Arc<dyn ChatModel>,
    pub(super) time_zone: Option<&'a str>,
    pub(super) earlier: &'a [RunStep],
    pub(super) cancel: &'a CancellationToken,
    /// Whether the system prompt explains citations.
    pub(super) cites: bool,
    allowed: &'a HashSet<String>,
    decisions: &'a HashMap<String, Decision>,
    sink: &'a dyn EventSink,
    steps: &'a dyn StepLog,
    /// Every tool of the run and of its specialists, for what is told about calls.
    tools: HashMap<&'a str, &'a Arc<dyn Tool>>,
    /// Who says themselves what their tools are, and nobody vouches for: by id, where the words are from.
    describers: BTreeMap<&'a str, &'a Provenance>,
    next_step: tokio::sync::Mutex<u32>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// The answer so far.
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) citations: Citations,
    pub(super) cited: Vec<Citation>,
    pub(super) taint: Option<Provenance>,
    /// Tools with a write whose outcome nobody knows.
    pub(super) uncertain: HashSet<String>,
    pub(super) replies: u32,
    tool_tokens: usize,
    usage: Usage,
    calls: Vec<Call>,
}

/// A call as it goes into the message.
struct Call {
    record: ToolCallRecord,
    over: bool,
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        input: &'a RunInput,
        sink: &'a dyn EventSink,
        steps: &'a dyn StepLog,
        cancel: &'a CancellationToken,
    ) -> Self {
        let boxes =
            std::iter::once(&input.toolbox).chain(input.specialists.iter().map(|agent| &agent.toolbox));
        let tools: HashMap<&str, &Arc<dyn Tool>> = boxes
            .flat_map(crate::tool::Toolbox::tools)
            .map(|tool| (tool.info().name.as_str(), tool))
            .collect();
        let describers = tools.values().copied().filter_map(|tool: &'a Arc<dyn Tool>| {
            let by = tool.described_by()?;
            Some((by.id.as_str(), by.taints.as_ref()?))
        });
        let describers = describers.collect();
        let mut state = State { taint: input.taint.clone(), ..State::default() };
        state.citations.add(&input.sources);
        let calls_tools = input.model.info().capabilities.contains(&Capability::Tools);
        let cites =
            !input.sources.is_empty() || calls_tools && tools.values().any(|tool| tool.info().outside);
        let shared = Self {
            ids: input.ids,
            limits: input.limits,
            fence: &input.fence,
            small_model: input.small_model.as_ref().unwrap_or(&input.model),
            time_zone: input.time_zone.as_deref(),
            earlier: &input.earlier,
            cancel,
            cites,
            allowed: &input.allowed,
            decisions: &input.decisions,
            sink,
            steps,
            tools,
            describers,
            next_step: tokio::sync::Mutex::new(input.earlier.last().map_or(0, |last| last.number) + 1),
            state: Mutex::new(state),
        };
        for step in &input.earlier {
            shared.take_over(step);
        }
        shared
    }

    /// What a step of an earlier owner changed.
    fn take_over(&self, step: &RunStep) {
        let parent = step.parent_call_id.as_deref();
        match &step.step {
            Step::Reply(reply) => {
                if parent.is_none() {
                    self.state().say(&reply.text, &mut true);
                    self.state().reasoning.push_str(&reply.reasoning);
                }
                for citation in &reply.citations {
                    self.state().citations.restore(citation);
                }
                self.note_reply(reply, parent);
            }
            Step::Result(result) => {
                self.state().citations.add(&result.sources);
                self.note_result(result);
            }
            Step::Asked(_) | Step::Intent(_) => {}
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn decision(&self, call_id: &str) -> Option<&'a Decision> {
        self.decisions.get(call_id)
    }

    pub(super) fn is_allowed(&self, tool: &str) -> bool {
        self.allowed.contains(tool)
    }

    pub(super) fn effect(&self, tool: &str) -> Effect {
        self.tools.get(tool).map_or(Effect::Read, |tool| tool.info().effect)
    }

    /// Where text from outside came from that could wish for a call of this tool: what the run has read, and what
    /// other programs say of their own tools, whichever agent of the run was offered them. What a program says of this
    /// tool itself is what the person saw when they allowed it.
    pub(super) fn taint_of(&self, tool: &dyn Tool) -> Option<Provenance> {
        let mut taint = self.state().taint.clone();
        let own = tool.described_by().map(|by| by.id.as_str());
        for (_, from) in self.describers.iter().filter(|(id, _)| Some(**id) != own) {
            taint.get_or_insert_default().merge(from);
        }
        taint
    }

    pub(super) fn tool(&self, name: &str) -> Option<&'a Arc<dyn Tool>> {
        self.tools.get(name).copied()
    }

    pub(super) async fn emit(&self, events: Vec<RunEvent>) -> Result<(), Stop> {
        if events.is_empty() {
            return Ok(());
        }
        Ok(self.sink.emit(events).await?)
    }

    /// How long text is gathered before readers are told.
    pub(super) fn pace(&self) -> Duration {
        self.sink.pace()
    }

    /// Keeps a step. It stands from here on.
    pub(super) async fn record(&self, parent: Option<&str>, step: Step) -> Result<(), Stop> {
        let mut number = self.next_step.lock().await;
        let step = RunStep {
            version: STEP_VERSION,
            number: *number,
            parent_call_id: parent.map(str::to_owned),
            step,
        };
        self.steps.record(&step).await?;
        *number += 1;
        Ok(())
    }

    /// Keeps a result. It is made under the lock, with the tokens it may have, so that the order of
    /// results is that of their sources' numbers.
    pub(super) async fn record_result(
        &self,
        parent: Option<&str>,
        make: impl FnOnce(&mut State, usize) -> ResultStep,
    ) -> Result<ResultStep, Stop> {
        let mut number = self.next_step.lock().await;
        let room = self.tool_room();
        let result = make(&mut self.state(), room);
        let step = RunStep {
            version: STEP_VERSION,
            number: *number,
            parent_call_id: parent.map(str::to_owned),
            step: Step::Result(result.clone()),
        };
        self.steps.record(&step).await?;
        *number += 1;
        self.note_result(&result);
        Ok(result)
    }

    /// Ids that no other call of the run has, whatever the provider gave.
    pub(super) fn own_ids(&self, calls: &mut [StepCall]) {
        let state = self.state();
        let mut used: HashSet<String> = state.calls.iter().map(|call| call.record.call_id.clone()).collect();
        for call in calls {
            let mut id = if call.call_id.is_empty() { "call".to_owned() } else { call.call_id.clone() };
            let mut count = 1;
            while used.contains(&id) {
                count += 1;
                id = format!("{}_{count}", call.call_id);
            }
            used.insert(id.clone());
            call.call_id = id;
        }
    }

    pub(super) fn note_reply(&self, reply: &ReplyStep, parent: Option<&str>) {
        let mut state = self.state();
        state.replies += 1;
        state.usage += reply.usage;
        state.cited.extend(reply.citations.iter().map(|cited| cited.citation.clone()));
        state.calls.extend(reply.calls.iter().map(|call| Call {
            record: ToolCallRecord {
                call_id: call.call_id.clone(),
                tool: call.tool.clone(),
                arguments: call.arguments.clone(),
                effect: self.effect(&call.tool),
                ok: false,
                summary: String::new(),
                result: None,
                error: None,
                duration_ms: 0,
                parent_call_id: parent.map(str::to_owned),
            },
            over: false,
        }));
    }

    pub(super) fn note_result(&self, result: &ResultStep) {
        let mut state = self.state();
        state.tool_tokens += tokens::estimate(&result.content);
        state.usage += result.usage;
        if result.outcome == StepOutcome::Unknown {
            state.uncertain.insert(result.tool.clone());
        }
        if let Some(from) = &result.provenance {
            state.taint.get_or_insert_default().merge(from);
        }
        let Some(call) = state.calls.iter_mut().find(|call| call.record.call_id == result.call_id) else {
            return;
        };
        call.over = true;
        let record = &mut call.record;
        record.arguments.clone_from(&result.arguments);
        record.ok = result.ok();
        record.summary.clone_from(&result.summary);
        record.result.clone_from(&result.result);
        record.error.clone_from(&result.error);
        record.duration_ms = result.duration_ms;
    }

    /// Tokens that a tool result may still have.
    fn tool_room(&self) -> usize {
        let left = self.limits.tool_tokens.saturating_sub(self.state().tool_tokens);
        left.min(self.limits.result_tokens)
    }

    /// Whether models have replied as often as they may while calling tools.
    pub(super) fn steps_are_used_up(&self) -> bool {
        self.state().replies >= self.limits.steps
    }

    pub(super) fn call_event(&self, call: &StepCall, parent: Option<&str>) -> RunEvent {
        events::tool_call(self, call, parent)
    }

    /// Calls that were told and will not come to an end.
    pub(super) async fn tell_what_was_stopped(&self) -> Result<(), Stop> {
        let open: Vec<RunEvent> = {
            let mut state = self.state();
            let open = state.calls.iter_mut().filter(|call| !call.over);
            open.map(|call| {
                call.over = true;
                "Stopped".clone_into(&mut call.record.summary);
                call.record.error = Some("You stopped the answer before this was finished.".to_owned());
                events::stopped(&call.record)
            })
            .collect()
        };
        self.emit(open).await
    }

    pub(super) fn into_outcome(self, ending: RunEnding) -> RunOutcome {
        let unfinished = match &ending {
            RunEnding::WaitingApproval(_) => "Waits for your decision",
            _ => "Not finished",
        };
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tool_calls = state.calls.into_iter().map(|mut call| {
            if !call.over {
                unfinished.clone_into(&mut call.record.summary);
            }
            call.record
        });
        RunOutcome {
            text: state.text,
            reasoning: state.reasoning,
            usage: state.usage,
            tool_calls: tool_calls.collect(),
            citations: state.cited,
            taint: state.taint,
            ending,
        }
    }
}

impl State {
    /// Adds answer text; what readers get. The first piece of a reply is set off from the one before.
    pub(super) fn say(&mut self, text: &str, first: &mut bool) -> String {
        if text.is_empty() {
            return String::new();
        }
        let apart = std::mem::take(first)
            && !self.text.is_empty()
            && !self.text.ends_with(char::is_whitespace)
            && !text.starts_with(char::is_whitespace);
        let said = if apart { format!("\n\n{text}") } else { text.to_owned() };
        self.text.push_str(&said);
        said
    }
}

/// Whether it is the tool that hands a task on.
pub(super) fn is_delegate(tool: &str) -> bool {
    tool == DELEGATE
}
