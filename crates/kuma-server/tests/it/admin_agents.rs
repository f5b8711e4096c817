//! Agents and tools as administrators change them.

use std::sync::Arc;

use http::Method;
use kuma_agent::Tool;
use kuma_types::Effect;
use serde_json::{Value, json};

use crate::support::{Echo, MODEL, Options, TestServer, kinds, text};

fn lawyer() -> Value {
    json!({
        "name": "lawyer", "displayName": "Lawyer", "description": "Reads contracts.",
        "systemPrompt": "You read contracts.", "model": MODEL, "temperature": 0.5, "tools": ["webSearch"],
    })
}

async fn server() -> (TestServer, Arc<Echo>) {
    let read = Echo::new("webSearch", Effect::Read);
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone()];
    (TestServer::with(Options { tools, ..Options::default() }).await, read)
}

#[tokio::test]
async fn an_agent_is_made_used_changed_and_deleted() {
    let (server, _) = server().await;
    let ann = server.user("ann").await;
    let made = ann.post("/api/admin/agents", lawyer()).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let agent = &made.json["agent"];
    assert_eq!((agent["isActive"].as_bool(), agent["isDefault"].as_bool()), (Some(true), Some(false)));
    assert_eq!(ann.post("/api/admin/agents", lawyer()).await.problem(409), "agent_name_taken");
    let chosen = ann.get("/api/agents").await.json;
    assert!(chosen.to_string().contains("Lawyer") && !chosen.to_string().contains("You read contracts"));

    let events = ann.say(json!({ "message": "hello", "agentType": "lawyer" })).await.all().await;
    assert_eq!(text(&events), "You said: hello");
    let asked = server
        .fake
        .requests()
        .into_iter()
        .rfind(|request| request.body.to_string().contains("You read contracts"));
    assert_eq!(asked.unwrap().body["temperature"], json!(0.5));
    let chat = events[0].data["chatId"].as_str().unwrap().to_owned();

    let path = "/api/admin/agents/lawyer";
    let change = json!({ "description": "Reads laws.", "temperature": null, "model": "" });
    let changed = ann.patch(path, change).await.json["agent"].clone();
    assert_eq!(changed["description"], "Reads laws.");
    assert_eq!((&changed["temperature"], &changed["model"]), (&Value::Null, &Value::Null));
    assert_eq!((changed["displayName"].as_str(), &changed["tools"]), (Some("Lawyer"), &json!(["webSearch"])));
    assert_eq!(ann.get(path).await.json["agent"], changed);

    assert_eq!(ann.patch(path, json!({ "isActive": false })).await.json["agent"]["isActive"], json!(false));
    assert!(!ann.get("/api/agents").await.json.to_string().contains("Lawyer"));
    assert!(ann.get("/api/admin/agents").await.json.to_string().contains("Lawyer"));
    let refused = ann.post("/api/chat/stream", json!({ "message": "x", "agentType": "lawyer" })).await;
    assert!(refused.field("agentType").contains("lawyer"));

    assert_eq!(ann.delete(path, Value::Null).await.status, 204);
    assert_eq!(ann.get(path).await.problem(404), "not_found");
    assert_eq!(ann.delete(path, Value::Null).await.problem(404), "not_found");
    assert_eq!(ann.get(&format!("/api/chat/{chat}")).await.json["chat"]["agentType"], "router");
    let events = ann.say(json!({ "message": "still here", "chatId": chat })).await.all().await;
    assert_eq!(text(&events), "You said: still here");
    let log = ann.get("/api/admin/audit").await.json.to_string();
    for action in ["agent.created", "agent.changed", "agent.deleted"] {
        assert!(log.contains(action), "{action}");
    }
    assert!(!log.contains("You read contracts"), "what was changed, not to what");
}

#[tokio::test]
async fn mistakes_are_told_by_field_and_the_default_agent_stays() {
    let (server, _) = server().await;
    let ann = server.user("ann").await;
    let with = |field: &str, value: Value| {
        let mut body = lawyer();
        body[field] = value;
        let ann = ann.clone();
        async move { ann.post("/api/admin/agents", body).await }
    };
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("Lawyer")),
        ("name", json!("a/b")),
        ("name", json!("x".repeat(41))),
        ("displayName", json!(" ")),
        ("displayName", json!("a\nb")),
        ("description", json!("x".repeat(401))),
        ("systemPrompt", json!("  ")),
        ("systemPrompt", json!("x".repeat(33 * 1024))),
        ("model", json!("nobody/nothing")),
        ("temperature", json!(2.5)),
        ("temperature", json!(-1)),
        ("tools", json!(["webSearch", "fly"])),
        ("isActive", json!("yes")),
    ] {
        assert!(with(field, value.clone()).await.field(field).len() > 10, "{field} {value}");
    }
    let all = ann.post("/api/admin/agents", json!({})).await;
    assert_eq!(all.problem(422), "validation");
    assert_eq!(all.json["errors"].as_object().unwrap().len(), 4, "all at once: {}", all.json);
    let router = "/api/admin/agents/router";
    assert_eq!(ann.get(router).await.json["agent"]["isDefault"], json!(true));
    assert_eq!(ann.delete(router, Value::Null).await.problem(409), "default_agent");
    assert_eq!(ann.patch(router, json!({ "isActive": false })).await.problem(409), "default_agent");
    assert_eq!(
        ann.patch(router, json!({ "displayName": "Bear" })).await.json["agent"]["displayName"],
        "Bear"
    );
    // Tools of the first agents that this server does not have may stay, and none may come.
    let had = ann.get("/api/admin/agents/research").await.json["agent"]["tools"].clone();
    assert!(had.as_array().unwrap().len() > 1);
    assert_eq!(ann.patch("/api/admin/agents/research", json!({ "tools": had })).await.status, 200);
    assert!(
        ann.patch("/api/admin/agents/research", json!({ "tools": ["fly"] }))
            .await
            .field("tools")
            .contains("fly")
    );
    assert_eq!(ann.patch("/api/admin/agents/nobody", json!({})).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_off_for_everybody() {
    let (server, read) = server().await;
    let ann = server.user("ann").await;
    let ben = server.user("ben").await;
    let path = "/api/admin/tools/webSearch";
    assert_eq!(ann.get("/api/admin/tools").await.json["items"][0]["isActive"], json!(true));
    assert_eq!(ann.patch(path, json!({ "isActive": false })).await.json["tool"]["isActive"], json!(false));
    let seen = ben.get("/api/tools").await.json["items"][0].clone();
    assert_eq!(seen["available"], json!(false));
    assert!(seen["howToGet"].as_str().unwrap().contains("administrator"));
    let ask = json!({ "message": "look [tool webSearch {\"text\":\"x\"}]" });
    ben.say(ask.clone()).await.all().await;
    assert!(read.calls().is_empty());

    assert_eq!(ann.patch(path, json!({ "isActive": true })).await.status, 200);
    let events = ben.say(ask).await.all().await;
    assert!(kinds(&events).contains(&"tool_result") && read.calls().len() == 1);
    assert_eq!(
        ann.patch("/api/admin/tools/fly", json!({ "isActive": true })).await.problem(404),
        "not_found"
    );
    assert!(ann.patch(path, json!({})).await.problem(422) == "validation");
    let log = ann.get("/api/admin/audit").await.json.to_string();
    assert!(log.contains("tool.switched_off") && log.contains("tool.switched_on"));
    for (method, path) in [
        (Method::GET, "/api/admin/agents"),
        (Method::POST, "/api/admin/agents"),
        (Method::GET, "/api/admin/agents/router"),
        (Method::PATCH, "/api/admin/agents/router"),
        (Method::DELETE, "/api/admin/agents/research"),
        (Method::GET, "/api/admin/tools"),
        (Method::PATCH, path),
    ] {
        let answer = ben.send(ben.request(method.clone(), path).json(&json!({}))).await;
        assert_eq!(answer.problem(403), "admin_only", "{method} {path}");
    }
}
