//! The models that a user can choose from.

use kuma_llm::{Capability, ModelInfo};

use crate::App;

/// All chat models, and the one that answers when nobody chose.
pub struct ModelList {
    /// In the order of the settings.
    pub items: Vec<ModelInfo>,
    /// The default model's id.
    pub default: Option<String>,
}

/// Lists what is known; asks nobody.
pub fn list(app: &App) -> ModelList {
    let models = app.models();
    let default = models.default(app);
    let mut items = models.registry().models();
    items.retain(|model| model.capabilities.contains(&Capability::Chat));
    // A default that its provider does not list can be chosen all the same.
    if let Some(info) = default.clone().filter(|info| items.iter().all(|model| model.id != info.id)) {
        items.insert(0, info);
    }
    ModelList { items, default: default.map(|info| info.id) }
}
