//! A fake of a SearXNG instance that has JSON switched on.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// SearXNG: `GET /search?q=…&format=json`. There is no parameter for the number of results.
#[derive(Debug)]
pub struct Searxng;

/// A fake of one's own SearXNG.
pub type FakeSearxng = FakeService<Searxng>;

impl FakeSearxng {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Searxng).await
    }
}

impl Service for Searxng {
    const NAME: &'static str = "SearXNG";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut rules = Rules::of(request);
        rules.method("GET").path("/search").params(
            &["q", "format"],
            &["categories", "engines", "language", "pageno", "time_range", "safesearch"],
        );
        rules.one_of("format", request.param("format"), &["json"]);
        rules.one_of("time_range", request.param("time_range"), &["day", "month", "year"]);
        rules.one_of("safesearch", request.param("safesearch"), &["0", "1", "2"]);
        rules.end()
    }

    fn answer(&self, request: &Seen) -> Answer {
        let query = request.param("q").unwrap_or_default();
        let results: Vec<Value> = (1..=20)
            .map(|n| {
                json!({"url": format!("https://searxng.example/{n}"), "content": format!("Found {n} on {query}."),
                    "title": format!("SearXNG result {n} on {query}"), "engine": "mojeek", "engines": ["mojeek"],
                    "publishedDate": null, "score": 1.0, "category": "general"})
            })
            .collect();
        Answer::json(&json!({"query": query, "number_of_results": 0, "results": results, "answers": [],
            "suggestions": [], "infoboxes": [], "unresponsive_engines": []}))
    }

    fn failure(&self, status: u16) -> Value {
        json!({"error": format!("status {status}")})
    }
}
