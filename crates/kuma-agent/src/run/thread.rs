//! One agent at work: its replies, and what came of its calls. The run's own, or a specialist's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use kuma_llm::{Capability, ChatMessage, ChatModel, ChatRequest, ModelError, ModelErrorKind, Role, ToolSpec};
use kuma_types::step::{AskedStep, ReplyStep, ResultStep, StepCall};
use kuma_types::{FinishReason, RunEvent, Step, Usage};

use super::Specialist;
use super::listen::{self, Heard};
use super::messages;
use super::shared::Shared;
use super::stop::Stop;
use crate::context;
use crate::tool::Toolbox;
use crate::{canonical, prompt, tokens};

/// How often one and the same call may come back before tools are taken away.
const REPEATS: usize = 3;

pub(super) struct Thread<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) model: &'a Arc<dyn ChatModel>,
    pub(super) toolbox: &'a Toolbox,
    /// None for a specialist: it hands nothing on.
    pub(super) specialists: &'a [Specialist],
    /// The `delegate` call that this works on.
    pub(super) parent: Option<String>,
    request: ChatRequest,
    pub(super) turns: Vec<Turn>,
}

/// A reply and what came of its calls.
pub(super) struct Turn {
    pub(super) reply: ReplyStep,
    pub(super) results: HashMap<String, ResultStep>,
    pub(super) intents: HashSet<String>,
    pub(super) asked: HashMap<String, AskedStep>,
}

impl Turn {
    const fn is_final(&self) -> bool {
        self.reply.calls.is_empty()
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &StepCall> {
        self.reply.calls.iter().filter(|call| !self.results.contains_key(&call.call_id))
    }
}

/// Where an agent's work has come to.
pub(super) enum End {
    /// It has answered.
    Finished(FinishReason),
    /// A person must decide.
    Waiting(Vec<AskedStep>),
}

impl<'a> Thread<'a> {
    /// The run's own agent.
    pub(super) fn of_run(
        shared: &'a Shared<'a>,
        model: &'a Arc<dyn ChatModel>,
        toolbox: &'a Toolbox,
        specialists: &'a [Specialist],
        request: &ChatRequest,
    ) -> Self {
        Self::new(shared, model, toolbox, specialists, None, request.clone())
    }

    /// A specialist at work on one task.
    pub(super) fn of_specialist(
        shared: &'a Shared<'a>,
        specialist: &'a Specialist,
        call_id: &str,
        task: &str,
    ) -> Self {
        let request = ChatRequest {
            messages: vec![
                ChatMessage::text(Role::System, specialist.system.clone()),
                ChatMessage::text(Role::User, task),
            ],
            temperature: specialist.temperature,
            ..ChatRequest::default()
        };
        Self::new(shared, &specialist.model, &specialist.toolbox, &[], Some(call_id.to_owned()), request)
    }

    fn new(
        shared: &'a Shared<'a>,
        model: &'a Arc<dyn ChatModel>,
        toolbox: &'a Toolbox,
        specialists: &'a [Specialist],
        parent: Option<String>,
        request: ChatRequest,
    ) -> Self {
        let turns = take_over(shared, parent.as_deref());
        let mut thread = Self { shared, model, toolbox, specialists, parent, request, turns };
        thread.instruct();
        thread
    }

    /// Puts what tools need to be said into the system prompt. None of it is from outside.
    fn instruct(&mut self) {
        // What could be had is told even when nothing is there now.
        let tools = (self.can_call() || !self.toolbox.missing().is_empty()).then_some(self.toolbox);
        let fenced = self.shared.state().taint.is_some();
        let said = prompt::about_tools(tools, self.shared.fence, fenced, self.shared.cites);
        if said.is_empty() {
            return;
        }
        match self.request.messages.first_mut().filter(|message| message.role == Role::System) {
            Some(system) => system.parts.push(kuma_llm::Part::Text(format!("\n\n{said}"))),
            None => self.request.messages.insert(0, ChatMessage::text(Role::System, said)),
        }
    }

    fn can_call(&self) -> bool {
        let has = !self.toolbox.is_empty() || !self.specialists.is_empty();
        has && self.model.info().capabilities.contains(&Capability::Tools)
    }

    /// The same as [`Self::run`], for runs within runs.
    pub(super) fn run_boxed<'b>(&'b mut self) -> BoxFuture<'b, Result<End, Stop>>
    where
        'a: 'b,
    {
        Box::pin(self.run())
    }

    pub(super) async fn run(&mut self) -> Result<End, Stop> {
        loop {
            if self.shared.cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            match self.turns.last() {
                Some(turn) if turn.is_final() => return Ok(End::Finished(turn.reply.finish_reason)),
                Some(turn) if turn.open().next().is_some() => {
                    let waiting = self.settle().await?;
                    if !waiting.is_empty() {
                        return Ok(End::Waiting(waiting));
                    }
                }
                _ => self.ask().await?,
            }
        }
    }

    /// One reply of the model.
    async fn ask(&mut self) -> Result<(), Stop> {
        let last = self.must_end();
        let offers = self.can_call() && !last;
        let aloud = self.parent.is_none();
        let mut reminded = false;
        let mut spent = Usage::default();
        let heard = loop {
            let request = self.next_request(offers, last, reminded);
            let mut heard = listen::listen(self.shared, &**self.model, request, aloud).await?;
            spent += heard.usage;
            heard.usage = spent;
            if offers && !heard.calls.is_empty() || !heard.text.trim().is_empty() {
                break heard;
            }
            // After tools some models say nothing: once they are asked for their answer.
            if reminded || self.turns.is_empty() || heard.finish_reason != FinishReason::Stop {
                break self.nothing_said(heard)?;
            }
            reminded = true;
        };
        let reply = self.reply_of(heard, offers, last);
        let parent = self.parent.as_deref();
        self.shared.record(parent, Step::Reply(reply.clone())).await?;
        self.shared.note_reply(&reply, parent);
        let calls: Vec<RunEvent> =
            reply.calls.iter().map(|call| self.shared.call_event(call, parent)).collect();
        self.turns.push(Turn {
            reply,
            results: HashMap::new(),
            intents: HashSet::new(),
            asked: HashMap::new(),
        });
        self.shared.emit(calls).await
    }

    fn reply_of(&self, heard: Heard, offers: bool, last: bool) -> ReplyStep {
        if !offers && let Some(stray) = heard.calls.first() {
            tracing::warn!(tool = stray.name, "the model called a tool that it was not offered");
        }
        let calls = heard.calls.into_iter().filter(|_| offers).map(|call| StepCall {
            call_id: call.call_id,
            tool: call.name,
            arguments: call.arguments,
            signatures: call.signatures,
        });
        let mut calls: Vec<StepCall> = calls.collect();
        self.shared.own_ids(&mut calls);
        let cut_short = last && heard.finish_reason == FinishReason::Stop;
        ReplyStep {
            model: self.model.info().id.clone(),
            raw: (heard.raw != heard.text).then_some(heard.raw),
            text: heard.text,
            reasoning: heard.reasoning,
            calls,
            finish_reason: if cut_short { FinishReason::StepLimit } else { heard.finish_reason },
            usage: heard.usage,
            citations: heard.citations,
        }
    }

    /// A reply without text and without calls that count.
    fn nothing_said(&self, heard: Heard) -> Result<Heard, ModelError> {
        let provider = self.model.info().provider.clone();
        if let Some(call) = heard.calls.first() {
            let message = format!("it called the tool {:?}, which it was not offered", call.name);
            return Err(ModelError::new(ModelErrorKind::BadResponse, provider, message));
        }
        match heard.finish_reason {
            FinishReason::ContentFilter => {
                Err(ModelError::new(ModelErrorKind::ContentRefused, provider, "the reply was withheld"))
            }
            FinishReason::Stop => {
                Err(ModelError::new(ModelErrorKind::BadResponse, provider, "an empty reply"))
            }
            _ => Ok(heard),
        }
    }

    /// Whether the next reply is the last one, without tools.
    fn must_end(&self) -> bool {
        if self.turns.is_empty() {
            // A specialist that comes late still gets to say something.
            return self.parent.is_some() && self.shared.steps_are_used_up();
        }
        self.shared.steps_are_used_up() || self.most_repeated() >= REPEATS
    }

    /// In how many replies the most frequent call was made.
    fn most_repeated(&self) -> usize {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for turn in &self.turns {
            let keys: HashSet<String> = turn.reply.calls.iter().map(key).collect();
            for key in keys {
                *counts.entry(key).or_default() += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    }

    /// In how many replies this very call was made, the newest included.
    pub(super) fn times(&self, call: &StepCall) -> usize {
        let key = key(call);
        self.turns.iter().filter(|turn| turn.reply.calls.iter().any(|other| self::key(other) == key)).count()
    }

    fn next_request(&self, offers: bool, last: bool, reminded: bool) -> ChatRequest {
        let mut request = self.request.clone();
        for turn in &self.turns {
            if offers {
                messages::of_turn(turn, self.shared.fence, &mut request.messages);
            } else {
                messages::of_turn_in_words(turn, self.shared.fence, &mut request.messages);
            }
        }
        if last && !self.turns.is_empty() {
            messages::remind(&mut request.messages, messages::LAST_REPLY);
        }
        if reminded {
            messages::remind(&mut request.messages, messages::EMPTY_REPLY);
        }
        request.tools = if offers { self.specs() } else { Vec::new() };
        request
    }

    fn specs(&self) -> Vec<ToolSpec> {
        prompt::specs(self.toolbox, self.specialists, self.shared.fence)
    }

    /// Tokens that the model's window has left for results.
    pub(super) fn room(&self) -> usize {
        let (window, answer) = context::window_and_answer(self.model.info().context_window);
        let request = self.next_request(true, false, false);
        let specs: usize = request.tools.iter().map(|spec| tokens::estimate(&prompt::spec_text(spec))).sum();
        window.saturating_sub(answer + specs + messages::cost(&request.messages))
    }
}

/// What tells calls apart.
pub(super) fn key(call: &StepCall) -> String {
    format!("{} {}", call.tool, canonical::text(&call.arguments))
}

/// The turns of earlier owners.
fn take_over(shared: &Shared<'_>, parent: Option<&str>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let own = shared.earlier.iter().filter(|step| step.parent_call_id.as_deref() == parent);
    for step in own {
        if let Step::Reply(reply) = &step.step {
            turns.push(Turn {
                reply: reply.clone(),
                results: HashMap::new(),
                intents: HashSet::new(),
                asked: HashMap::new(),
            });
            continue;
        }
        let Some(turn) = turns.last_mut() else { continue };
        match &step.step {
            Step::Result(result) => drop(turn.results.insert(result.call_id.clone(), result.clone())),
            Step::Intent(intent) => drop(turn.intents.insert(intent.call_id.clone())),
            Step::Asked(asked) => drop(turn.asked.insert(asked.call_id.clone(), asked.clone())),
            Step::Reply(_) => {}
        }
    }
    turns
}

/// What a specialist has said in all, as it wrote it and as people read it.
pub(super) fn said(turns: &[Turn]) -> (String, String) {
    let mut raw = Vec::new();
    let mut shown = Vec::new();
    for turn in turns {
        raw.push(turn.reply.raw.as_ref().unwrap_or(&turn.reply.text).trim());
        shown.push(turn.reply.text.trim());
    }
    let join =
        |texts: Vec<&str>| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    (join(raw), join(shown))
}
