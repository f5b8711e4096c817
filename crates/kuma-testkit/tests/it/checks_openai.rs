//! Requests that OpenAI takes, and many that it does not.

use crate::support::{post, post_with, refusal};
use kuma_testkit::{FakeOpenAi, FakeUpstream};
use serde_json::{Value, json};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn call(id: &str) -> Value {
    json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}]})
}

fn result(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": "42"})
}

fn tool() -> Value {
    json!({"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}})
}

/// The fake refuses it with a sentence that contains `words`, and notes it.
async fn refused(fake: &FakeUpstream, path: &str, body: Value, words: &str) {
    let (status, json) = refusal(fake, path, &body).await;
    let message = json["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!((status, &json["error"]["type"]), (400, &json!("invalid_request_error")), "{body} {json}");
    assert!(message.contains(words), "{message:?} has no {words:?}");
    let noted = fake.take_violations();
    assert!(noted.iter().any(|v| v.message == message), "{noted:?}");
}

async fn taken(fake: &FakeUpstream, path: &str, body: Value) {
    let response = post(fake, path, &body).await;
    assert_eq!(response.status(), 200, "{body} {}", response.text().await.unwrap());
    fake.assert_clean();
}

#[tokio::test]
async fn good_chats() {
    let fake = FakeOpenAi::start().await;
    taken(&fake, CHAT, json!({
        "model": "gpt-5.4", "stream": true, "stream_options": {"include_usage": true},
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "auto"}}]},
            {"role": "assistant", "content": "Look:", "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            result("b"), result("a"), user("and now?"),
        ],
        "tools": [tool()], "tool_choice": "auto", "reasoning_effort": "none", "max_completion_tokens": 100,
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}, "strict": true}},
        "temperature": 0.5, "stop": ["a", "b"], "seed": 1, "metadata": {"k": "v"},
    })).await;
    taken(&fake, CHAT, json!({"model": "gpt-6-sol", "messages": [user("hi")]})).await;
    taken(
        &fake,
        CHAT,
        json!({"model": "gpt-4o", "messages": [user("hi")], "max_tokens": 5, "tools": [tool()]}),
    )
    .await;
}

#[tokio::test]
async fn bad_shapes() {
    let fake = FakeOpenAi::start().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"model": "gpt-5.5", "messages": [user("hi")]});
        body[field] = value;
        body
    };
    refused(&fake, CHAT, json!({"model": "gpt-5.5"}), "\"messages\" is a required property").await;
    refused(&fake, CHAT, json!({"messages": [user("hi")]}), "\"model\" is a required property").await;
    refused(&fake, CHAT, with("messages", json!([])), "Invalid value for 'messages'").await;
    refused(&fake, CHAT, with("messages", json!([{"role": "bot", "content": "x"}])), "'messages.0.role'")
        .await;
    refused(&fake, CHAT, with("messages", json!([{"role": "user"}])), "\"content\" is a required property")
        .await;
    refused(&fake, CHAT, with("messages", json!([{"role": "assistant", "content": null}])), "messages.0")
        .await;
    refused(&fake, CHAT, with("temprature", json!(1)), "Unknown parameter: 'temprature'").await;
    refused(&fake, CHAT, with("temperature", json!(3)), "'temperature'").await;
    refused(&fake, CHAT, with("reasoning_effort", json!("huge")), "'reasoning_effort'").await;
    refused(&fake, CHAT, with("stop", json!(["1", "2", "3", "4", "5"])), "'stop'").await;
    refused(
        &fake,
        CHAT,
        with("tools", json!([{"type": "function", "function": {"name": "no spaces"}}])),
        "tools.0.function.name",
    )
    .await;
    refused(&fake, CHAT, with("stream_options", json!({"include_usage": true})), "'stream_options'").await;
    refused(&fake, CHAT, with("tool_choice", json!("auto")), "'tool_choice' is only allowed").await;
    refused(
        &fake,
        CHAT,
        with("response_format", json!({"type": "json_object"})),
        "must contain the word 'json'",
    )
    .await;
    let picture = json!([{"role": "user", "content": [{"type": "image_url", "image_url": "data:"}]}]);
    refused(&fake, CHAT, with("messages", picture), "messages.0.content").await;
}

#[tokio::test]
async fn bad_tool_turns() {
    let fake = FakeOpenAi::start().await;
    let chat = |messages: Value| json!({"model": "gpt-5.5", "messages": messages});
    let unanswered = "must be followed by tool messages responding to each 'tool_call_id'";
    refused(&fake, CHAT, chat(json!([user("x"), result("a")])), "must be a response to a preceeding message")
        .await;
    refused(&fake, CHAT, chat(json!([user("x"), call("a"), user("y")])), unanswered).await;
    refused(&fake, CHAT, chat(json!([user("x"), call("a")])), unanswered).await;
    refused(
        &fake,
        CHAT,
        chat(json!([user("x"), call("a"), result("b"), user("y")])),
        "'tool_call_id' of 'b' not found",
    )
    .await;
    refused(&fake, CHAT, chat(json!([user("x"), call("a"), user("y"), result("a")])), unanswered).await;
}

#[tokio::test]
async fn rules_of_models() {
    let fake = FakeOpenAi::start().await;
    let chat = |extra: Value| {
        let mut body = json!({"messages": [user("hi")]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let tools = "Function tools with reasoning_effort are not supported";
    refused(&fake, CHAT, chat(json!({"model": "gpt-5.4", "tools": [tool()]})), tools).await;
    refused(
        &fake,
        CHAT,
        chat(json!({"model": "gpt-6-luna", "tools": [tool()], "reasoning_effort": "low"})),
        tools,
    )
    .await;
    let none = "does not support 'none' with this model";
    refused(&fake, CHAT, chat(json!({"model": "gpt-6-astra", "reasoning_effort": "none"})), none).await;
    refused(
        &fake,
        CHAT,
        chat(json!({"model": "gpt-6-sol", "temperature": 1})),
        "'temperature' is not supported",
    )
    .await;
    refused(
        &fake,
        CHAT,
        chat(json!({"model": "gpt-5.5", "max_tokens": 9})),
        "Use 'max_completion_tokens' instead",
    )
    .await;
    taken(&fake, CHAT, chat(json!({"model": "gpt-5.2", "tools": [tool()]}))).await;
    taken(&fake, CHAT, chat(json!({"model": "gpt-6-sol", "temperature": 1, "reasoning_effort": "none"})))
        .await;
    let top_p = json!({"model": "gpt-6.1-sol", "input": "hi", "top_p": 0.5});
    refused(&fake, RESPONSES, top_p, "'top_p' is not supported").await;
    let none_there = json!({"model": "gpt-6.1-sol", "input": "hi", "reasoning": {"effort": "none"}});
    refused(&fake, RESPONSES, none_there, none).await;
}

#[tokio::test]
async fn responses() {
    let fake = FakeOpenAi::start().await;
    let flat = json!({"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": false});
    let called = json!({"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"});
    let output = |id: &str| json!({"type": "function_call_output", "call_id": id, "output": "42"});
    let ask = |input: Value| json!({"model": "gpt-6.1-sol", "input": input});
    taken(&fake, RESPONSES, json!({
        "model": "gpt-6.1-sol", "stream": true, "store": false, "instructions": "Be brief.", "tools": [flat],
        "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low", "summary": "auto"},
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "?"}, {"type": "input_image", "image_url": "data:,"}]},
            {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"},
            called, output("a"),
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "so"}]},
            user("go on"),
        ],
    })).await;
    taken(
        &fake,
        RESPONSES,
        json!({"model": "gpt-6.1-sol", "previous_response_id": "r", "input": [output("a")]}),
    )
    .await;
    refused(&fake, RESPONSES, json!({"model": "gpt-6.1-sol"}), "").await;
    refused(
        &fake,
        RESPONSES,
        ask(json!([user("x"), output("a")])),
        "No tool call found for function call output",
    )
    .await;
    refused(&fake, RESPONSES, ask(json!([user("x"), called])), "No tool output found for function call a")
        .await;
    let wrong_part = json!([{"role": "user", "content": [{"type": "text", "text": "x"}]}]);
    refused(&fake, RESPONSES, ask(wrong_part), "input.0").await;
    let mixed = json!([{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]);
    refused(&fake, RESPONSES, ask(mixed), "Invalid value: 'output_text'").await;
    let nested = json!({"model": "gpt-6.1-sol", "input": "x", "tools": [tool()]});
    refused(&fake, RESPONSES, nested, "tools.0").await;
    let stop = json!({"model": "gpt-6.1-sol", "input": "x", "stop": ["a"]});
    refused(&fake, RESPONSES, stop, "Unknown parameter: 'stop'").await;
}

#[tokio::test]
async fn embeddings_and_bodies() {
    let fake = FakeOpenAi::start().await;
    refused(&fake, "/v1/embeddings", json!({"model": "text-embedding-3-small", "input": ""}), "'input'")
        .await;
    refused(&fake, "/v1/embeddings", json!({"model": "text-embedding-3-small", "input": []}), "'input'")
        .await;
    let response = post_with(&fake, CHAT, &json!("not an object"), &[]).await;
    assert_eq!(response.status(), 400);
    let broken = crate::support::client()
        .post(format!("{}{CHAT}", fake.origin()))
        .bearer_auth("k")
        .header("content-type", "application/json")
        .body("{\"model\":")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
    assert_eq!(fake.take_violations().len(), 2);
}

#[tokio::test]
async fn an_empty_message_is_noted() {
    let fake = FakeOpenAi::start().await;
    let body = json!({"model": "gpt-5.5", "messages": [user(" ")]});
    assert_eq!(post(&fake, CHAT, &body).await.status(), 200);
    assert!(fake.take_violations()[0].message.contains("is empty"));
}
