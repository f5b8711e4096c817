//! Web search: one port, several providers, asked in the operator's order.
//!
//! [`Searches`] is what tools use. It remembers results, asks the next provider when one fails, leaves alone for a
//! while who asked for rest, and says in every answer who gave it and who failed.

mod brave;
mod chain;
mod duckduckgo;
mod exa;
mod searxng;
mod tavily;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use url::Url;

pub use brave::Brave;
pub use chain::{SearchError, Searches};
pub use duckduckgo::DuckDuckGo;
pub use exa::Exa;
pub use searxng::Searxng;
pub use tavily::Tavily;

use crate::text::{clip, one_line, plain};
use crate::upstream::UpstreamError;

/// The longest query, in characters; longer ones are cut at a word.
const LONGEST_QUERY: usize = 400;
/// The most words of a query.
const MOST_WORDS: usize = 50;
/// The longest snippet kept of a result, in characters.
const LONGEST_SNIPPET: usize = 800;

/// How old results may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeRange {
    /// The last 24 hours.
    Day,
    /// The last seven days.
    Week,
    /// The last month.
    Month,
    /// The last year.
    Year,
}

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    text: String,
    /// How many results, 1 to 20.
    count: usize,
    /// How old they may be.
    since: Option<TimeRange>,
}

impl SearchQuery {
    /// A query as every provider takes it: on one line, at most 400 characters and 50 words. None when it is empty.
    pub fn new(text: &str, count: usize, since: Option<TimeRange>) -> Option<Self> {
        let mut query = String::new();
        for word in text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
        {
            let word: String = word.chars().take(LONGEST_QUERY).collect();
            if query.chars().count() + word.chars().count() >= LONGEST_QUERY && !query.is_empty() {
                break;
            }
            if !query.is_empty() {
                query.push(' ');
            }
            query.push_str(&word);
        }
        let count = count.clamp(1, 20);
        (!query.is_empty()).then_some(Self { text: query, count, since })
    }

    /// The words.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// Its title, plain text.
    pub title: String,
    /// Its address, `http` or `https`.
    pub url: String,
    /// What it says about the query, plain text.
    pub snippet: String,
    /// When it was published, as the provider writes it (ISO 8601 mostly).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub published_at: Option<String>,
}

impl SearchHit {
    /// A result cleaned of markup; none when its address is not one of the web.
    fn new(title: &str, url: &str, snippet: &str, published_at: Option<&str>) -> Option<Self> {
        Self::of_text(&plain(title, 200), url, &plain(snippet, LONGEST_SNIPPET), published_at)
    }

    /// The same of text that has no markup in it.
    fn of_text(title: &str, url: &str, snippet: &str, published_at: Option<&str>) -> Option<Self> {
        let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let title = clip(&one_line(title), 200);
        Some(Self {
            title: if title.is_empty() { url.host_str().unwrap_or_default().to_owned() } else { title },
            snippet: clip(&one_line(snippet), LONGEST_SNIPPET),
            published_at: published_at.map(|date| plain(date, 40)).filter(|date| !date.is_empty()),
            url: url.into(),
        })
    }
}

/// What one provider found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the provider's order.
    pub results: Vec<SearchHit>,
    /// What the provider wants the model to know about this search.
    pub notices: Vec<String>,
}

/// A search engine.
#[async_trait]
pub trait WebSearch: Send + Sync {
    /// Its name for people: `Exa`.
    fn name(&self) -> &'static str;

    /// Asks it. An empty list is an answer.
    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError>;
}

/// An answer to a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// What was searched for.
    pub query: String,
    /// Who answered.
    pub provider: &'static str,
    /// What was found, no address twice.
    pub results: Vec<SearchHit>,
    /// What the provider wants the model to know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Who was asked before and failed: the answer is second choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedProvider>,
    /// Whether it was remembered from an equal search.
    pub cached: bool,
}

/// A provider that did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedProvider {
    /// Who.
    pub provider: &'static str,
    /// Why, in Kuma's own words, to follow the name.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_fit_every_provider() {
        let query = |text: &str| SearchQuery::new(text, 5, None).map(|query| query.text);
        assert_eq!(query("  two\n\twords\0here "), Some("two words here".to_owned()));
        assert_eq!(query(" \n "), None);
        assert_eq!(query(&"word ".repeat(80)).unwrap().split(' ').count(), 50);
        let long = query(&"äöü".repeat(500)).unwrap();
        assert_eq!(long.chars().count(), 400);
        assert!(query(&"abcdefghi ".repeat(49)).unwrap().chars().count() <= 400);
        assert_eq!(SearchQuery::new("x", 0, None).unwrap().count, 1);
        assert_eq!(SearchQuery::new("x", 100, None).unwrap().count, 20);
    }

    #[test]
    fn results_without_a_web_address_are_dropped() {
        for url in ["javascript:alert(1)", "file:///etc/passwd", "", "nonsense", "data:text/html,x"] {
            assert_eq!(SearchHit::new("t", url, "s", None), None, "{url}");
        }
        let hit = SearchHit::new("", "https://example.com/a b", "<b>x</b>", Some(" ")).unwrap();
        assert_eq!((hit.title.as_str(), hit.url.as_str()), ("example.com", "https://example.com/a%20b"));
        assert_eq!((hit.snippet.as_str(), hit.published_at), ("x", None));
    }
}
