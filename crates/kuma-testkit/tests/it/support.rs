//! A plain HTTP client and readable forms of what it gets.

use kuma_testkit::FakeUpstream;
use kuma_testkit::Vendor;
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// A client; in a build of everything it has to be told which cryptography to use.
pub(crate) fn client() -> Client {
    kuma_net::install_crypto_provider();
    Client::new()
}

/// Sends `body` to `path` (from the origin) with the vendor's usual headers.
pub(crate) async fn post(fake: &FakeUpstream, path: &str, body: &Value) -> Response {
    post_with(fake, path, body, &[]).await
}

/// The same with headers that replace the usual ones; an empty value leaves a header out.
pub(crate) async fn post_with(
    fake: &FakeUpstream,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Response {
    let mut request = client().post(format!("{}{path}", fake.origin())).json(body);
    for (name, value) in usual_headers(fake.vendor()) {
        if !headers.iter().any(|(n, _)| *n == name) {
            request = request.header(name, value);
        }
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the fake answers")
}

pub(crate) async fn get(fake: &FakeUpstream, path: &str) -> Response {
    let mut request = client().get(format!("{}{path}", fake.origin()));
    for (name, value) in usual_headers(fake.vendor()) {
        request = request.header(name, value);
    }
    request.send().await.expect("the fake answers")
}

fn usual_headers(vendor: Vendor) -> Vec<(&'static str, &'static str)> {
    match vendor {
        Vendor::OpenAi => vec![("authorization", "Bearer key")],
        Vendor::Anthropic => vec![("x-api-key", "key"), ("anthropic-version", "2026-10-21")],
        Vendor::Gemini => vec![("x-goog-api-key", "key")],
        Vendor::Ollama => vec![],
    }
}

/// A small good request to the vendor's main endpoint: path and body.
pub(crate) fn ask(vendor: Vendor, text: &str) -> (&'static str, Value) {
    match vendor {
        Vendor::OpenAi => (
            "/v1/chat/completions",
            json!({"model": "gpt-5.5", "stream": true, "stream_options": {"include_usage": true},
                "messages": [{"role": "user", "content": text}]}),
        ),
        Vendor::Anthropic => (
            "/v1/messages",
            json!({"model": "claude-sonnet-5-5", "max_tokens": 1000, "stream": true,
                "messages": [{"role": "user", "content": text}]}),
        ),
        Vendor::Gemini => (
            "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
            json!({"contents": [{"role": "user", "parts": [{"text": text}]}]}),
        ),
        Vendor::Ollama => {
            ("/api/chat", json!({"model": "llama3.2", "messages": [{"role": "user", "content": text}]}))
        }
    }
}

/// Asks and reads the whole body.
pub(crate) async fn answer(fake: &FakeUpstream, text: &str) -> String {
    let (path, body) = ask(fake.vendor(), text);
    let response = post(fake, path, &body).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.text().await.expect("a whole body")
}

/// Asks and returns the status and the JSON of an error.
pub(crate) async fn refusal(fake: &FakeUpstream, path: &str, body: &Value) -> (u16, Value) {
    let response = post(fake, path, body).await;
    (response.status().as_u16(), response.json().await.expect("errors are JSON"))
}

/// The text of a streamed answer, put together from the frames.
pub(crate) fn text_of(vendor: Vendor, body: &str) -> String {
    let pointer = match vendor {
        Vendor::OpenAi => "/choices/0/delta/content",
        Vendor::Anthropic => "/delta/text",
        Vendor::Gemini => "/candidates/0/content/parts/0/text",
        Vendor::Ollama => "/message/content",
    };
    body.lines()
        .map(|line| line.strip_prefix("data: ").unwrap_or(line))
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|frame| frame.pointer(pointer)?.as_str().map(str::to_owned))
        .collect()
}

/// Lines with the fields of every JSON in alphabetical order, whatever features serde_json was built with.
pub(crate) fn readable(body: &str) -> String {
    let line = |line: &str| {
        let (prefix, json) = line.strip_prefix("data: ").map_or(("", line), |json| ("data: ", json));
        match serde_json::from_str::<Value>(json) {
            Ok(value) if value.is_object() || value.is_array() => format!("{prefix}{}", sorted(&value)),
            _ => line.to_owned(),
        }
    };
    body.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields: Vec<_> = fields.iter().map(|(n, v)| format!("{}:{}", json!(n), sorted(v))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(sorted).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}
