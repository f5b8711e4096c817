//! What every use case is given.

use std::sync::Arc;

use kuma_agent::tool::Tool;
use kuma_llm::Provider;
use kuma_queue::{Journal, Queue, Signals};
use kuma_store::Store;
use serde_json::Value;

use crate::auth::Tokens;
use crate::auth::passwords::Passwords;
use crate::chats::Runs;
use crate::config::{AppConfig, Signup};
use crate::direct::Places;
use crate::error::Result;
use crate::models::Models;
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
    /// What agents can do; all of it, whoever may use it.
    pub tools: Vec<Arc<dyn Tool>>,
    /// In-process models, when this build has them.
    pub local: Option<Arc<dyn Provider>>,
    /// The settings.
    pub config: AppConfig,
}

/// Kuma's use cases' common ground. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    journal: Arc<dyn Journal>,
    queue: Arc<dyn Queue>,
    signals: Arc<dyn Signals>,
    tools: Vec<Arc<dyn Tool>>,
    config: AppConfig,
    tokens: Tokens,
    passwords: Passwords,
    sealer: Sealer,
    models: Models,
    runs: Runs,
    places: Arc<Places>,
}

impl App {
    /// Puts the parts together. Makes no call.
    pub fn new(parts: Parts) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let Parts { store, journal, queue, signals, tools, local, config } = parts;
        Ok(Self(Arc::new(Inner {
            tokens: Tokens::new(&config.jwt_secret)?,
            passwords: Passwords::default(),
            sealer: Sealer::new(&config.encryption_keys)?,
            models: Models::new(local),
            runs: Runs::new(&config.runs),
            places: Arc::new(Places::new(&config.runs)),
            store,
            journal,
            queue,
            signals,
            tools,
            config,
        })))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The settings.
    pub fn config(&self) -> &AppConfig {
        &self.0.config
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
