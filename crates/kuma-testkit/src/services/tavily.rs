//! A fake of Tavily's search, with a key and without.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// Tavily: `POST /search` with a bearer key, or without any and the header that says so. Keys that begin with
/// `tvly-bad` are refused.
#[derive(Debug)]
pub struct Tavily;

/// A fake of `api.tavily.com`.
pub type FakeTavily = FakeService<Tavily>;

impl FakeTavily {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Tavily).await
    }
}

impl Service for Tavily {
    const NAME: &'static str = "Tavily";

    fn check(&self, request: &Seen) -> Vec<String> {
        let body = &request.json;
        let mut rules = Rules::of(request);
        rules.method("POST").path("/search").json_body();
        let key = request.header("authorization");
        let keyless = request.header("x-tavily-access-mode");
        rules.must(key.is_empty() || key.starts_with("Bearer tvly-"), "the key is a bearer token tvly-…");
        rules.must(
            key.is_empty() != keyless.is_empty(),
            "either a key or X-Tavily-Access-Mode, not both and not neither",
        );
        rules.must(keyless.is_empty() || keyless == "keyless", "X-Tavily-Access-Mode is keyless");
        rules.fields(
            "",
            body,
            &["query"],
            &[
                "search_depth",
                "topic",
                "time_range",
                "start_date",
                "end_date",
                "max_results",
                "max_age_hours",
                "include_domains",
                "exclude_domains",
                "include_domains_mode",
                "include_answer",
                "include_raw_content",
                "include_images",
                "include_favicon",
                "country",
                "auto_parameters",
                "exact_match",
                "language",
                "include_usage",
            ],
        );
        rules.one_of(
            "search_depth",
            body["search_depth"].as_str(),
            &["basic", "advanced", "fast", "ultra-fast"],
        );
        rules.one_of("topic", body["topic"].as_str(), &["general", "news", "finance"]);
        rules.one_of("time_range", body["time_range"].as_str(), &["day", "week", "month", "year"]);
        rules.between("max_results", body["max_results"].as_i64(), 0, 20);
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("authorization").starts_with("Bearer tvly-bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let query = request.at("/query").as_str().unwrap_or_default();
        let wanted = request.at("/max_results").as_u64().unwrap_or(5);
        let results: Vec<Value> = (1..=wanted)
            .map(|n| {
                json!({"title": format!("Tavily result {n} on {query}"), "score": 0.9, "raw_content": null,
                    "url": format!("https://tavily.example/{n}"), "content": format!("Content {n} about {query}.")})
            })
            .collect();
        Answer::json(&json!({"query": query, "results": results, "answer": null, "images": [],
            "response_time": 1.2}))
    }

    fn failure(&self, status: u16) -> Value {
        if status == 429 {
            return json!({"error": {"code": "rate_limited", "message": "Keyless limit reached",
                "window": "minute", "retry_after_seconds": 60, "next_actions": ["get a key"]}});
        }
        let message = match status {
            401 => "Unauthorized: missing or invalid API key.",
            432 => "This request exceeds your plan's set usage limit.",
            500.. => "Internal Server Error",
            _ => "The request is invalid.",
        };
        json!({"detail": {"error": message}})
    }
}
