//! Branches: nothing that was said is lost when it is said differently.

use http::Method;
use kuma_testkit::Reply;
use serde_json::{Value, json};

use crate::support::{TestServer, first, text};

fn ids(messages: &[Value]) -> Vec<(&str, &str)> {
    messages.iter().map(|m| (m["content"].as_str().unwrap(), m["parentId"].as_str().unwrap_or("-"))).collect()
}

#[tokio::test]
async fn an_answer_made_again_stands_beside_the_old_one() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    server.fake.push(Reply::text("heads"));
    let events = ann.say(json!({ "message": "toss a coin" })).await.all().await;
    let (chat, question, answer) =
        (first(&events, "chatId"), first(&events, "userMessageId"), first(&events, "assistantMessageId"));
    server.fake.push(Reply::text("tails"));
    let path = format!("/api/chat/{chat}/messages/{answer}/regenerate");
    let again = ann.events(ann.request(Method::POST, &path)).await.all().await;
    assert_eq!(text(&again), "tails");
    assert_eq!(first(&again, "userMessageId"), question);
    let messages = ann.messages(&chat).await;
    assert_eq!(
        ids(&messages),
        [("toss a coin", "-"), ("heads", question.as_str()), ("tails", question.as_str())]
    );
    let active = ann.get(&format!("/api/chat/{chat}")).await.json["chat"]["activeMessageId"].clone();
    assert_eq!(active.as_str().unwrap(), first(&again, "assistantMessageId"));
    let asked = server.fake.requests().pop().unwrap().body["messages"].clone();
    assert_eq!(asked.as_array().unwrap().len(), 2, "the old answer is not part of the question: {asked}");
}

#[tokio::test]
async fn an_edited_message_begins_a_branch_of_its_own() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let events = ann.say(json!({ "message": "I like tea" })).await.all().await;
    let chat = first(&events, "chatId");
    let more = ann.say(json!({ "message": "what do I like?", "chatId": chat })).await.all().await;
    let path = format!("/api/chat/{chat}/messages/{}", first(&events, "userMessageId"));
    let edited =
        ann.events(ann.request(Method::PUT, &path).json(&json!({ "message": "I like coffee" }))).await;
    let edited = edited.all().await;
    assert_eq!(text(&edited), "You said: I like coffee");
    assert_eq!(ann.messages(&chat).await.len(), 6, "all branches are there");

    // The shown branch goes on; the other one is not in its context.
    let next = ann.say(json!({ "message": "and now?", "chatId": chat })).await.all().await;
    let asked = server.fake.requests().pop().unwrap().body["messages"].to_string();
    assert!(asked.contains("coffee") && !asked.contains("tea"), "{asked}");

    // Back to the first branch, by its last message.
    let leaf = first(&more, "assistantMessageId");
    let chosen = ann.patch(&format!("/api/chat/{chat}"), json!({ "activeMessageId": leaf })).await;
    assert_eq!(chosen.json["chat"]["activeMessageId"].as_str().unwrap(), leaf);
    ann.say(json!({ "message": "sure?", "chatId": chat })).await.all().await;
    let asked = server.fake.requests().pop().unwrap().body["messages"].to_string();
    assert!(asked.contains("tea") && !asked.contains("coffee"), "{asked}");

    // Or to any message by name.
    let parent = first(&next, "assistantMessageId");
    let named = json!({ "message": "third", "chatId": chat, "parentId": parent });
    ann.say(named).await.all().await;
    let asked = server.fake.requests().pop().unwrap().body["messages"].to_string();
    assert!(asked.contains("and now?") && !asked.contains("sure?"), "{asked}");
}

#[tokio::test]
async fn only_what_can_be_edited_is() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let events = ann.say(json!({ "message": "hello" })).await.all().await;
    let chat = first(&events, "chatId");
    let path = |id: &str| format!("/api/chat/{chat}/messages/{id}");
    let answer = first(&events, "assistantMessageId");
    assert_eq!(ann.put(&path(&answer), json!({ "message": "x" })).await.problem(409), "not_a_question");
    let question = first(&events, "userMessageId");
    assert!(ann.put(&path(&question), json!({ "message": " " })).await.field("message").len() > 5);
    assert!(ann.put(&path(&question), json!({})).await.field("message").len() > 5);
    let nothing = "01900000-0000-7000-8000-000000000000";
    assert_eq!(ann.put(&path(nothing), json!({ "message": "x" })).await.problem(404), "not_found");
    assert_eq!(ann.messages(&chat).await.len(), 2);
}

#[tokio::test]
async fn a_failed_answer_can_be_made_again() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    server.fake.push(Reply::error(400));
    let events = ann.say(json!({ "message": "try" })).await.all().await;
    assert_eq!(events.last().unwrap().kind, "error");
    let path = format!(
        "/api/chat/{}/messages/{}/regenerate",
        first(&events, "chatId"),
        first(&events, "assistantMessageId")
    );
    let again =
        ann.events(ann.request(Method::POST, &path).json(&json!({ "model": null }))).await.all().await;
    assert_eq!(text(&again), "You said: try");
}
