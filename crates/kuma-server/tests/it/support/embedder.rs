//! An embedder that tests can reason about: a text is the words in it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use kuma_llm::{Embedder, ModelError};

/// The id of [`WordEmbedder`].
pub const EMBEDDING_MODEL: &str = "local/words";

/// Each word, in small letters, adds one to one of 64 numbers.
pub struct WordEmbedder;

#[async_trait::async_trait]
impl Embedder for WordEmbedder {
    fn model(&self) -> &str {
        EMBEDDING_MODEL
    }

    fn dimensions(&self) -> usize {
        64
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.001_f32; 64];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut hash = DefaultHasher::new();
        word.to_lowercase().hash(&mut hash);
        let at = hash.finish() as usize % vector.len();
        vector[at] += 1.0;
    }
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter().map(|number| number / length).collect()
}
