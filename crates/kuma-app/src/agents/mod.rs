//! Who answers.

mod edit;

use kuma_store::Agent;

use crate::App;
use crate::error::Result;

pub(crate) use edit::named;
pub use edit::{AgentChange, AgentWish, all, create, delete, get, update};

/// The agent that answers when nobody chose, and that always can.
pub(crate) const DEFAULT: &str = "router";

/// The agents that can be chosen.
pub async fn list(app: &App) -> Result<Vec<Agent>> {
    Ok(app.store().agents().list_active().await?)
}

/// Whether that is the agent that always stays.
pub fn is_default(name: &str) -> bool {
    name == DEFAULT
}
