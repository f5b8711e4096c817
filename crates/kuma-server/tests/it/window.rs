//! What of a long chat reaches the model.

use serde_json::{Value, json};

use crate::support::{TestServer, first};

fn texts(body: &Value) -> Vec<String> {
    let text = |message: &Value| match &message["content"] {
        Value::String(text) => text.clone(),
        parts => parts[0]["text"].as_str().unwrap_or_default().to_owned(),
    };
    body["messages"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn long_chats_are_sent_as_a_summary_and_the_fifteen_most_recent() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let chat = first(&ann.say(json!({ "message": "message 0" })).await.all().await, "chatId");
    for n in 1..16 {
        ann.say(json!({ "message": format!("message {n}"), "chatId": chat })).await.all().await;
    }
    let last = |server: &TestServer| {
        let requests = server.fake.requests();
        requests.into_iter().rfind(|r| r.body["model"] == "fake-large").unwrap().body
    };
    assert_eq!(texts(&last(&server)).len(), 1 + 30 + 1, "thirty earlier messages are sent as they are");
    ann.say(json!({ "message": "message 16", "chatId": chat })).await.all().await;
    let sent = texts(&last(&server));
    assert!(sent[0].contains("[Summary of the earlier conversation]"), "{}", sent[0]);
    // Fifteen would begin with an answer: it goes, since its question is in the summary.
    assert_eq!(sent.len(), 1 + 14 + 1, "{sent:?}");
    assert_eq!(sent.last().unwrap(), "message 16");
    let summaries = |server: &TestServer| {
        server.fake.requests().iter().filter(|r| r.body.to_string().contains("summary of everything")).count()
    };
    assert_eq!(summaries(&server), 1);
    let asked = server
        .fake
        .requests()
        .into_iter()
        .find(|r| r.body.to_string().contains("summary of everything"))
        .unwrap();
    let asked = asked.body.to_string();
    assert!(
        asked.contains("message 0") && asked.contains("message 8") && !asked.contains("message 9"),
        "{asked}"
    );

    ann.say(json!({ "message": "message 17", "chatId": chat })).await.all().await;
    let sent = texts(&last(&server));
    assert!(sent[0].contains("[Summary of the earlier conversation]"));
    assert_eq!(summaries(&server), 1, "older messages are summarised once, not every turn");
}

#[tokio::test]
async fn the_system_prompt_names_the_agent_the_day_and_the_person() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    ann.say(json!({ "message": "hi" })).await.all().await;
    let request = server.fake.requests().into_iter().find(|r| r.body["model"] == "fake-large").unwrap();
    let system = texts(&request.body)[0].clone();
    assert!(
        system.contains("Kuma") && system.contains("Today is ") && system.contains("talking with ann"),
        "{system}"
    );
}
