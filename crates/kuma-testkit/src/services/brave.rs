//! A fake of Brave's search.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// Brave: `GET /res/v1/web/search` with `X-Subscription-Token`. Keys that begin with `bad` are refused.
#[derive(Debug)]
pub struct Brave;

/// A fake of `api.search.brave.com`.
pub type FakeBrave = FakeService<Brave>;

impl FakeBrave {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Brave).await
    }
}

impl Service for Brave {
    const NAME: &'static str = "Brave";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut rules = Rules::of(request);
        rules.method("GET").path("/res/v1/web/search").header("x-subscription-token").params(
            &["q"],
            &[
                "country",
                "search_lang",
                "ui_lang",
                "count",
                "offset",
                "safesearch",
                "freshness",
                "result_filter",
                "extra_snippets",
                "goggles",
                "units",
                "text_decorations",
                "spellcheck",
            ],
        );
        rules.must(request.header("accept") == "application/json", "Accept is application/json");
        let query = request.param("q").unwrap_or_default();
        rules.must(query.chars().count() <= 400, "q has at most 400 characters");
        rules.must(query.split_whitespace().count() <= 50, "q has at most 50 words");
        let count = request.param("count").map(|count| count.parse().unwrap_or(-1));
        rules.between("count", count, 1, 20);
        rules.one_of("freshness", request.param("freshness"), &["pd", "pw", "pm", "py"]);
        rules.one_of("text_decorations", request.param("text_decorations"), &["true", "false"]);
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("x-subscription-token").starts_with("bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let query = request.param("q").unwrap_or_default();
        let wanted: u32 = request.param("count").and_then(|count| count.parse().ok()).unwrap_or(20);
        let results: Vec<Value> = (1..=wanted)
            .map(|n| {
                json!({"title": format!("Brave result {n} on {query}"), "url": format!("https://brave.example/{n}"),
                    "description": format!("Described {n}: {query}."), "page_age": "2026-03-04T05:06:07"})
            })
            .collect();
        Answer::json(&json!({"type": "search", "query": {"original": query}, "web": {"results": results}}))
    }

    fn failure(&self, status: u16) -> Value {
        let (code, detail) = match status {
            401 => ("SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid."),
            429 => ("RATE_LIMITED", "Request rate limit exceeded for plan"),
            500.. => ("INTERNAL", "Internal error"),
            _ => ("VALIDATION", "Unable to validate request parameter(s)"),
        };
        json!({"type": "ErrorResponse", "error": {"code": code, "detail": detail, "status": status}})
    }
}
