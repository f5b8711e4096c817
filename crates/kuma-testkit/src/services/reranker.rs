//! A fake of a reranker, in the form that Cohere and Jina have made common.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// A reranker: `POST /v1/rerank`, with a bearer key or without any. Keys that begin with `bad` are refused. A text
/// scores by how many words of the question it has, and the best come first.
#[derive(Debug)]
pub struct Reranker;

/// A fake of a server that reranks.
pub type FakeReranker = FakeService<Reranker>;

/// Texts of one call, as many as Cohere takes at most.
const MOST_TEXTS: usize = 1_000;

impl FakeReranker {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Reranker).await
    }
}

impl Service for Reranker {
    const NAME: &'static str = "a reranker";

    fn check(&self, request: &Seen) -> Vec<String> {
        let body = &request.json;
        let mut rules = Rules::of(request);
        rules.method("POST").path("/v1/rerank").json_body();
        let key = request.header("authorization");
        rules.must(key.is_empty() || key.starts_with("Bearer "), "the key is a bearer token");
        rules.fields("", body, &["query", "documents"], &["model", "top_n", "return_documents"]);
        rules.must(body["query"].is_string(), "query is a text");
        let model = &body["model"];
        rules.must(model.is_null() || model.as_str().is_some_and(|name| !name.is_empty()), "model is a name");
        let documents = body["documents"].as_array().map(Vec::as_slice).unwrap_or_default();
        rules.must(
            documents.iter().all(|text| text.as_str().is_some_and(|text| !text.is_empty())),
            "documents are texts, and none is empty",
        );
        rules.must((1..=MOST_TEXTS).contains(&documents.len()), format!("1 to {MOST_TEXTS} documents"));
        rules.between("top_n", body["top_n"].as_i64(), 1, documents.len() as i64);
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("authorization").starts_with("Bearer bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let words = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.map(str::to_lowercase).collect()
        };
        let asked = words(request.at("/query").as_str().unwrap_or_default());
        let documents = request.at("/documents").as_array().map(Vec::as_slice).unwrap_or_default();
        let score = |text: &Value| {
            let text = words(text.as_str().unwrap_or_default());
            let shared = asked.iter().filter(|word| text.contains(word)).count();
            shared as f64 / asked.len().max(1) as f64
        };
        let mut scores: Vec<(usize, f64)> = documents.iter().map(score).enumerate().collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        let most = request.at("/top_n").as_u64().map_or(scores.len(), |most| most as usize);
        let results: Vec<Value> = scores
            .into_iter()
            .take(most)
            .map(|(index, score)| json!({ "index": index, "relevance_score": score }))
            .collect();
        Answer::json(&json!({ "model": request.at("/model"), "results": results }))
    }

    fn failure(&self, status: u16) -> Value {
        let message = match status {
            401 => "invalid api token",
            429 => "too many requests",
            500.. => "internal server error",
            _ => "invalid request",
        };
        json!({ "message": message })
    }
}
