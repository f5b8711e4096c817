//! A server of its own for every test, and a client that reads events.

mod client;
mod embedder;
mod events;
mod ports;
mod tool;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kuma_agent::Tool;
use kuma_agent::memory::MemoryService;
use kuma_app::chats::Runner;
use kuma_app::config::{EnvironmentProvider, RunLimits, Signup};
use kuma_app::files::{Files, StorageSettings};
use kuma_app::{App, AppConfig, Parts, models};
use kuma_llm::{Embedder, ProviderKind, Reranker};
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_queue::{Journal, Queue};
use kuma_server::assets::{Asset, Assets};
use kuma_server::limits::{Limits, Rates};
use kuma_server::{Pace, ServerConfig, ServerState};
use kuma_store::{Store, StoreOptions};
use kuma_testkit::FakeOpenAi;
use tokio_util::sync::CancellationToken;

pub use client::{Answer, Client};
pub use embedder::{EMBEDDING_MODEL, WordEmbedder};
pub use events::{Event, Events, first, kinds, lines, text};
pub use ports::{KeepingJournal, SilentQueue};
pub use tool::Echo;

/// How long anything may take here before it counts as never.
pub const BOUND: Duration = Duration::from_secs(20);
/// The model that tests ask.
pub const MODEL: &str = "openai/fake-large";

struct NoWebApp;
impl Assets for NoWebApp {
    fn get(&self, _: &str) -> Option<Asset> {
        None
    }
}

/// What a test wants to be different.
pub struct Options {
    pub signup: Signup,
    pub rates: Option<Rates>,
    pub runs: RunLimits,
    pub metrics_token: Option<String>,
    pub with_model: bool,
    /// The model that answers; `MODEL` when none.
    pub default_model: Option<String>,
    pub small_model: Option<String>,
    /// Whether this process drives runs.
    pub drives: bool,
    pub queue: Arc<dyn Queue>,
    pub journal: Arc<dyn Journal>,
    pub tools: Vec<Arc<dyn Tool>>,
    pub memory: Option<Arc<dyn MemoryService>>,
    /// What makes vectors.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// What puts found passages into order.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// What reads documents; nothing does when none.
    pub parser: Option<kuma_documents::Parser>,
    /// Documents that are read at once.
    pub document_readers: usize,
    /// What MCP servers may be at although it is private.
    pub private_hosts: &'static str,
    /// How fast bodies have to come.
    pub pace: Pace,
    /// How long an MCP server may be silent in a call.
    pub mcp_patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            signup: Signup::Open,
            rates: None,
            runs: RunLimits { checkpoint: Duration::from_millis(20), ..RunLimits::default() },
            metrics_token: None,
            with_model: true,
            default_model: None,
            small_model: None,
            drives: true,
            queue: Arc::new(MemoryQueue::new()),
            journal: Arc::new(MemoryJournal::new()),
            tools: Vec::new(),
            memory: None,
            embedder: Some(Arc::new(WordEmbedder)),
            reranker: None,
            parser: None,
            document_readers: 1,
            private_hosts: "127.0.0.1",
            pace: Pace::default(),
            mcp_patience: kuma_app::mcp::PATIENCE,
        }
    }
}

/// Waits until something holds.
pub async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let all = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("in time");
}

/// A running server.
pub struct TestServer {
    pub url: String,
    pub fake: FakeOpenAi,
    pub app: App,
    _runner: Option<Arc<Runner>>,
    stop: CancellationToken,
    data: tempfile::TempDir,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store_options = StoreOptions {
            url: format!("sqlite://{}/kuma.db", data.path().display()),
            read_url: None,
            max_connections: 5,
        };
        let store = Store::open(&store_options).await.unwrap();
        store.migrate().await.unwrap();
        let fake = FakeOpenAi::start().await;
        let provider = EnvironmentProvider {
            name: "openai".into(),
            kind: ProviderKind::OpenAi,
            base_url: Some(fake.base_url()),
            key: Some("sk-good".into()),
        };
        let config = AppConfig {
            worker: format!("serve-{}", uuid::Uuid::now_v7()),
            data_dir: data.path().to_owned(),
            jwt_secret: "a test's secret of more than thirty-two bytes".into(),
            encryption_keys: vec![kuma_app::seal::new_key()],
            signup: options.signup,
            default_model: options.default_model.or_else(|| options.with_model.then(|| MODEL.to_owned())),
            small_model: options
                .small_model
                .or_else(|| options.with_model.then(|| "openai/fake-small".to_owned())),
            vision_model: None,
            providers: if options.with_model { vec![provider] } else { Vec::new() },
            embedding_model: EMBEDDING_MODEL.to_owned(),
            document_readers: options.document_readers,
            // Nobody listens on port 1.
            ollama_url: "http://127.0.0.1:1".into(),
            runs: options.runs,
            mcp: kuma_app::mcp::McpConfig {
                allow_private: options.private_hosts.parse().unwrap(),
                public_url: "https://kuma.example".into(),
                frontend_url: "https://kuma.example".into(),
                patience: options.mcp_patience,
            },
        };
        let app = App::new(Parts {
            store,
            journal: options.journal,
            queue: options.queue,
            signals: Arc::new(MemorySignals::new()),
            files: Files::open(&StorageSettings::folder(&data.path().join("uploads"))).unwrap(),
            tools: options.tools,
            memory: options.memory,
            local: None,
            local_embedder: options.embedder,
            reranker: options.reranker,
            parser: options.parser.unwrap_or_else(|| kuma_documents::Parser::new("/nowhere", ["parse"])),
            config,
        })
        .unwrap();
        let stop = CancellationToken::new();
        models::start(&app, stop.clone()).await.unwrap();
        tokio::spawn(kuma_app::files::keep_erased(app.clone(), stop.clone()));
        let runner = if options.drives { Some(Runner::start(app.clone()).await.unwrap()) } else { None };
        let state = ServerState {
            app: app.clone(),
            limits: Arc::new(Limits::new(options.rates)),
            config: Arc::new(ServerConfig {
                version: "0.0.0",
                cors_origins: vec!["http://localhost:3001".into()],
                trusted_proxies: Vec::new(),
                metrics_token: options.metrics_token,
                https: false,
                pace: options.pace,
            }),
            assets: Arc::new(NoWebApp),
            metrics: None,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = kuma_server::router(state).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stop.clone();
        tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped.cancelled_owned()).await.unwrap();
        });
        Self { url, fake, app, _runner: runner, stop, data }
    }

    /// The files in storage.
    pub fn stored(&self) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![self.data.path().join("uploads")]);
        while let Some(folder) = folders.pop() {
            // One that is just being removed holds nothing.
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    /// Somebody who is not signed in.
    pub fn anybody(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A new account, signed in.
    pub async fn user(&self, name: &str) -> Client {
        let anybody = self.anybody();
        let body = serde_json::json!({
            "email": format!("{name}@example.com"), "password": "correct horse", "name": name,
        });
        let answer = anybody.post("/api/auth/signup", body).await;
        assert_eq!(answer.status, 201, "{}", answer.json);
        Client::new(&self.url, answer.json["token"].as_str())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
