//! Requests that Anthropic takes, and many that it does not.

use crate::support::{post, post_with, refusal};
use kuma_testkit::{FakeAnthropic, FakeUpstream};
use serde_json::{Value, json};

const PATH: &str = "/v1/messages";

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn call(id: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "f", "input": {"a": 1}}]})
}

fn result(id: &str) -> Value {
    json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "42"}]})
}

fn request(messages: Value) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 100, "messages": messages})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = request(json!([user("hi")]));
    body[field] = value;
    body
}

async fn refused(fake: &FakeUpstream, body: Value, words: &str) {
    let (status, json) = refusal(fake, PATH, &body).await;
    let message = json["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!((status, &json["error"]["type"]), (400, &json!("invalid_request_error")), "{body} {json}");
    assert!(message.contains(words), "{message:?} has no {words:?}");
    assert!(fake.take_violations().iter().any(|v| v.message == message));
}

#[tokio::test]
async fn good_requests() {
    let fake = FakeAnthropic::start().await;
    let full = json!({
        "model": "claude-sonnet-5-5", "max_tokens": 4000, "stream": true,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "thinking": {"type": "enabled", "budget_tokens": 2000}, "metadata": {"user_id": "u"},
        "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}],
        "tool_choice": {"type": "auto"}, "stop_sequences": ["END"],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "what is it?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "I will look."},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}}]},
            result("t1"),
        ],
    });
    assert_eq!(post(&fake, PATH, &full).await.status(), 200);
    let older = [("anthropic-version", "2023-06-01")];
    assert_eq!(post_with(&fake, PATH, &with("temperature", json!(0.5)), &older).await.status(), 200);
    fake.assert_clean();
}

#[tokio::test]
async fn headers() {
    let fake = FakeAnthropic::start().await;
    for (version, words) in
        [("", "anthropic-version: header is required"), ("2020-01-01", "is not a valid version")]
    {
        let response =
            post_with(&fake, PATH, &request(json!([user("hi")])), &[("anthropic-version", version)]).await;
        assert_eq!(response.status(), 400);
        assert!(response.text().await.unwrap().contains(words));
        assert_eq!(fake.take_violations().len(), 1);
    }
}

#[tokio::test]
async fn the_newest_version_has_no_sampling() {
    let fake = FakeAnthropic::start().await;
    for field in ["temperature", "top_p", "top_k"] {
        refused(&fake, with(field, json!(1)), &format!("{field}: Extra inputs are not permitted")).await;
    }
    let document =
        json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}});
    let messages = json!([user("x"), {"role": "assistant", "content": [document]}, user("y")]);
    refused(&fake, request(messages), "`document` blocks are not permitted").await;
    let cited = json!([{"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"type": "char_location"}]}]}]);
    refused(&fake, request(cited), "`citations` are not permitted").await;
}

#[tokio::test]
async fn bad_shapes() {
    let fake = FakeAnthropic::start().await;
    refused(
        &fake,
        json!({"model": "claude-sonnet-5-5", "messages": [user("x")]}),
        "\"max_tokens\" is a required",
    )
    .await;
    refused(&fake, with("stop", json!(["x"])), "stop: Extra inputs are not permitted").await;
    refused(&fake, request(json!([])), "messages").await;
    refused(&fake, request(json!([{"role": "user", "content": ""}])), "messages.0.content").await;
    refused(
        &fake,
        request(json!([{"role": "user", "content": [{"type": "text", "text": ""}]}])),
        "messages.0",
    )
    .await;
    refused(&fake, request(json!([user("  ")])), "non-whitespace").await;
    refused(&fake, request(json!([{"role": "tool", "content": "x"}])), "messages.0.role").await;
    let picture = json!([{"role": "user", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "AA=="}}]}]);
    refused(&fake, request(picture), "messages.0").await;
    refused(&fake, with("tools", json!([{"name": "f"}])), "tools.0").await;
    let openai_style = json!([{"type": "function", "function": {"name": "f"}}]);
    refused(&fake, with("tools", openai_style), "tools.0").await;
    refused(
        &fake,
        with("thinking", json!({"type": "enabled", "budget_tokens": 100})),
        "thinking.budget_tokens",
    )
    .await;
    refused(
        &fake,
        with("thinking", json!({"type": "enabled", "budget_tokens": 2000})),
        "must be greater than",
    )
    .await;
}

#[tokio::test]
async fn bad_turns() {
    let fake = FakeAnthropic::start().await;
    let unanswered = "`tool_use` ids were found without `tool_result` blocks immediately after";
    refused(&fake, request(json!([user("x"), call("a"), user("y")])), unanswered).await;
    refused(&fake, request(json!([user("x"), call("a")])), unanswered).await;
    refused(&fake, request(json!([user("x"), result("a")])), "unexpected `tool_use_id`").await;
    refused(&fake, request(json!([user("x"), call("a"), result("b")])), unanswered).await;
    let late = json!({"role": "user", "content": [{"type": "text", "text": "so"},
        {"type": "tool_result", "tool_use_id": "a", "content": "42"}]});
    refused(&fake, request(json!([user("x"), call("a"), late])), "must come first").await;
    refused(
        &fake,
        request(json!([{"role": "assistant", "content": "x"}, user("y")])),
        "first message must use",
    )
    .await;
    let prefill = json!([user("x"), {"role": "assistant", "content": "Once"}]);
    refused(&fake, request(prefill.clone()), "does not support assistant message prefill").await;
    let mut old = request(prefill);
    old["model"] = json!("claude-haiku-4-5");
    assert_eq!(post(&fake, PATH, &old).await.status(), 200);
}
