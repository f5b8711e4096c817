//! Every error status of every provider, before the stream.

use kuma_llm::{ModelErrorKind, Provider, RemoteProvider};
use kuma_testkit::Failure;

use crate::support::{Lane, ask, http, on_every_lane, question};

on_every_lane!(every_status_has_its_kind, a_wrong_key_is_told_without_being_shown, money_is_not_rate);

async fn every_status_has_its_kind(lane: Lane) {
    use ModelErrorKind::{
        BadRequest, KeyRejected, ModelNotFound, ProviderUnavailable, RateLimited, TimedOut,
    };
    let mut statuses = vec![
        (400, BadRequest),
        (401, KeyRejected),
        (403, KeyRejected),
        (404, ModelNotFound),
        (408, TimedOut),
        (429, RateLimited),
        (500, ProviderUnavailable),
        (502, ProviderUnavailable),
        (503, ProviderUnavailable),
    ];
    if lane == Lane::Anthropic {
        statuses.extend([
            (402, ModelErrorKind::QuotaExhausted),
            (413, ModelErrorKind::ContextTooLong),
            (529, ProviderUnavailable),
        ]);
    }
    let fake = lane.fake().await;
    let model = lane.model_of(&fake);
    for (status, kind) in statuses {
        fake.fail(Failure::status(status).message("The provider's own words."), Some(1));
        let error = ask(&model, question("Go")).await.failed();
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{lane:?} {status} {error:?}");
        assert_eq!(error.message, "The provider's own words.", "{lane:?} {status}");
        assert_eq!(error.provider, "acme");
    }
}

async fn a_wrong_key_is_told_without_being_shown(lane: Lane) {
    // Ollama asks for no key.
    if lane == Lane::Ollama {
        return;
    }
    let fake = lane.fake().await;
    let key = "bad-key-1234567890";
    let provider = RemoteProvider::new(lane.config(&fake.base_url(), key), http()).unwrap();
    let listed = provider.list_models().await.unwrap_err();
    let asked = ask(&provider.chat_model(lane.info()), question("Go")).await.failed();
    for error in [listed, asked] {
        assert_eq!(error.kind, ModelErrorKind::KeyRejected, "{error:?}");
        assert!(!error.to_string().contains(key), "{error}");
        assert!(error.to_failure().detail.contains("acme"));
    }
    fake.take_violations();
}

async fn money_is_not_rate(lane: Lane) {
    let code = match lane {
        Lane::OpenAi | Lane::Responses | Lane::Compatible => "insufficient_quota",
        Lane::Anthropic => "enforced_spend_limit_reached",
        // Gemini tells by its details and Ollama not at all; their bodies are unit-tested.
        Lane::Gemini | Lane::Ollama => return,
    };
    let fake = lane.fake().await;
    fake.fail(Failure::status(429).code(code), None);
    let error = ask(&lane.model_of(&fake), question("Go")).await.failed();
    assert_eq!(error.kind, ModelErrorKind::QuotaExhausted, "{error:?}");
}

#[tokio::test]
async fn a_conversation_that_is_too_long_is_recognised_everywhere() {
    for (lane, failure) in [
        (Lane::OpenAi, Failure::status(400).code("context_length_exceeded")),
        (Lane::Anthropic, Failure::status(400).message("prompt is too long: 210000 tokens > 200000 maximum")),
        (
            Lane::Gemini,
            Failure::status(400).message(
                "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
            ),
        ),
        (Lane::Ollama, Failure::status(400).message("the input length exceeds the context length")),
    ] {
        let fake = lane.fake().await;
        fake.fail(failure, None);
        let error = ask(&lane.model_of(&fake), question("Go")).await.failed();
        assert_eq!(error.kind, ModelErrorKind::ContextTooLong, "{lane:?} {error:?}");
    }
}
