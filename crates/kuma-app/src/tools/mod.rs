//! What agents can do beside talking: which tools there are, which of them a person can use, and which
//! need not ask any more.
//!
//! The binary gives the tools; [`kit`] picks those of one run; the HTTP API lists all, and an
//! administrator can switch any of them off for everybody ([`switch`]). Other assistants may call those
//! that only read ([`offered`], [`call`]).

mod kit;
mod list;
mod offer;
mod switch;

use std::sync::Arc;

use kuma_agent::Toolbox;
use kuma_agent::tool::{Tool, ToolInfo};
use kuma_types::{Provenance, ToolCallRecord, ToolCategory, UserId};

use crate::App;
use crate::error::Result;
use crate::mcp;

pub(crate) use kit::{Kit, Stock, kit};
pub use list::{ToolState, forget_allowance, list};
pub use offer::{Called, call, offered};
pub use switch::{SwitchState, switch, switches};

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

/// A toolbox without what changes something, and without what looks at pictures of a chat: for answers
/// that belong to no chat, where nobody could approve a write.
pub(crate) fn reading(toolbox: &Toolbox) -> Toolbox {
    let mut reading = Toolbox::default();
    for tool in toolbox.tools() {
        if offer::only_reads(tool.info()) {
            reading.push(tool.clone());
        }
    }
    reading
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

/// The user's tool of that name, an MCP server's too.
pub(crate) async fn of_user(app: &App, user: UserId, name: &str) -> Result<Option<Arc<dyn Tool>>> {
    match by_name(app, name) {
        Some(tool) => Ok(Some(Arc::clone(tool))),
        None => mcp::by_name(app, user, name).await,
    }
}
