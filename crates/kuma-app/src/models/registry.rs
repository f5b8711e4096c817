//! The registry at work and the loop that keeps it true.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use kuma_llm::{
    Capability, ChatModel, ModelInfo, ModelRegistry, Provider, ProviderKind, RemoteConfig, RemoteProvider,
    detect_ollama,
};
use kuma_net::ClientOptions;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::providers::{opened_key, row_kind};
use crate::App;
use crate::error::{AppError, Result};

/// How often the settings and Ollama are looked at.
const LOOK: Duration = Duration::from_secs(30);
/// Every how many looks all providers are asked for their models again.
const REFRESH_EVERY: u32 = 10;
/// How long a run waits for the first answer of slow providers before it takes what is there.
const FIRST_REFRESH: Duration = Duration::from_secs(5);

/// What an administrator has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Preferred {
    pub default_model: Option<String>,
    pub small_model: Option<String>,
}

/// The models of this server.
pub struct Models {
    registry: ArcSwap<ModelRegistry>,
    preferred: ArcSwap<Preferred>,
    local: Option<Arc<dyn Provider>>,
    http: OnceLock<reqwest::Client>,
    /// Whether Ollama answered last time.
    ollama: std::sync::atomic::AtomicBool,
    /// Turns true once every provider was asked at least once.
    asked: watch::Sender<bool>,
}

impl Models {
    /// None yet: see [`start`].
    pub(crate) fn new(local: Option<Arc<dyn Provider>>) -> Self {
        Self {
            registry: ArcSwap::default(),
            preferred: ArcSwap::default(),
            local,
            http: OnceLock::new(),
            ollama: std::sync::atomic::AtomicBool::new(false),
            asked: watch::Sender::new(false),
        }
    }

    pub(super) fn registry(&self) -> ModelRegistry {
        (**self.registry.load()).clone()
    }

    /// A model by its id.
    pub(crate) fn resolve(&self, id: &str) -> Option<Arc<dyn ChatModel>> {
        self.registry.load().resolve(id)
    }

    /// The wanted model, or the default one. `None`: there is no model at all.
    pub(crate) async fn pick(&self, app: &App, wanted: Option<&str>) -> Result<Option<Arc<dyn ChatModel>>> {
        if let Some(model) = wanted.and_then(|id| self.resolve(id)) {
            return Ok(Some(model));
        }
        if let Some(id) = wanted {
            tracing::warn!(model = id, "the wanted model is not there; the default one answers");
        }
        self.wait_until_asked().await;
        Ok(self.default(app).and_then(|info| self.resolve(&info.id)))
    }

    /// The model for titles and summaries.
    pub(crate) async fn small(&self, app: &App) -> Result<Option<Arc<dyn ChatModel>>> {
        self.wait_until_asked().await;
        let preferred = self.preferred.load();
        let small = preferred.small_model.as_deref().or(app.config().small_model.as_deref());
        let main = self.default(app).map(|info| info.id);
        let info = self.registry.load().small_model(small, main.as_deref());
        Ok(info.and_then(|info| self.resolve(&info.id)))
    }

    /// What answers when nobody chose.
    pub(super) fn default(&self, app: &App) -> Option<ModelInfo> {
        let preferred = self.preferred.load();
        let wanted = preferred.default_model.as_deref().or(app.config().default_model.as_deref());
        self.registry.load().default_model(wanted)
    }

    async fn wait_until_asked(&self) {
        let mut asked = self.asked.subscribe();
        let all = asked.wait_for(|asked| *asked);
        if tokio::time::timeout(FIRST_REFRESH, all).await.is_err() {
            tracing::warn!("some providers have not told their models yet");
        }
    }

    pub(super) fn http(&self) -> Result<reqwest::Client> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = kuma_net::build_client(&ClientOptions::streaming()).map_err(AppError::internal)?;
        Ok(self.http.get_or_init(|| client).clone())
    }
}

/// The model that looks at pictures when a run's own does not see: the configured one, otherwise the first
/// that sees.
pub fn vision(app: &App) -> Option<Arc<dyn ChatModel>> {
    let registry = app.models().registry.load();
    if let Some(id) = app.config().vision_model.as_deref() {
        return registry.resolve(id);
    }
    let seeing = registry.models().into_iter().find(|model| {
        model.capabilities.contains(&Capability::Vision) && model.capabilities.contains(&Capability::Chat)
    })?;
    registry.resolve(&seeing.id)
}

/// Builds the registry and keeps it true in the background until `stop`.
pub async fn start(app: &App, stop: CancellationToken) -> Result<()> {
    rebuild(app).await?;
    // In-process models are read from files in no time; the others must not delay the start.
    app.models().registry().refresh_provider("local").await;
    let app = app.clone();
    tokio::spawn(async move {
        let mut look = 0_u32;
        loop {
            let refresh = look.is_multiple_of(REFRESH_EVERY);
            if let Err(error) = keep_true(&app, refresh).await {
                tracing::error!(error = ?error, "the models could not be looked up");
            }
            app.models().asked.send_replace(true);
            look = look.wrapping_add(1);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
    Ok(())
}

/// One look: settings, Ollama, and now and then every provider's list.
async fn keep_true(app: &App, refresh: bool) -> Result<()> {
    use std::sync::atomic::Ordering;
    let models = app.models();
    let found = detect_ollama(&models.http()?, &app.config().ollama_url).await;
    let was = models.ollama.swap(found.is_some(), Ordering::Relaxed);
    if found.is_some() != was {
        tracing::info!(found = found.is_some(), "Ollama");
    }
    rebuild(app).await?;
    if refresh || found.is_some() != was {
        models.registry().refresh().await;
        for provider in models.registry().providers() {
            if let Some(error) = provider.error {
                tracing::warn!(provider = provider.name, kind = ?error.kind, "a provider did not tell its models");
            }
        }
    }
    Ok(())
}

/// Builds the registry anew from environment, settings, Ollama and this process.
pub(super) async fn rebuild(app: &App) -> Result<()> {
    let models = app.models();
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    let mut add = |config: RemoteConfig, http: reqwest::Client| match RemoteProvider::new(config, http) {
        Ok(provider) => providers.push(Arc::new(provider)),
        Err(error) => tracing::error!(%error, "a provider's settings cannot be used"),
    };
    for environment in &app.config().providers {
        let config = RemoteConfig {
            name: environment.name.clone(),
            kind: environment.kind,
            base_url: environment.base_url.clone(),
            key: environment.key.clone(),
        };
        add(config, models.http()?);
    }
    for row in app.store().providers().list().await? {
        let (Some(kind), Some(key)) = (row_kind(&row), opened_key(app, &row)) else { continue };
        add(RemoteConfig { name: row.name, kind, base_url: row.base_url, key }, models.http()?);
    }
    if models.ollama.load(std::sync::atomic::Ordering::Relaxed) {
        let base_url = Some(app.config().ollama_url.clone());
        let config = RemoteConfig { name: "ollama".into(), kind: ProviderKind::Ollama, base_url, key: None };
        add(config, models.http()?);
    }
    providers.extend(models.local.clone());

    let registry = ModelRegistry::new(providers);
    registry.adopt(&models.registry());
    models.registry.store(Arc::new(registry));

    let settings = app.store().settings().all().await?;
    let text = |key: &str| settings.get(key).and_then(Value::as_str).map(str::to_owned);
    let preferred = Preferred { default_model: text("defaultModel"), small_model: text("smallModel") };
    models.preferred.store(Arc::new(preferred));
    Ok(())
}

/// Takes up settings that have just changed.
pub async fn reload(app: &App) -> Result<()> {
    rebuild(app).await
}

/// Looks once, in the foreground, and tells what each provider said: for `kuma doctor`.
pub async fn start_once(app: &App) -> Result<Vec<kuma_llm::ProviderState>> {
    keep_true(app, true).await?;
    app.models().asked.send_replace(true);
    Ok(app.models().registry().providers())
}
