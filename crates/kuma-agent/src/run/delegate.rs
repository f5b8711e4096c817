//! Handing a task to a specialist: a run within the run, that shares its limits, its taint and its
//! step log. A specialist hands nothing on.

use std::sync::Arc;

use futures::future::BoxFuture;
use kuma_llm::{ChatModel, ToolSpec};
use kuma_types::step::{AskedStep, StepCall, StepOutcome};
use kuma_types::{Effect, Provenance, ToolErrorKind, Usage};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::execute::Draft;
use super::guard;
use super::shared::Shared;
use super::stop::Stop;
use super::thread::{self, End, Thread};
use crate::tool::{ToolError, Toolbox};

/// The tool's name.
pub const DELEGATE: &str = "delegate";

/// An agent that the run's own agent can hand a task to.
#[derive(Clone)]
pub struct Specialist {
    /// Its name: `research`.
    pub name: String,
    /// For people: `Research`.
    pub display_name: String,
    /// For the model: what it is good at.
    pub description: String,
    /// Its rendered system prompt.
    pub system: String,
    /// The model that it uses.
    pub model: Arc<dyn ChatModel>,
    /// 0 to 2; the provider's default when none.
    pub temperature: Option<f32>,
    /// What it can do.
    pub toolbox: Toolbox,
}

/// The tool as it is offered.
pub(crate) fn spec(specialists: &[Specialist]) -> ToolSpec {
    let agents: Vec<String> =
        specialists.iter().map(|agent| format!("- {}: {}", agent.name, agent.description)).collect();
    let names: Vec<&str> = specialists.iter().map(|agent| agent.name.as_str()).collect();
    ToolSpec {
        name: DELEGATE.to_owned(),
        description: format!(
            "Hands a task to a specialist agent, and gives its answer. Use it when a specialist has the tools or the knowledge that the task needs; answer yourself otherwise.\n{}",
            agents.join("\n")
        ),
        parameters: json!({
            "type": "object",
            "properties": {
                "agent": { "type": "string", "enum": names, "description": "Who does it." },
                "task": {
                    "type": "string",
                    "description": "What is to be done, with everything the agent needs to know: it does not see this conversation."
                }
            },
            "required": ["agent", "task"],
            "additionalProperties": false
        }),
    }
}

/// The call in one line for people.
pub(super) fn describe(arguments: &Value) -> String {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    guard::line(&format!("Ask the {} agent: {}", text("agent"), text("task")))
}

/// The agent's name and the task.
pub(super) fn task(specialists: &[Specialist], call: &StepCall) -> Result<(String, String), ToolError> {
    let parsed = match &call.arguments {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    };
    let text =
        |name: &str| parsed.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    match (text("agent"), text("task")) {
        (Some(agent), Some(task)) => Ok((agent.to_owned(), task.to_owned())),
        _ => Err(ToolError::bad_arguments(format!(
            "{DELEGATE} takes {{\"agent\": one of {}, \"task\": a text}}.",
            names(specialists)
        ))
        .in_own_words()),
    }
}

pub(super) fn no_such_agent(specialists: &[Specialist], name: &str) -> ToolError {
    let message = format!("There is no agent {name:?}. There are: {}.", names(specialists));
    ToolError::bad_arguments(message).in_own_words()
}

fn names(specialists: &[Specialist]) -> String {
    specialists.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What came of it.
pub(super) enum Delegated {
    Over(Box<Draft>),
    Waiting(Vec<AskedStep>),
}

/// Lets the specialist work, from where an earlier owner left it.
pub(super) fn delegate<'b>(
    shared: &'b Shared<'b>,
    specialist: &'b Specialist,
    call: &'b StepCall,
    task: String,
) -> BoxFuture<'b, Result<Delegated, Stop>> {
    Box::pin(async move {
        let started = Instant::now();
        let mut thread = Thread::of_specialist(shared, specialist, &call.call_id, &task);
        let ended = thread.run_boxed().await;
        let results = thread.turns.iter().flat_map(|turn| turn.results.values());
        let mut provenance: Option<Provenance> = None;
        for from in results.filter_map(|result| result.provenance.as_ref()) {
            provenance.get_or_insert_default().merge(from);
        }
        let draft = match ended {
            Ok(End::Waiting(asked)) => return Ok(Delegated::Waiting(asked)),
            Ok(End::Finished(_)) => {
                let (raw, shown) = thread::said(&thread.turns);
                Draft {
                    content: raw,
                    summary: format!("{} has answered", specialist.display_name),
                    result: json!({ "agent": specialist.name, "displayName": specialist.display_name, "answer": shown }),
                    ..Draft::of(call, Effect::Read, StepOutcome::Done)
                }
            }
            Err(Stop::Model(error)) => {
                let failure = error.to_failure();
                tracing::warn!(agent = specialist.name, kind = ?error.kind, "a specialist's model failed");
                let error = ToolError::new(
                    ToolErrorKind::Upstream,
                    format!(
                        "The agent {} could not answer: {}. Go on without it.",
                        specialist.name, failure.title
                    ),
                    format!("{}. {}", failure.title, failure.detail),
                );
                Draft::failed(call, Effect::Read, error)
            }
            Err(stop) => return Err(stop),
        };
        // What it cost is counted with its own steps.
        let duration = started.elapsed();
        Ok(Delegated::Over(Box::new(Draft { duration, provenance, usage: Usage::default(), ..draft })))
    })
}
