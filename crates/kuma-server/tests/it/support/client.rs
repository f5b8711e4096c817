//! A client as any other program would write it.

use http::Method;
use serde_json::{Value, json};

use super::{BOUND, Events};

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub json: Value,
}

impl Answer {
    /// The code of the problem that this must be, in the form every problem has.
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.json);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json["status"], status);
        for field in ["type", "title", "detail", "requestId"] {
            assert!(self.json[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {}", self.json);
        }
        self.json["code"].as_str().unwrap()
    }

    /// The messages for a field that is wrong.
    pub fn field(&self, field: &str) -> String {
        self.problem(422);
        self.json["errors"][field].to_string()
    }
}

impl Client {
    pub fn new(url: &str, token: Option<&str>) -> Self {
        kuma_net::install_crypto_provider();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A key of this user's, and a client that uses it.
    pub async fn with_key(&self, scopes: &[&str]) -> Self {
        let answer = self.post("/api/keys", json!({ "name": "a test", "scopes": scopes })).await;
        assert_eq!(answer.status, 201, "{}", answer.json);
        self.with_token(answer.json["key"].as_str().unwrap())
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = tokio::time::timeout(BOUND, response.text()).await.unwrap().unwrap();
        let json =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(json!(text)) };
        Answer { status, headers, json }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str, body: Value) -> Answer {
        let request = self.request(Method::DELETE, path);
        self.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    /// Opens an event stream, which must be one.
    pub async fn events(&self, request: reqwest::RequestBuilder) -> Events {
        let response = tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        Events::new(response)
    }

    /// Sends a message and follows its answer.
    pub async fn say(&self, body: Value) -> Events {
        self.events(self.request(Method::POST, "/api/chat/stream").json(&body)).await
    }

    /// Follows a run after an event.
    pub async fn follow(&self, job: &str, after: u64) -> Events {
        let path = format!("/api/chat/jobs/{job}/events");
        self.events(self.request(Method::GET, &path).header("last-event-id", after)).await
    }

    /// All messages of a chat.
    pub async fn messages(&self, chat: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/chat/{chat}/messages?limit=100")).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json["items"].as_array().unwrap().clone()
    }
}
