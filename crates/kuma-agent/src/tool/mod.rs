//! The tool port: what an agent can do beside talking.
//!
//! The run loop ([`crate::run`]) sees tools as [`Tool`] objects. A built-in tool is one file that
//! implements [`TypedTool`] (arguments as a struct, the effect as a constant that the compiler asks
//! for) and is made an object by [`typed`]. Tools whose arguments are only known at run time, such as
//! those of an MCP server, implement [`Tool`] themselves.
//!
//! Who may call: the loop alone calls [`Tool::call`], after approval where the effect asks for it.
//! `kuma-app` lists tools, asks for their [`Availability`], and checks edited arguments.

mod context;
mod foreign;
mod output;
pub(crate) mod schema;
mod typed;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kuma_types::{Effect, Provenance, ToolCategory, UserId};
use serde_json::Value;

pub use context::{Progress, ToolContext, UsageMeter};
pub(crate) use foreign::told;
pub use output::{ToolError, ToolOutput};
pub use typed::{TypedTool, typed};

/// How long a call may take when its tool does not say.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// What a tool is, the same for every user.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolInfo {
    /// `[A-Za-z0-9_-]`, at most 64 characters, unique in this server.
    pub name: String,
    /// For people: `Search the web`.
    pub display_name: String,
    /// For the model: what it does and when to use it.
    pub description: String,
    /// One line for the system prompt about how to use the tool well. Never text from outside: an
    /// MCP server's words are no hint.
    pub hint: Option<String>,
    /// What it is about.
    pub category: ToolCategory,
    /// What it does to the world. Writes ask first.
    pub effect: Effect,
    /// JSON Schema of the arguments, an object.
    pub input_schema: Value,
    /// What it cannot work without.
    pub requires: Option<Requirement>,
    /// How long a call may take.
    pub timeout: Duration,
    /// Whether its results are text from outside: then they taint the run.
    pub outside: bool,
}

/// What a tool cannot work without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// A setting of the server, by its name: `FINNHUB_API_KEY`.
    Key(String),
    /// An app that the user connects, by its name: `gmail`.
    App(String),
    /// Another thing, in words that fit after "needs": `a model that sees pictures`.
    Other(String),
}

/// Whether a user can use a tool now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It is offered.
    Available,
    /// It is not offered, and the model and the person are told how to get it.
    Missing {
        /// One sentence for the person: `Connect Gmail under Apps to let Kuma send mail.`
        how_to_get: String,
    },
}

/// Another program that says itself what its tools are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Describer {
    /// What tells it from others; the same for all of its tools.
    pub id: String,
    /// Its words, as they are labelled.
    pub from: Provenance,
    /// Where what it says of its tools comes from, for a person who is asked because of it; none when
    /// whoever runs this server has put it there and answers for it.
    pub taints: Option<Provenance>,
}

/// Something an agent can do.
#[async_trait]
pub trait Tool: Send + Sync {
    /// What it is.
    fn info(&self) -> &ToolInfo;

    /// Whether this user can use it now. Cheap: it is asked before every run.
    async fn availability(&self, user: UserId) -> Availability {
        let _ = user;
        Availability::Available
    }

    /// Whose words its definition is made of, when they are not Kuma's own. Models get them fenced,
    /// and they taint like other text from outside, unless somebody vouches for them.
    fn described_by(&self) -> Option<&Describer> {
        None
    }

    /// Why an earlier allowance does not hold any more, one sentence for the person: the tool is not
    /// what it was when they allowed it.
    fn changed_since_allowed(&self) -> Option<&str> {
        None
    }

    /// What a call would do, in one plain line for people: `Search the web for "bears"`. Shown before
    /// the arguments were checked, so it must make something of any value.
    fn describe(&self, arguments: &Value) -> String;

    /// Whether the arguments fit. Asked before a person is asked for approval, and again for the
    /// arguments that they edited.
    fn check(&self, arguments: &Value) -> Result<(), ToolError>;

    /// What a call would change, for the person who is asked to approve it.
    async fn preview(&self, context: &ToolContext, arguments: &Value) -> Value {
        let _ = context;
        arguments.clone()
    }

    /// Does it. Cancelled by drop; `context.cancel` is for what must be tidied up.
    ///
    /// A write hands `context.idempotency_key` to the service behind it where that takes one.
    async fn call(&self, context: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError>;
}

/// The tools of one run: only what this user and this agent can use now.
#[derive(Clone, Default)]
pub struct Toolbox {
    tools: Vec<Arc<dyn Tool>>,
    missing: Vec<MissingTool>,
}

/// A tool that the agent would have, if the person did something first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTool {
    /// The tool's name.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// How to get it, in one sentence.
    pub how_to_get: String,
}

impl Toolbox {
    /// Offers a tool, or notes how to get it.
    pub fn put(&mut self, tool: Arc<dyn Tool>, availability: Availability) {
        match availability {
            Availability::Available => self.push(tool),
            Availability::Missing { how_to_get } => self.push_missing(tool.info(), how_to_get),
        }
    }

    /// Offers one tool more. Of two with one name the first stays.
    pub fn push(&mut self, tool: Arc<dyn Tool>) {
        if self.get(&tool.info().name).is_some() {
            tracing::warn!(tool = tool.info().name, "two tools have one name; the second is not offered");
            return;
        }
        self.tools.push(tool);
    }

    /// Notes a tool that cannot be used, with the sentence that says how to get it.
    pub fn push_missing(&mut self, info: &ToolInfo, how_to_get: String) {
        self.missing.push(MissingTool {
            name: info.name.clone(),
            display_name: info.display_name.clone(),
            how_to_get,
        });
    }

    /// The tool of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.iter().find(|tool| tool.info().name == name)
    }

    /// What is offered, in order.
    pub fn tools(&self) -> &[Arc<dyn Tool>] {
        &self.tools
    }

    /// What cannot be used now.
    pub fn missing(&self) -> &[MissingTool] {
        &self.missing
    }

    /// The sentence that says how to get a tool that cannot be used now.
    pub fn how_to_get(&self, name: &str) -> Option<&str> {
        self.missing.iter().find(|tool| tool.name == name).map(|tool| tool.how_to_get.as_str())
    }

    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }
}

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.tools.iter().map(|tool| tool.info().name.as_str()).collect();
        f.debug_struct("Toolbox").field("tools", &names).field("missing", &self.missing).finish()
    }
}
