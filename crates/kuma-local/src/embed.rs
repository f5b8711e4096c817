//! Vectors made in this process: all-MiniLM-L6-v2, run by rten.
//!
//! Always built: it needs no C++. The files are `{dir}/all-minilm-l6-v2/model.onnx` and
//! `tokenizer.json`. Called by the binary (wiring) and, through the port, by whoever needs vectors.

mod model;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kuma_llm::{Embedder, ModelError};
use tokio::sync::Semaphore;

use crate::error::{broken, unusable};
use crate::lazy::Lazy;
use model::{MiniLm, Tokens};

/// The id under which vectors of this model are stored.
const MODEL_ID: &str = "local/all-minilm-l6-v2";
/// The directory below the models directory.
const FOLDER: &str = "all-minilm-l6-v2";
const DIMENSIONS: usize = 384;
/// Texts per pass. More brings no speed, costs memory, puts texts of different length together, and lets a question
/// wait longer.
const BATCH: usize = 16;

/// Where the files are and what the work may take.
#[derive(Clone, Debug)]
pub struct EmbedderOptions {
    /// The models directory, the parent of `all-minilm-l6-v2`.
    pub models_dir: PathBuf,
    /// Threads of one pass. Passes run one after another, so this is also all that embedding takes.
    pub threads: NonZeroUsize,
    /// How long after the last use the model leaves memory.
    pub idle_after: Duration,
}

impl EmbedderOptions {
    /// All cores but one (both of two: what else is at work there is mostly waiting, and gets its share), and
    /// five minutes.
    pub fn new(models_dir: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = if cores > 2 { cores - 1 } else { cores };
        Self {
            models_dir: models_dir.into(),
            threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
            idle_after: Duration::from_mins(5),
        }
    }
}

/// all-MiniLM-L6-v2 in this process: 384 numbers per text, of which the first 256 tokens count.
pub struct LocalEmbedder {
    model: Arc<Lazy<MiniLm>>,
    /// One pass at a time, in turn: a question waits for one batch of a long import, not for all of it.
    turn: Arc<Semaphore>,
    folder: PathBuf,
}

impl LocalEmbedder {
    /// Loads nothing yet.
    pub fn new(options: EmbedderOptions) -> Self {
        let folder = options.models_dir.join(FOLDER);
        let files = folder.clone();
        let threads = options.threads.get();
        Self {
            model: Lazy::new(MODEL_ID, options.idle_after, move || {
                MiniLm::load(&files.join("model.onnx"), &files.join("tokenizer.json"), threads, DIMENSIONS)
            }),
            turn: Arc::new(Semaphore::new(1)),
            folder,
        }
    }

    /// Whether both files are there; says which one is not.
    pub fn check_files(&self) -> Result<(), ModelError> {
        for name in ["model.onnx", "tokenizer.json"] {
            present(&self.folder.join(name))?;
        }
        Ok(())
    }

    /// Whether the model is in memory now.
    pub fn is_loaded(&self) -> bool {
        self.model.is_loaded()
    }
}

fn present(path: &Path) -> Result<(), ModelError> {
    if path.is_file() {
        return Ok(());
    }
    Err(unusable(format!("{} is missing", path.display())))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
) -> Result<T, ModelError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| broken("embedding stopped unexpectedly"))?
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &str {
        MODEL_ID
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.check_files()?;
        let model = Arc::new(self.model.get().await?);

        let tokens = blocking({
            let model = Arc::clone(&model);
            move || model.tokens(texts)
        });
        // Texts of like length share a pass, so that little of it is padding.
        let mut order: Vec<(usize, Tokens)> = tokens.await?.into_iter().enumerate().collect();
        order.sort_by_key(|(_, tokens)| tokens.len());

        let mut vectors = Vec::with_capacity(order.len());
        for batch in order.chunks(BATCH) {
            let (places, tokens): (Vec<usize>, Vec<Tokens>) = batch.iter().cloned().unzip();
            let turn = Arc::clone(&self.turn)
                .acquire_owned()
                .await
                .map_err(|_| broken("the embedder was shut down"))?;
            let model = Arc::clone(&model);
            let pass = blocking(move || {
                let _turn = turn;
                model.embed(&tokens)
            });
            vectors.extend(places.into_iter().zip(pass.await?));
        }
        vectors.sort_by_key(|(place, _)| *place);
        Ok(vectors.into_iter().map(|(_, vector)| vector).collect())
    }
}
