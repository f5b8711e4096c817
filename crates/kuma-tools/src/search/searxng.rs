//! SearXNG: the operator's own instance, with JSON switched on.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Client;
use serde::Deserialize;

use super::{Found, SearchHit, SearchQuery, TimeRange, WebSearch};
use crate::upstream::{UpstreamError, UpstreamErrorKind, json as call};

/// A SearXNG instance. It gives about twenty results whatever is asked for; the first ones are taken.
pub struct Searxng {
    client: Client,
    url: String,
    time: Duration,
}

impl Searxng {
    /// The instance at a base URL.
    pub fn new(client: Client, base_url: &str, time: Duration) -> Self {
        Self { client, url: format!("{}/search", base_url.trim_end_matches('/')), time }
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Hit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hit {
    url: String,
    title: Option<String>,
    content: Option<String>,
    published_date: Option<String>,
}

#[async_trait]
impl WebSearch for Searxng {
    fn name(&self) -> &'static str {
        "SearXNG"
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError> {
        let mut params = vec![("q", query.text.as_str()), ("format", "json")];
        if let Some(range) = query.since {
            params.push((
                "time_range",
                match range {
                    TimeRange::Day => "day",
                    // It knows no week: the next larger range contains it.
                    TimeRange::Week | TimeRange::Month => "month",
                    TimeRange::Year => "year",
                },
            ));
        }
        let request = self.client.get(&self.url).query(&params);
        let answer: Answer = call(self.name(), request, self.time).await.map_err(|error| {
            if error.kind == UpstreamErrorKind::KeyRejected {
                // It has no keys: 403 means that the instance does not give JSON.
                let detail = "the instance refuses JSON: add `json` to search.formats in its settings.yml";
                return UpstreamError::new(self.name(), UpstreamErrorKind::Rejected, detail);
            }
            error
        })?;
        let results = answer.results.into_iter().filter_map(|hit| {
            let (title, content) = (hit.title.unwrap_or_default(), hit.content.unwrap_or_default());
            SearchHit::new(&title, &hit.url, &content, hit.published_date.as_deref())
        });
        Ok(Found { results: results.collect(), notices: Vec::new() })
    }
}
