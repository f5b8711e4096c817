//! The frames of every protocol, kept as snapshots.

use crate::support::{ask, post, readable};
use kuma_testkit::{Failure, FakeUpstream, Finish, Reply, Vendor};
use serde_json::{Value, json};

/// One answer with everything in it: reasoning, text, a fragmented call and a whole one.
fn full() -> Reply {
    Reply::builder()
        .reasoning("Let me")
        .delta("Grüße ")
        .delta("\"x\"\n")
        .tool_call_in("weather", json!({"city": "Köln"}), 2)
        .tool_call("clock", json!({}))
        .usage(12, 7)
}

fn replies() -> Vec<(&'static str, Reply)> {
    vec![
        ("full", full()),
        ("length", Reply::text("cut").finish(Finish::Length)),
        ("refusal", Reply::builder().refusal("I can't help with that.")),
        ("filtered", Reply::text("half ").finish(Finish::ContentFilter)),
        ("error", Reply::text("half ").then_error(Failure::status(500))),
    ]
}

async fn snapshot(vendor: Vendor, protocol: &str, path: &str, body: &Value, whole: (&str, Value)) {
    let fake = FakeUpstream::start(vendor).await;
    for (name, reply) in replies() {
        fake.push(reply);
        let stream = post(&fake, path, body).await;
        assert_eq!(stream.status(), 200);
        let kind = stream.headers()["content-type"].to_str().unwrap().to_owned();
        let text = stream.text().await.unwrap();
        insta::assert_snapshot!(format!("{protocol}_{name}"), format!("{kind}\n\n{}", readable(&text)));
    }
    for (name, reply) in [("full", full()), ("refusal", Reply::builder().refusal("I can't help with that."))]
    {
        fake.push(reply);
        let text = post(&fake, whole.0, &whole.1).await.text().await.unwrap();
        insta::assert_snapshot!(format!("{protocol}_{name}_whole"), readable(&text));
    }
    fake.assert_clean();
}

fn not_streaming(mut body: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    fields.insert("stream".to_owned(), json!(false));
    fields.remove("stream_options");
    body
}

#[tokio::test]
async fn openai_chat() {
    let (path, body) = ask(Vendor::OpenAi, "hi");
    snapshot(Vendor::OpenAi, "openai_chat", path, &body, (path, not_streaming(body.clone()))).await;
}

#[tokio::test]
async fn openai_responses() {
    let body = json!({"model": "gpt-6.1-sol", "input": "hi", "stream": true});
    let whole = json!({"model": "gpt-6.1-sol", "input": [{"role": "user", "content": "hi"}]});
    snapshot(Vendor::OpenAi, "openai_responses", "/v1/responses", &body, ("/v1/responses", whole)).await;
}

#[tokio::test]
async fn anthropic() {
    let (path, body) = ask(Vendor::Anthropic, "hi");
    snapshot(Vendor::Anthropic, "anthropic", path, &body, (path, not_streaming(body.clone()))).await;
}

#[tokio::test]
async fn gemini() {
    let (path, body) = ask(Vendor::Gemini, "hi");
    let whole = ("/v1/models/gemini-3.8-flash:generateContent", body.clone());
    snapshot(Vendor::Gemini, "gemini", path, &body, whole).await;
}

#[tokio::test]
async fn gemini_without_sse_is_one_array() {
    let fake = FakeUpstream::start(Vendor::Gemini).await;
    let (path, body) = ask(Vendor::Gemini, "hi");
    let text = post(&fake, path.trim_end_matches("?alt=sse"), &body).await.text().await.unwrap();
    let frames: Vec<Value> = serde_json::from_str(&text).expect("the body is an array");
    assert_eq!(frames.last().unwrap()["candidates"][0]["finishReason"], "STOP");
}

#[tokio::test]
async fn ollama() {
    let (path, body) = ask(Vendor::Ollama, "hi");
    snapshot(Vendor::Ollama, "ollama", path, &body, (path, not_streaming(body.clone()))).await;
}

#[tokio::test]
async fn ollama_speaks_the_other_protocols_under_v1() {
    let fake = FakeUpstream::start(Vendor::Ollama).await;
    let messages = json!([{"role": "user", "content": "hi"}]);
    let chat = json!({"model": "llama3.2", "messages": messages, "stream": true});
    let text = post(&fake, "/v1/chat/completions", &chat).await.text().await.unwrap();
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    let claude = json!({"model": "llama3.2", "messages": messages, "stream": true, "max_tokens": 9});
    let text = post(&fake, "/v1/messages", &claude).await.text().await.unwrap();
    assert!(text.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), "{text}");
    fake.assert_clean();
}

#[tokio::test]
async fn no_usage_unless_asked_for() {
    let fake = FakeUpstream::start(Vendor::OpenAi).await;
    let (path, mut body) = ask(Vendor::OpenAi, "hi");
    body.as_object_mut().unwrap().remove("stream_options");
    let text = post(&fake, path, &body).await.text().await.unwrap();
    assert!(!text.contains("usage"), "{text}");
    assert_eq!(fake.take_violations().len(), 1, "and that is noted");
}
