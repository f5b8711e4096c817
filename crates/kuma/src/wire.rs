//! Which backends the use cases stand on. The one place that knows.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kuma_agent::Tool;
use kuma_app::chats::{SERVE_PREFIX, WORKER_PREFIX};
use kuma_app::mcp::McpConfig;
use kuma_app::{App, AppConfig, Parts};
use kuma_llm::Provider;
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_queue::redis::{JournalOptions, QueueOptions, Redis, RedisOptions};
use kuma_queue::{Journal, Queue, Signals};
use kuma_store::{Store, StoreOptions};
use kuma_tools::Tools;
use secrecy::ExposeSecret as _;

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

/// How long the start waits for the database and for Redis.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// What this process does about runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `kuma serve`: accepts them and tells of them; drives them when nobody else does.
    Serve,
    /// `kuma worker`: drives them.
    Worker,
    /// Every other command: nothing.
    Command,
}

/// The use cases on the backends that the settings name.
pub async fn app(settings: &Settings, role: Role) -> anyhow::Result<App> {
    settings.make_data_dir()?;
    let prefix = match role {
        Role::Serve => SERVE_PREFIX,
        Role::Worker => WORKER_PREFIX,
        Role::Command => "command-",
    };
    let worker = format!("{prefix}{}", uuid::Uuid::now_v7());
    // Redis first: it is the quicker one to say that it is not there.
    let redis = if role == Role::Command { None } else { redis(settings).await? };
    let ports = ports(settings, redis, &worker);
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
        mcp: mcp(settings),
        worker,
    };
    let store = tokio::time::timeout(START_PATIENCE, store(settings)).await;
    let store = store.map_err(|_| {
        anyhow::anyhow!("the database did not answer within {START_PATIENCE:?} (DATABASE_URL)")
    })??;
    let Ports { journal, queue, signals } = ports;
    let (tools, local) = (tools(settings)?, local(settings));
    let backends = Parts { store, journal, queue, signals, tools, local, config };
    App::new(backends).map_err(|error| anyhow::anyhow!(error))
}

/// Where MCP servers may be, and where logins come back to.
fn mcp(settings: &Settings) -> McpConfig {
    let frontend = settings.frontend_url.trim_end_matches('/');
    let public = settings.public_url.as_deref().unwrap_or(frontend);
    McpConfig {
        allow_private: settings.tools.page.allow_private.clone(),
        public_url: public.trim_end_matches('/').to_owned(),
        frontend_url: frontend.to_owned(),
    }
}

/// What agents can do. Tools for pictures come with pictures in chats.
fn tools(settings: &Settings) -> anyhow::Result<Vec<Arc<dyn Tool>>> {
    let tools = Tools::without_pictures(&settings.tools)?;
    Ok(tools.all().to_vec())
}

/// How runs travel and are heard of.
struct Ports {
    journal: Arc<dyn Journal>,
    queue: Arc<dyn Queue>,
    signals: Arc<dyn Signals>,
}

/// Redis, when the settings ask for it.
pub async fn redis(settings: &Settings) -> anyhow::Result<Option<Redis>> {
    let Some(url) = &settings.redis_url else { return Ok(None) };
    Ok(Some(Redis::connect(RedisOptions::new(url.expose_secret())).await?))
}

fn ports(settings: &Settings, redis: Option<Redis>, worker: &str) -> Ports {
    let Some(redis) = redis else {
        return Ports {
            journal: Arc::new(MemoryJournal::new()),
            queue: Arc::new(MemoryQueue::new()),
            signals: Arc::new(MemorySignals::new()),
        };
    };
    let lease = settings.runs.lease;
    let options = QueueOptions { lease, seen_within: lease * 2, ..QueueOptions::new(worker) };
    Ports {
        journal: Arc::new(redis.journal(JournalOptions::default())),
        queue: Arc::new(redis.queue(options)),
        signals: Arc::new(redis.signals()),
    }
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
