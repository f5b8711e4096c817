//! Asking one provider after the other, and remembering.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::future::Cache;
use reqwest::Client;
use tokio::time::Instant;

use super::{
    Brave, DuckDuckGo, Exa, FailedProvider, Found, SearchAnswer, SearchQuery, Searxng, Tavily, WebSearch,
};
use crate::settings::SearchSettings;
use crate::upstream::{UpstreamError, UpstreamErrorKind};

/// How many answers are remembered.
const REMEMBERED: u64 = 1_000;
/// How long who is asked too often is left alone when it does not say.
const REST: Duration = Duration::from_secs(30);
/// The longest rest that is granted, whatever is asked for.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// Nobody answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("No search engine answered: {}. {}", self.list(), self.advice())]
pub struct SearchError {
    /// Everybody that was asked.
    pub failed: Vec<UpstreamError>,
    /// Whether the operator has set none.
    pub only_keyless: bool,
}

impl SearchError {
    fn list(&self) -> String {
        self.failed.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn advice(&self) -> &'static str {
        if self.only_keyless {
            "An administrator can set EXA_API_KEY, TAVILY_API_KEY, BRAVE_API_KEY or SEARXNG_URL for a dependable search"
        } else {
            "Try again in a moment; an administrator can check the search keys with `kuma doctor`"
        }
    }
}

/// Web search as tools use it. Clones share memory and rest.
#[derive(Clone)]
pub struct Searches {
    providers: Arc<[Box<dyn WebSearch>]>,
    only_keyless: bool,
    remembered: Cache<SearchQuery, Arc<SearchAnswer>>,
    resting: Arc<Mutex<HashMap<&'static str, Instant>>>,
}

impl Searches {
    /// The providers that the settings name, in their order; the keyless ones when they name none. Who set up one of
    /// their own did so on purpose: their queries go nowhere else.
    pub fn new(client: &Client, settings: &SearchSettings) -> Self {
        let time = settings.time;
        let mut providers: Vec<Box<dyn WebSearch>> = Vec::new();
        if let Some(key) = &settings.exa_key {
            providers.push(Box::new(Exa::new(client.clone(), &settings.exa_url, key.clone(), time)));
        }
        if let Some(key) = &settings.tavily_key {
            let key = Some(key.clone());
            providers.push(Box::new(Tavily::new(client.clone(), &settings.tavily_url, key, time)));
        }
        if let Some(url) = &settings.searxng_url {
            providers.push(Box::new(Searxng::new(client.clone(), url, time)));
        }
        if let Some(key) = &settings.brave_key {
            providers.push(Box::new(Brave::new(client.clone(), &settings.brave_url, key.clone(), time)));
        }
        let only_keyless = providers.is_empty();
        if only_keyless {
            providers.push(Box::new(Tavily::new(client.clone(), &settings.tavily_url, None, time)));
            providers.push(Box::new(DuckDuckGo::new(client.clone(), &settings.duckduckgo_url, time)));
        }
        Self { only_keyless, ..Self::of(providers, settings.keep) }
    }

    /// These providers, in this order.
    pub fn of(providers: Vec<Box<dyn WebSearch>>, keep: Duration) -> Self {
        Self {
            providers: providers.into(),
            only_keyless: false,
            remembered: Cache::builder().max_capacity(REMEMBERED).time_to_live(keep).build(),
            resting: Arc::default(),
        }
    }

    /// The names of those who are asked, in order.
    pub fn providers(&self) -> Vec<&'static str> {
        self.providers.iter().map(|provider| provider.name()).collect()
    }

    /// Searches. Equal searches at the same time are one; an answer is remembered for a while, a failure is not.
    pub async fn search(&self, query: SearchQuery) -> Result<SearchAnswer, SearchError> {
        if let Some(known) = self.remembered.get(&query).await {
            return Ok(SearchAnswer { cached: true, ..(*known).clone() });
        }
        let answer =
            self.remembered.try_get_with_by_ref(&query, async { self.ask(&query).await.map(Arc::new) }).await;
        answer.map(|answer| (*answer).clone()).map_err(|error| (*error).clone())
    }

    async fn ask(&self, query: &SearchQuery) -> Result<SearchAnswer, SearchError> {
        let mut failed = Vec::new();
        for provider in self.providers.iter() {
            let name = provider.name();
            if let Some(wait) = self.rest_of(name) {
                let resting = UpstreamError::new(name, UpstreamErrorKind::RateLimited, "still resting");
                failed.push(UpstreamError { retry_after: Some(wait), ..resting });
                continue;
            }
            match provider.search(query).await {
                Ok(found) => return Ok(answer(query, name, found, &failed)),
                Err(error) => {
                    tracing::warn!(provider = name, kind = ?error.kind, "a search engine failed; the next is asked");
                    self.let_rest(&error);
                    failed.push(error);
                }
            }
        }
        Err(SearchError { failed, only_keyless: self.only_keyless })
    }

    fn rest_of(&self, name: &str) -> Option<Duration> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting
            .get(name)
            .map(|until| until.saturating_duration_since(Instant::now()))
            .filter(|left| !left.is_zero())
    }

    fn let_rest(&self, error: &UpstreamError) {
        if error.kind == UpstreamErrorKind::RateLimited {
            let rest = error.retry_after.unwrap_or(REST).min(LONGEST_REST);
            let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
            resting.insert(error.service, Instant::now() + rest);
        }
    }
}

fn answer(
    query: &SearchQuery,
    provider: &'static str,
    found: Found,
    failed: &[UpstreamError],
) -> SearchAnswer {
    let mut seen = HashSet::new();
    let results =
        found.results.into_iter().filter(|hit| seen.insert(hit.url.clone())).take(query.count).collect();
    SearchAnswer {
        query: query.text.clone(),
        provider,
        results,
        notices: found.notices.iter().take(5).map(|notice| crate::text::plain(notice, 300)).collect(),
        failed: failed
            .iter()
            .map(|error| FailedProvider { provider: error.service, reason: error.what() })
            .collect(),
        cached: false,
    }
}
