//! The control API, over HTTP as browser tests use it.

use kuma_testkit::{Options, Server};
use reqwest::{Client, Method};
use serde_json::{Value, json};

struct Remote {
    server: Server,
    client: Client,
}

impl Remote {
    async fn start() -> Self {
        let options = Options { vendor: None, port: 0, keep_requests: 3, check: true };
        Self { server: Server::start(options).await.unwrap(), client: crate::support::client() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let response = self.client.request(method, self.url(path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, json) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {json}");
        json
    }

    async fn ask(&self, text: &str) -> reqwest::Response {
        let body = json!({"model": "gpt-5.5", "messages": [{"role": "user", "content": text}]});
        let url = self.url("/openai/v1/chat/completions");
        self.client.post(url).bearer_auth("k").json(&body).send().await.unwrap()
    }

    async fn said(&self, text: &str) -> String {
        let json: Value = self.ask(text).await.json().await.unwrap();
        json["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn scripts() {
    let remote = Remote::start().await;
    let replies = json!([{"pieces": [{"text": "first"}]}, {"pieces": [{"text": "second"}], "usage": {"input": 3, "output": 4}}]);
    assert_eq!(remote.ok(Method::POST, "/_fake/openai/replies", replies).await, json!({"queued": 2}));
    let rule = json!({"contains": "special", "reply": {"pieces": [{"text": "by rule"}]}});
    remote.ok(Method::POST, "/_fake/openai/rules", rule).await;
    assert_eq!(remote.said("special").await, "by rule");
    assert_eq!(remote.said("x").await, "first");
    remote.ok(Method::DELETE, "/_fake/openai/script", json!({})).await;
    assert_eq!(remote.said("special").await, "You said: special");
    remote.ok(Method::POST, "/_fake/openai/failure", json!({"failure": {"status": 500}, "times": 1})).await;
    assert_eq!(remote.ask("x").await.status(), 500);
    assert_eq!(remote.ask("x").await.status(), 200);
    remote.ok(Method::PUT, "/_fake/openai/keys", json!({"only": ["other"]})).await;
    assert_eq!(remote.ask("x").await.status(), 401);
    remote.ok(Method::POST, "/_fake/reset", json!({})).await;
    assert_eq!(remote.ask("x").await.status(), 200);
    remote.ok(Method::PUT, "/_fake/openai/models", json!(["gpt-x"])).await;
    assert_eq!(remote.ask("x").await.status(), 404);
}

#[tokio::test]
async fn gates() {
    let remote = Remote::start().await;
    let held = json!({"pieces": [{"text": "held"}], "gate": "g"});
    remote.ok(Method::POST, "/_fake/openai/replies", held).await;
    let response = remote.ask("x").await;
    let state = remote.ok(Method::GET, "/_fake/gates/g/wait?for=blocked", json!({})).await;
    assert_eq!((&state["attached"], &state["passed"]), (&json!(1), &json!(0)));
    let (status, _) =
        remote.call(Method::GET, "/_fake/gates/g/wait?for=finished&timeout_ms=1", json!({})).await;
    assert_eq!(status, 408);
    remote.ok(Method::POST, "/_fake/gates/g/release", json!({"count": 1})).await;
    remote.ok(Method::GET, "/_fake/gates/g/wait?for=passed:1", json!({})).await;
    remote.ok(Method::POST, "/_fake/gates/g/open", json!({})).await;
    assert!(response.text().await.unwrap().contains("held"));
    remote.ok(Method::GET, "/_fake/gates/g/wait?for=finished", json!({})).await;
}

#[tokio::test]
async fn records() {
    let remote = Remote::start().await;
    for text in ["1", "2", "3", "4"] {
        remote.said(text).await;
    }
    let requests = remote.ok(Method::GET, "/_fake/requests?vendor=openai", json!({})).await;
    let requests = requests.as_array().unwrap();
    assert_eq!(requests.len(), 3, "the last three are kept");
    assert_eq!(requests[2]["body"]["messages"][0]["content"], "4");
    assert_eq!(requests[2]["headers"]["authorization"], "Bearer [redacted]");
    assert_eq!(requests[2]["path"], "/v1/chat/completions");
    remote.ok(Method::DELETE, "/_fake/requests", json!({})).await;
    assert_eq!(remote.ok(Method::GET, "/_fake/requests", json!({})).await, json!([]));

    let url = remote.url("/ollama/api/chat");
    let refused = remote.client.post(url).json(&json!({"model": "llama3.2"})).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    let violations = remote.ok(Method::GET, "/_fake/violations?vendor=ollama", json!({})).await;
    assert_eq!(violations.as_array().unwrap().len(), 1);
    remote.ok(Method::DELETE, "/_fake/violations", json!({})).await;
    assert_eq!(remote.ok(Method::GET, "/_fake/violations", json!({})).await, json!([]));
    assert_eq!(remote.ok(Method::GET, "/_fake/connections", json!({})).await["streams"], 0);
}

#[tokio::test]
async fn mistakes_are_named() {
    let remote = Remote::start().await;
    let (status, json) =
        remote.call(Method::POST, "/_fake/openai/replies", json!([{"pieces": []}, {"piece": []}])).await;
    assert_eq!(status, 400);
    assert!(json["error"].as_str().unwrap().contains("unknown field `piece`"), "{json}");
    assert_eq!(
        remote.ok(Method::GET, "/_fake/openai/replies", json!({})).await["queued"],
        0,
        "nothing was taken"
    );
    assert_eq!(remote.call(Method::GET, "/_fake/nonsense", json!({})).await.0, 404);
    assert_eq!(remote.call(Method::GET, "/_fake/gates/g/wait?for=godot", json!({})).await.0, 400);
    assert_eq!(remote.call(Method::GET, "/_fake/requests?vendor=acme", json!({})).await.0, 400);
    assert_eq!(remote.client.get(remote.url("/acme/v1/models")).send().await.unwrap().status(), 404);
}
