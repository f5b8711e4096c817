//! The models directory as a provider.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use kuma_llm::{Capability, ChatModel, ModelError, ModelErrorKind, ModelInfo, Provider, ProviderKind};

use super::chat::LocalChat;
use super::engine::Engine;
use super::gate::Gate;
use super::template::uses_tools;
use crate::error::{PROVIDER, broken, unusable};
use crate::gguf::{GgufError, GgufInfo};
use crate::lazy::Lazy;

/// Below this a model proves that things work and nothing more.
const DEMO_BELOW: u64 = 1_000_000_000;

/// Where the models are and what they may take.
#[derive(Clone, Debug)]
pub struct LocalOptions {
    /// The directory whose `*.gguf` files are offered.
    pub models_dir: PathBuf,
    /// One file to offer instead (`KUMA_LOCAL_MODEL`).
    pub model_file: Option<PathBuf>,
    /// Replies written at the same time; the cores are divided among them. With as many slots as
    /// cores, the default, each reply has one thread and several people are served best. Fewer slots
    /// make one reply faster on a quiet machine, but llama.cpp's threads wait for each other by
    /// spinning, so that replies slow down by far more than their share when other work wants the
    /// cores. Set it below the number of cores only where nothing else runs, or build with the feature
    /// `openmp` and set `OMP_WAIT_POLICY=passive`.
    pub slots: usize,
    /// Cores to use in all.
    pub cores: usize,
    /// Requests that may wait for a slot; more are refused with `Busy`.
    pub max_waiting: usize,
    /// Most tokens of prompt and reply together, whatever the model could hold: memory grows with it.
    pub max_context: u32,
    /// Most tokens of a reply when the request does not say.
    pub max_output: u32,
    /// How long after its last reply a model leaves memory.
    pub idle_after: Duration,
    /// For replies that can be had again; none draws one each time.
    pub seed: Option<u32>,
}

impl LocalOptions {
    /// One reply per core, 64 waiting, 4,096 tokens of context, 1,024 of reply, five minutes.
    pub fn new(models_dir: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self {
            models_dir: models_dir.into(),
            model_file: None,
            slots: cores,
            cores,
            max_waiting: 64,
            max_context: 4096,
            max_output: 1024,
            idle_after: Duration::from_mins(5),
            seed: None,
        }
    }

    /// Threads of one reply.
    pub(super) fn threads(&self) -> usize {
        (self.cores / self.slots.max(1)).max(1)
    }
}

/// GGUF files of this machine, run in this process.
pub struct LocalProvider {
    shared: Arc<Shared>,
}

/// What all models of a provider have in common.
pub(super) struct Shared {
    pub(super) options: LocalOptions,
    pub(super) gate: Arc<Gate>,
    engines: Mutex<HashMap<Version, Arc<Lazy<Engine>>>>,
    headers: Mutex<HashMap<Version, Arc<GgufInfo>>>,
}

/// A file as it is now; another one under the same name is another version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Version {
    path: PathBuf,
    bytes: u64,
    changed: Option<SystemTime>,
}

impl Version {
    fn of(path: &Path) -> std::io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), bytes: meta.len(), changed: meta.modified().ok() })
    }
}

impl LocalProvider {
    /// Reads nothing yet.
    pub fn new(options: LocalOptions) -> Self {
        let gate = Gate::new(options.slots, options.max_waiting);
        let shared = Shared { options, gate, engines: Mutex::default(), headers: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// How many models are in memory now.
    pub fn loaded(&self) -> usize {
        self.shared.locked_engines().values().filter(|engine| engine.is_loaded()).count()
    }

    /// How many requests wait for a slot now.
    pub fn waiting(&self) -> usize {
        self.shared.gate.waiting()
    }
}

impl Shared {
    fn locked_engines(&self) -> std::sync::MutexGuard<'_, HashMap<Version, Arc<Lazy<Engine>>>> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of a model by its name here. Blocks.
    fn find(&self, model: &str) -> Result<PathBuf, ModelError> {
        self.files()?.into_iter().find(|path| name_of(path).as_deref() == Some(model)).ok_or_else(|| {
            ModelError::new(ModelErrorKind::ModelNotFound, PROVIDER, format!("there is no file {model}.gguf"))
        })
    }

    /// The holder of a model, which loads it when asked. Blocks for the file's header.
    pub(super) fn engine(&self, model: &str) -> Result<(Arc<Lazy<Engine>>, Arc<GgufInfo>), ModelError> {
        let path = self.find(model)?;
        let version = Version::of(&path).map_err(|why| unusable(format!("it could not be read ({why})")))?;
        let header = self.header(&version).map_err(|why| unusable(why.to_string()))?;
        let threads = self.options.threads();
        let mut engines = self.locked_engines();
        // Files that were replaced leave their holder behind; its model goes when it is idle.
        engines.retain(|known, engine| known.path != version.path || *known == version || engine.is_loaded());
        let engine = engines.entry(version).or_insert_with(|| {
            Lazy::new(model, self.options.idle_after, move || Engine::load(&path, threads))
        });
        Ok((Arc::clone(engine), header))
    }

    fn header(&self, version: &Version) -> Result<Arc<GgufInfo>, GgufError> {
        let known = |headers: &HashMap<Version, Arc<GgufInfo>>| headers.get(version).map(Arc::clone);
        if let Some(header) = known(&self.headers.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(header);
        }
        let header = Arc::new(GgufInfo::read(&version.path)?);
        let mut headers = self.headers.lock().unwrap_or_else(PoisonError::into_inner);
        headers.retain(|other, _| other.path != version.path);
        headers.insert(version.clone(), Arc::clone(&header));
        Ok(header)
    }

    /// The GGUF files on offer, by name. A directory that is not there holds none.
    fn files(&self) -> Result<Vec<PathBuf>, ModelError> {
        if let Some(file) = &self.options.model_file {
            return Ok(vec![file.clone()]);
        }
        let unreadable =
            |why: std::io::Error| unusable(format!("the models directory could not be read ({why})"));
        let entries = match std::fs::read_dir(&self.options.models_dir) {
            Ok(entries) => entries,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(why)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gguf")) && !is_later_part(&path) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// What is offered now. Blocks.
    fn list(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let mut models = Vec::new();
        for path in self.files()? {
            let Some(name) = name_of(&path) else { continue };
            let header =
                Version::of(&path).map_err(GgufError::from).and_then(|version| self.header(&version));
            match header {
                Ok(header) if header.writes_text() && header.chat_template.is_some() => {
                    models.push(self.info(&name, &header));
                }
                Ok(_) => tracing::debug!(file = %path.display(), "not a chat model, left out"),
                // The one file somebody asked for by name must not go missing silently.
                Err(why) if self.options.model_file.is_some() => {
                    return Err(unusable(format!("{}: {why}", path.display())));
                }
                Err(why) => tracing::warn!(file = %path.display(), %why, "model file left out"),
            }
        }
        Ok(models)
    }

    fn info(&self, model: &str, header: &GgufInfo) -> ModelInfo {
        let demo = header.parameters < DEMO_BELOW;
        let mut capabilities = vec![Capability::Chat];
        // Models of demo size fill in the form of a call but not its sense.
        if !demo && header.chat_template.as_deref().is_some_and(uses_tools) {
            capabilities.push(Capability::Tools);
        }
        if header.chat_template.as_deref().is_some_and(|source| source.contains("<think>")) {
            capabilities.push(Capability::Reasoning);
        }
        let held = header.context_length.unwrap_or(u32::MAX).min(self.options.max_context);
        ModelInfo {
            id: format!("{PROVIDER}/{model}"),
            provider: PROVIDER.to_owned(),
            model: model.to_owned(),
            name: title(model),
            context_window: Some(held),
            capabilities,
            demo,
        }
    }
}

#[async_trait]
impl Provider for LocalProvider {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Local
    }

    async fn list_models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.list())
            .await
            .map_err(|_| broken("reading the models directory stopped unexpectedly"))?
    }

    fn chat_model(&self, info: ModelInfo) -> Arc<dyn ChatModel> {
        Arc::new(LocalChat::new(info, Arc::clone(&self.shared)))
    }
}

/// A model is called as its file.
fn name_of(path: &Path) -> Option<String> {
    path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
}

/// The second and further files of a model in several.
fn is_later_part(path: &Path) -> bool {
    name_of(path).is_some_and(|name| {
        let part = name.rsplit_once("-of-").and_then(|(before, _)| before.rsplit_once('-'));
        part.and_then(|(_, number)| number.parse::<u32>().ok()).is_some_and(|number| number > 1)
    })
}

/// `smollm2-135m-instruct-q4_1` as people read it: `Smollm2 135M Instruct`.
fn title(model: &str) -> String {
    let base = model.split_once("-00001-of-").map_or(model, |(base, _)| base);
    let mut words: Vec<String> = Vec::new();
    for word in base.split(['-', ' ']).filter(|word| !word.is_empty()) {
        if is_format(word) {
            continue;
        }
        let digits = word.trim_end_matches(char::is_alphabetic);
        let size = !digits.is_empty()
            && word.len() - digits.len() == 1
            && digits.starts_with(|c: char| c.is_ascii_digit());
        let mut letters = word.chars();
        words.push(if size {
            word.to_uppercase()
        } else {
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        });
    }
    if words.is_empty() { model.to_owned() } else { words.join(" ") }
}

/// `q4_0`, `Q4_K_M`, `IQ3_XXS`, `f16`, `bf16`, `gguf`: how weights are stored, nothing about the model.
fn is_format(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let numbered = |prefix: &str| {
        word.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    matches!(word.as_str(), "gguf" | "f16" | "bf16" | "f32" | "fp16" | "mxfp4")
        || ["q", "iq", "tq"].into_iter().any(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_become_titles() {
        assert_eq!(title("smollm2-135m-instruct-q4_1"), "Smollm2 135M Instruct");
        assert_eq!(title("Qwen3-1.7B-Q4_K_M"), "Qwen3 1.7B");
        assert_eq!(title("gemma-3-4b-it-IQ3_XXS"), "Gemma 3 4B It");
        assert_eq!(title("big-Q8_0-00001-of-00003"), "Big");
        assert_eq!(title("q4_0"), "q4_0");
    }

    #[test]
    fn only_the_first_part_of_a_model_in_several_is_offered() {
        assert!(!is_later_part(Path::new("m/big-00001-of-00003.gguf")));
        assert!(is_later_part(Path::new("m/big-00002-of-00003.gguf")));
        assert!(!is_later_part(Path::new("m/one-of-a-kind.gguf")));
    }

    #[test]
    fn cores_are_divided_among_slots() {
        let options = |cores, slots| LocalOptions { slots, cores, ..LocalOptions::new("m") }.threads();
        assert_eq!((options(8, 2), options(2, 2), options(2, 8), options(3, 2)), (4, 1, 1, 1));
    }
}
