//! Vectors from OpenAI, Gemini, Ollama and compatible servers.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connection::Connection;
use super::{Deadlines, ProviderSetupError, RemoteConfig};
use crate::{Embedder, ModelError, ModelErrorKind, ProviderKind};

/// Bytes of a text that are embedded at most: 8,192 tokens of dense writing.
const LONGEST_TEXT: usize = 24_000;
/// Bytes of all texts of a call. A token has at least one byte, and OpenAI takes 300,000 tokens.
const LONGEST_CALL: usize = 300_000;
/// How often texts that are still too long are cut in half.
const HALVINGS: u32 = 4;

/// A remote embedding model.
pub struct RemoteEmbedder {
    connection: Connection,
    /// The provider's own name.
    own_name: String,
    /// `provider/model`.
    id: String,
    dimensions: usize,
}

/// Why an embedder could not be had.
#[derive(Debug, thiserror::Error)]
pub enum EmbedderError {
    /// The settings make no provider.
    #[error(transparent)]
    Setup(#[from] ProviderSetupError),
    /// The provider has no embedding models.
    #[error(
        "{0} has no embedding models. Choose one of OpenAI, Gemini, Ollama or a compatible server in KUMA_EMBEDDING_MODEL."
    )]
    NotOffered(String),
    /// The first call failed.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl RemoteEmbedder {
    /// Makes one call with a short text, which tells that the model is there and how long its
    /// vectors are. `model` is the provider's own name.
    pub async fn connect(
        config: RemoteConfig,
        model: &str,
        http: reqwest::Client,
    ) -> Result<Self, EmbedderError> {
        let connection = Connection::new(config, http)?;
        if connection.kind == ProviderKind::Anthropic {
            return Err(EmbedderError::NotOffered(connection.name));
        }
        let id = format!("{}/{model}", connection.name);
        let mut embedder = Self { connection, own_name: model.to_owned(), id, dimensions: 0 };
        let probe = embedder.call(&["dimensions".to_owned()]).await?;
        embedder.dimensions = probe.first().map_or(0, Vec::len);
        Ok(embedder)
    }

    /// The same with other deadlines.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self { connection: self.connection.with_deadlines(deadlines), ..self }
    }

    /// Texts of one call, by the vendor's limits.
    const fn batch(&self) -> usize {
        match self.connection.kind {
            ProviderKind::Gemini => 100,
            ProviderKind::Ollama => 64,
            _ => 256,
        }
    }

    /// One call, and further ones with shorter texts when they were too long.
    async fn call_shortening(&self, mut texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        for halving in 0..=HALVINGS {
            match self.call(&texts).await {
                Err(error) if error.kind == ModelErrorKind::ContextTooLong && halving < HALVINGS => {
                    let most = LONGEST_TEXT >> (halving + 1);
                    for text in &mut texts {
                        shorten(text, most);
                    }
                }
                answer => return answer,
            }
        }
        Err(self.connection.errors.new_error(ModelErrorKind::ContextTooLong, "the texts are too long"))
    }

    async fn call(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        // An empty text is an error at most vendors and means nothing to any.
        let texts: Vec<&str> =
            texts.iter().map(|text| if text.trim().is_empty() { " " } else { text }).collect();
        let vectors = match self.connection.kind {
            ProviderKind::Gemini => self.gemini(&texts).await?,
            ProviderKind::Ollama => self.ollama(&texts).await?,
            _ => self.openai(&texts).await?,
        };
        let wrong = |what: &str| self.connection.errors.new_error(ModelErrorKind::BadResponse, what);
        if vectors.len() != texts.len() {
            return Err(wrong(&format!("{} vectors came for {} texts", vectors.len(), texts.len())));
        }
        let length = if self.dimensions == 0 { vectors.first().map_or(0, Vec::len) } else { self.dimensions };
        if length == 0 || vectors.iter().any(|vector| vector.len() != length) {
            return Err(wrong(&format!("a vector has not the {length} numbers it should have")));
        }
        vectors
            .into_iter()
            .map(|vector| unit(vector).ok_or_else(|| wrong("a vector has no direction")))
            .collect()
    }

    async fn openai(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        #[derive(Deserialize)]
        struct Answer {
            data: Vec<Item>,
        }
        #[derive(Deserialize)]
        struct Item {
            #[serde(default)]
            index: usize,
            embedding: Vec<f32>,
        }
        let body = json!({ "model": self.own_name, "input": texts, "encoding_format": "float" });
        let mut answer: Answer = self.connection.post_json("embeddings", &body).await?;
        answer.data.sort_by_key(|item| item.index);
        Ok(answer.data.into_iter().map(|item| item.embedding).collect())
    }

    async fn gemini(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        #[derive(Deserialize)]
        struct Answer {
            embeddings: Vec<Item>,
        }
        #[derive(Deserialize)]
        struct Item {
            values: Vec<f32>,
        }
        let model = format!("models/{}", self.own_name);
        let request = |text: &&str| json!({ "model": model, "content": { "parts": [{ "text": text }] } });
        let body = json!({ "requests": texts.iter().map(request).collect::<Vec<Value>>() });
        let answer: Answer = self.connection.post_json(&format!("{model}:batchEmbedContents"), &body).await?;
        Ok(answer.embeddings.into_iter().map(|item| item.values).collect())
    }

    async fn ollama(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        #[derive(Deserialize)]
        struct Answer {
            embeddings: Vec<Vec<f32>>,
        }
        let body = json!({ "model": self.own_name, "input": texts, "truncate": true });
        let answer: Answer = self.connection.post_json("api/embed", &body).await?;
        Ok(answer.embeddings)
    }
}

#[async_trait]
impl Embedder for RemoteEmbedder {
    fn model(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in batches(texts, self.batch()) {
            vectors.extend(self.call_shortening(batch).await?);
        }
        Ok(vectors)
    }
}

/// Texts in order, as many to a call as fit.
fn batches(texts: Vec<String>, most: usize) -> Vec<Vec<String>> {
    let mut batches: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for mut text in texts {
        shorten(&mut text, LONGEST_TEXT);
        match batches.last_mut() {
            Some(batch) if batch.len() < most && bytes + text.len() <= LONGEST_CALL => {
                bytes += text.len();
                batch.push(text);
            }
            _ => {
                bytes = text.len();
                batches.push(vec![text]);
            }
        }
    }
    batches
}

/// Keeps the beginning, up to a whole character.
fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}

fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() || length <= 0.0 {
        return None;
    }
    for x in &mut vector {
        *x = (f64::from(*x) / length) as f32;
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_batched_within_the_limits() {
        let texts: Vec<String> = (0..30).map(|i| format!("{i}{}", "ü".repeat(20_000))).collect();
        let batches = batches(texts, 100);
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), 30);
        assert!(batches.iter().all(|batch| batch.iter().map(String::len).sum::<usize>() <= LONGEST_CALL));
        assert!(batches.iter().flatten().all(|text| text.len() <= LONGEST_TEXT));
        assert!(batches[0][0].starts_with("0ü") && batches[2][0].starts_with("24"), "in order");
        assert_eq!(
            super::batches(vec!["a".into(); 7], 3).iter().map(Vec::len).collect::<Vec<_>>(),
            [3, 3, 1]
        );
        assert!(super::batches(vec![], 3).is_empty());
    }

    #[test]
    fn vectors_become_one_long() {
        assert_eq!(unit(vec![3.0, 4.0]), Some(vec![0.6, 0.8]));
        assert_eq!(unit(vec![0.0, 0.0]), None);
        assert_eq!(unit(vec![f32::NAN]), None);
    }
}
