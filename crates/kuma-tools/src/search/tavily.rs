//! Tavily: `POST /search`, with a key or in its keyless mode.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{Found, SearchHit, SearchQuery, WebSearch};
use crate::upstream::{UpstreamError, json as call};

/// Tavily's search. Without a key it is limited by the hour, which its answers say.
pub struct Tavily {
    client: Client,
    url: String,
    key: Option<SecretString>,
    time: Duration,
}

impl Tavily {
    /// Tavily at a base URL, keyless when there is no key.
    pub fn new(client: Client, base_url: &str, key: Option<SecretString>, time: Duration) -> Self {
        Self { client, url: format!("{}/search", base_url.trim_end_matches('/')), key, time }
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    title: Option<String>,
    url: String,
    content: Option<String>,
    published_date: Option<String>,
}

#[async_trait]
impl WebSearch for Tavily {
    fn name(&self) -> &'static str {
        if self.key.is_some() { "Tavily" } else { "Tavily (keyless)" }
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError> {
        let mut body = json!({"query": query.text, "max_results": query.count, "search_depth": "basic"});
        if let (Some(range), Some(fields)) = (query.since, body.as_object_mut()) {
            fields.insert("time_range".to_owned(), json!(range));
        }
        let request = self.client.post(&self.url).json(&body);
        let request = match &self.key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request.header("X-Tavily-Access-Mode", "keyless"),
        };
        let answer: Answer = call(self.name(), request, self.time).await?;
        let results = answer.results.into_iter().filter_map(|hit| {
            let (title, content) = (hit.title.unwrap_or_default(), hit.content.unwrap_or_default());
            SearchHit::new(&title, &hit.url, &content, hit.published_date.as_deref())
        });
        Ok(Found { results: results.collect(), notices: Vec::new() })
    }
}
