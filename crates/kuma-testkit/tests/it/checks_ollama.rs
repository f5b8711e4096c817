//! Requests that Ollama takes, and some that it or its models do not.

use crate::support::{post, refusal};
use kuma_testkit::{FakeOllama, FakeUpstream};
use serde_json::{Value, json};

const PATH: &str = "/api/chat";

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn request(messages: Value) -> Value {
    json!({"model": "llama3.2", "messages": messages})
}

async fn refused(fake: &FakeUpstream, body: Value, words: &str) {
    let (status, json) = refusal(fake, PATH, &body).await;
    let message = json["error"].as_str().unwrap_or_default().to_owned();
    assert_eq!(status, 400, "{body} {json}");
    assert!(message.contains(words), "{message:?} has no {words:?}");
    assert!(fake.take_violations().iter().any(|v| v.message == message));
}

async fn noted(fake: &FakeUpstream, body: Value, words: &str) {
    assert_eq!(post(fake, PATH, &body).await.status(), 200, "{body}");
    let violations = fake.take_violations();
    assert!(violations.iter().any(|v| v.message.contains(words)), "{violations:?} has no {words:?}");
}

#[tokio::test]
async fn good_requests() {
    let fake = FakeOllama::start().await;
    let full = json!({
        "model": "llama3.2:latest", "stream": true, "think": "low", "keep_alive": "5m", "options": {"num_ctx": 8192, "x": 1},
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "?", "images": ["AA=="]},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": {}}}]},
            {"role": "tool", "tool_name": "f", "tool_call_id": "c1", "content": "42"},
        ],
        "unknown_field": true,
    });
    assert_eq!(post(&fake, PATH, &full).await.status(), 200);
    let compatible = json!({"model": "llama3.2", "messages": [user("hi")], "options": {"num_ctx": 1}});
    assert_eq!(
        post(&fake, "/v1/chat/completions", &compatible).await.status(),
        200,
        "unknown fields are ignored"
    );
    fake.assert_clean();
}

#[tokio::test]
async fn bad_shapes() {
    let fake = FakeOllama::start().await;
    refused(&fake, json!({"model": "llama3.2"}), "\"messages\" is a required property").await;
    refused(&fake, request(json!([{"role": "bot", "content": "x"}])), "messages.0.role").await;
    let text_arguments = json!([user("x"), {"role": "assistant", "content": "", "tool_calls": [
        {"function": {"name": "f", "arguments": "{}"}}]}]);
    refused(&fake, request(text_arguments), "arguments").await;
    let data_url = json!([{"role": "user", "content": "x", "images": ["data:image/png;base64,AA=="]}]);
    refused(&fake, request(data_url), "images").await;
    refused(
        &fake,
        request(json!([{"role": "user", "content": [{"type": "text", "text": "x"}]}])),
        "messages.0.content",
    )
    .await;
}

#[tokio::test]
async fn odd_turns_are_noted() {
    let fake = FakeOllama::start().await;
    noted(&fake, request(json!([user("x"), {"role": "tool", "content": "42"}])), "answers no call").await;
    noted(&fake, request(json!([user("")])), "is empty").await;
    let called = json!({"role": "assistant", "content": "", "tool_calls": [
        {"id": "a", "function": {"name": "f", "arguments": {}}}, {"id": "b", "function": {"name": "f", "arguments": {}}}]});
    let one = json!({"role": "tool", "tool_call_id": "a", "tool_name": "f", "content": "42"});
    noted(&fake, request(json!([user("x"), called, one])), "without a result: b").await;
}
