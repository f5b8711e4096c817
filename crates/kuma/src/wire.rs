//! Which backends the use cases stand on. The one place that knows.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kuma_agent::Tool;
use kuma_agent::memory::MemoryService;
use kuma_app::chats::{SERVE_PREFIX, WORKER_PREFIX};
use kuma_app::files::Files;
use kuma_app::mcp::McpConfig;
use kuma_app::{App, AppConfig, Parts};
use kuma_documents::Parser;
use kuma_llm::{Embedder, Provider, RemoteReranker, Reranker};
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_queue::redis::{JournalOptions, QueueOptions, Redis, RedisOptions};
use kuma_queue::{Journal, Queue, Signals};
use kuma_store::{Store, StoreOptions};
use kuma_tools::Tools;
use kuma_tools::memory::Supermemory;
use secrecy::ExposeSecret as _;

use crate::pictures::AppPictures;
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
        embedding_model: settings.embedding_model.clone(),
        document_readers: settings.document_readers,
        vision_model: settings.vision_model.clone(),
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
    let pictures = AppPictures::default();
    let (tools, local) = (tools(settings, &pictures)?, local(settings));
    let files = files(settings)?;
    let local_embedder = Some(embedder(settings));
    let reranker = reranker(settings)?;
    let parser = parser()?;
    let memory = memory(settings)?;
    let backends = Parts {
        store,
        journal,
        queue,
        signals,
        files,
        tools,
        local,
        local_embedder,
        reranker,
        parser,
        memory,
        config,
    };
    let app = App::new(backends).map_err(|error| anyhow::anyhow!(error))?;
    pictures.connect(&app);
    Ok(app)
}

/// Where MCP servers may be, and where logins come back to.
fn mcp(settings: &Settings) -> McpConfig {
    let frontend = settings.frontend_url.trim_end_matches('/');
    let public = settings.public_url.as_deref().unwrap_or(frontend);
    McpConfig {
        allow_private: settings.tools.page.allow_private.clone(),
        public_url: public.trim_end_matches('/').to_owned(),
        frontend_url: frontend.to_owned(),
        patience: kuma_app::mcp::PATIENCE,
    }
}

/// What agents can do.
fn tools(settings: &Settings, pictures: &AppPictures) -> anyhow::Result<Vec<Arc<dyn Tool>>> {
    let tools = Tools::new(&settings.tools, Arc::new(pictures.clone()), Arc::new(pictures.clone()))?;
    Ok(tools.all().to_vec())
}

/// Where files are kept. Nothing is asked of a bucket yet.
pub fn files(settings: &Settings) -> anyhow::Result<Files> {
    Ok(Files::open(&settings.storage)?)
}

/// Where memories are kept, when that is not the database.
fn memory(settings: &Settings) -> anyhow::Result<Option<Arc<dyn MemoryService>>> {
    let Some(supermemory) = settings.supermemory.clone() else { return Ok(None) };
    Ok(Some(Arc::new(Supermemory::new(supermemory)?)))
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

/// Reads documents by starting this program once more for each file.
fn parser() -> anyhow::Result<Parser> {
    let program = std::env::current_exe().context("the path of this program cannot be found out")?;
    Ok(Parser::new(program, ["parse"]))
}

/// The embedding model in this process. Its files are read when it is first needed.
pub fn embedder(settings: &Settings) -> Arc<dyn Embedder> {
    Arc::new(kuma_local::LocalEmbedder::new(kuma_local::EmbedderOptions::new(settings.models_dir())))
}

/// What puts found passages into order, when the settings name one. Makes no call.
fn reranker(settings: &Settings) -> anyhow::Result<Option<Arc<dyn Reranker>>> {
    let Some(config) = settings.reranker.clone() else { return Ok(None) };
    let http = kuma_net::build_client(&kuma_net::ClientOptions::default())?;
    let reranker =
        RemoteReranker::new(config, http).context("RERANK_URL and RERANK_API_KEY make no reranker")?;
    Ok(Some(Arc::new(reranker)))
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
