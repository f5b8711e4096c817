//! What readers know already when a run goes on, and what they are told then.

use std::collections::HashSet;

use kuma_types::{RunEvent, Step};

use super::events;
use super::shared::Shared;
use super::stop::Stop;

/// What the events so far have told. A run that goes on tells what is missing, and takes back text
/// that does not stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    text: String,
    reasoning: String,
    /// How much of `reasoning` a `reset` leaves standing for readers.
    settled: usize,
    calls: HashSet<String>,
    asked: HashSet<String>,
    results: HashSet<String>,
    citations: HashSet<u32>,
}

impl Told {
    /// What a run's events have told: all of them, from the first on.
    pub fn by<'a>(events: impl IntoIterator<Item = &'a RunEvent>) -> Self {
        let mut told = Self::default();
        for event in events {
            told.hear(event);
        }
        told
    }

    fn hear(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Chunk { text } => self.text.push_str(text),
            RunEvent::Reasoning { text } => self.reasoning.push_str(text),
            RunEvent::Reset { text } => {
                self.text.clone_from(text);
                self.reasoning.truncate(self.settled);
            }
            RunEvent::ToolCall { call_id, .. } => drop(self.calls.insert(call_id.clone())),
            RunEvent::ApprovalRequired { call_id, .. } => drop(self.asked.insert(call_id.clone())),
            RunEvent::ToolResult { call_id, .. } => {
                self.settled = self.reasoning.len();
                self.results.insert(call_id.clone());
            }
            RunEvent::Citation(citation) => drop(self.citations.insert(citation.index)),
            _ => {}
        }
    }
}

/// Brings readers to where the run stands.
pub(super) async fn tell_what_stands(shared: &Shared<'_>, told: &Told) -> Result<(), Stop> {
    let mut events = Vec::new();
    {
        let state = shared.state();
        if told.text != state.text || told.reasoning != state.reasoning {
            events.push(RunEvent::Reset { text: state.text.clone() });
            let kept = told.reasoning.get(..told.settled).unwrap_or_default();
            if let Some(text) = state.reasoning.strip_prefix(kept).filter(|text| !text.is_empty()) {
                events.push(RunEvent::Reasoning { text: text.to_owned() });
            }
        }
    }
    let over: HashSet<&str> = shared
        .earlier
        .iter()
        .filter_map(|step| if let Step::Result(result) = &step.step { Some(&*result.call_id) } else { None })
        .collect();
    for step in shared.earlier {
        let parent = step.parent_call_id.as_deref();
        match &step.step {
            Step::Reply(reply) => {
                let cited = reply.citations.iter().map(|step| &step.citation);
                let missing = cited.filter(|citation| !told.citations.contains(&citation.index));
                events.extend(missing.map(|citation| RunEvent::Citation(citation.clone())));
                let missing = reply.calls.iter().filter(|call| !told.calls.contains(&call.call_id));
                events.extend(missing.map(|call| shared.call_event(call, parent)));
            }
            Step::Asked(asked) => {
                let id = asked.call_id.as_str();
                let open = !over.contains(id) && shared.decision(id).is_none();
                if open && !told.asked.contains(id) {
                    events.push(events::approval_required(asked, parent));
                }
            }
            Step::Result(result) => {
                if !told.results.contains(&result.call_id) {
                    events.push(events::tool_result(result, parent));
                }
            }
            Step::Intent(_) => {}
        }
    }
    shared.emit(events).await
}
