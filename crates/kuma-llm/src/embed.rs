//! The embedding port.

use async_trait::async_trait;

use crate::ModelError;

/// Turns texts into vectors whose cosine tells how near they are in meaning.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Such as `local/all-minilm-l6-v2`: vectors of different models never meet.
    fn model(&self) -> &str;

    /// Numbers per vector.
    fn dimensions(&self) -> usize;

    /// One vector of unit length per text, in order. Too long a text is embedded by its beginning.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError>;
}
