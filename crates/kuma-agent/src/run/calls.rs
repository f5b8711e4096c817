//! The calls of one reply: sorted, made, answered.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use kuma_types::step::{AskedStep, ResultStep, StepCall, StepOutcome};
use kuma_types::{Effect, Step, ToolErrorKind};
use serde_json::Value;

use super::delegate::{self, Delegated};
use super::execute::{self, Draft};
use super::gate::{self, Gate};
use super::shared::is_delegate;
use super::stop::Stop;
use super::thread::{Thread, key};
use super::{Specialist, events, guard};
use crate::tool::{Tool, ToolError};

/// What is to be done about a call.
enum Plan<'a> {
    /// Its result is known without a call.
    Answer(Box<Draft>),
    /// The same as another call of this reply.
    Copy {
        of: String,
    },
    Read(&'a Arc<dyn Tool>),
    Write(&'a Arc<dyn Tool>),
    Delegate(&'a Specialist, String),
}

impl<'a> Thread<'a> {
    /// Brings every open call of the last reply to its result, or says what a person must decide.
    pub(super) async fn settle(&mut self) -> Result<Vec<AskedStep>, Stop> {
        let mut room = self.room();
        let calls: Vec<StepCall> =
            self.turns.last().map(|turn| turn.open().cloned().collect()).unwrap_or_default();
        let mut reads = Vec::new();
        let mut writes = Vec::new();
        let mut copies = Vec::new();
        for call in calls {
            match self.plan(&call) {
                Plan::Answer(draft) => self.keep(&call, *draft, &mut room).await?,
                Plan::Copy { of } => copies.push((call, of)),
                Plan::Write(tool) => writes.push((call, Arc::clone(tool))),
                plan => reads.push((call, plan)),
            }
        }
        let mut waiting = self.read(reads, &mut room).await?;
        waiting.extend(self.write(&writes, waiting.is_empty(), &mut room).await?);
        for (call, of) in copies {
            let original = self.turns.last().and_then(|turn| turn.results.get(&of));
            if let Some(draft) = original.map(|original| repeated(&call, original, 1)) {
                self.keep(&call, draft, &mut room).await?;
            }
        }
        Ok(waiting)
    }

    fn plan(&self, call: &StepCall) -> Plan<'a> {
        let answer = |draft: Draft| Plan::Answer(Box::new(draft));
        let effect = self.toolbox.get(&call.tool).map_or(Effect::Read, |tool| tool.info().effect);
        let Some(turn) = self.turns.last() else { return answer(self.no_such_tool(call)) };
        if turn.intents.contains(&call.call_id) {
            return answer(Draft::unknown(call, "The server was interrupted while it did this."));
        }
        let place = turn.reply.calls.iter().position(|other| other.call_id == call.call_id).unwrap_or(0);
        if place >= self.shared.limits.calls {
            let most = self.shared.limits.calls;
            let error = ToolError::new(
                ToolErrorKind::Refused,
                format!(
                    "Not called: at most {most} calls are made at once. Call it again if it still matters."
                ),
                "Too many calls at once",
            );
            return answer(Draft::failed(call, effect, error));
        }
        let own = key(call);
        let before = turn.reply.calls.iter().take(place);
        if let Some(twin) = before.rev().find(|other| key(other) == own) {
            return Plan::Copy { of: twin.call_id.clone() };
        }
        // A call that a person was asked about is a call of its own.
        if !turn.asked.contains_key(&call.call_id)
            && let Some(earlier) = self.earlier_result(&own)
        {
            let times = self.times(call);
            if times >= 3 || can_stand_again(earlier) {
                return answer(repeated(call, earlier, times));
            }
        }
        if is_delegate(&call.tool) && !self.specialists.is_empty() {
            return match self.specialist_and_task(call) {
                Ok((agent, task)) => Plan::Delegate(agent, task),
                Err(error) => answer(Draft::failed(call, Effect::Read, error)),
            };
        }
        let Some(tool) = self.toolbox.get(&call.tool) else { return answer(self.no_such_tool(call)) };
        match guard::check(&**tool, &call.arguments) {
            Err(error) => answer(Draft::refused(call, &**tool, error)),
            Ok(()) if effect == Effect::Write => Plan::Write(tool),
            Ok(()) => Plan::Read(tool),
        }
    }

    fn specialist_and_task(&self, call: &StepCall) -> Result<(&'a Specialist, String), ToolError> {
        let (name, task) = delegate::task(self.specialists, call)?;
        let specialists = self.specialists;
        let agent = specialists.iter().find(|agent| agent.name == name);
        agent.map(|agent| (agent, task)).ok_or_else(|| delegate::no_such_agent(specialists, &name))
    }

    fn no_such_tool(&self, call: &StepCall) -> Draft {
        let error = if let Some(how) = self.toolbox.how_to_get(&call.tool) {
            ToolError::not_available(how)
        } else {
            let names: Vec<&str> = self.toolbox.tools().iter().map(|tool| &*tool.info().name).collect();
            ToolError::new(
                ToolErrorKind::NotAvailable,
                format!("There is no tool {:?}. You have: {}.", call.tool, names.join(", ")),
                "The model called a tool that does not exist.",
            )
        };
        Draft::failed(call, Effect::Read, error)
    }

    /// The latest result of this very call in earlier replies.
    fn earlier_result(&self, own: &str) -> Option<&ResultStep> {
        let (_, earlier) = self.turns.split_last()?;
        earlier.iter().rev().find_map(|turn| {
            let same = turn.reply.calls.iter().rev().find(|other| key(other) == own)?;
            turn.results.get(&same.call_id)
        })
    }

    async fn keep(&mut self, call: &StepCall, draft: Draft, room: &mut usize) -> Result<(), Stop> {
        let result = execute::keep(self.shared, call, self.parent.as_deref(), draft, room).await?;
        if let Some(turn) = self.turns.last_mut() {
            turn.results.insert(call.call_id.clone(), result);
        }
        Ok(())
    }

    /// All reads at once; each result is kept as it comes.
    async fn read(
        &mut self,
        reads: Vec<(StepCall, Plan<'a>)>,
        room: &mut usize,
    ) -> Result<Vec<AskedStep>, Stop> {
        let (shared, model, parent) = (self.shared, self.model, self.parent.clone());
        let parent = parent.as_deref();
        let mut waiting = Vec::new();
        let mut running: FuturesUnordered<_> = reads
            .iter()
            .map(|(call, plan)| async move {
                let came = match plan {
                    Plan::Delegate(agent, task) => {
                        delegate::delegate(shared, agent, call, task.clone()).await
                    }
                    Plan::Read(tool) => {
                        let arguments = call.arguments.clone();
                        let draft = execute::execute(shared, model, &***tool, call, parent, arguments, false);
                        draft.await.map(|draft| Delegated::Over(Box::new(draft)))
                    }
                    Plan::Answer(_) | Plan::Copy { .. } | Plan::Write(_) => {
                        Ok(Delegated::Waiting(Vec::new()))
                    }
                };
                came.map(|came| (call, came))
            })
            .collect();
        while let Some(came) = running.next().await {
            match came? {
                (_, Delegated::Waiting(asked)) => waiting.extend(asked),
                (call, Delegated::Over(draft)) => self.keep(call, *draft, room).await?,
            }
        }
        Ok(waiting)
    }

    /// First everything that needs a person asks; when nothing waits, the writes are made in order.
    async fn write(
        &mut self,
        writes: &[(StepCall, Arc<dyn Tool>)],
        may_act: bool,
        room: &mut usize,
    ) -> Result<Vec<AskedStep>, Stop> {
        let mut waiting = Vec::new();
        for (call, tool) in writes {
            if let Gate::Ask { reason } = self.gate(call, tool) {
                waiting.push(self.ask_person(call, &**tool, reason).await?);
            }
        }
        if !may_act || !waiting.is_empty() {
            return Ok(waiting);
        }
        for (call, tool) in writes {
            let draft = match self.gate(call, tool) {
                // The write before brought text from outside.
                Gate::Ask { reason } => {
                    waiting.push(self.ask_person(call, &**tool, reason).await?);
                    break;
                }
                Gate::Denied(reason) => denied(call, reason.as_deref()),
                Gate::Open { arguments, edited } => match guard::check(&**tool, &arguments) {
                    Err(error) => Draft { arguments, edited, ..Draft::refused(call, &**tool, error) },
                    Ok(()) => self.act(call, &**tool, arguments, edited).await?,
                },
            };
            self.keep(call, draft, room).await?;
            if self.shared.cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
        }
        Ok(waiting)
    }

    async fn act(
        &mut self,
        call: &StepCall,
        tool: &dyn Tool,
        arguments: Value,
        edited: bool,
    ) -> Result<Draft, Stop> {
        if self.shared.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let parent = self.parent.as_deref();
        execute::execute(self.shared, self.model, tool, call, parent, arguments, edited).await
    }

    fn gate(&self, call: &StepCall, tool: &Arc<dyn Tool>) -> Gate {
        let asked = self.turns.last().and_then(|turn| turn.asked.get(&call.call_id));
        gate::gate(self.shared, &**tool, call, asked)
    }

    /// Asks once: the question is kept before it is told.
    async fn ask_person(
        &mut self,
        call: &StepCall,
        tool: &dyn Tool,
        reason: String,
    ) -> Result<AskedStep, Stop> {
        let known = self.turns.last().and_then(|turn| turn.asked.get(&call.call_id));
        if let Some(asked) = known {
            return Ok(asked.clone());
        }
        let taint = self.shared.taint_of(tool).map(|from| from.places().to_vec()).unwrap_or_default();
        let context = execute::context(self.shared, self.model, tool, &call.call_id);
        let preview = guard::preview(tool, &context, &call.arguments);
        let preview = tokio::select! {
            () = self.shared.cancel.cancelled() => return Err(Stop::Cancelled),
            preview = preview => preview,
        };
        let asked = AskedStep {
            call_id: call.call_id.clone(),
            tool: call.tool.clone(),
            arguments: call.arguments.clone(),
            reason,
            preview,
            taint,
        };
        let parent = self.parent.as_deref();
        self.shared.record(parent, Step::Asked(asked.clone())).await?;
        self.shared.emit(vec![events::approval_required(&asked, parent)]).await?;
        if let Some(turn) = self.turns.last_mut() {
            turn.asked.insert(call.call_id.clone(), asked.clone());
        }
        Ok(asked)
    }
}

fn denied(call: &StepCall, reason: Option<&str>) -> Draft {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let why = reason.map_or_else(String::new, |reason| format!(" Their reason: {reason}"));
    Draft::of(call, Effect::Write, StepOutcome::Denied)
        .saying(format!("The person declined this. It was not done.{why}"), "You declined this.")
}

/// Whether the same call would come to the same: what failed on the way may be tried once more, and
/// what nobody knows about asks again.
fn can_stand_again(result: &ResultStep) -> bool {
    use ToolErrorKind::{BadArguments, Internal, NotAvailable, Refused, TimedOut, Upstream};
    match result.outcome {
        StepOutcome::Done
        | StepOutcome::Repeated
        | StepOutcome::Denied
        | StepOutcome::Failed(BadArguments | NotAvailable) => true,
        StepOutcome::Failed(Upstream | TimedOut | Internal | Refused) | StepOutcome::Unknown => false,
    }
}

fn repeated(call: &StepCall, earlier: &ResultStep, times: usize) -> Draft {
    let outcome = match earlier.outcome {
        StepOutcome::Done => StepOutcome::Repeated,
        // Known to be unknown is not unknown twice.
        other => other,
    };
    let stop = if times >= 3 { " This was the last time: answer with what you have." } else { "" };
    let content = format!(
        "You made this very call before, so it was not made again.{stop} Its result was:\n{}",
        earlier.content
    );
    Draft {
        provenance: earlier.provenance.clone(),
        result: earlier.result.clone().unwrap_or_default(),
        ..Draft::of(call, earlier.effect, outcome)
    }
    .saying(content, earlier.error.as_ref().unwrap_or(&earlier.summary))
}
