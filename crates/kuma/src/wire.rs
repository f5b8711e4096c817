//! Which backends the use cases stand on. The one place that knows.

use std::sync::Arc;

use anyhow::Context as _;
use kuma_app::{App, AppConfig, Parts};
use kuma_llm::Provider;
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_store::{Store, StoreOptions};

use crate::secrets;
use crate::settings::Settings;

/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 20;

/// The database, opened and brought up to date.
pub async fn store(settings: &Settings) -> anyhow::Result<Store> {
    let store = open(settings).await?;
    let applied = store.migrate().await.context("the database cannot be brought up to date")?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.len(), "the database was brought up to date");
    }
    Ok(store)
}

/// The database, as it is.
pub async fn open(settings: &Settings) -> anyhow::Result<Store> {
    settings.make_data_dir()?;
    let options = StoreOptions {
        url: settings.database_url.clone(),
        read_url: settings.database_read_url.clone(),
        max_connections: POSTGRES_CONNECTIONS,
    };
    Store::open(&options).await.context("the database cannot be opened (DATABASE_URL)")
}

/// The use cases on their backends, in one process.
pub async fn app(settings: &Settings) -> anyhow::Result<App> {
    settings.make_data_dir()?;
    let config = AppConfig {
        data_dir: settings.data_dir.clone(),
        jwt_secret: secrets::jwt(settings)?,
        encryption_keys: secrets::encryption_keys(settings)?,
        signup: settings.signup,
        default_model: settings.default_model.clone(),
        small_model: settings.small_model.clone(),
        providers: settings.providers.clone(),
        ollama_url: settings.ollama_url.clone(),
        runs: settings.runs,
    };
    let parts = Parts {
        store: store(settings).await?,
        journal: Arc::new(MemoryJournal::new()),
        queue: Arc::new(MemoryQueue::new()),
        signals: Arc::new(MemorySignals::new()),
        local: local(settings),
        config,
    };
    App::new(parts).map_err(|error| anyhow::anyhow!(error))
}

/// Models in this process, when this build has them.
#[cfg(feature = "local-llm")]
#[expect(clippy::unnecessary_wraps, reason = "a build without the feature has none")]
pub fn local(settings: &Settings) -> Option<Arc<dyn Provider>> {
    let mut options = kuma_local::LocalOptions::new(settings.models_dir());
    options.model_file.clone_from(&settings.local_model);
    Some(Arc::new(kuma_local::LocalProvider::new(options)))
}

/// Models in this process, when this build has them.
#[cfg(not(feature = "local-llm"))]
pub fn local(settings: &Settings) -> Option<Arc<dyn Provider>> {
    if settings.local_model.is_some() {
        tracing::warn!("KUMA_LOCAL_MODEL is set, but this build runs no models (feature local-llm)");
    }
    None
}
