//! Who gets which tool of a server: the server's agents, without tools that are switched off, for everybody or for an
//! agent. What is not switched off is on: a tool that a server offers anew goes to all agents that get the server.

use std::collections::{BTreeMap, HashSet};

use kuma_store::McpServer;

use super::servers::{MANY, TEXT};
use crate::App;
use crate::error::{FieldErrors, Result};

/// The most tools that switches are kept for.
const MOST: usize = 256;

/// Whether the tool of that name at the server is given to an agent; without one, to any.
pub(super) fn gives(server: &McpServer, tool: &str, agent: Option<&str>) -> bool {
    let has = |agents: &[String], agent: &str| agents.iter().any(|name| name == agent);
    let off_for = server.disabled_for.get(tool).map_or(&[][..], Vec::as_slice);
    let gets =
        |agent: &str| server.agents.as_ref().is_none_or(|agents| has(agents, agent)) && !has(off_for, agent);
    !server.disabled_tools.iter().any(|name| name == tool) && agent.is_none_or(gets)
}

/// Takes in which agents do not get the tools that are named; switches of other tools stay.
pub(super) async fn change(
    app: &App,
    server: &mut McpServer,
    changed: BTreeMap<String, Vec<String>>,
    errors: &mut FieldErrors,
) -> Result<()> {
    const FIELD: &str = "disabledFor";
    let wanted: HashSet<&String> = changed.values().flatten().collect();
    if wanted.len() > MANY || changed.len() > MOST || changed.keys().any(|tool| tool.len() > TEXT) {
        errors.add(FIELD, format!("At most {MANY} agents and {MOST} tools."));
        return Ok(());
    }
    // An agent that is gone by now can stay where it was.
    let had: HashSet<String> = server.disabled_for.values().flatten().cloned().collect();
    for name in wanted.into_iter().filter(|name| !had.contains(*name)) {
        if app.store().agents().by_name(name).await?.is_none() {
            let shown: String = name.chars().take(60).collect();
            errors.add(FIELD, format!("There is no agent “{shown}”."));
        }
    }
    for (tool, mut agents) in changed {
        agents.sort();
        agents.dedup();
        if agents.is_empty() {
            server.disabled_for.remove(&tool);
        } else {
            server.disabled_for.insert(tool, agents);
        }
    }
    if server.disabled_for.len() > MOST {
        errors.add(FIELD, "These are more tools than a server has.");
    }
    Ok(())
}
