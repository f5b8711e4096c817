//! Memories over HTTP: kept from what people say, recalled when it helps, theirs alone.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use kuma_agent::memory::{
    MemoryDraft, MemoryError, MemoryHit, MemoryPage, MemoryRecord, MemoryService, PastMemory,
};
use kuma_types::UserId;
use serde_json::{Value, json};

use crate::support::{Client, Event, Options, TestServer, first, kinds, text, until};

/// Says something in a chat, new or not; gives the events.
async fn say(who: &Client, message: &str, chat: Option<&str>) -> Vec<Event> {
    let mut body = json!({ "message": message });
    if let Some(chat) = chat {
        body["chatId"] = chat.into();
    }
    who.say(body).await.all().await
}

/// The contents of the memory events of that action.
fn told(events: &[Event], action: &str) -> Vec<String> {
    let notes = events.iter().filter(|event| event.kind == "memory" && event.data["action"] == action);
    let items = notes.flat_map(|event| event.data["items"].as_array().unwrap().clone());
    items.map(|item| item["content"].as_str().unwrap().to_owned()).collect()
}

async fn contents(who: &Client) -> Vec<String> {
    let answer = who.get("/api/memories?limit=100").await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    let items = answer.json["items"].as_array().unwrap().clone();
    items.iter().map(|memory| memory["content"].as_str().unwrap().to_owned()).collect()
}

/// How often the small model was asked what lasts.
fn looks(server: &TestServer) -> usize {
    let requests = server.fake.requests();
    requests.iter().filter(|request| request.body.to_string().contains("long-term memory")).count()
}

#[tokio::test]
async fn a_memory_is_written_changed_found_and_forgotten() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let made = ann.post("/api/memories", json!({ "content": " I live\nin Pune. " })).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let memory = made.json["memory"].clone();
    assert_eq!((&memory["content"], &memory["source"]), (&json!("I live in Pune."), &json!("user")));
    let path = format!("/api/memories/{}", memory["id"].as_str().unwrap());
    assert_eq!(ann.get(&path).await.json["memory"], memory);

    let changed = ann.patch(&path, json!({ "content": "I live in Delhi." })).await.json["memory"].clone();
    assert_eq!((&changed["id"], &changed["content"]), (&memory["id"], &json!("I live in Delhi.")));
    let past = ann.get(&format!("{path}/history")).await.json["items"].clone();
    assert_eq!((past.as_array().unwrap().len(), &past[0]["content"]), (1, &json!("I live in Pune.")));

    let found = ann.post("/api/memories/search", json!({ "query": "Where in Delhi?", "limit": 3 })).await;
    let hit = found.json["items"][0].clone();
    assert_eq!((&hit["id"], &hit["content"]), (&memory["id"], &json!("I live in Delhi.")));
    assert!(hit["score"].as_f64().is_some_and(|score| score > 0.0 && score <= 1.0), "{hit}");
    let file = ann.get("/api/memories/export").await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("kuma-memories.json"));
    assert_eq!(file.json["memories"][0]["history"][0]["content"], "I live in Pune.");

    let undone = ann.post(&format!("{path}/undo"), json!({})).await;
    assert_eq!(undone.json["memory"]["content"], "I live in Pune.");
    assert_eq!(ann.post(&format!("{path}/undo"), json!({})).await.json, json!({ "memory": null }));
    assert_eq!(ann.get(&path).await.problem(404), "not_found");
    for content in ["one fact here", "two facts here"] {
        ann.post("/api/memories", json!({ "content": content })).await;
    }
    let first = ann.get("/api/memories?limit=1").await.json;
    assert_eq!(first["items"][0]["content"], "two facts here");
    let id = first["items"][0]["id"].as_str().unwrap();
    assert_eq!(ann.delete(&format!("/api/memories/{id}"), Value::Null).await.status, 204);
    assert_eq!(contents(&ann).await, ["one fact here"]);
    assert_eq!(ann.delete("/api/memories", Value::Null).await.status, 204);
    assert_eq!(contents(&ann).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_a_memory_is_refused_with_a_reason() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let add = |content: String| ann.post("/api/memories", json!({ "content": content }));
    assert!(add(" \n".into()).await.field("content").contains("Write"));
    assert!(add("x".repeat(1001)).await.field("content").contains("1000"));
    for secret in ["My card is 4111 1111 1111 1111", "my password is hunter2", "sk-abcdefghijklmnop0123"] {
        assert!(add(secret.into()).await.field("content").contains("never keeps"), "{secret}");
    }
    let search = |body: Value| ann.post("/api/memories/search", body);
    assert!(search(json!({ "query": " " })).await.field("query").contains("Write"));
    assert!(search(json!({ "query": "x", "limit": 0 })).await.field("limit").contains("100"));
    assert_eq!(ann.get("/api/memories/not-an-id").await.problem(404), "not_found");
    assert_eq!(ann.get("/api/memories?cursor=odd").await.problem(400), "bad_cursor");
}

#[tokio::test]
async fn memories_are_their_owners_alone() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.user("ann").await, server.user("eve").await);
    let made = ann.post("/api/memories", json!({ "content": "The user keeps bees." })).await;
    let path = format!("/api/memories/{}", made.json["memory"]["id"].as_str().unwrap());
    let chat = say(&ann, "hello", None).await[0].data["chatId"].as_str().unwrap().to_owned();
    let tries = [
        (Method::GET, path.clone(), json!({})),
        (Method::PATCH, path.clone(), json!({ "content": "stolen" })),
        (Method::DELETE, path.clone(), json!({})),
        (Method::GET, format!("{path}/history"), json!({})),
        (Method::POST, format!("{path}/undo"), json!({})),
        (Method::GET, format!("/api/chat/{chat}/memory"), json!({})),
        (Method::PATCH, format!("/api/chat/{chat}/memory"), json!({ "enabled": false })),
    ];
    for (method, path, body) in tries {
        let answer = eve.send(eve.request(method.clone(), &path).json(&body)).await;
        assert_eq!(answer.problem(404), "not_found", "{method} {path}");
    }
    assert_eq!(contents(&eve).await, Vec::<String>::new());
    let found = eve.post("/api/memories/search", json!({ "query": "bees" })).await;
    assert_eq!(found.json["items"], json!([]));
    assert!(told(&say(&eve, "Who keeps bees?", None).await, "recalled").is_empty());
    assert_eq!(eve.delete("/api/memories", Value::Null).await.status, 204);
    assert_eq!(contents(&ann).await, ["The user keeps bees."]);
}

#[tokio::test]
async fn what_somebody_says_is_remembered_and_recalled_in_another_chat() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let said = "I moved to Pune last year. [fact The user lives in Pune since 2025.]";
    let events = say(&ann, said, None).await;
    assert_eq!(told(&events, "saved"), ["The user lives in Pune since 2025."]);
    let order = kinds(&events);
    let at = |kind: &str| order.iter().rposition(|known| *known == kind).unwrap();
    assert!(at("memory") < at("done"), "{order:?}");

    let memory = ann.get("/api/memories").await.json["items"][0].clone();
    assert_eq!((&memory["source"], &memory["tainted"]), (&json!("chat"), &json!(false)));
    assert_eq!(memory["chatId"], events[0].data["chatId"]);
    assert_eq!(memory["messageId"], events[0].data["userMessageId"]);

    // Elsewhere it stands beside the question, and not in the instructions.
    let events = say(&ann, "What is the weather in Pune?", None).await;
    assert_eq!(told(&events, "recalled"), ["The user lives in Pune since 2025."]);
    assert!(text(&events).contains("lives in Pune since 2025"), "the fake says what it was sent");
    let done = events.last().unwrap().data["message"]["memories"].clone();
    assert_eq!((&done[0]["action"], &done[0]["items"][0]["id"]), (&json!("recalled"), &memory["id"]));
    let asked = server.fake.requests();
    let asked = asked.iter().rfind(|request| request.body["tools"].is_array()).unwrap();
    let sent = asked.body["messages"].as_array().unwrap().clone();
    assert_eq!(sent[0]["role"], "system");
    assert!(!sent[0].to_string().contains("lives in Pune"), "{}", sent[0]);
    // What was noted is there after a reload, until the memory is forgotten.
    let chat = events[0].data["chatId"].as_str().unwrap();
    assert_eq!(ann.messages(chat).await[1]["memories"], done);
    let path = format!("/api/memories/{}", memory["id"].as_str().unwrap());
    assert_eq!(ann.delete(&path, Value::Null).await.status, 204);
    assert_eq!(ann.messages(chat).await[1]["memories"], Value::Null);
    assert!(told(&say(&ann, "And the weather in Pune now?", None).await, "recalled").is_empty());
}

#[tokio::test]
async fn most_messages_cost_no_look_and_each_one_at_most_one() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    for message in ["hello", "What is the capital of France?", "Write a poem about bears"] {
        assert!(told(&say(&ann, message, None).await, "saved").is_empty());
    }
    assert_eq!(looks(&server), 0);
    let events = say(&ann, "My dog is called Rex. [fact The user has a dog called Rex.]", None).await;
    let (chat, answer) = (first(&events, "chatId"), first(&events, "assistantMessageId"));
    assert_eq!(looks(&server), 1);
    let again = ann.request(Method::POST, &format!("/api/chat/{chat}/messages/{answer}/regenerate"));
    let events = ann.events(again.json(&json!({}))).await.all().await;
    assert!(told(&events, "saved").is_empty());
    assert_eq!(
        (looks(&server), contents(&ann).await.len()),
        (1, 1),
        "the same message is not looked at again"
    );
}

#[tokio::test]
async fn new_facts_take_the_place_of_old_ones() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    say(&ann, "I live in Pune. [fact The user lives in Pune.]", None).await;
    let old = ann.get("/api/memories").await.json["items"][0].clone();
    let said = "I moved from Pune to Delhi. [fact 1 The user moved from Pune to Delhi in November 2026.]";
    let events = say(&ann, said, None).await;
    assert_eq!(told(&events, "saved"), ["The user moved from Pune to Delhi in November 2026."]);
    let now = ann.get("/api/memories").await.json["items"].clone();
    assert_eq!((now.as_array().unwrap().len(), &now[0]["id"]), (1, &old["id"]));
    let path = format!("/api/memories/{}", old["id"].as_str().unwrap());
    assert_eq!(
        ann.get(&format!("{path}/history")).await.json["items"][0]["content"],
        "The user lives in Pune."
    );
    // The chip's undo.
    let undone = ann.post(&format!("{path}/undo"), json!({})).await;
    assert_eq!(undone.json["memory"]["content"], "The user lives in Pune.");
}

#[tokio::test]
async fn secrets_and_rubbish_are_not_saved_whatever_the_model_says() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let said = "My card is 4111 1111 1111 1111 and I live in Goa. [fact The user's card is 4111 1111 1111 1111.] [fact The user lives in Goa.]";
    let events = say(&ann, said, None).await;
    assert_eq!(told(&events, "saved"), ["The user lives in Goa."]);
    let looked = server.fake.requests();
    let looked = looked.iter().find(|request| request.body.to_string().contains("long-term memory")).unwrap();
    assert!(!looked.body.to_string().contains("4111"), "the card is not even shown to the model that looks");
    server.fake.rule(kuma_testkit::Rule::contains(
        "my cat",
        kuma_testkit::Reply::text("Sure! I will remember that."),
    ));
    assert!(told(&say(&ann, "I love my cat", None).await, "saved").is_empty());
    // What a model makes up by itself is looked at too.
    let leak = json!({ "facts": [{ "content": "The user's password is hunter2.", "replaces": null }] });
    server.fake.rule(kuma_testkit::Rule::contains("my dog", kuma_testkit::Reply::text(leak.to_string())));
    assert!(told(&say(&ann, "I love my dog", None).await, "saved").is_empty());
    assert_eq!(contents(&ann).await, ["The user lives in Goa."]);
}

#[tokio::test]
async fn who_wants_no_memory_has_none() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    ann.post("/api/memories", json!({ "content": "The user lives in Pune." })).await;
    let settings = ann.get("/api/memories/settings").await.json["settings"].clone();
    assert_eq!(settings, json!({ "paused": false, "service": "built-in", "saving": "noticed" }));
    let paused = ann.patch("/api/memories/settings", json!({ "paused": true })).await;
    assert_eq!(paused.json["settings"]["paused"], true);
    let message = "I like Pune in spring. [fact The user likes spring.]";
    let events = say(&ann, message, None).await;
    assert!(!kinds(&events).contains(&"memory"), "{:?}", kinds(&events));
    let refused = say(&ann, "[tool addMemory {\"content\":\"The user likes spring.\"}]", None).await;
    let result = refused.iter().find(|event| event.kind == "tool_result").unwrap();
    assert!(result.data["error"].as_str().unwrap().contains("paused"), "{}", result.data);
    ann.patch("/api/memories/settings", json!({ "paused": false })).await;

    let chat = first(&events, "chatId");
    assert_eq!(ann.get(&format!("/api/chat/{chat}/memory")).await.json, json!({ "enabled": true }));
    ann.patch(&format!("/api/chat/{chat}/memory"), json!({ "enabled": false })).await;
    assert_eq!(ann.get(&format!("/api/chat/{chat}/memory")).await.json, json!({ "enabled": false }));
    let events = say(&ann, message, Some(&chat)).await;
    assert!(!kinds(&events).contains(&"memory"), "{:?}", kinds(&events));
    assert_eq!((looks(&server), contents(&ann).await.len()), (0, 1));
    assert_eq!(
        told(&say(&ann, message, None).await, "recalled"),
        ["The user lives in Pune."],
        "elsewhere it is on"
    );
}

#[tokio::test]
async fn what_is_noticed_late_is_told_when_the_message_is_asked_for_again() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let (gate, fact) = (kuma_testkit::Gate::new(), "The user lives in Pune.");
    let facts = json!({ "facts": [{ "content": fact, "replaces": null }] });
    let look = kuma_testkit::Reply::text(facts.to_string()).gate(&gate);
    server.fake.rule(kuma_testkit::Rule::contains("Memories near to it", look));
    // The answer does not wait for it.
    let events = say(&ann, "I live in Pune.", None).await;
    let pending = json!([{ "action": "pending", "items": [] }]);
    assert_eq!(events.last().unwrap().data["message"]["memories"], pending);
    assert!(told(&events, "saved").is_empty());
    let chat = first(&events, "chatId");
    let memories = async || ann.messages(&chat).await[1]["memories"].clone();
    assert_eq!(memories().await, pending);
    gate.open();
    until(async || memories().await[0]["action"] == "saved").await;
    let now = memories().await;
    assert_eq!((now.as_array().unwrap().len(), &now[0]["action"]), (1, &json!("saved")), "{now}");
    assert_eq!(now[0]["items"][0]["content"], fact);
}

#[tokio::test]
async fn an_agent_saves_and_searches_without_asking() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let events = say(&ann, "[tool addMemory {\"content\":\"The user plays the cello.\"}]", None).await;
    assert!(!kinds(&events).contains(&"approval_required"), "{:?}", kinds(&events));
    assert_eq!(told(&events, "saved"), ["The user plays the cello."]);
    let memory = ann.get("/api/memories").await.json["items"][0].clone();
    assert_eq!((&memory["source"], &memory["tainted"]), (&json!("agent"), &json!(false)));
    assert_eq!(memory["messageId"], events[0].data["userMessageId"]);
    assert_eq!(events.last().unwrap().data["message"]["memories"][0]["action"], "saved");

    let events = say(&ann, "[tool searchMemories {\"query\":\"cello\"}]", None).await;
    let result = events.iter().find(|event| event.kind == "tool_result").unwrap();
    assert_eq!(result.data["result"]["memories"][0]["id"], memory["id"]);
    let refused = say(&ann, "[tool addMemory {\"content\":\"The user's PIN: 4711\"}]", None).await;
    let result = refused.iter().find(|event| event.kind == "tool_result").unwrap();
    assert_eq!(result.data["ok"], false);
    assert_eq!(contents(&ann).await.len(), 1);
}

#[tokio::test]
async fn what_was_left_behind_is_saved_once() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let events = say(&ann, "hello", None).await;
    let (message, answer, job) =
        (first(&events, "userMessageId"), first(&events, "assistantMessageId"), first(&events, "jobId"));
    let (message, answer) = (message.parse().unwrap(), answer.parse().unwrap());
    // As a driver leaves it that died after the model had answered.
    let memories = server.app.store().memories();
    assert!(memories.begin_exchange(message, answer, job.parse().unwrap(), Duration::ZERO).await.unwrap());
    let facts = json!([{ "content": "The user says hello.", "replaces": null }]);
    assert!(memories.keep_facts(message, &facts).await.unwrap());
    for _ in 0..2 {
        kuma_app::memory::sweep(&server.app).await.unwrap();
    }
    assert_eq!((contents(&ann).await, looks(&server)), (vec!["The user says hello.".to_owned()], 0));
    let chat = first(&events, "chatId");
    assert_eq!(ann.messages(&chat).await[1]["memories"][0]["action"], "saved");
}

/// A service that is away, or that hangs.
struct Broken {
    hangs: bool,
}

impl Broken {
    async fn fail<T>(&self) -> Result<T, MemoryError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(MemoryError::Unavailable("it is broken".into()))
    }
}

#[async_trait]
impl MemoryService for Broken {
    fn name(&self) -> &'static str {
        "Broken"
    }
    fn is_remote(&self) -> bool {
        true
    }
    fn patience(&self) -> Duration {
        Duration::from_millis(50)
    }
    async fn add(&self, _: UserId, _: MemoryDraft) -> Result<MemoryRecord, MemoryError> {
        self.fail().await
    }
    async fn get(&self, _: UserId, _: &str) -> Result<MemoryRecord, MemoryError> {
        self.fail().await
    }
    async fn list(&self, _: UserId, _: Option<&str>, _: u32) -> Result<MemoryPage, MemoryError> {
        self.fail().await
    }
    async fn search(&self, _: UserId, _: &str, _: usize) -> Result<Vec<MemoryHit>, MemoryError> {
        self.fail().await
    }
    async fn history(&self, _: UserId, _: &str) -> Result<Vec<PastMemory>, MemoryError> {
        self.fail().await
    }
    async fn undo(&self, _: UserId, _: &str) -> Result<Option<MemoryRecord>, MemoryError> {
        self.fail().await
    }
    async fn delete(&self, _: UserId, _: &str) -> Result<(), MemoryError> {
        self.fail().await
    }
    async fn clear(&self, _: UserId) -> Result<(), MemoryError> {
        self.fail().await
    }
}

#[tokio::test]
async fn a_service_that_fails_fails_no_chat() {
    for hangs in [false, true] {
        let memory: Option<Arc<dyn MemoryService>> = Some(Arc::new(Broken { hangs }));
        let server = TestServer::with(Options { memory, ..Options::default() }).await;
        let ann = server.user("ann").await;
        let events = say(&ann, "I live in Pune. [fact The user lives in Pune.]", None).await;
        assert_eq!(events.last().unwrap().kind, "done");
        let note = events.iter().find(|event| event.kind == "memory").unwrap();
        assert_eq!(note.data, json!({ "action": "unavailable", "items": [] }));
        let chat = first(&events, "chatId");
        // It is tried again, so more may come.
        let pending = json!({ "action": "pending", "items": [] });
        assert_eq!(ann.messages(&chat).await[1]["memories"], json!([pending, note.data]));

        for (method, path) in [
            (Method::GET, "/api/memories"),
            (Method::POST, "/api/memories"),
            (Method::GET, "/api/memories/x"),
            (Method::PATCH, "/api/memories/x"),
            (Method::DELETE, "/api/memories/x"),
            (Method::POST, "/api/memories/search"),
        ] {
            let body = json!({ "content": "some words here", "query": "words" });
            let answer = ann.send(ann.request(method, path).json(&body)).await;
            assert_eq!(answer.problem(502), "memory_unavailable", "{path}");
        }
        // An account can be erased; what is elsewhere is erased when that answers again.
        let erased = ann.delete("/api/auth/me", json!({ "password": "correct horse" })).await;
        assert_eq!(erased.status, 204);
        kuma_app::memory::sweep(&server.app).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(server.app.store().memories().erasures().await.unwrap().len(), 1);
    }
}
