//! All models of this server: which there are, and which one is meant.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use futures::future::join_all;

use crate::provider::{Capability, ModelInfo, Provider, ProviderKind};
use crate::retry::{RetryModel, RetryPolicy};
use crate::{ChatModel, ModelError, preference};

/// What is known about one provider.
#[derive(Clone, Debug)]
pub struct ProviderState {
    /// Its name.
    pub name: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Its models as last listed. A failed refresh keeps the earlier list.
    pub models: Vec<ModelInfo>,
    /// Why the last refresh failed, when it did.
    pub error: Option<ModelError>,
    /// Whether it was ever asked.
    pub asked: bool,
}

/// A set of providers with their model lists. Clones share everything and cost nothing; when the
/// settings change, a new one is built and swapped in ([`Self::adopt`] takes the lists along).
#[derive(Clone)]
pub struct ModelRegistry(Arc<Inner>);

struct Inner {
    entries: Vec<Entry>,
    retry: RetryPolicy,
}

struct Entry {
    provider: Arc<dyn Provider>,
    listed: RwLock<Listed>,
}

#[derive(Clone, Default)]
struct Listed {
    models: Vec<ModelInfo>,
    error: Option<ModelError>,
    asked: bool,
}

impl Default for ModelRegistry {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for ModelRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.entries.iter().map(|entry| entry.provider.name())).finish()
    }
}

impl ModelRegistry {
    /// A registry of these providers, in the order of the settings. Nothing is asked yet: call
    /// [`Self::refresh`]. Of two providers with one name the first counts.
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self::with_retry(providers, RetryPolicy::default())
    }

    /// The same with other waits between attempts.
    pub fn with_retry(providers: Vec<Arc<dyn Provider>>, retry: RetryPolicy) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for provider in providers {
            if entries.iter().all(|entry| entry.provider.name() != provider.name()) {
                entries.push(Entry { provider, listed: RwLock::default() });
            }
        }
        Self(Arc::new(Inner { entries, retry }))
    }

    /// Takes the lists of providers that an earlier registry already asked, by name and kind, so
    /// that a change of settings does not empty the picker until the next refresh.
    pub fn adopt(&self, earlier: &Self) {
        let known: HashMap<&str, &Entry> =
            earlier.0.entries.iter().map(|entry| (entry.provider.name(), entry)).collect();
        for entry in &self.0.entries {
            if let Some(old) = known.get(entry.provider.name())
                && old.provider.kind() == entry.provider.kind()
            {
                entry.set(old.get());
            }
        }
    }

    /// Asks every provider for its models, all at once. One that fails hides no other: its error is
    /// kept for [`Self::providers`].
    pub async fn refresh(&self) {
        join_all(self.0.entries.iter().map(Entry::refresh)).await;
    }

    /// Asks one provider. None when there is no such provider.
    pub async fn refresh_provider(&self, name: &str) -> Option<ProviderState> {
        let entry = self.entry(name)?;
        entry.refresh().await;
        Some(entry.state())
    }

    /// Every provider with its models and its last error, in the order of the settings.
    pub fn providers(&self) -> Vec<ProviderState> {
        self.0.entries.iter().map(Entry::state).collect()
    }

    /// A provider itself.
    pub fn provider(&self, name: &str) -> Option<Arc<dyn Provider>> {
        self.entry(name).map(|entry| Arc::clone(&entry.provider))
    }

    /// All models of all providers, in the order of the settings.
    pub fn models(&self) -> Vec<ModelInfo> {
        self.0.entries.iter().flat_map(|entry| entry.get().models).collect()
    }

    /// What is known about a model, by its id `provider/model`.
    ///
    /// A model that its remote provider does not list is described all the same, with the
    /// abilities that models usually have: lists leave out deployments, snapshots and whatever is
    /// newer than the list. The provider itself then says whether it exists. In-process models
    /// exist only when listed.
    pub fn info(&self, id: &str) -> Option<ModelInfo> {
        let (provider, model) = id.split_once('/')?;
        let entry = self.entry(provider)?;
        let listed = entry.get();
        let found = listed.models.iter().find(|info| info.model == model);
        // `ollama run llama3` means `llama3:latest`, and people write it here too.
        let latest = || {
            (entry.provider.kind() == ProviderKind::Ollama && !model.contains(':'))
                .then(|| format!("{model}:latest"))
                .and_then(|tagged| listed.models.iter().find(|info| info.model == tagged))
        };
        if let Some(info) = found.or_else(latest) {
            return Some(info.clone());
        }
        if model.is_empty() || entry.provider.kind() == ProviderKind::Local {
            return None;
        }
        Some(ModelInfo {
            id: id.to_owned(),
            provider: provider.to_owned(),
            model: model.to_owned(),
            name: model.to_owned(),
            context_window: None,
            capabilities: vec![Capability::Chat, Capability::Tools],
            demo: false,
        })
    }

    /// A handle on a model by its id `provider/model`, with the retries of [`RetryPolicy`] around it.
    pub fn resolve(&self, id: &str) -> Option<Arc<dyn ChatModel>> {
        let info = self.info(id)?;
        let entry = self.entry(&info.provider)?;
        let model = entry.provider.chat_model(info);
        Some(Arc::new(RetryModel::new(model, self.0.retry.clone())))
    }

    /// The model to use when nobody chose one. In this order:
    ///
    /// 1. `preferred`, when its provider is there;
    /// 2. the first remote provider (not Ollama) in the order of the settings that listed a chat
    ///    model, with its best general one (see `preference.rs`);
    /// 3. the first model of the first Ollama;
    /// 4. an in-process model, a demo model last.
    pub fn default_model(&self, preferred: Option<&str>) -> Option<ModelInfo> {
        if let Some(info) = preferred.and_then(|id| self.info(id)) {
            return Some(info);
        }
        let of_kinds = |wanted: &dyn Fn(ProviderKind) -> bool| {
            self.0
                .entries
                .iter()
                .filter(|entry| wanted(entry.provider.kind()))
                .find_map(|entry| preference::best(entry.provider.kind(), &entry.get().models).cloned())
        };
        of_kinds(&|kind| !matches!(kind, ProviderKind::Ollama | ProviderKind::Local))
            .or_else(|| of_kinds(&|kind| kind == ProviderKind::Ollama))
            .or_else(|| of_kinds(&|kind| kind == ProviderKind::Local))
    }

    /// The model for titles and summaries: `preferred`, else a cheap one of the provider of `main`
    /// (the id of the model that answers), else `main` itself.
    pub fn small_model(&self, preferred: Option<&str>, main: Option<&str>) -> Option<ModelInfo> {
        if let Some(info) = preferred.and_then(|id| self.info(id)) {
            return Some(info);
        }
        let main = self.default_model(main)?;
        let small = self
            .entry(&main.provider)
            .and_then(|entry| preference::cheapest(entry.provider.kind(), &entry.get().models).cloned());
        Some(small.unwrap_or(main))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.0.entries.iter().find(|entry| entry.provider.name() == name)
    }
}

impl Entry {
    // The lock is held for a copy only; a poisoned one still holds a whole list.
    fn get(&self) -> Listed {
        self.listed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, listed: Listed) {
        *self.listed.write().unwrap_or_else(PoisonError::into_inner) = listed;
    }

    async fn refresh(&self) {
        let listed = match self.provider.list_models().await {
            Ok(models) => Listed { models, error: None, asked: true },
            Err(error) => Listed { models: self.get().models, error: Some(error), asked: true },
        };
        self.set(listed);
    }

    fn state(&self) -> ProviderState {
        let Listed { models, error, asked } = self.get();
        ProviderState {
            name: self.provider.name().to_owned(),
            kind: self.provider.kind(),
            models,
            error,
            asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::{ChatRequest, ChatStream, ModelErrorKind};

    struct Fixed {
        name: &'static str,
        kind: ProviderKind,
        models: Vec<&'static str>,
        broken: AtomicBool,
    }

    struct Silent(ModelInfo);

    #[async_trait]
    impl ChatModel for Silent {
        fn info(&self) -> &ModelInfo {
            &self.0
        }
        async fn stream(&self, _request: ChatRequest) -> Result<ChatStream, ModelError> {
            Ok(Box::pin(futures::stream::empty()))
        }
    }

    #[async_trait]
    impl Provider for Fixed {
        fn name(&self) -> &str {
            self.name
        }
        fn kind(&self) -> ProviderKind {
            self.kind
        }
        async fn list_models(&self) -> Result<Vec<ModelInfo>, ModelError> {
            if self.broken.load(Ordering::Relaxed) {
                return Err(ModelError::new(ModelErrorKind::Unreachable, self.name, "down"));
            }
            let info = |model: &&str| ModelInfo {
                id: format!("{}/{model}", self.name),
                provider: self.name.to_owned(),
                model: (*model).to_owned(),
                name: (*model).to_owned(),
                context_window: None,
                capabilities: vec![Capability::Chat],
                demo: model.starts_with("demo"),
            };
            Ok(self.models.iter().map(info).collect())
        }
        fn chat_model(&self, info: ModelInfo) -> Arc<dyn ChatModel> {
            Arc::new(Silent(info))
        }
    }

    fn fixed(name: &'static str, kind: ProviderKind, models: &[&'static str]) -> Arc<Fixed> {
        Arc::new(Fixed { name, kind, models: models.to_vec(), broken: AtomicBool::new(false) })
    }

    fn id(info: Option<ModelInfo>) -> String {
        info.map_or_else(|| "none".to_owned(), |info| info.id)
    }

    #[tokio::test]
    async fn the_default_goes_by_preference_then_vendors_then_ollama_then_the_demo() {
        let local = fixed("local", ProviderKind::Local, &["demo-135m"]);
        let ollama = fixed("ollama", ProviderKind::Ollama, &["llama3:latest", "qwen3:8b"]);
        let openai = fixed("openai", ProviderKind::OpenAi, &["gpt-5.4-mini", "gpt-5.4"]);

        let none = ModelRegistry::default();
        assert_eq!(id(none.default_model(Some("openai/gpt-5"))), "none");
        assert_eq!(id(none.small_model(None, None)), "none");

        let alone = ModelRegistry::new(vec![local.clone()]);
        alone.refresh().await;
        assert_eq!(id(alone.default_model(None)), "local/demo-135m");
        assert_eq!(id(alone.small_model(None, None)), "local/demo-135m");

        let house = ModelRegistry::new(vec![local.clone(), ollama.clone()]);
        house.refresh().await;
        assert_eq!(id(house.default_model(None)), "ollama/llama3:latest");

        let all = ModelRegistry::new(vec![local, ollama, openai]);
        all.refresh().await;
        assert_eq!(id(all.default_model(None)), "openai/gpt-5.4");
        assert_eq!(id(all.default_model(Some("ollama/qwen3:8b"))), "ollama/qwen3:8b");
        assert_eq!(id(all.default_model(Some("ollama/llama3"))), "ollama/llama3:latest");
        assert_eq!(id(all.default_model(Some("gone/model"))), "openai/gpt-5.4");
        assert_eq!(id(all.small_model(None, None)), "openai/gpt-5.4-mini");
        assert_eq!(id(all.small_model(None, Some("ollama/qwen3:8b"))), "ollama/qwen3:8b");
        assert_eq!(id(all.small_model(Some("ollama/qwen3:8b"), None)), "ollama/qwen3:8b");
    }

    #[tokio::test]
    async fn a_failing_provider_hides_nobody_and_keeps_its_earlier_list() {
        let broken = fixed("a", ProviderKind::OpenAiCompatible, &["m1"]);
        let well = fixed("b", ProviderKind::OpenAiCompatible, &["m2"]);
        let registry = ModelRegistry::new(vec![broken.clone(), well]);
        registry.refresh().await;
        broken.broken.store(true, Ordering::Relaxed);
        registry.refresh().await;

        let states = registry.providers();
        assert_eq!(states[0].error.as_ref().unwrap().kind, ModelErrorKind::Unreachable);
        assert_eq!((states[0].models.len(), states[1].models.len()), (1, 1));
        assert!(states[1].error.is_none());
        assert_eq!(registry.models().len(), 2);

        broken.broken.store(false, Ordering::Relaxed);
        assert!(registry.refresh_provider("a").await.unwrap().error.is_none());
        assert!(registry.refresh_provider("z").await.is_none());
    }

    #[tokio::test]
    async fn lists_survive_a_change_of_settings() {
        let before = ModelRegistry::new(vec![fixed("a", ProviderKind::OpenAi, &["m"])]);
        before.refresh().await;
        let after = ModelRegistry::new(vec![
            fixed("a", ProviderKind::OpenAi, &["m"]),
            fixed("b", ProviderKind::OpenAi, &["n"]),
        ]);
        assert!(after.models().is_empty());
        after.adopt(&before);
        assert_eq!(after.models().len(), 1);
        assert!(!after.providers()[1].asked);
    }

    #[tokio::test]
    async fn what_is_not_listed_is_still_asked_for_at_remote_providers_only() {
        let registry = ModelRegistry::new(vec![
            fixed("hub", ProviderKind::OpenAiCompatible, &[]),
            fixed("local", ProviderKind::Local, &[]),
        ]);
        let model = registry.resolve("hub/org/deployment-7").unwrap();
        assert_eq!(model.info().model, "org/deployment-7");
        assert_eq!(model.info().id, "hub/org/deployment-7");
        for id in ["local/x", "nobody/x", "hub/", "plain"] {
            assert!(registry.resolve(id).is_none(), "{id}");
        }
    }
}
