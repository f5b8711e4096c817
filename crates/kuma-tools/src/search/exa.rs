//! Exa: `POST /search` with a key.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{Days, Utc};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{Found, SearchHit, SearchQuery, TimeRange, WebSearch};
use crate::upstream::{UpstreamError, json as call};

/// Exa's search, with highlights of each page as snippets.
pub struct Exa {
    client: Client,
    url: String,
    key: SecretString,
    time: Duration,
}

impl Exa {
    /// Exa at a base URL.
    pub fn new(client: Client, base_url: &str, key: SecretString, time: Duration) -> Self {
        Self { client, url: format!("{}/search", base_url.trim_end_matches('/')), key, time }
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Hit>,
    #[serde(default)]
    notices: Vec<Notice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hit {
    url: String,
    title: Option<String>,
    published_date: Option<String>,
    highlights: Option<Vec<String>>,
    summary: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Notice {
    message: Option<String>,
}

#[async_trait]
impl WebSearch for Exa {
    fn name(&self) -> &'static str {
        "Exa"
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError> {
        let mut body = json!({
            "query": query.text, "type": "auto", "numResults": query.count, "contents": {"highlights": true}
        });
        if let (Some(range), Some(fields)) = (query.since, body.as_object_mut()) {
            fields.insert("startPublishedDate".to_owned(), json!(since(range)));
        }
        let request = self.client.post(&self.url).header("x-api-key", self.key.expose_secret()).json(&body);
        let answer: Answer = call(self.name(), request, self.time).await?;
        let results = answer.results.into_iter().filter_map(|hit| {
            let highlights = hit.highlights.filter(|all| !all.is_empty()).map(|all| all.join(" … "));
            let snippet = highlights.or(hit.summary).or(hit.text).unwrap_or_default();
            let title = hit.title.unwrap_or_default();
            SearchHit::new(&title, &hit.url, &snippet, hit.published_date.as_deref())
        });
        let notices = answer.notices.into_iter().filter_map(|notice| notice.message).collect();
        Ok(Found { results: results.collect(), notices })
    }
}

fn since(range: TimeRange) -> String {
    let days = match range {
        TimeRange::Day => 1,
        TimeRange::Week => 7,
        TimeRange::Month => 31,
        TimeRange::Year => 366,
    };
    let start = Utc::now().checked_sub_days(Days::new(days)).unwrap_or_default();
    start.format("%Y-%m-%dT00:00:00.000Z").to_string()
}
