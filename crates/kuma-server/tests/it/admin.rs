use http::Method;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn only_administrators_see_and_change_what_is_everybodys() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    for (method, path) in [
        (Method::GET, "/api/admin/stats"),
        (Method::GET, "/api/admin/users"),
        (Method::GET, "/api/admin/jobs"),
        (Method::GET, "/api/admin/audit"),
        (Method::GET, "/api/admin/settings"),
        (Method::PATCH, "/api/admin/settings"),
        (Method::GET, "/api/admin/providers"),
        (Method::PUT, "/api/admin/providers/x"),
        (Method::DELETE, "/api/admin/providers/x"),
    ] {
        let answer = bob.send(bob.request(method.clone(), path).json(&json!({}))).await;
        assert_eq!(answer.problem(403), "admin_only", "{method} {path}");
    }
    bob.say(json!({ "message": "a secret of mine" })).await.all().await;
    let jobs = ann.get("/api/admin/jobs?status=COMPLETED").await.json;
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1);
    assert!(!jobs.to_string().contains("secret of mine"), "an administrator sees runs, not what was said");
    assert_eq!(ann.get("/api/admin/stats").await.json["jobs"]["COMPLETED"], 1);
    assert!(ann.get("/api/admin/jobs?status=NOPE").await.field("query").len() > 5);
}

#[tokio::test]
async fn roles_change_but_never_ones_own_away() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    let users = ann.get("/api/admin/users").await.json;
    let id = |name: &str| {
        let items = users["items"].as_array().unwrap();
        items.iter().find(|user| user["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let own = ann.patch(&format!("/api/admin/users/{}", id("ann")), json!({ "role": "user" })).await;
    assert_eq!(own.problem(409), "own_role");
    let bobs = format!("/api/admin/users/{}", id("bob"));
    assert_eq!(ann.patch(&bobs, json!({ "role": "king" })).await.problem(422), "validation");
    assert_eq!(ann.patch(&bobs, json!({ "role": "admin" })).await.json["user"]["role"], "admin");
    assert_eq!(bob.get("/api/admin/stats").await.status, 200, "at once, with the token he has");
    assert!(ann.get("/api/admin/audit").await.json.to_string().contains("user.role"));
}
