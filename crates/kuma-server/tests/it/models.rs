//! Models and the keys to them.

use kuma_testkit::FakeAnthropic;
use serde_json::{Value, json};

use crate::support::{MODEL, Options, TestServer, text};

#[tokio::test]
async fn a_pasted_key_is_tested_sealed_and_used() {
    let server = TestServer::with(Options { with_model: false, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let path = "/api/admin/providers/hub";
    let body = |key: &str| json!({ "kind": "openai_compatible", "baseUrl": server.fake.base_url(), "apiKey": key, "displayName": "Hub" });
    let refused = ann.put(path, body("bad-key-0123456789")).await;
    assert!(refused.field("apiKey").contains("does not accept"), "{}", refused.json);
    assert!(!refused.json.to_string().contains("bad-key-0123456789"), "a key is never repeated");
    assert!(ann.get("/api/admin/providers").await.json["items"].as_array().unwrap().is_empty());

    let saved = ann.put(path, body("sk-a-very-good-key-7777")).await;
    assert_eq!(saved.status, 200, "{}", saved.json);
    let provider = &saved.json["provider"];
    assert_eq!((provider["status"].as_str(), provider["source"].as_str()), (Some("ok"), Some("settings")));
    assert_eq!(
        (provider["keyHint"].as_str(), provider["displayName"].as_str()),
        (Some("…7777"), Some("Hub"))
    );
    assert!(provider["models"].as_u64().unwrap() > 0);
    let rows = server.app.store().providers().list().await.unwrap();
    let sealed = String::from_utf8_lossy(rows[0].sealed_key.as_ref().unwrap()).into_owned();
    assert!(!sealed.contains("very-good"), "sealed at rest");

    let models = ann.get("/api/models").await.json;
    assert!(models["default"].as_str().unwrap().starts_with("hub/"), "{models}");
    let answer = ann.say(json!({ "message": "hi", "model": "hub/fake-large" })).await.all().await;
    assert_eq!(text(&answer), "You said: hi");

    // Without a new key the saved one goes to its own address only.
    let same = json!({ "kind": "openai_compatible", "baseUrl": server.fake.base_url() });
    assert_eq!(ann.put(path, same).await.status, 200);
    let elsewhere = FakeAnthropic::start().await;
    let moved = json!({ "kind": "anthropic", "baseUrl": elsewhere.base_url() });
    assert!(ann.put(path, moved).await.field("apiKey").contains("key"));
    elsewhere.take_violations();
    for request in elsewhere.requests() {
        assert!(request.header("x-api-key").is_none() && request.header("authorization").is_none());
    }

    assert_eq!(ann.delete(path, Value::Null).await.status, 204);
    assert_eq!(ann.get("/api/models").await.json["default"], Value::Null);
    assert_eq!(ann.delete(path, Value::Null).await.problem(404), "not_found");
    let log = ann.get("/api/admin/audit").await.json.to_string();
    assert!(log.contains("models.provider_saved") && !log.contains("very-good"));
    server.fake.take_violations();
}

#[tokio::test]
async fn mistakes_in_a_provider_are_told_by_field() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let put = |name: &str, body: Value| {
        let path = format!("/api/admin/providers/{name}");
        let ann = ann.clone();
        async move { ann.put(&path, body).await }
    };
    assert!(put("x", json!({ "kind": "magic" })).await.field("kind").contains("openai"));
    assert!(put("x", json!({})).await.field("kind").contains("openai"));
    assert!(put("x", json!({ "kind": "openai" })).await.field("apiKey").contains("key"));
    assert!(put("Not A Name", json!({ "kind": "openai", "apiKey": "k" })).await.field("name").len() > 5);
    let nobody = json!({ "kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1/v1" });
    assert!(put("x", nobody).await.field("baseUrl").contains("Nothing answers"));
    let nonsense = json!({ "kind": "openai_compatible", "baseUrl": "not an address" });
    assert!(put("x", nonsense).await.field("baseUrl").len() > 5);
    let environment = json!({ "kind": "openai", "apiKey": "sk-other" });
    assert_eq!(put("openai", environment).await.problem(409), "provider_from_environment");
    let delete = ann.delete("/api/admin/providers/openai", Value::Null).await;
    assert_eq!(delete.problem(409), "provider_from_environment");
}

#[tokio::test]
async fn the_default_model_is_the_administrators_to_choose() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    assert_eq!(ann.get("/api/models").await.json["default"], MODEL);
    let change = json!({ "defaultModel": "openai/fake-other", "smallModel": "openai/fake-tiny" });
    let settings = ann.patch("/api/admin/settings", change).await;
    assert_eq!(settings.json["settings"]["defaultModel"], "openai/fake-other");
    let events = ann.say(json!({ "message": "hi" })).await.all().await;
    assert_eq!(events.last().unwrap().data["message"]["model"], "openai/fake-other");
    assert!(
        ann.patch("/api/admin/settings", json!({ "defaultModel": "no/such" }))
            .await
            .field("defaultModel")
            .contains("no/such")
    );
    let back = ann.patch("/api/admin/settings", json!({ "defaultModel": "" })).await;
    assert_eq!(back.json["settings"]["defaultModel"], MODEL);
    assert_eq!(ann.get("/api/admin/settings").await.json, back.json);
}
