//! Logins at servers that want them.

use kuma_testkit::FakeMcp;
use kuma_testkit::mcp::{McpAuth, McpScript};
use serde_json::{Value, json};

use super::{add, add_notes, calling, result, with_a_tool};
use crate::support::{Answer, Client, TestServer, first};

/// What a browser does: it goes there, and back to where it is sent. Gives what it brings to the web app's page.
async fn browse(server: &TestServer, address: &str) -> Value {
    kuma_net::install_crypto_provider();
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let location = |response: &reqwest::Response| {
        assert_eq!(response.status(), 302);
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let back = location(&browser.get(address).send().await.unwrap());
    let here =
        back.replace("https://kuma.example/api/mcp/callback", &format!("{}/api/mcp/callback", server.url));
    assert_ne!(back, here, "{back}");
    brought(&location(&browser.get(here).send().await.unwrap()))
}

/// What the web app's page is handed.
fn brought(landed: &str) -> Value {
    let landed: url::Url = landed.parse().unwrap();
    assert_eq!(landed.host_str(), Some("kuma.example"));
    assert_eq!(landed.path(), "/settings/mcp/login");
    landed.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value))).collect()
}

/// What the page does with it, as the person who is signed in.
async fn finish(who: &Client, brought: Value) -> Answer {
    who.post("/api/mcp/login", brought).await
}

/// Logs in, from the button to the end.
async fn log_in(server: &TestServer, who: &Client, connect: &str) -> Value {
    let auth_url = who.get(connect).await.json["authUrl"].as_str().unwrap().to_owned();
    let ended = finish(who, browse(server, &auth_url).await).await;
    assert_eq!(ended.status, 200, "{}", ended.json);
    ended.json["server"].clone()
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
    let ended = finish(&admin, browse(&server, &auth_url).await).await;
    assert_eq!((ended.status, &ended.json["server"]["status"]), (200, &json!("connected")), "{}", ended.json);
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
    log_in(&server, &ben, &path).await;
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
        log_in(&server, who, &path).await;
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
    let denied = finish(&ann, browse(&server, &auth_url).await).await;
    assert_eq!(denied.problem(403), "login_denied");
    for odd in [
        json!({}),
        json!({ "state": "made-up", "code": "x" }),
        json!({ "code": "x" }),
        json!({ "error": "access_denied" }),
    ] {
        assert_eq!(finish(&ann, odd.clone()).await.problem(404), "login_expired", "{odd}");
    }
    let metadata = server.anybody().get("/mcp-client.json").await;
    assert_eq!(metadata.json["redirect_uris"], json!(["https://kuma.example/api/mcp/callback"]));
    // Used once, a login cannot be used again.
    fake.set(McpScript { auth: McpAuth::OAuth, ..McpScript::default() });
    let auth_url = ann.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
    let brought = browse(&server, &auth_url).await;
    assert_eq!(finish(&ann, brought.clone()).await.status, 200);
    assert_eq!(finish(&ann, brought).await.problem(404), "login_expired");
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

/// Mallory begins a login and leads Ann's browser to it, or catches what Ann's browser brought back.
#[tokio::test]
async fn a_login_is_ended_by_whoever_began_it() {
    let fake = FakeMcp::with(McpScript { auth: McpAuth::OAuth, ..McpScript::default() }).await;
    let server = TestServer::start().await;
    let (admin, ann, mallory) =
        (server.user("admin").await, server.user("ann").await, server.user("mallory").await);
    let shared = add(&admin, json!({ "name": "notes", "url": fake.url(), "scope": "global" })).await;
    let own = add(&mallory, json!({ "name": "trap", "url": fake.url() })).await;
    for (begins, brings, at) in [(&mallory, &ann, &own), (&mallory, &ann, &shared), (&ann, &mallory, &shared)]
    {
        let path = format!("/api/mcp/servers/{}/connect", at["id"].as_str().unwrap());
        let auth_url = begins.get(&path).await.json["authUrl"].as_str().unwrap().to_owned();
        let brought = browse(&server, &auth_url).await;
        // Nobody at all, and somebody else.
        assert_eq!(finish(&server.anybody(), brought.clone()).await.problem(401), "session_over");
        let refused = finish(brings, brought.clone()).await;
        assert_eq!(refused.problem(403), "login_of_another");
        assert!(!refused.json.to_string().contains("trap"), "{}", refused.json);
        // What was in other hands is over, for the one who began it too.
        assert_eq!(finish(begins, brought).await.problem(404), "login_expired");
    }
    assert_eq!(fake.people(), 0, "no code was exchanged");
    for who in [&ann, &mallory] {
        let listed = who.get("/api/mcp/servers").await.json["items"].clone();
        assert!(listed.as_array().unwrap().iter().all(|one| one["isLoggedIn"] == false), "{listed}");
    }
    let log = admin.get("/api/admin/audit").await.json["items"].to_string();
    assert!(!log.contains("mcp.logged_in"), "{log}");

    // The callback alone ends nothing, whatever it is brought.
    for (query, wanted) in [
        ("", json!({})),
        (
            "?code=a%26b&state=c&iss=https%3A%2F%2Fx&more=d",
            json!({ "code": "a&b", "state": "c", "iss": "https://x" }),
        ),
        ("?error=access_denied&state=c", json!({ "error": "access_denied", "state": "c" })),
    ] {
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let response = browser.get(format!("{}/api/mcp/callback{query}", server.url)).send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(brought(response.headers()["location"].to_str().unwrap()), wanted, "{query}");
    }
}
