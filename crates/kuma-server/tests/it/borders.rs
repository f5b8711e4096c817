//! What happens at the border, whatever lies behind it.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Options, TestServer};

/// The addresses that need no token, by the contract.
const OPEN: [&str; 7] = [
    "POST /api/auth/signup",
    "POST /api/auth/login",
    "GET /api/health",
    "GET /api/ready",
    "GET /api/openapi.json",
    "GET /health",
    "GET /metrics",
];

fn operations(document: &Value) -> Vec<(Method, String)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| key.len() <= 6 && *key != "params") {
            operations.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    operations
}

#[tokio::test]
async fn every_address_but_the_open_ones_wants_a_token() {
    let server = TestServer::start().await;
    let anybody = server.anybody();
    let document = anybody.get("/api/openapi.json").await.json;
    let operations = operations(&document);
    assert!(operations.len() > 30, "{operations:?}");
    for (method, path) in operations {
        let named = format!("{method} {path}");
        let secured = document["paths"][&path][method.as_str().to_lowercase()].get("security").is_some();
        assert_eq!(secured, !OPEN.contains(&named.as_str()), "{named} in the document");
        if !secured {
            continue;
        }
        let path = path.replace("{id}", "01900000-0000-7000-8000-000000000000");
        let path = path.replace("{jobId}", "01900000-0000-7000-8000-000000000000");
        let path = path.replace("{messageId}", "01900000-0000-7000-8000-000000000000").replace("{name}", "x");
        let answer = anybody.send(anybody.request(method, &path).json(&json!({}))).await;
        if path.starts_with("/v1/") {
            // OpenAI's form of the same.
            let error = &answer.json["error"];
            assert_eq!((answer.status, error["code"].as_str()), (401, Some("invalid_api_key")), "{named}");
        } else {
            assert_eq!(answer.problem(401), "session_over", "{named}");
        }
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let eve = server.user("eve").await;
    let events = ann.say(json!({ "message": "mine" })).await.all().await;
    let field = |name: &str| events[0].data[name].as_str().unwrap().to_owned();
    let (job, chat, question, answer) =
        (field("jobId"), field("chatId"), field("userMessageId"), field("assistantMessageId"));
    let tries = [
        (Method::GET, format!("/api/chat/{chat}"), json!({})),
        (Method::PATCH, format!("/api/chat/{chat}"), json!({ "title": "stolen" })),
        (Method::DELETE, format!("/api/chat/{chat}"), json!({})),
        (Method::GET, format!("/api/chat/{chat}/messages"), json!({})),
        (Method::POST, format!("/api/chat/{chat}/messages/{answer}/regenerate"), json!({})),
        (Method::PUT, format!("/api/chat/{chat}/messages/{question}"), json!({ "message": "x" })),
        (Method::GET, format!("/api/chat/jobs/{job}"), json!({})),
        (Method::GET, format!("/api/chat/jobs/{job}/events"), json!({})),
        (Method::POST, format!("/api/chat/jobs/{job}/cancel"), json!({})),
        (Method::POST, "/api/chat/stream".into(), json!({ "message": "x", "chatId": chat })),
    ];
    for (method, path, body) in tries {
        let answer = eve.send(eve.request(method.clone(), &path).json(&body)).await;
        assert_eq!(answer.problem(404), "not_found", "{method} {path}");
    }
    let own = eve.post("/api/chat", json!({})).await.json["chat"]["id"].as_str().unwrap().to_owned();
    let foreign_parent = json!({ "message": "x", "chatId": own, "parentId": answer });
    assert_eq!(eve.post("/api/chat/stream", foreign_parent).await.problem(404), "not_found");
    let key = ann.post("/api/keys", json!({ "name": "mine" })).await.json["apiKey"]["id"].clone();
    let key = format!("/api/keys/{}", key.as_str().unwrap());
    assert_eq!(eve.delete(&key, Value::Null).await.problem(404), "not_found");
    let foreign_branch = json!({ "activeMessageId": answer });
    assert_eq!(eve.patch(&format!("/api/chat/{own}"), foreign_branch).await.problem(404), "not_found");
    assert_eq!(eve.get("/api/chat").await.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(ann.messages(&chat).await.len(), 2, "nothing was harmed");
}

#[tokio::test]
async fn unreadable_requests_get_clear_answers() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let raw = |body: &'static str, kind: &'static str| {
        let request = ann.request(Method::POST, "/api/chat").header("content-type", kind).body(body);
        ann.send(request)
    };
    assert_eq!(raw("{", "application/json").await.problem(400), "malformed");
    assert_eq!(raw("{} {}", "application/json").await.problem(400), "malformed");
    assert_eq!(raw("\u{0}", "application/json").await.problem(400), "malformed");
    assert_eq!(raw("{}", "text/plain").await.problem(415), "unsupported_media_type");
    assert!(raw("{\"title\": 5}", "application/json").await.field("title").contains("string"));
    assert!(raw("[]", "application/json").await.field("body").len() > 2);
    assert_eq!(raw("{\"unknown\": 1}", "application/json; charset=utf-8").await.status, 201);
    assert!(ann.get("/api/chat?limit=0").await.field("limit").contains("100"));
    assert!(ann.get("/api/chat?limit=101").await.field("limit").contains("100"));
    assert!(ann.get("/api/chat?limit=x").await.field("limit").contains("100"));
    assert_eq!(ann.get("/api/chat?cursor=nonsense").await.problem(400), "bad_cursor");
    assert_eq!(ann.get("/api/chat/not-an-id").await.problem(404), "not_found");
    assert_eq!(ann.get("/api/nothing/here").await.problem(404), "not_found");
    assert_eq!(ann.put("/api/chat", json!({})).await.problem(405), "method_not_allowed");
    assert_eq!(ann.post("/somewhere", json!({})).await.problem(405), "method_not_allowed");
}

#[tokio::test]
async fn limits_of_size() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let say = |message: String| ann.post("/api/chat/stream", json!({ "message": message }));
    assert!(say("  \n ".into()).await.field("message").contains("Write"));
    assert!(say("x".repeat(256 * 1024 + 1)).await.field("message").contains("256 KiB"));
    assert!(say("nul \0".into()).await.field("message").contains("NUL"));
    assert_eq!(say("x".repeat(3 * 1024 * 1024)).await.problem(413), "too_large");
    let title = json!({ "title": "t".repeat(201) });
    assert!(ann.post("/api/chat", title).await.field("title").contains("200"));
    assert!(ann.post("/api/chat", json!({ "title": "two\nlines" })).await.field("title").contains("line"));
    assert!(
        ann.post("/api/chat", json!({ "agentType": "nobody" })).await.field("agentType").contains("nobody")
    );
    assert_eq!(server.app.store().stats().await.unwrap().chats, 0, "nothing half-written");
}

#[tokio::test]
async fn every_answer_carries_its_id_and_its_guards() {
    let server = TestServer::start().await;
    let anybody = server.anybody();
    let sent =
        anybody.send(anybody.request(Method::GET, "/api/health").header("x-request-id", "from-me.1")).await;
    assert_eq!(sent.headers["x-request-id"], "from-me.1");
    let odd = anybody.send(anybody.request(Method::GET, "/api/nope").header("x-request-id", "a b\"c")).await;
    assert_eq!(odd.headers["x-request-id"].to_str().unwrap(), odd.json["requestId"].as_str().unwrap());
    assert_ne!(odd.json["requestId"], "a b\"c");
    let policy = odd.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("http") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(odd.headers["x-content-type-options"], "nosniff");
    assert_eq!(odd.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn browsers_of_other_origins_are_not_let_in() {
    let server = TestServer::start().await;
    let anybody = server.anybody();
    let from = |origin: &'static str| {
        anybody.send(anybody.request(Method::GET, "/api/health").header("origin", origin))
    };
    let own = from("http://localhost:3001").await;
    assert_eq!(own.headers["access-control-allow-origin"], "http://localhost:3001");
    assert!(from("https://evil.example").await.headers.get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn figures_can_be_kept_for_those_with_the_token() {
    let server =
        TestServer::with(Options { metrics_token: Some("figures".into()), ..Options::default() }).await;
    assert_eq!(server.anybody().get("/metrics").await.problem(401), "metrics_token");
    let with = Client::new(&server.url, Some("figures"));
    assert_eq!(with.get("/metrics").await.problem(404), "not_found", "this server records none");
}
