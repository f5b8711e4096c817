//! Brave: `GET /res/v1/web/search` with a key.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Client;
use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Found, SearchHit, SearchQuery, TimeRange, WebSearch};
use crate::upstream::{UpstreamError, json as call};

/// Brave's search.
pub struct Brave {
    client: Client,
    url: String,
    key: SecretString,
    time: Duration,
}

impl Brave {
    /// Brave at a base URL.
    pub fn new(client: Client, base_url: &str, key: SecretString, time: Duration) -> Self {
        Self { client, url: format!("{}/res/v1/web/search", base_url.trim_end_matches('/')), key, time }
    }
}

#[derive(Deserialize)]
struct Answer {
    /// Left out when nothing was found.
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(default)]
    results: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    title: Option<String>,
    url: String,
    description: Option<String>,
    page_age: Option<String>,
}

#[async_trait]
impl WebSearch for Brave {
    fn name(&self) -> &'static str {
        "Brave"
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError> {
        let count = query.count.to_string();
        let mut params = vec![("q", query.text.as_str()), ("count", &count), ("text_decorations", "false")];
        if let Some(range) = query.since {
            let freshness = match range {
                TimeRange::Day => "pd",
                TimeRange::Week => "pw",
                TimeRange::Month => "pm",
                TimeRange::Year => "py",
            };
            params.push(("freshness", freshness));
        }
        let request = self
            .client
            .get(&self.url)
            .query(&params)
            .header(ACCEPT, "application/json")
            .header("X-Subscription-Token", self.key.expose_secret());
        let answer: Answer = call(self.name(), request, self.time).await?;
        let hits = answer.web.map(|web| web.results).unwrap_or_default();
        let results = hits.into_iter().filter_map(|hit| {
            let (title, text) = (hit.title.unwrap_or_default(), hit.description.unwrap_or_default());
            SearchHit::new(&title, &hit.url, &text, hit.page_age.as_deref())
        });
        Ok(Found { results: results.collect(), notices: Vec::new() })
    }
}
