//! Who answers.

use kuma_store::Agent;

use crate::App;
use crate::error::Result;

/// The agents that can be chosen.
pub async fn list(app: &App) -> Result<Vec<Agent>> {
    Ok(app.store().agents().list_active().await?)
}
