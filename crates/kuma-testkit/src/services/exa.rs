//! A fake of Exa's search.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// Exa: `POST /search` with `x-api-key`. Keys that begin with `bad` are refused.
#[derive(Debug)]
pub struct Exa;

/// A fake of `api.exa.ai`.
pub type FakeExa = FakeService<Exa>;

impl FakeExa {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Exa).await
    }
}

impl Service for Exa {
    const NAME: &'static str = "Exa";

    fn check(&self, request: &Seen) -> Vec<String> {
        let body = &request.json;
        let mut rules = Rules::of(request);
        rules.method("POST").path("/search").header("x-api-key").json_body();
        rules.fields(
            "",
            body,
            &["query"],
            &[
                "type",
                "numResults",
                "category",
                "includeDomains",
                "excludeDomains",
                "startPublishedDate",
                "endPublishedDate",
                "includeText",
                "excludeText",
                "userLocation",
                "contents",
                "systemPrompt",
                "outputSchema",
                "additionalQueries",
                "objective",
                "moderation",
                "userIdentifier",
                "stream",
            ],
        );
        rules.one_of("type", body["type"].as_str(), &["auto", "lite", "deep", "deep-lite", "neural"]);
        rules.between("numResults", body["numResults"].as_i64(), 1, 100);
        for date in ["startPublishedDate", "endPublishedDate"] {
            let fine = body[date].is_null() || body[date].as_str().is_some_and(is_date);
            rules.must(fine, format!("{date} is an ISO 8601 date"));
        }
        rules.fields(
            "contents.",
            &body["contents"],
            &[],
            &["highlights", "text", "summary", "maxAgeHours", "livecrawlTimeout", "snapshotAsOf", "extras"],
        );
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("x-api-key").starts_with("bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let query = request.at("/query").as_str().unwrap_or_default();
        let wanted = request.at("/numResults").as_u64().unwrap_or(10);
        // Contents come only when they are asked for.
        let highlights = *request.at("/contents/highlights") == true;
        let results: Vec<Value> = (1..=wanted)
            .map(|n| {
                let url = format!("https://exa.example/{n}");
                let mut result = json!({"id": url, "url": url, "title": format!("Exa result {n} on {query}"),
                    "publishedDate": "2026-01-02T00:00:00.000Z", "author": null, "image": null});
                if let (true, Some(fields)) = (highlights, result.as_object_mut()) {
                    fields.insert("highlights".to_owned(), json!([format!("Highlight {n} about {query}.")]));
                }
                result
            })
            .collect();
        Answer::json(&json!({"requestId": "req_1", "resolvedSearchType": "auto", "searchTime": 41.0,
            "results": results, "costDollars": {"total": 0.005}}))
    }

    fn failure(&self, status: u16) -> Value {
        let (kind, message) = match status {
            401 => ("authentication_error", "Invalid API key"),
            402 => ("billing_error", "Out of credits"),
            429 => ("rate_limit_error", "Too many requests"),
            500.. => ("server_error", "Something went wrong"),
            _ => ("invalid_request_error", "The request is invalid"),
        };
        json!({"error": {"type": kind, "code": kind, "message": message}, "requestId": "req_2"})
    }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split(['-', 'T']);
    let lengths = [4, 2, 2];
    lengths.iter().all(|length| {
        parts.next().is_some_and(|part| part.len() == *length && part.bytes().all(|b| b.is_ascii_digit()))
    })
}
