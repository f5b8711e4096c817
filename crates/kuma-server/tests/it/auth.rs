use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;
use kuma_app::config::Signup;
use kuma_server::limits::{Rate, Rates};
use serde_json::json;

use crate::support::{Options, TestServer};

#[tokio::test]
async fn the_first_account_is_the_administrators_and_the_next_ones_are_not() {
    let server = TestServer::start().await;
    let ready = server.anybody().get("/api/ready").await;
    assert_eq!(ready.json["signup"], json!({ "mode": "open", "firstAccount": true }));
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    let me = ann.get("/api/auth/me").await.json["user"].clone();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("ann@example.com"), Some("admin")));
    assert!(me.get("password").is_none() && me["createdAt"].is_string() && me["preferences"].is_object());
    assert_eq!(bob.get("/api/auth/me").await.json["user"]["role"], "user");
    assert_eq!(bob.get("/api/admin/stats").await.problem(403), "admin_only");
    let ready = server.anybody().get("/api/ready").await;
    assert_eq!(ready.json["signup"]["firstAccount"], false);
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    let server = TestServer::start().await;
    let answer =
        server.anybody().post("/api/auth/signup", json!({ "email": "no", "password": "short" })).await;
    for field in ["email", "password", "name"] {
        assert!(answer.field(field).len() > 10, "{}", answer.json);
    }
    let long = "é".repeat(37);
    let body = json!({ "email": "a@example.com", "password": long, "name": "Ann" });
    assert!(server.anybody().post("/api/auth/signup", body).await.field("password").contains("72 bytes"));
    server.user("ann").await;
    let taken = json!({ "email": " ANN@Example.com ", "password": "correct horse", "name": "Ann" });
    assert_eq!(server.anybody().post("/api/auth/signup", taken).await.problem(409), "email_taken");
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_get_one_answer() {
    let server = TestServer::start().await;
    server.user("ann").await;
    let login = |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        let anybody = server.anybody();
        async move { anybody.post("/api/auth/login", body).await }
    };
    let right = login("ANN@example.com", "correct horse").await;
    assert_eq!(right.status, 200);
    assert!(right.json["token"].is_string() && right.json["user"]["id"].is_string());
    let (mut wrong, mut unknown) =
        (login("ann@example.com", "wrong horse").await, login("bob@example.com", "correct horse").await);
    assert_eq!(wrong.problem(401), "bad_credentials");
    wrong.json["requestId"] = json!(null);
    unknown.json["requestId"] = json!(null);
    assert_eq!(wrong.json, unknown.json);
    assert_eq!(login("ann@example.com", &"x".repeat(10_000)).await.problem(401), "bad_credentials");
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let wrong = json!({ "currentPassword": "not it at all", "newPassword": "short" });
    let answer = ann.post("/api/auth/password", wrong).await;
    assert!(answer.field("currentPassword").len() > 5 && answer.field("newPassword").len() > 5);
    assert_eq!(ann.get("/api/auth/me").await.status, 200, "a mistake ends nothing");
    let right = json!({ "currentPassword": "correct horse", "newPassword": "battery staple" });
    assert_eq!(ann.post("/api/auth/password", right).await.status, 204);
    assert_eq!(ann.get("/api/auth/me").await.problem(401), "session_over");
    let body = json!({ "email": "ann@example.com", "password": "battery staple" });
    let token =
        server.anybody().post("/api/auth/login", body).await.json["token"].as_str().unwrap().to_owned();
    let ann = ann.with_token(&token);
    assert_eq!(ann.post("/api/auth/logout-all", json!({})).await.status, 204);
    assert_eq!(ann.get("/api/auth/me").await.problem(401), "session_over");
}

#[tokio::test]
async fn the_profile_is_the_users_to_change() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let change = json!({ "name": " Ann B. ", "preferences": { "theme": "dark" } });
    let user = ann.patch("/api/auth/me", change).await.json["user"].clone();
    assert_eq!((user["name"].as_str(), &user["preferences"]["theme"]), (Some("Ann B."), &json!("dark")));
    assert!(ann.patch("/api/auth/me", json!({ "name": "" })).await.field("name").len() > 5);
    assert!(ann.patch("/api/auth/me", json!({ "preferences": [1] })).await.field("preferences").len() > 5);
    let big = json!({ "preferences": { "x": "y".repeat(20_000) } });
    assert!(ann.patch("/api/auth/me", big).await.field("preferences").contains("bytes"));
}

#[tokio::test]
async fn erasing_an_account_takes_everything_along() {
    let server = TestServer::start().await;
    server.user("admin").await;
    let ann = server.user("ann").await;
    let chat = ann.say(json!({ "message": "remember me" })).await.all().await;
    assert_eq!(chat.last().unwrap().kind, "done");
    let wrong = ann.delete("/api/auth/me", json!({ "password": "not it at all" })).await;
    assert!(wrong.field("password").len() > 5);
    assert_eq!(ann.delete("/api/auth/me", json!({ "password": "correct horse" })).await.status, 204);
    assert_eq!(ann.get("/api/auth/me").await.problem(401), "session_over");
    let stats = server.app.store().stats().await.unwrap();
    assert_eq!((stats.users, stats.chats, stats.messages), (1, 0, 0));
    server.user("ann").await;
}

#[tokio::test]
async fn signup_can_be_closed_but_never_to_the_first() {
    let server = TestServer::with(Options { signup: Signup::Closed, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let body = json!({ "email": "bob@example.com", "password": "correct horse", "name": "Bob" });
    assert_eq!(server.anybody().post("/api/auth/signup", body.clone()).await.problem(403), "signup_closed");
    let open = ann.patch("/api/admin/settings", json!({ "signup": "open" })).await;
    assert_eq!(open.json["settings"]["signup"], "open");
    assert_eq!(server.anybody().post("/api/auth/signup", body).await.status, 201);
}

#[tokio::test]
async fn tokens_that_are_not_ours_open_nothing() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let (head, rest) = ann.token().split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    // {"alg":"none","typ":"JWT"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
    let changed = format!("{head}.{}.{signature}", claims.replacen(|c: char| c.is_ascii_lowercase(), "A", 1));
    for token in ["", "x", "a.b.c", &unsigned, &changed, &format!("{} ", &ann.token()[..40])] {
        assert_eq!(ann.with_token(token).get("/api/auth/me").await.problem(401), "session_over", "{token}");
    }
    let basic =
        ann.request(Method::GET, "/api/auth/me").header("authorization", format!("Basic {}", ann.token()));
    assert_eq!(
        server.anybody().send(basic).await.status,
        200,
        "reqwest sends both headers; the first counts"
    );
    let basic = server
        .anybody()
        .request(Method::GET, "/api/auth/me")
        .header("authorization", format!("Basic {}", ann.token()));
    assert_eq!(server.anybody().send(basic).await.problem(401), "session_over");
}

#[tokio::test]
async fn too_many_attempts_are_told_to_wait() {
    let rate = |count| Rate { count: NonZeroU32::new(count).unwrap(), per: Duration::from_hours(1) };
    let rates = Rates { login: rate(3), signup: rate(2), chat: rate(2), upload: rate(9), api: rate(100) };
    let server = TestServer::with(Options { rates: Some(rates), ..Options::default() }).await;
    let ann = server.user("ann").await;
    server.user("bob").await;
    let body = json!({ "email": "eve@example.com", "password": "correct horse", "name": "Eve" });
    let refused = server.anybody().post("/api/auth/signup", body).await;
    assert_eq!(refused.problem(429), "rate_limited");
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 60);
    let wrong = json!({ "email": "ann@example.com", "password": "wrong horse" });
    for _ in 0..3 {
        assert_eq!(server.anybody().post("/api/auth/login", wrong.clone()).await.status, 401);
    }
    assert_eq!(server.anybody().post("/api/auth/login", wrong).await.problem(429), "rate_limited");
    for _ in 0..2 {
        ann.say(json!({ "message": "hi" })).await.all().await;
    }
    assert_eq!(ann.post("/api/chat/stream", json!({ "message": "hi" })).await.problem(429), "rate_limited");
}
