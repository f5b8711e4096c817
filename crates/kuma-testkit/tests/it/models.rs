//! Lists of models, embeddings and the smaller endpoints.

use crate::support::{get, post};
use kuma_testkit::{FakeAnthropic, FakeGemini, FakeOllama, FakeOpenAi};
use serde_json::{Value, json};

async fn json_of(response: reqwest::Response) -> Value {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

#[tokio::test]
async fn openai() {
    let fake = FakeOpenAi::start().await;
    let list = json_of(get(&fake, "/v1/models").await).await;
    let gone: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| !m["shutdown_date"].is_null())
        .filter_map(|m| m["id"].as_str())
        .collect();
    assert_eq!(gone, ["gpt-3.5-turbo-0613"]);
    let one = json_of(get(&fake, "/v1/models/gpt-5.5").await).await;
    assert_eq!(one["object"], "model");
    assert_eq!(get(&fake, "/v1/models/nope").await.status(), 404);

    let body =
        json!({"model": "text-embedding-3-small", "input": ["a bear", "a bear", "xyz"], "dimensions": 64});
    let vectors = json_of(post(&fake, "/v1/embeddings", &body).await).await;
    assert_eq!(vectors["data"][0]["embedding"], vectors["data"][1]["embedding"]);
    assert_ne!(vectors["data"][0]["embedding"], vectors["data"][2]["embedding"]);
    assert_eq!(vectors["data"][2]["embedding"].as_array().unwrap().len(), 64);
    let body = json!({"model": "text-embedding-3-small", "input": "a", "dimensions": 3, "encoding_format": "base64"});
    let packed = json_of(post(&fake, "/v1/embeddings", &body).await).await;
    assert_eq!(packed["data"][0]["embedding"].as_str().unwrap().len(), 16, "three floats in base64");
}

#[tokio::test]
async fn anthropic() {
    let fake = FakeAnthropic::start().await;
    let list = json_of(get(&fake, "/v1/models").await).await;
    assert_eq!(list["data"][0]["display_name"], "Claude Opus 5 5");
    let body = json!({"model": "claude-opus-5-5", "messages": [{"role": "user", "content": "hi"}]});
    let count = json_of(post(&fake, "/v1/messages/count_tokens", &body).await).await;
    assert!(count["input_tokens"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn gemini_on_both_versions() {
    let fake = FakeGemini::start().await;
    for version in ["v1", "v1beta"] {
        let list = json_of(get(&fake, &format!("/{version}/models")).await).await;
        assert_eq!(list["models"][0]["name"], "models/gemini-3.8-flash");
        let part = json!({"parts": [{"text": "a bear"}]});
        let path = format!("/{version}/models/gemini-embedding-001:batchEmbedContents");
        let body = json!({"requests": [{"model": "models/gemini-embedding-001", "content": part, "outputDimensionality": 8}]});
        let batch = json_of(post(&fake, &path, &body).await).await;
        let path = format!("/{version}/models/gemini-embedding-001:embedContent");
        let one =
            json_of(post(&fake, &path, &json!({"content": part, "outputDimensionality": 8})).await).await;
        assert_eq!(batch["embeddings"][0], one["embedding"]);
        let path = format!("/{version}/models/gemini-3.8-flash:countTokens");
        let body = json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]});
        assert!(json_of(post(&fake, &path, &body).await).await["totalTokens"].as_u64().unwrap() > 0);
    }
}

#[tokio::test]
async fn ollama() {
    let fake = FakeOllama::start().await;
    assert_eq!(get(&fake, "/").await.text().await.unwrap(), "Ollama is running");
    assert!(json_of(get(&fake, "/api/version").await).await["version"].is_string());
    let tags = json_of(get(&fake, "/api/tags").await).await;
    assert_eq!(tags["models"][0]["name"], "llama3.2:latest");
    let shown = json_of(post(&fake, "/api/show", &json!({"model": "llama3.2"})).await).await;
    assert_eq!(shown["capabilities"], json!(["completion", "tools"]));
    let body = json!({"model": "nomic-embed-text", "input": ["a", "b"]});
    let vectors = json_of(post(&fake, "/api/embed", &body).await).await;
    assert_eq!(vectors["embeddings"].as_array().unwrap().len(), 2);
    assert_eq!(json_of(get(&fake, "/v1/models").await).await["object"], "list");
}
