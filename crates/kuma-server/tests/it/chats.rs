use http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestServer, first};

async fn create(user: &Client, title: &str) -> String {
    let answer = user.post("/api/chat", json!({ "title": title })).await;
    assert_eq!(answer.status, 201, "{}", answer.json);
    answer.json["chat"]["id"].as_str().unwrap().to_owned()
}

async fn titles(user: &Client, query: &str) -> Vec<String> {
    let answer = user.get(&format!("/api/chat{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    let items = answer.json["items"].as_array().unwrap();
    items.iter().map(|chat| chat["title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_chat_is_created_changed_and_deleted() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let id = create(&ann, " Plans ").await;
    let chat = ann.get(&format!("/api/chat/{id}")).await.json["chat"].clone();
    assert_eq!(chat["title"], "Plans");
    assert_eq!(
        (&chat["agentType"], &chat["pinned"], &chat["archived"]),
        (&json!("router"), &json!(false), &json!(false))
    );
    let changed = ann.patch(&format!("/api/chat/{id}"), json!({ "title": "Better", "pinned": true })).await;
    assert_eq!((changed.status, &changed.json["chat"]["title"]), (200, &json!("Better")));
    assert_eq!(changed.json["chat"]["updatedAt"], chat["updatedAt"], "its place in the list stays");
    assert_eq!(titles(&ann, "?pinned=true").await, ["Better"]);
    assert!(ann.patch(&format!("/api/chat/{id}"), json!({ "title": " " })).await.field("title").len() > 5);
    ann.patch(&format!("/api/chat/{id}"), json!({ "archived": true })).await;
    assert!(titles(&ann, "").await.is_empty());
    assert_eq!(titles(&ann, "?archived=true").await, ["Better"]);
    assert_eq!(titles(&ann, "?q=bett").await, ["Better"], "a search looks everywhere");
    assert_eq!(ann.delete(&format!("/api/chat/{id}"), Value::Null).await.status, 204);
    assert_eq!(ann.get(&format!("/api/chat/{id}")).await.problem(404), "not_found");
}

#[tokio::test]
async fn the_list_is_paged_newest_activity_first() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    for n in 0..7 {
        create(&ann, &format!("chat {n}")).await;
    }
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ann.get(&format!("/api/chat?limit=3{cursor}")).await.json;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        all.extend(items.iter().map(|chat| chat["title"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(all, (0..7).rev().map(|n| format!("chat {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_search_finds_titles_and_words_in_messages() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    create(&ann, "Ferien in Österreich").await;
    let events = ann.say(json!({ "message": "where is the 図書館 of Arvenholt?" })).await.all().await;
    let chat = first(&events, "chatId");
    let found = |q: &str| {
        let path = format!("/api/chat?q={}", urlencoding(q));
        let ann = ann.clone();
        async move {
            let answer = ann.get(&path).await.json;
            let items = answer["items"].as_array().unwrap().clone();
            items.iter().map(|chat| chat["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(found("arvenHOLT").await, [chat.as_str()]);
    assert_eq!(found("図書館").await, [chat.as_str()]);
    assert_eq!(found("österreich").await.len(), 1);
    for harmless in ["%", "_", "\"", "*", "' OR 1=1 --", "NEAR(", "\\"] {
        found(harmless).await;
    }
    assert!(found("nothing of the kind").await.is_empty());
}

fn urlencoding(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn messages_come_newest_page_first_in_reading_order() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let events = ann.say(json!({ "message": "one" })).await.all().await;
    let chat = first(&events, "chatId");
    for text in ["two", "three"] {
        ann.say(json!({ "message": text, "chatId": chat })).await.all().await;
    }
    let page = ann.get(&format!("/api/chat/{chat}/messages?limit=4")).await.json;
    let contents = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(contents(&page), ["two", "You said: two", "three", "You said: three"]);
    let older = page["nextCursor"].as_str().unwrap();
    let page = ann.get(&format!("/api/chat/{chat}/messages?limit=4&cursor={older}")).await.json;
    assert_eq!(contents(&page), ["one", "You said: one"]);
    assert_eq!(page["nextCursor"], Value::Null);
    let message = &page["items"][1];
    assert_eq!(message["status"], "complete");
    assert_eq!(message["model"], "openai/fake-large");
    assert!(message["usage"]["outputTokens"].as_u64().unwrap() > 0);
    for list in ["toolCalls", "imageAttachments", "documentAttachments", "citations"] {
        assert_eq!(message[list], json!([]), "{list}");
    }
}

#[tokio::test]
async fn agents_are_there_to_choose_from() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let agents = ann.get("/api/agents").await.json;
    let names: Vec<_> =
        agents["items"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["router", "research", "stock_market", "financial"]);
    let events = ann.say(json!({ "message": "hi", "agentType": "research" })).await.all().await;
    let chat = ann.get(&format!("/api/chat/{}", first(&events, "chatId"))).await.json["chat"].clone();
    assert_eq!(chat["agentType"], "research");
    let asked = server.fake.requests().pop().unwrap();
    assert!(asked.body["messages"][0]["content"].as_str().is_some(), "{}", asked.body);
}

#[tokio::test]
async fn a_form_is_as_good_as_json() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let chat = create(&ann, "form").await;
    let form = reqwest::multipart::Form::new()
        .text("message", "from a form 🐻")
        .text("chatId", chat.clone())
        .text("documentIds[]", "01900000-0000-7000-8000-000000000000");
    let request = ann.request(Method::POST, "/api/chat/stream").multipart(form);
    let refused = ann.send(request).await;
    assert!(refused.field("documentIds").len() > 5, "there is no such document");
    let form = reqwest::multipart::Form::new().text("message", "from a form 🐻").text("chatId", chat.clone());
    ann.events(ann.request(Method::POST, "/api/chat/stream").multipart(form)).await.all().await;
    assert_eq!(ann.messages(&chat).await[0]["content"], "from a form 🐻");
    let plain = ann.request(Method::POST, "/api/chat/stream").body("message=hi");
    assert_eq!(ann.send(plain).await.problem(415), "unsupported_media_type");
}
