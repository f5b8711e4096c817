//! What one run can use: its agent's tools, and the agents that it can hand a task to with theirs.
//!
//! Agents share tools, so each tool is asked once whether the user can use it now, for all of them together:
//! this stands between a question and the first word of its answer.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Utc;
use futures::future;
use kuma_agent::prompt::SystemPrompt;
use kuma_agent::tool::{Availability, Tool};
use kuma_agent::{Specialist, Toolbox};
use kuma_llm::{Capability, ChatModel};
use kuma_store::{Agent, User};
use kuma_types::UserId;

use super::{Scene, switch};
use crate::App;
use crate::error::Result;
use crate::mcp;

/// The agent that hands tasks to the others.
const ROUTER: &str = crate::agents::DEFAULT;

/// What an agent has in a run.
#[derive(Default)]
pub(crate) struct Kit {
    /// Its own tools.
    pub toolbox: Toolbox,
    /// The agents that it can hand a task to: those that have tools of their own.
    pub specialists: Vec<Specialist>,
}

/// What kits are picked from, loaded beside whatever else a run needs.
pub(crate) struct Stock {
    agents: Vec<Agent>,
    /// The tools that nobody can use.
    off: HashSet<String>,
    /// The tools of MCP servers that the user has.
    others: Vec<mcp::Offered>,
}

impl Stock {
    /// What there is for a user.
    pub(crate) async fn of(app: &App, user: UserId) -> Result<Self> {
        let store = app.store();
        let (agents, off, others) = tokio::try_join!(
            async { Ok(store.agents().list_all().await?) },
            async { Ok(store.tools().switched_off().await?) },
            mcp::offered(app, user),
        )?;
        Ok(Self { agents, off, others })
    }

    /// An agent, whether it can be chosen or not.
    pub(crate) fn agent(&self, name: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.name == name)
    }

    /// Those that this one can hand a task to.
    fn helpers(&self, agent: &Agent) -> Vec<&Agent> {
        let others = self.agents.iter().filter(|other| other.is_active && other.name != agent.name);
        if agent.name == ROUTER { others.collect() } else { Vec::new() }
    }
}

/// What an agent can use for a user with this model. A model that calls no tools gets none.
pub(crate) async fn kit(
    app: &App,
    user: &User,
    agent: &Agent,
    model: &Arc<dyn ChatModel>,
    scene: Scene,
    stock: &Stock,
) -> Result<Kit> {
    if !calls_tools(&**model) {
        return Ok(Kit::default());
    }
    let helpers = stock.helpers(agent);
    let everybody: Vec<&Agent> = std::iter::once(agent).chain(helpers.iter().copied()).collect();
    let shelf = Shelf::of(app, user, &everybody, &stock.off, scene).await;
    let toolbox = shelf.toolbox(agent, &stock.others).await;
    let mut specialists = Vec::new();
    for other in helpers {
        let model = match &other.model {
            Some(wanted) => app.models().pick(app, Some(wanted)).await?.unwrap_or_else(|| model.clone()),
            None => model.clone(),
        };
        if !calls_tools(&*model) {
            continue;
        }
        let toolbox = shelf.toolbox(other, &stock.others).await;
        if toolbox.is_empty() {
            continue;
        }
        let system =
            SystemPrompt { agent: &other.system_prompt, user_name: &user.name, now: Utc::now() }.render();
        specialists.push(Specialist {
            name: other.name.clone(),
            display_name: other.display_name.clone(),
            description: other.description.clone(),
            system,
            model,
            temperature: other.temperature,
            toolbox,
        });
    }
    Ok(Kit { toolbox, specialists })
}

fn calls_tools(model: &dyn ChatModel) -> bool {
    model.info().capabilities.contains(&Capability::Tools)
}

/// Kuma's own tools that some agent of the run has, with what each said about this user.
struct Shelf<'a> {
    user: &'a User,
    /// In the order in which the binary gave them.
    tools: Vec<(&'a Arc<dyn Tool>, Availability)>,
}

impl<'a> Shelf<'a> {
    /// Asks all tools at once.
    async fn of(
        app: &'a App,
        user: &'a User,
        agents: &[&Agent],
        off: &HashSet<String>,
        scene: Scene,
    ) -> Shelf<'a> {
        let wanted: HashSet<&str> =
            agents.iter().flat_map(|agent| agent.tools.iter().map(String::as_str)).collect();
        let tools = app.tools().iter().filter(|tool| wanted.contains(tool.info().name.as_str()));
        let asked = tools.filter(|tool| scene.needs(tool.info())).map(|tool| async move {
            let availability = if off.contains(&tool.info().name) {
                Availability::Missing { how_to_get: switch::OFF.to_owned() }
            } else {
                tool.availability(user.id).await
            };
            (tool, availability)
        });
        Self { user, tools: future::join_all(asked).await }
    }

    /// The tools of one agent, and those of MCP servers that it gets.
    async fn toolbox(&self, agent: &Agent, others: &[mcp::Offered]) -> Toolbox {
        let its: HashSet<&str> = agent.tools.iter().map(String::as_str).collect();
        let mut toolbox = Toolbox::default();
        for (tool, availability) in &self.tools {
            if its.contains(tool.info().name.as_str()) {
                toolbox.put(Arc::clone(tool), availability.clone());
            }
        }
        for tool in others.iter().filter_map(|offered| offered.for_agent(&agent.name)) {
            let availability = tool.availability(self.user.id).await;
            toolbox.put(tool, availability);
        }
        toolbox
    }
}
