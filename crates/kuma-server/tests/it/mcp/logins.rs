//! Logins at servers that want them.

use kuma_testkit::FakeMcp;
use kuma_testkit::mcp::{McpAuth, McpScript};
use serde_json::{Value, json};

use super::{add, add_notes, calling, result, with_a_tool};
use crate::support::{TestServer, first};

/// What a browser does: it goes there, and back to where it is sent.
async fn browse(server: &TestServer, address: &str) -> String {
    kuma_net::install_crypto_provider();
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let location = |response: &reqwest::Response| {
        assert_eq!(response.status(), 302);
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let back = location(&browser.get(address).send().await.unwrap());
    let here = back.replace("https://kuma.example", &server.url);
    assert_ne!(back, here, "{back}");
    location(&browser.get(here).send().await.unwrap())
}

#[tokio::test]
async fn a_login_is_each_persons_own() {
    let fake = FakeMcp::with(McpScript { auth: McpAuth::OAuth, ..McpScript::default() }).await;
    let server = with_a_tool().await;
    let (admin, ben) = (server.user("admin").await, server.user("ben").await);
    let body = json!({ "name": "notes", "url": fake.url(), "scope": "global", "trustReadOnlyHint": true });
    let added = add(&admin, body).await;
    assert_eq!((added["status"].as_str(), &added["tools"]), (Some("needs_auth"), &json!([])), "{added}");
    let path = format!("/api/mcp/servers/{}/connect", added["id"].as_str().unwrap());
    let auth_url = admin.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
    assert!(auth_url.contains("code_challenge_method=S256") && auth_url.contains("resource="), "{auth_url}");
    let landed = browse(&server, &auth_url).await;
    assert_eq!(landed, "https://kuma.example/settings/mcp?success=true&server=notes");
    let again = admin.get("/api/mcp/servers").await.json["items"][0].clone();
    assert_eq!(
        (again["status"].as_str(), again["isLoggedIn"].as_bool()),
        (Some("connected"), Some(true)),
        "{again}"
    );
    assert_eq!(again["tools"].as_array().unwrap().len(), 8);
    admin.say(calling("list_notes", json!({}))).await.all().await;
    assert!(fake.calls()[0].subject.is_some());

    // For Ben it is as if nobody had logged in.
    let seen = ben.get("/api/mcp/servers").await.json["items"][0].clone();
    assert_eq!(
        (seen["status"].as_str(), seen["isLoggedIn"].as_bool()),
        (Some("needs_auth"), Some(false)),
        "{seen}"
    );
    let events = ben.say(calling("list_notes", json!({}))).await.all().await;
    assert!(
        result(&events)["error"].as_str().unwrap().contains("Connect notes under Settings → MCP servers"),
        "{:?}",
        result(&events)
    );
    assert_eq!(fake.calls().len(), 1);
    let auth_url = ben.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
    browse(&server, &auth_url).await;
    ben.say(calling("list_notes", json!({}))).await.all().await;
    let calls = fake.calls();
    assert_ne!(calls[0].subject, calls[1].subject, "each as themselves");

    // A token that is over is renewed; a grant that is taken back asks again.
    fake.expire_tokens();
    let events = ben.say(calling("list_notes", json!({}))).await.all().await;
    assert_eq!((result(&events)["ok"].as_bool(), fake.renewals()), (Some(true), 1));
    fake.revoke_tokens();
    let events = ben.say(calling("list_notes", json!({}))).await.all().await;
    assert!(result(&events)["error"].as_str().unwrap().contains("Connect notes"), "{:?}", result(&events));
    assert_eq!(ben.get("/api/mcp/servers").await.json["items"][0]["status"], "needs_auth");
    // What is taken back here is taken back there; so it is with an account that is erased.
    for who in [&admin, &ben] {
        let auth_url = who.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
        browse(&server, &auth_url).await;
    }
    assert_eq!(fake.people(), 2);
    assert_eq!(admin.delete(&path, Value::Null).await.json["server"]["status"], "needs_auth");
    assert_eq!(fake.people(), 1);
    assert_eq!(admin.delete(&path, Value::Null).await.status, 404);
    assert_eq!(ben.delete("/api/auth/me", json!({ "password": "correct horse" })).await.status, 204);
    assert_eq!(fake.people(), 0);
}

#[tokio::test]
async fn a_login_that_goes_wrong_comes_back_with_why() {
    let script = McpScript { auth: McpAuth::OAuth, consents: false, ..McpScript::default() };
    let fake = FakeMcp::with(script).await;
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let added = add_notes(&ann, &fake).await;
    let path = format!("/api/mcp/servers/{}/connect", added["id"].as_str().unwrap());
    let auth_url = ann.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
    assert_eq!(browse(&server, &auth_url).await, "https://kuma.example/settings/mcp?error=login_denied");
    for query in ["", "?state=made-up&code=x", "?code=x", "?error=access_denied"] {
        let anybody = server.anybody();
        let request = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let response = request.get(format!("{}/api/mcp/callback{query}", server.url)).send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(
            response.headers()["location"],
            "https://kuma.example/settings/mcp?error=login_expired",
            "{query}"
        );
        assert_eq!(
            anybody.get("/mcp-client.json").await.json["redirect_uris"],
            json!(["https://kuma.example/api/mcp/callback"])
        );
    }
    // Used once, a login cannot be used again.
    fake.set(McpScript { auth: McpAuth::OAuth, ..McpScript::default() });
    let auth_url = ann.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
    assert!(browse(&server, &auth_url).await.contains("success=true"));
    assert!(browse(&server, &auth_url).await.contains("error=login_expired"));
    // A server that wants no login and has none to offer says so.
    let plain = FakeMcp::start().await;
    let plain = add(&ann, json!({ "name": "plain", "url": plain.url() })).await;
    let path = format!("/api/mcp/servers/{}/connect", plain["id"].as_str().unwrap());
    let none = ann.get(&path).await;
    assert_eq!(none.problem(502), "login_failed");
    assert!(
        none.json["detail"].as_str().unwrap().contains("does not say where one can log in"),
        "{}",
        none.json
    );
    let events = ann.say(json!({ "message": "just talk" })).await.all().await;
    assert!(!first(&events, "chatId").is_empty());
}
