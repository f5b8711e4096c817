//! Reranking.

use std::time::Duration;

use kuma_llm::{ModelErrorKind, ProviderSetupError, RemoteReranker, RerankConfig, Reranker};
use kuma_testkit::services::{Answer, FakeReranker};
use serde_json::json;

use crate::support::http;

fn config(url: String) -> RerankConfig {
    RerankConfig { url, model: None, key: None, patience: Duration::from_secs(20) }
}

fn texts() -> Vec<String> {
    ["Rent is due on Monday.", "Pets are not allowed here.", "Pets bark."].map(str::to_owned).to_vec()
}

async fn order(reranker: &RemoteReranker) -> Vec<usize> {
    let ranked = reranker.rerank("are pets allowed", &texts()).await.unwrap();
    assert!(ranked.windows(2).all(|pair| pair[0].score >= pair[1].score), "{ranked:?}");
    assert!(ranked.iter().all(|item| (0.0..=1.0).contains(&item.score)), "{ranked:?}");
    ranked.into_iter().map(|item| item.index).collect()
}

#[tokio::test]
async fn texts_come_in_the_order_in_which_they_answer() {
    let fake = FakeReranker::start().await;
    let with_key = RerankConfig {
        model: Some("rerank-3".to_owned()),
        key: Some("a-good-key".into()),
        ..config(fake.base_url())
    };
    let reranker = RemoteReranker::new(with_key, http()).unwrap();
    assert_eq!(reranker.name(), "rerank-3");
    assert_eq!(order(&reranker).await, [1, 2, 0]);
    let seen = fake.single_request();
    assert_eq!(seen.header("authorization"), "Bearer a-good-key");
    assert_eq!(
        seen.json,
        json!({ "model": "rerank-3", "query": "are pets allowed", "documents": texts(), "top_n": 3 })
    );
    // A server with one model, without a key, under its whole address.
    let plain = RemoteReranker::new(config(format!("{}/v1/rerank", fake.base_url())), http()).unwrap();
    assert_eq!(order(&plain).await, [1, 2, 0]);
    let seen = fake.requests().pop().unwrap();
    assert_eq!((seen.header("authorization"), seen.at("/model").is_null()), ("", true));
}

#[tokio::test]
async fn what_a_model_says_raw_keeps_its_order() {
    let fake = FakeReranker::start().await;
    let reranker = RemoteReranker::new(config(fake.base_url()), http()).unwrap();
    fake.push(Answer::json(&json!({ "results": [
        { "index": 0, "relevance_score": -8.1 },
        { "index": 2, "relevance_score": 3.5 },
        { "index": 1, "score": 11.25 },
    ] })));
    assert_eq!(order(&reranker).await, [1, 2, 0]);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let fake = FakeReranker::start().await;
    let kind = async |config: RerankConfig| {
        let reranker = RemoteReranker::new(config, http()).unwrap();
        reranker.rerank("pets", &texts()).await.unwrap_err().kind
    };
    let bad_key = RerankConfig { key: Some("bad-key".into()), ..config(fake.base_url()) };
    assert_eq!(kind(bad_key).await, ModelErrorKind::KeyRejected);
    fake.push(Answer::failure(503));
    assert_eq!(kind(config(fake.base_url())).await, ModelErrorKind::ProviderUnavailable);
    for nonsense in [
        json!({ "data": [] }),
        json!({ "results": [{ "index": 3, "relevance_score": 0.5 }] }),
        json!({ "results": [{ "index": 1, "relevance_score": 0.5 }, { "index": 1, "relevance_score": 0.4 }] }),
        json!({ "results": [{ "index": 1, "relevance_score": null }] }),
    ] {
        fake.push(Answer::json(&nonsense));
        assert_eq!(kind(config(fake.base_url())).await, ModelErrorKind::BadResponse, "{nonsense}");
    }
    fake.push(Answer::hang());
    let hurried = RerankConfig { patience: Duration::from_millis(200), ..config(fake.base_url()) };
    assert_eq!(kind(hurried).await, ModelErrorKind::TimedOut);
    assert_eq!(kind(config("http://127.0.0.1:1".to_owned())).await, ModelErrorKind::Unreachable);
}

#[test]
fn settings_that_make_no_reranker_are_refused() {
    let refused = |config: RerankConfig| RemoteReranker::new(config, http()).err().unwrap();
    let bad_key = RerankConfig { key: Some("a\nb".into()), ..config("http://127.0.0.1:1".to_owned()) };
    assert!(matches!(refused(bad_key), ProviderSetupError::KeyMalformed(_)));
    let bad_url = refused(config("http://127.0.0.1:1/rerank?key=x".to_owned()));
    assert!(bad_url.to_string().contains("without a query"), "{bad_url}");
}
