//! The reranker between finding and choosing, where there is one: it reads the question together with the passages
//! that the search has found and puts them in order. When it fails, the order of the search stands.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuma_llm::Reranker;
use kuma_store::Passage;
use tokio::time::Instant;

use super::find::Key;

/// Passages that it is asked about. What stands behind them keeps its order.
const LOOKED_AT: usize = 40;
/// How long one that failed is left alone, so that no search waits for it meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Told with what is found, when it could not be asked.
const AWAY: &str =
    "The reranker could not be asked, so these passages are in the order of the search without it.";

/// The reranker of this server.
pub(super) struct Reranking {
    port: Option<Arc<dyn Reranker>>,
    failed: Mutex<Option<Instant>>,
}

impl Reranking {
    pub(super) fn new(port: Option<Arc<dyn Reranker>>) -> Self {
        Self { port, failed: Mutex::default() }
    }

    pub(super) fn port(&self) -> Option<&dyn Reranker> {
        self.port.as_deref()
    }

    /// What was found, the best first, with new scores; and a sentence for people when it could not be asked.
    pub(super) async fn order(
        &self,
        query: &str,
        found: Vec<(Key, f64)>,
        passages: &HashMap<Key, Passage>,
    ) -> (Vec<(Key, f64)>, Option<String>) {
        let Some(reranker) = self.port() else { return (found, None) };
        let asked = found.iter().filter_map(|(key, _)| Some((*key, passages.get(key)?)));
        let (keys, texts): (Vec<Key>, Vec<String>) =
            asked.take(LOOKED_AT).map(|(key, passage)| (key, text_of(passage))).unzip();
        if keys.len() < 2 {
            return (found, None);
        }
        if self.is_left_alone() {
            return (found, Some(AWAY.to_owned()));
        }
        let began = Instant::now();
        match reranker.rerank(query, &texts).await {
            Ok(ranked) => {
                metrics::histogram!("kuma_rerank_seconds").record(began.elapsed().as_secs_f64());
                let ranked = ranked.into_iter().filter_map(|item| Some((*keys.get(item.index)?, item.score)));
                (before(ranked.collect(), found), None)
            }
            Err(error) => {
                metrics::counter!("kuma_rerank_failures_total").increment(1);
                tracing::warn!(reranker = reranker.name(), %error, "documents are found without the reranker");
                *self.failed() = Some(Instant::now());
                (found, Some(AWAY.to_owned()))
            }
        }
    }

    fn is_left_alone(&self) -> bool {
        self.failed().is_some_and(|at| at.elapsed() < AGAIN_AFTER)
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was ranked, and behind it the rest in its old order, with scores below the last one's.
fn before(mut ranked: Vec<(Key, f64)>, found: Vec<(Key, f64)>) -> Vec<(Key, f64)> {
    let known: HashSet<Key> = ranked.iter().map(|(key, _)| *key).collect();
    let least = ranked.last().map_or(1.0, |(_, score)| *score);
    let rest = found.into_iter().filter(|(key, _)| !known.contains(key));
    ranked.extend(rest.map(|(key, score)| (key, score * least)));
    ranked
}

/// A passage with what stands over it, as it was embedded.
fn text_of(passage: &Passage) -> String {
    let headings = (!passage.headings.is_empty()).then(|| passage.headings.join(" › "));
    let parts = headings.iter().chain(&passage.table_header).chain([&passage.text]);
    parts.map(String::as_str).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use kuma_types::DocumentId;

    use super::before;

    #[test]
    fn what_was_not_ranked_stands_behind() {
        let document = DocumentId::new();
        let key = |position| (document, position);
        let found = vec![(key(0), 1.0), (key(1), 0.9), (key(2), 0.8), (key(3), 0.7)];
        let ordered = before(vec![(key(2), 0.6), (key(0), 0.5)], found.clone());
        assert_eq!(ordered.iter().map(|((_, at), _)| *at).collect::<Vec<_>>(), [2, 0, 1, 3]);
        assert!(ordered.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{ordered:?}");
        assert_eq!(before(Vec::new(), found.clone()), found);
    }
}
