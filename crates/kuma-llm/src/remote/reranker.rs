//! Reranking over HTTP, in the form that Cohere and Jina have made common: llama.cpp, vLLM, Infinity, LocalAI and
//! LiteLLM answer it too.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::connection::Connection;
use super::{Deadlines, ProviderSetupError, RemoteConfig};
use crate::rerank::{Reranked, Reranker};
use crate::{ModelError, ModelErrorKind, ProviderKind};

/// How it is called in errors.
const NAME: &str = "reranker";
/// Bytes of a text that are sent at most: rerankers read some hundred tokens of a text and forget the rest.
const LONGEST_TEXT: usize = 8_000;

/// How to reach a reranker.
#[derive(Clone, Debug)]
pub struct RerankConfig {
    /// Its address. One that ends in `/rerank` is taken as it is, another one gets that ending; a bare host gets
    /// `/v1/rerank`.
    pub url: String,
    /// The model's name there; servers that have one model need none.
    pub model: Option<String>,
    /// Its key; some servers need none.
    pub key: Option<SecretString>,
    /// How long a call may take.
    pub patience: Duration,
}

/// A reranker somewhere else.
pub struct RemoteReranker {
    connection: Connection,
    model: Option<String>,
    shown: String,
}

impl RemoteReranker {
    /// Makes no call.
    pub fn new(config: RerankConfig, http: reqwest::Client) -> Result<Self, ProviderSetupError> {
        let base = base(&config.url).map_err(|reason| ProviderSetupError::BaseUrl {
            provider: NAME.to_owned(),
            url: config.url.clone(),
            reason,
        })?;
        let remote = RemoteConfig {
            name: NAME.to_owned(),
            kind: ProviderKind::OpenAiCompatible,
            base_url: Some(base.clone()),
            key: config.key,
        };
        let mut connection = Connection::new(remote, http)?;
        // Its own rules for addresses are those of chat servers.
        connection.base = base;
        connection.deadlines = Deadlines { whole: config.patience, ..connection.deadlines };
        let shown = config.model.clone().unwrap_or_else(|| without_login(&connection.base));
        Ok(Self { connection, model: config.model, shown })
    }
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    #[serde(alias = "score")]
    relevance_score: f64,
}

#[async_trait]
impl Reranker for RemoteReranker {
    fn name(&self) -> &str {
        &self.shown
    }

    async fn rerank(&self, query: &str, texts: &[String]) -> Result<Vec<Reranked>, ModelError> {
        let documents: Vec<&str> = texts.iter().map(|text| beginning(text)).collect();
        let mut body = json!({ "query": query, "documents": documents, "top_n": documents.len() });
        if let (Some(model), Some(body)) = (&self.model, body.as_object_mut()) {
            body.insert("model".to_owned(), json!(model));
        }
        let answer: Answer = self.connection.post_json("rerank", &body).await?;
        let mut seen = HashSet::new();
        let sound = |item: &Item| item.index < texts.len() && item.relevance_score.is_finite();
        if !answer.results.iter().all(|item| sound(item) && seen.insert(item.index)) {
            let what =
                "it named a text twice, or one that it was not sent, or gave a score that is no number";
            return Err(self.connection.errors.new_error(ModelErrorKind::BadResponse, what));
        }
        Ok(ranked(answer.results))
    }
}

/// The best first, with scores from 0 to 1. Some servers pass on what their model says as it is, which may be any
/// number: then all scores of the answer go through the logistic function, which keeps their order.
fn ranked(mut items: Vec<Item>) -> Vec<Reranked> {
    let plain = items.iter().all(|item| (0.0..=1.0).contains(&item.relevance_score));
    let score = |raw: f64| if plain { raw } else { 1.0 / (1.0 + (-raw).exp()) };
    // By what was said: far from zero the function rounds different numbers to the same.
    items.sort_by(|a, b| b.relevance_score.total_cmp(&a.relevance_score));
    items.into_iter().map(|item| Reranked { index: item.index, score: score(item.relevance_score) }).collect()
}

/// The address as it can be told and logged.
fn without_login(base: &str) -> String {
    let Ok(mut url) = Url::parse(base) else { return "the reranker".to_owned() };
    // Addresses that cannot have a login have none.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return "the reranker".to_owned();
    }
    url.into()
}

/// The address without `/rerank` at its end.
fn base(given: &str) -> Result<String, String> {
    let mut url = Url::parse(given.trim()).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err("it must be an http:// or https:// address without a query".to_owned());
    }
    let mut parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    match parts.last().copied() {
        Some("rerank") => parts.truncate(parts.len() - 1),
        Some(_) => {}
        None => parts.push("v1"),
    }
    let path = parts.join("/");
    url.set_path(&path);
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The beginning, up to a whole character.
fn beginning(text: &str) -> &str {
    let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (given, wanted) in [
            ("https://api.cohere.com/v2/rerank", "https://api.cohere.com/v2"),
            ("https://api.jina.ai/v1/", "https://api.jina.ai/v1"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
            ("http://127.0.0.1:7997/rerank/", "http://127.0.0.1:7997"),
        ] {
            assert_eq!(base(given).as_deref(), Ok(wanted), "{given}");
        }
        for bad in ["", "rerank", "ftp://x/rerank", "https://x/rerank?key=1"] {
            assert!(base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn scores_of_any_scale_keep_their_order() {
        let item = |index, relevance_score| Item { index, relevance_score };
        let plain = ranked(vec![item(0, 0.2), item(1, 0.9)]);
        assert_eq!(plain, [Reranked { index: 1, score: 0.9 }, Reranked { index: 0, score: 0.2 }]);
        let raw = ranked(vec![item(0, -7.5), item(1, 0.5), item(2, 90.0), item(3, 60.0)]);
        assert_eq!(raw.iter().map(|item| item.index).collect::<Vec<_>>(), [2, 3, 1, 0]);
        assert!(raw.iter().all(|item| (0.0..=1.0).contains(&item.score)), "{raw:?}");
    }

    #[test]
    fn long_texts_are_cut_at_a_whole_character() {
        assert_eq!(beginning("short"), "short");
        let long = format!("a{}", "ü".repeat(LONGEST_TEXT));
        assert_eq!(beginning(&long).len(), LONGEST_TEXT - 1);
    }
}
