//! API keys: what they open, what they never do, and how they end.

use chrono::{TimeDelta, Utc};
use http::Method;
use kuma_app::auth;
use serde_json::{Value, json};

use crate::support::{Client, Options, TestServer, until};

async fn make(ann: &Client, body: Value) -> (Client, String) {
    let answer = ann.post("/api/keys", body).await;
    assert_eq!(answer.status, 201, "{}", answer.json);
    let id = answer.json["apiKey"]["id"].as_str().unwrap().to_owned();
    (ann.with_token(answer.json["key"].as_str().unwrap()), id)
}

#[tokio::test]
async fn a_key_is_told_once_and_works_until_it_is_revoked() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let answer = ann.post("/api/keys", json!({ "name": " My script " })).await;
    assert_eq!(answer.status, 201);
    let (key, row) = (answer.json["key"].as_str().unwrap(), &answer.json["apiKey"]);
    assert!(key.len() == 48 && key.starts_with("kuma_"), "{key}");
    assert!(key.starts_with(row["prefix"].as_str().unwrap()) && row["prefix"].as_str().unwrap().len() == 9);
    assert_eq!((row["name"].as_str(), &row["scopes"]), (Some("My script"), &json!(["full"])));
    assert_eq!((&row["lastUsedAt"], &row["expiresAt"]), (&Value::Null, &Value::Null));
    let listed = ann.get("/api/keys").await.json;
    assert_eq!(listed["items"], json!([row]));
    assert!(!listed.to_string().contains(key), "never again");

    let program = ann.with_token(key);
    assert_eq!(program.get("/api/auth/me").await.json["user"]["name"], "ann");
    let events = program.say(json!({ "message": "hi" })).await.all().await;
    assert_eq!(events.last().unwrap().kind, "done");
    assert!(ann.get("/api/keys").await.json["items"][0]["lastUsedAt"].is_string());
    assert_eq!(program.get("/api/admin/stats").await.status, 200, "its owner is the administrator");

    let path = format!("/api/keys/{}", row["id"].as_str().unwrap());
    assert_eq!(ann.delete(&path, Value::Null).await.status, 204);
    assert_eq!(program.get("/api/auth/me").await.problem(401), "bad_api_key");
    assert_eq!(ann.delete(&path, Value::Null).await.problem(404), "not_found");
    let log = ann.get("/api/admin/audit").await.json.to_string();
    assert!(log.contains("key.created") && log.contains("key.revoked") && !log.contains(key), "{log}");
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_is_told() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let create = |body: Value| ann.post("/api/keys", body);
    assert!(create(json!({})).await.field("name").contains("name"));
    assert!(create(json!({ "name": "a\nb" })).await.field("name").contains("one line"));
    assert!(create(json!({ "name": "x".repeat(81) })).await.field("name").contains("80"));
    assert!(
        create(json!({ "name": "x", "scopes": ["root"] })).await.field("scopes").contains("full, chat, mcp")
    );
    assert!(create(json!({ "name": "x", "scopes": [] })).await.field("scopes").contains("least one"));
    let past = json!({ "name": "x", "expiresAt": "2020-01-01T00:00:00Z" });
    assert!(create(past).await.field("expiresAt").contains("over"));
    for n in 0..50 {
        assert_eq!(create(json!({ "name": format!("key {n}") })).await.status, 201);
    }
    assert_eq!(create(json!({ "name": "one more" })).await.problem(409), "too_many_keys");
    let page = ann.get("/api/keys?limit=20").await.json;
    assert_eq!(page["items"].as_array().unwrap().len(), 20);
    assert_eq!(page["items"][0]["name"], "key 49", "newest first");
    let next = format!("/api/keys?limit=100&cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(ann.get(&next).await.json["items"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_say() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    for (scopes, api, chat, mcp) in [
        (&["full"][..], 200, 200, 200),
        (&["chat"], 403, 200, 403),
        (&["mcp"], 403, 403, 200),
        (&["chat", "mcp"], 403, 200, 200),
    ] {
        let (program, _) = make(&ann, json!({ "name": "p", "scopes": scopes })).await;
        assert_eq!(program.get("/api/chat").await.status, api, "{scopes:?}");
        assert_eq!(program.get("/v1/models").await.status, chat, "{scopes:?}");
        let rpc =
            program.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream");
        assert_eq!(program.send(rpc.json(&list)).await.status, mcp, "{scopes:?}");
    }
    let (program, _) = make(&ann, json!({ "name": "p", "scopes": ["mcp"] })).await;
    assert_eq!(program.get("/api/chat").await.problem(403), "key_scope");
    let refused = program.get("/v1/models").await.json;
    assert_eq!(
        (refused["error"]["code"].as_str(), refused["error"]["type"].as_str()),
        (Some("key_scope"), Some("permission_error"))
    );
}

#[tokio::test]
async fn no_key_can_make_keys_or_take_the_account() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let ben = server.user("ben").await;
    let (program, id) = make(&ann, json!({ "name": "p" })).await;
    let bens = ben.get("/api/auth/me").await.json["user"]["id"].as_str().unwrap().to_owned();
    for (method, path, body) in [
        (Method::POST, "/api/keys".to_owned(), json!({ "name": "another" })),
        (Method::DELETE, format!("/api/keys/{id}"), Value::Null),
        (
            Method::POST,
            "/api/auth/password".into(),
            json!({ "currentPassword": "correct horse", "newPassword": "battery staple" }),
        ),
        (Method::POST, "/api/auth/logout-all".into(), Value::Null),
        (Method::DELETE, "/api/auth/me".into(), json!({ "password": "correct horse" })),
        (Method::PATCH, format!("/api/admin/users/{bens}"), json!({ "role": "admin" })),
    ] {
        let answer = program.send(program.request(method.clone(), &path).json(&body)).await;
        assert_eq!(answer.problem(403), "session_only", "{method} {path}");
    }
    assert_eq!(program.get("/api/keys").await.status, 200, "looking is no harm");
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn keys_end_with_their_time_and_their_owner_but_not_with_a_password() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let (lasting, _) = make(&ann, json!({ "name": "lasting" })).await;
    let soon = Utc::now() + TimeDelta::seconds(2);
    let (brief, _) = make(&ann, json!({ "name": "brief", "expiresAt": soon })).await;
    until(async || brief.get("/api/auth/me").await.status == 401).await;
    assert!(Utc::now() >= soon, "not before its time");

    let change = json!({ "currentPassword": "correct horse", "newPassword": "battery staple" });
    assert_eq!(ann.post("/api/auth/password", change).await.status, 204);
    assert_eq!(ann.get("/api/auth/me").await.status, 401);
    assert_eq!(lasting.get("/api/auth/me").await.status, 200, "a key is no session");

    let user = server.app.store().users().by_email("ann@example.com").await.unwrap().unwrap();
    auth::delete_account(&server.app, &user, "battery staple").await.unwrap();
    assert_eq!(lasting.get("/api/auth/me").await.problem(401), "bad_api_key");
    for odd in ["kuma_", "kuma_x", "kuma_\u{e4}", &format!("kuma_{}", "x".repeat(5000))] {
        let request = server.anybody().request(Method::GET, "/api/auth/me");
        let request = request.header("authorization", format!("Bearer {odd}").into_bytes());
        assert_eq!(server.anybody().send(request).await.status, 401, "{odd}");
    }
}

#[tokio::test]
async fn a_key_counts_for_its_owner() {
    use kuma_server::limits::{Rate, Rates};
    let rate = |count| Rate {
        count: std::num::NonZeroU32::new(count).unwrap(),
        per: std::time::Duration::from_hours(1),
    };
    let rates = Rates { login: rate(9), signup: rate(9), chat: rate(9), upload: rate(9), api: rate(5) };
    let server = TestServer::with(Options { rates: Some(rates), ..Options::default() }).await;
    let ann = server.user("ann").await;
    let (program, _) = make(&ann, json!({ "name": "p" })).await;
    let mut refused = 0;
    for _ in 0..3 {
        refused += usize::from(program.get("/api/auth/me").await.status == 429);
        refused += usize::from(ann.get("/api/auth/me").await.status == 429);
    }
    assert_eq!(refused, 2, "one count for both");
    let answer = program.get("/v1/models").await;
    assert_eq!((answer.status, answer.json["error"]["code"].as_str()), (429, Some("rate_limit_exceeded")));
    assert!(answer.headers.contains_key("retry-after"));
}
