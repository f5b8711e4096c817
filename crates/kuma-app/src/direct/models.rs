//! Who answers directly: agents by their names, models by their ids.

use std::sync::Arc;

use kuma_llm::ChatModel;
use kuma_store::Agent;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// Something that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerer {
    /// What to ask for: an agent's name, or `provider/model`.
    pub id: String,
    /// When it was made, seconds since 1970; 0 where nobody knows.
    pub created: u64,
    /// `kuma` for agents, the provider's name for models.
    pub owner: String,
}

impl From<Agent> for Answerer {
    fn from(agent: Agent) -> Self {
        // Ids carry the time at which they were made.
        let created = agent.id.get_timestamp().map_or(0, |stamp| stamp.to_unix().0);
        Self { id: agent.name, created, owner: "kuma".to_owned() }
    }
}

/// All agents that can be chosen, the default one first, then all models.
pub async fn answerers(app: &App) -> Result<Vec<Answerer>> {
    let agents = app.store().agents().list_active().await?.into_iter().map(Answerer::from);
    let models = crate::models::list(app).items.into_iter();
    let models = models.map(|model| Answerer { id: model.id, created: 0, owner: model.provider });
    Ok(agents.chain(models).collect())
}

/// One of them.
pub async fn answerer(app: &App, id: &str) -> Result<Answerer> {
    let found = answerers(app).await?.into_iter().find(|answerer| answerer.id == id);
    found.ok_or_else(|| unknown(id))
}

/// The agent, if one is meant, and the model.
pub(super) async fn resolve(app: &App, id: &str) -> Result<(Option<Agent>, Arc<dyn ChatModel>)> {
    if id.contains('/') {
        return Ok((None, app.models().resolve(id).ok_or_else(|| unknown(id))?));
    }
    let agent = crate::agents::named(app, id).await?.filter(|agent| agent.is_active);
    let agent = agent.ok_or_else(|| unknown(id))?;
    match app.models().pick(app, agent.model.as_deref()).await? {
        Some(model) => Ok((Some(agent), model)),
        None => Err(AppError::new(
            ErrorKind::NotFound,
            "no_model",
            "No model is connected to this server yet, so its agents cannot answer. An administrator can connect one in Settings → Models.",
        )),
    }
}

fn unknown(id: &str) -> AppError {
    let id: String = id.chars().take(100).collect();
    AppError::new(
        ErrorKind::NotFound,
        "model_not_found",
        format!("There is no model {id:?} here. GET /v1/models lists the agents and models that answer."),
    )
}
