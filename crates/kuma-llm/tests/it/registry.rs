//! The registry over real providers.

use std::sync::Arc;
use std::time::Duration;

use kuma_llm::{ModelErrorKind, ModelRegistry, Provider, RemoteConfig, RemoteProvider, RetryPolicy};
use kuma_testkit::{Failure, Reply};
use secrecy::SecretString;

use crate::support::{Lane, ask, http, question};

fn provider(name: &str, lane: Lane, base_url: &str) -> Arc<dyn Provider> {
    let config = RemoteConfig {
        name: name.to_owned(),
        kind: lane.kind(),
        base_url: Some(base_url.to_owned()),
        key: Some(SecretString::from("a-good-key")),
    };
    Arc::new(RemoteProvider::new(config, http()).unwrap())
}

#[tokio::test]
async fn models_of_several_providers_are_found_by_their_ids() {
    let (openai, ollama) = (Lane::OpenAi.fake().await, Lane::Ollama.fake().await);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let registry = ModelRegistry::new(vec![
        provider("ollama", Lane::Ollama, &ollama.base_url()),
        provider("broken", Lane::Compatible, &format!("http://{gone}/v1")),
        provider("openai", Lane::OpenAi, &openai.base_url()),
    ]);
    registry.refresh().await;

    let states = registry.providers();
    assert_eq!(states[1].error.as_ref().unwrap().kind, ModelErrorKind::Unreachable);
    assert!(states[0].error.is_none() && states[2].error.is_none());
    assert_eq!(registry.default_model(None).unwrap().id, "openai/gpt-6.2-sol");
    assert_eq!(registry.small_model(None, None).unwrap().id, "openai/gpt-6-luna");
    assert_eq!(registry.default_model(Some("ollama/llama3.2")).unwrap().id, "ollama/llama3.2:latest");

    ollama.push(Reply::text("From here."));
    openai.push(Reply::text("From there."));
    let here = registry.resolve("ollama/qwen3:8b").unwrap();
    let there = registry.resolve("openai/gpt-4o").unwrap();
    assert_eq!(ask(&here, question("Hi")).await.text, "From here.");
    assert_eq!(ask(&there, question("Hi")).await.text, "From there.");
}

#[tokio::test]
async fn handles_repeat_what_may_pass() {
    let fake = Lane::OpenAi.fake().await;
    let soon = RetryPolicy { delays: vec![Duration::from_millis(1); 2], ..RetryPolicy::default() };
    let registry = ModelRegistry::with_retry(vec![provider("openai", Lane::OpenAi, &fake.base_url())], soon);
    let model = registry.resolve("openai/gpt-4o").unwrap();
    fake.fail(Failure::status(503), Some(1));
    fake.push(Reply::text("Here."));
    let answer = ask(&model, question("Hi")).await;
    assert_eq!((answer.retries.as_slice(), answer.text.as_str()), (&[2][..], "Here."));

    // A model that is not there is not asked for twice.
    let missing = registry.resolve("openai/no-such-model").unwrap();
    let before = fake.requests().len();
    assert_eq!(ask(&missing, question("Hi")).await.failed().kind, ModelErrorKind::ModelNotFound);
    assert_eq!(fake.requests().len(), before + 1);
    fake.take_violations();
}
