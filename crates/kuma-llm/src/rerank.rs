//! The reranking port.

use async_trait::async_trait;

use crate::ModelError;

/// Puts texts into the order in which they answer a question. It reads question and text together, so it judges
/// better than vectors that were made apart, and costs a call per question: it is for the few texts that a search
/// has found already.
#[async_trait]
pub trait Reranker: Send + Sync {
    /// What it is called, for people.
    fn name(&self) -> &str;

    /// The places of `texts`, the best first, each at most once, with scores from 0 to 1. Those that it says nothing
    /// of are not among them.
    async fn rerank(&self, query: &str, texts: &[String]) -> Result<Vec<Reranked>, ModelError>;
}

/// What a reranker thinks of one text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reranked {
    /// The text's place among those that were given.
    pub index: usize,
    /// From 0 to 1, the more the better.
    pub score: f64,
}
