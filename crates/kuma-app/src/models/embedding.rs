//! The one model that turns texts into vectors, for documents and memories: `KUMA_EMBEDDING_MODEL`.
//!
//! One in this process is there at once; a remote one is asked when it is first needed, and again
//! when that failed a while ago. Vectors are stored under the model's id: whoever stores them makes
//! them again when [`App::embedding_model`] says another one.

use std::sync::Arc;
use std::time::Duration;

use kuma_llm::{Embedder, EmbedderError, ProviderKind, RemoteConfig, RemoteEmbedder};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::providers::{opened_key, row_kind};
use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// How long a provider that failed is left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// The embedder of this server.
pub(crate) struct Embedding {
    wanted: String,
    local: Option<Arc<dyn Embedder>>,
    remote: Mutex<Remote>,
}

#[derive(Default)]
struct Remote {
    connected: Option<Arc<dyn Embedder>>,
    failed: Option<(Instant, String)>,
}

impl Embedding {
    /// Asks nobody yet. `local` is the one in this process.
    pub(crate) fn new(wanted: String, local: Option<Arc<dyn Embedder>>) -> Self {
        Self { wanted, local, remote: Mutex::default() }
    }
}

impl App {
    /// The id under which vectors are stored and compared: `local/all-minilm-l6-v2`.
    pub fn embedding_model(&self) -> &str {
        &self.embedding().wanted
    }

    /// The model that makes vectors. Fails, with a sentence for people, when it cannot be had now.
    pub async fn embedder(&self) -> Result<Arc<dyn Embedder>> {
        let embedding = self.embedding();
        if let Some(local) = embedding.local.as_ref().filter(|local| local.model() == embedding.wanted) {
            return Ok(local.clone());
        }
        let mut remote = embedding.remote.lock().await;
        if let Some(connected) = &remote.connected {
            return Ok(connected.clone());
        }
        if let Some((at, why)) = remote.failed.as_ref().filter(|(at, _)| at.elapsed() < AGAIN_AFTER) {
            return Err(unavailable(why).retry_after(AGAIN_AFTER.saturating_sub(at.elapsed())));
        }
        match connect(self, &embedding.wanted).await {
            Ok(connected) => {
                remote.failed = None;
                Ok(remote.connected.insert(connected).clone())
            }
            Err(why) => {
                tracing::warn!(model = embedding.wanted, why, "the embedding model cannot be had");
                remote.failed = Some((Instant::now(), why.clone()));
                Err(unavailable(&why))
            }
        }
    }

    /// Texts as vectors of unit length, in order.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>> {
        Ok(self.embedder().await?.embed(texts).await?)
    }

    /// One text as a vector.
    pub async fn embed_one(&self, text: &str) -> Result<Vec<f32>> {
        let vectors = self.embed(vec![text.to_owned()]).await?;
        vectors.into_iter().next().ok_or_else(|| AppError::internal("the embedder gave no vector"))
    }
}

fn unavailable(why: &str) -> AppError {
    AppError::new(ErrorKind::Upstream, "embedding_unavailable", why)
}

async fn connect(app: &App, wanted: &str) -> std::result::Result<Arc<dyn Embedder>, String> {
    let Some((provider, model)) = wanted.split_once('/') else {
        return Err(format!("KUMA_EMBEDDING_MODEL is {wanted:?}; it has the form provider/model."));
    };
    if provider == ProviderKind::Local.as_str() {
        return Err(format!(
            "This server has no embedding model {wanted:?}. Set KUMA_EMBEDDING_MODEL to local/all-minilm-l6-v2 or to a model of a provider."
        ));
    }
    let config = config_of(app, provider).await.map_err(|error| error.detail)?;
    let Some(config) = config else {
        return Err(format!(
            "The embedding model {wanted:?} needs the provider {provider:?}, which is not set up. Connect it in Settings → Models, or change KUMA_EMBEDDING_MODEL."
        ));
    };
    let http = app.models().http().map_err(|error| error.detail)?;
    match RemoteEmbedder::connect(config, model, http).await {
        Ok(embedder) => Ok(Arc::new(embedder)),
        Err(EmbedderError::Model(error)) => Err(error.to_failure().detail),
        Err(error) => Err(error.to_string()),
    }
}

/// The provider of that name: of the environment, of Settings, or Ollama.
async fn config_of(app: &App, name: &str) -> Result<Option<RemoteConfig>> {
    let environment = app.config().providers.iter().find(|provider| provider.name == name);
    if let Some(provider) = environment {
        return Ok(Some(RemoteConfig {
            name: provider.name.clone(),
            kind: provider.kind,
            base_url: provider.base_url.clone(),
            key: provider.key.clone(),
        }));
    }
    for row in app.store().providers().list().await? {
        if row.name == name
            && let (Some(kind), Some(key)) = (row_kind(&row), opened_key(app, &row))
        {
            return Ok(Some(RemoteConfig { name: row.name, kind, base_url: row.base_url, key }));
        }
    }
    let ollama = || RemoteConfig {
        name: "ollama".to_owned(),
        kind: ProviderKind::Ollama,
        base_url: Some(app.config().ollama_url.clone()),
        key: None,
    };
    Ok((name == "ollama").then(ollama))
}
