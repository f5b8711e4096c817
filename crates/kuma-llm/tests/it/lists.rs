//! Model lists.

use kuma_llm::{Capability, Provider, RemoteConfig, RemoteProvider, detect_ollama};
use kuma_testkit::FakeOllama;

use crate::support::{Lane, http};

#[tokio::test]
async fn every_provider_lists_its_chat_models_and_nothing_else() {
    for lane in Lane::ALL {
        let fake = lane.fake().await;
        let models = lane.provider(&fake).list_models().await.unwrap();
        assert!(models.len() >= 3, "{lane:?} {models:?}");
        for model in &models {
            assert_eq!(model.id, format!("acme/{}", model.model));
            assert!(model.capabilities.contains(&Capability::Chat));
            assert!(!model.name.is_empty() && !model.demo);
            assert!(!model.model.contains("embed"), "{lane:?} {}", model.model);
            assert!(!model.model.starts_with("models/"), "{lane:?} {}", model.model);
        }
        let sees = |name: &str| models.iter().any(|model| model.model == name);
        if lane != Lane::Compatible {
            assert!(sees(lane.model()), "{lane:?} {models:?}");
        }
        // Shut down long ago, though the fake still lists it with its date.
        assert!(!sees("gpt-3.5-turbo-0613") || lane == Lane::Compatible);
    }
}

#[tokio::test]
async fn the_newest_openai_models_come_first() {
    let fake = Lane::OpenAi.fake().await;
    let models = Lane::OpenAi.provider(&fake).list_models().await.unwrap();
    assert!(models[0].model.starts_with("gpt-6.2"), "{:?}", models[0]);
    let mini = models.iter().find(|model| model.model == "gpt-5.4-mini").unwrap();
    assert_eq!(mini.name, "GPT-5.4 mini");
    assert!(mini.capabilities.contains(&Capability::Reasoning));
    let older = models.iter().find(|model| model.model == "gpt-4o").unwrap();
    assert_eq!(older.context_window, Some(128_000));
    assert!(!older.capabilities.contains(&Capability::Reasoning));
}

#[tokio::test]
async fn a_wrong_base_url_says_so() {
    let fake = Lane::Compatible.fake().await;
    let provider = Lane::Compatible.provider_at(&format!("{}/nowhere", fake.origin()));
    let error = provider.list_models().await.unwrap_err();
    assert!(error.message.contains("check the base URL"), "{error:?}");
    assert_eq!(error.kind, kuma_llm::ModelErrorKind::BadRequest);
    fake.take_violations();
}

#[tokio::test]
async fn every_spelling_of_a_base_url_reaches_the_same_place() {
    for lane in Lane::ALL {
        let fake = lane.fake().await;
        for base in
            [fake.origin(), format!("{}/", fake.origin()), fake.base_url(), format!("{}/", fake.base_url())]
        {
            assert!(lane.provider_at(&base).list_models().await.is_ok(), "{lane:?} {base}");
        }
    }
}

#[tokio::test]
async fn an_ollama_is_found_when_it_is_there() {
    let fake = FakeOllama::start().await;
    for base in [fake.base_url(), format!("{}/v1/", fake.origin())] {
        // Half a second may be too little on a machine that does much else; once it must be enough.
        let mut version = None;
        for _ in 0..20 {
            version = version.or(detect_ollama(&http(), &base).await);
        }
        assert!(version.is_some_and(|version| version.contains('.')), "{base}");
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(detect_ollama(&http(), &format!("http://{free}")).await, None);
    // Something listens and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(detect_ollama(&http(), &format!("http://{}", silent.local_addr().unwrap())).await, None);
    assert_eq!(detect_ollama(&http(), "not a url").await, None);
}

#[tokio::test]
async fn ollama_needs_no_key() {
    let fake = FakeOllama::start().await;
    let config = RemoteConfig {
        name: "ollama".to_owned(),
        kind: kuma_llm::ProviderKind::Ollama,
        base_url: Some(fake.base_url()),
        key: None,
    };
    let provider = RemoteProvider::new(config, http()).unwrap();
    let models = provider.list_models().await.unwrap();
    assert!(models.iter().any(|model| model.id == "ollama/llama3.2:latest" && model.name == "llama3.2"));
    assert!(fake.requests().iter().all(|request| request.header("authorization").is_none()));
}
