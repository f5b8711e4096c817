//! What one run can use: its agent's tools, and the agents that it can hand a task to with theirs.
//!
//! Agents share tools, so each tool is asked once whether the user can use it now, for all of them together and
//! beside whatever else is loaded: this stands between a question and the first word of its answer.

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
    /// Kuma's own tools in the order in which the binary gave them, with what each said about this user.
    own: Vec<(Arc<dyn Tool>, Availability)>,
    /// The tools of MCP servers that the user has.
    others: Vec<mcp::Offered>,
}

impl Stock {
    /// What there is for a user.
    pub(crate) async fn of(app: &App, user: UserId) -> Result<Self> {
        let store = app.store();
        let own = future::join_all(app.tools().iter().map(|tool| async move {
            let availability = tool.availability(user).await;
            (Arc::clone(tool), availability)
        }));
        let (agents, off, own, others) = tokio::try_join!(
            async { Result::Ok(store.agents().list_all().await?) },
            async { Ok(store.tools().switched_off().await?) },
            async { Ok(own.await) },
            mcp::offered(app, user),
        )?;
        Ok(Self { agents, off, own, others })
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

    /// The tools of one agent in this scene, and those of MCP servers that it gets.
    async fn toolbox(&self, agent: &Agent, user: UserId, scene: Scene) -> Toolbox {
        let its: HashSet<&str> = agent.tools.iter().map(String::as_str).collect();
        let mut toolbox = Toolbox::default();
        for (tool, availability) in &self.own {
            let name = tool.info().name.as_str();
            if !its.contains(name) || !scene.needs(tool.info()) {
                continue;
            }
            let availability = if self.off.contains(name) {
                Availability::Missing { how_to_get: switch::OFF.to_owned() }
            } else {
                availability.clone()
            };
            toolbox.put(Arc::clone(tool), availability);
        }
        for tool in self.others.iter().filter_map(|offered| offered.for_agent(&agent.name)) {
            let availability = tool.availability(user).await;
            toolbox.put(tool, availability);
        }
        toolbox
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
    let toolbox = stock.toolbox(agent, user.id, scene).await;
    let mut specialists = Vec::new();
    for other in helpers {
        let model = match &other.model {
            Some(wanted) => app.models().pick(app, Some(wanted)).await?.unwrap_or_else(|| model.clone()),
            None => model.clone(),
        };
        if !calls_tools(&*model) {
            continue;
        }
        let toolbox = stock.toolbox(other, user.id, scene).await;
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
