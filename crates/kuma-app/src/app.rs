//! What every use case is given.

use std::sync::{Arc, Weak};

use kuma_agent::memory::MemoryService;
use kuma_agent::tool::Tool;
use kuma_llm::{Embedder, Provider, Reranker};
use kuma_queue::{Journal, Queue, Signals};
use kuma_store::Store;
use serde_json::Value;
use tokio::sync::Notify;

use crate::auth::Tokens;
use crate::auth::passwords::Passwords;
use crate::chats::Runs;
use crate::config::{AppConfig, Signup};
use crate::direct::Places;
use crate::error::Result;
use crate::files::Files;
use crate::mcp;
use crate::memory::{self, Memory};
use crate::models::{Embedding, Models};
use crate::seal::Sealer;

/// The backends that the binary has chosen.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Runs' events.
    pub journal: Arc<dyn Journal>,
    /// Ids of runs to drive.
    pub queue: Arc<dyn Queue>,
    /// Words to running runs.
    pub signals: Arc<dyn Signals>,
    /// Where files are kept.
    pub files: Files,
    /// What agents can do; all of it, whoever may use it.
    pub tools: Vec<Arc<dyn Tool>>,
    /// In-process models, when this build has them.
    pub local: Option<Arc<dyn Provider>>,
    /// The embedding model in this process.
    pub local_embedder: Option<Arc<dyn Embedder>>,
    /// Puts found passages into order, where one is set up.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Reads documents, each file in a process of its own.
    pub parser: kuma_documents::Parser,
    /// Where memories are kept, when that is not this database.
    pub memory: Option<Arc<dyn MemoryService>>,
    /// The settings.
    pub config: AppConfig,
}

/// The tools that the use cases themselves are behind.
fn with_own_tools(mut tools: Vec<Arc<dyn Tool>>, app: &WeakApp, memory: &Memory) -> Vec<Arc<dyn Tool>> {
    tools.extend(crate::documents::tools(app));
    tools.extend(memory::tools(memory));
    tools
}

/// Kuma's use cases' common ground. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The same, but it keeps nothing alive: for what the app itself holds.
#[derive(Clone)]
pub struct WeakApp(Weak<Inner>);

impl WeakApp {
    /// The app, while it is there.
    pub fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(App)
    }
}

struct Inner {
    store: Store,
    journal: Arc<dyn Journal>,
    queue: Arc<dyn Queue>,
    signals: Arc<dyn Signals>,
    files: Files,
    erase_now: Notify,
    tools: Vec<Arc<dyn Tool>>,
    documents: crate::documents::Parts,
    config: AppConfig,
    tokens: Tokens,
    passwords: Passwords,
    sealer: Sealer,
    models: Models,
    embedding: Embedding,
    runs: Runs,
    memory: Memory,
    mcp: mcp::Pool,
    places: Arc<Places>,
}

impl App {
    /// Puts the parts together. Makes no call.
    pub fn new(parts: Parts) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let Parts {
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
        } = parts;
        let tokens = Tokens::new(&config.jwt_secret)?;
        let sealer = Sealer::new(&config.encryption_keys)?;
        let mcp = mcp::Pool::new(&config.mcp)?;
        Ok(Self(Arc::new_cyclic(|this| {
            let this = WeakApp(this.clone());
            let memory = Memory::new(memory, &store, &this);
            Inner {
                tokens,
                passwords: Passwords::default(),
                sealer,
                models: Models::new(local),
                embedding: Embedding::new(config.embedding_model.clone(), local_embedder),
                runs: Runs::new(&config.runs),
                places: Arc::new(Places::new(&config.runs)),
                store,
                journal,
                queue,
                signals,
                files,
                erase_now: Notify::new(),
                tools: with_own_tools(tools, &this, &memory),
                documents: crate::documents::Parts::new(parser, reranker),
                config,
                memory,
                mcp,
            }
        })))
    }

    /// A handle that keeps nothing alive.
    pub fn downgrade(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.0))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The settings.
    pub fn config(&self) -> &AppConfig {
        &self.0.config
    }

    /// Where files are kept.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Wakes whoever erases files.
    pub(crate) fn erase_now(&self) -> &Notify {
        &self.0.erase_now
    }

    pub(crate) fn journal(&self) -> &dyn Journal {
        &*self.0.journal
    }

    pub(crate) fn queue(&self) -> &dyn Queue {
        &*self.0.queue
    }

    pub(crate) fn signals(&self) -> &dyn Signals {
        &*self.0.signals
    }

    pub(crate) fn tools(&self) -> &[Arc<dyn Tool>] {
        &self.0.tools
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    pub(crate) fn models(&self) -> &Models {
        &self.0.models
    }

    pub(crate) fn documents(&self) -> &crate::documents::Parts {
        &self.0.documents
    }

    /// What puts found passages into order, where one is set up.
    pub fn reranker(&self) -> Option<&dyn Reranker> {
        self.0.documents.reranker()
    }

    pub(crate) fn embedding(&self) -> &Embedding {
        &self.0.embedding
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(crate) fn mcp(&self) -> &mcp::Pool {
        &self.0.mcp
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    pub(crate) fn places(&self) -> &Arc<Places> {
        &self.0.places
    }

    /// Who may sign up now: what an administrator set, otherwise the environment.
    pub async fn signup_mode(&self) -> Result<Signup> {
        let set = self.store().settings().all().await?;
        let set = set.get("signup").and_then(Value::as_str).and_then(Signup::parse);
        Ok(set.unwrap_or(self.0.config.signup))
    }
}
