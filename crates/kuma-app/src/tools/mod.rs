//! What agents can do beside talking: which tools there are, which of them a person can use, and which
//! need not ask any more.
//!
//! The binary gives the tools; [`of_agent`] picks those of one run; the HTTP API lists all.

mod list;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Utc;
use kuma_agent::prompt::SystemPrompt;
use kuma_agent::tool::{Tool, ToolInfo};
use kuma_agent::{Specialist, Toolbox};
use kuma_llm::{Capability, ChatModel};
use kuma_store::{Agent, User};
use kuma_types::{Provenance, ToolCallRecord, ToolCategory};

use crate::App;
use crate::error::Result;

pub use list::{ToolState, forget_allowance, list};

/// The agent that hands tasks to the others.
const ROUTER: &str = "router";

/// What there is in a chat that some tools are for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scene {
    /// Images of the person's.
    pub has_pictures: bool,
}

impl Scene {
    /// Whether a tool has anything to work on.
    fn needs(self, tool: &ToolInfo) -> bool {
        self.has_pictures || tool.category != ToolCategory::Vision
    }
}

/// What an agent can do for a user with this model. A model that calls no tools gets none.
pub(crate) async fn of_agent(
    app: &App,
    user: &User,
    agent: &Agent,
    model: &dyn ChatModel,
    scene: Scene,
) -> Toolbox {
    if !model.info().capabilities.contains(&Capability::Tools) {
        return Toolbox::default();
    }
    let its: HashSet<&str> = agent.tools.iter().map(String::as_str).collect();
    let tools = app.tools().iter().filter(|tool| its.contains(tool.info().name.as_str()));
    let tools = tools.filter(|tool| scene.needs(tool.info()));
    Toolbox::of(user.id, tools.cloned()).await
}

/// The agents that this one can hand a task to: those that have tools of their own.
pub(crate) async fn specialists(
    app: &App,
    user: &User,
    agent: &Agent,
    model: &Arc<dyn ChatModel>,
    scene: Scene,
) -> Result<Vec<Specialist>> {
    if agent.name != ROUTER || !model.info().capabilities.contains(&Capability::Tools) {
        return Ok(Vec::new());
    }
    let mut specialists = Vec::new();
    for other in app.store().agents().list_active().await? {
        if other.name == agent.name {
            continue;
        }
        let model = match &other.model {
            Some(wanted) => app.models().pick(app, Some(wanted)).await?.unwrap_or_else(|| model.clone()),
            None => model.clone(),
        };
        let toolbox = of_agent(app, user, &other, &*model, scene).await;
        if toolbox.is_empty() {
            continue;
        }
        let system =
            SystemPrompt { agent: &other.system_prompt, user_name: &user.name, now: Utc::now() }.render();
        specialists.push(Specialist {
            name: other.name,
            display_name: other.display_name,
            description: other.description,
            system,
            model,
            temperature: other.temperature,
            toolbox,
        });
    }
    Ok(specialists)
}

/// Where text from outside in the chat came from: what a model wrote after it read such text may
/// carry its words on.
pub(crate) fn taint_of<'a>(
    app: &App,
    earlier: impl Iterator<Item = &'a [ToolCallRecord]>,
    scene: Scene,
) -> Option<Provenance> {
    let mut places = Vec::new();
    for call in earlier.flatten() {
        let tool = by_name(app, &call.tool);
        // A tool that is not there any more may have brought anything.
        let outside = tool.is_none_or(|tool| tool.info().outside) && call.tool != kuma_agent::run::DELEGATE;
        if outside {
            let name = tool.map_or(call.tool.as_str(), |tool| &tool.info().display_name);
            places.push(format!("an earlier answer that used {name}"));
        }
    }
    // What is written on a picture may be somebody else's words, whoever reads it.
    if scene.has_pictures {
        places.push("a picture in this chat".to_owned());
    }
    (!places.is_empty()).then(|| places.iter().collect())
}

/// The tool of that name.
pub(crate) fn by_name<'a>(app: &'a App, name: &str) -> Option<&'a Arc<dyn Tool>> {
    app.tools().iter().find(|tool| tool.info().name == name)
}
