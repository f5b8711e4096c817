//! Steering by what is typed.

use crate::support::{answer, ask, post, text_of};
use kuma_testkit::{Ending, FakeAnthropic, FakeOpenAi, FakeUpstream, Vendor};
use serde_json::{Value, json};

#[tokio::test]
async fn texts_for_every_vendor() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        let said = |text: &'static str| async { text_of(vendor, &answer(&fake, text).await) };
        let markdown = said("please [markdown]").await;
        for part in ["```rust", "| Bear", "$$", "```mermaid"] {
            assert!(markdown.contains(part), "{part}");
        }
        let long = said("[long 40]").await;
        assert_eq!(long.split_whitespace().count(), 40);
        assert_eq!(said("[long 40] again, from the store").await, long);
        assert!(said("[multibyte]").await.contains("日本語"));
        assert!(said("[midstream-error]").await.starts_with("This is the beginning"));
        assert_eq!(said("[empty]").await, "");
        assert_eq!(said("[rate 500] hi").await, "You said: [rate 500] hi");
        fake.assert_clean();
    }
}

#[tokio::test]
async fn errors_that_pass() {
    let fake = FakeOpenAi::start().await;
    let (path, body) = ask(Vendor::OpenAi, "[error 503 times 2] hello");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(post(&fake, path, &body).await.status().as_u16());
    }
    assert_eq!(statuses, [503, 503, 200]);
    let (path, body) = ask(Vendor::OpenAi, "[error 429]");
    assert_eq!(post(&fake, path, &body).await.headers()["retry-after"], "1");
    let (path, body) = ask(Vendor::OpenAi, "[error 401]");
    assert_eq!(post(&fake, path, &body).await.status(), 401);
}

#[tokio::test]
async fn breaks() {
    let fake = FakeAnthropic::start().await;
    let (path, body) = ask(Vendor::Anthropic, "[drop]");
    assert!(post(&fake, path, &body).await.text().await.is_err(), "the body is cut");
    assert_eq!(fake.requests()[0].ended().await, Ending::Cut);
    let (path, body) = ask(Vendor::Anthropic, "[stall]");
    drop(post(&fake, path, &body).await);
    assert_eq!(fake.requests()[1].ended().await, Ending::Disconnected);
    assert!(answer(&fake, "[refuse]").await.contains("\"stop_reason\":\"refusal\""));
}

#[tokio::test]
async fn tools_and_their_results() {
    let fake = FakeAnthropic::start().await;
    let tool = |name: &str| json!({"name": name, "input_schema": {"type": "object"}});
    let (path, mut body) = ask(Vendor::Anthropic, r#"[tool weather {"city":"Pune"}]"#);
    body["tools"] = json!([tool("clock"), tool("weather")]);
    body["stream"] = json!(false);
    let first: Value = post(&fake, path, &body).await.json().await.unwrap();
    let call = &first["content"][0];
    assert_eq!((&call["name"], &call["input"]["city"]), (&json!("weather"), &json!("Pune")));
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": first["content"]}));
    messages.push(json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": call["id"], "content": "31 degrees"}]}));
    let second: Value = post(&fake, path, &body).await.json().await.unwrap();
    assert_eq!(second["content"][0]["text"], "The tools answered: 31 degrees");

    let (path, mut body) = ask(Vendor::Anthropic, "[parallel-tools]");
    body["tools"] = json!([tool("clock"), tool("weather")]);
    body["stream"] = json!(false);
    let both: Value = post(&fake, path, &body).await.json().await.unwrap();
    assert_eq!(
        (&both["content"][0]["name"], &both["content"][1]["name"]),
        (&json!("clock"), &json!("weather"))
    );
    fake.assert_clean();
}

#[tokio::test]
async fn a_gate_by_name() {
    let fake = FakeOpenAi::start().await;
    let (path, body) = ask(Vendor::OpenAi, "[gate g1] hi");
    let response = post(&fake, path, &body).await;
    fake.gate("g1").blocked().await;
    fake.gate("g1").open();
    assert_eq!(text_of(Vendor::OpenAi, &response.text().await.unwrap()), "You said: [gate g1] hi");
}
