//! What is answered to whom: queue, rules, failures, titles, keys and models.

use crate::support::{answer, ask, get, post, post_with, text_of};
use kuma_testkit::{Failure, FakeAnthropic, FakeOpenAi, FakeUpstream, Keys, Reply, Rule, Vendor};
use serde_json::{Value, json};

#[tokio::test]
async fn the_queue_is_first_in_first_out_and_then_an_echo() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        fake.push(Reply::text("first"));
        fake.push(Reply::text("second"));
        assert_eq!(fake.queued(), 2);
        for expected in ["first", "second", "You said: hi there"] {
            assert_eq!(text_of(vendor, &answer(&fake, "hi there").await), expected);
        }
        fake.assert_clean();
    }
}

#[tokio::test]
async fn a_rule_comes_before_the_queue() {
    let fake = FakeOpenAi::start().await;
    fake.push(Reply::text("queued"));
    fake.rule(Rule::contains("slow", Reply::text("by rule")).times(1));
    let said = |text: &'static str| async { text_of(Vendor::OpenAi, &answer(&fake, text).await) };
    assert_eq!(said("a slow one").await, "by rule");
    assert_eq!(said("a slow one").await, "queued", "the rule was for one request");
}

#[tokio::test]
async fn titles_leave_the_queue_alone() {
    let fake = FakeOpenAi::start().await;
    fake.push(Reply::text("the answer"));
    let title = json!({"model": "gpt-5.5", "messages": [
        {"role": "system", "content": "Write a short title for this conversation."},
        {"role": "user", "content": "[error 500] How do brown bears sleep in winter?"}]});
    let json: Value = post(&fake, "/v1/chat/completions", &title).await.json().await.unwrap();
    assert_eq!(json["choices"][0]["message"]["content"], "How do brown bears sleep");
    assert_eq!(text_of(Vendor::OpenAi, &answer(&fake, "hi").await), "the answer");
}

#[tokio::test]
async fn summaries_are_told_from_conversations_that_carry_one() {
    let fake = FakeOpenAi::start().await;
    fake.push(Reply::text("the answer"));
    let ask = |system: &str, text: &str| {
        json!({"model": "gpt-5.5", "messages": [
            {"role": "system", "content": system}, {"role": "user", "content": text}]})
    };
    let job = ask("Write one summary of everything so far.", "It went on:\n\"\"\"\nUser: bears\n\"\"\"");
    let json: Value = post(&fake, "/v1/chat/completions", &job).await.json().await.unwrap();
    assert_eq!(json["choices"][0]["message"]["content"], "Summary so far: User: bears");
    let chat = ask("Be kind.\n\n[Summary of the earlier conversation]\nA title was found.", "and now?");
    let json: Value = post(&fake, "/v1/chat/completions", &chat).await.json().await.unwrap();
    assert_eq!(json["choices"][0]["message"]["content"], "the answer");
}

#[tokio::test]
async fn a_failure_is_in_the_vendors_words() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        fake.fail(Failure::status(429).retry_after(7), Some(1));
        let (path, body) = ask(vendor, "hi");
        let response = post(&fake, path, &body).await;
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "7");
        let json: Value = response.json().await.unwrap();
        let (pointer, expected) = match vendor {
            Vendor::OpenAi => ("/error/code", "rate_limit_exceeded"),
            Vendor::Anthropic => ("/error/type", "rate_limit_error"),
            Vendor::Gemini => ("/error/status", "RESOURCE_EXHAUSTED"),
            Vendor::Ollama => ("/error", "too many requests"),
        };
        assert_eq!(json.pointer(pointer).and_then(Value::as_str), Some(expected), "{json}");
        assert_eq!(text_of(vendor, &answer(&fake, "again").await), "You said: again");
        fake.fail(Failure::status(503), None);
        assert_eq!(post(&fake, path, &body).await.status(), 503);
        fake.recover();
        assert_eq!(post(&fake, path, &body).await.status(), 200);
        fake.assert_clean();
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_is_no_violation() {
    let expected =
        [(Vendor::OpenAi, 401), (Vendor::Anthropic, 401), (Vendor::Gemini, 400), (Vendor::Ollama, 401)];
    for (vendor, status) in expected {
        let fake = FakeUpstream::start(vendor).await;
        let (path, body) = ask(vendor, "hi");
        let (header, value) = match vendor {
            Vendor::OpenAi | Vendor::Ollama => ("authorization", "Bearer bad-key"),
            Vendor::Anthropic => ("x-api-key", "bad-key"),
            Vendor::Gemini => ("x-goog-api-key", "bad-key"),
        };
        let response = post_with(&fake, path, &body, &[(header, value)]).await;
        assert_eq!(response.status(), status);
        let json: Value = response.json().await.unwrap();
        let code = match vendor {
            Vendor::OpenAi => &json["error"]["code"],
            Vendor::Anthropic => &json["error"]["type"],
            Vendor::Gemini => &json["error"]["details"][0]["reason"],
            Vendor::Ollama => &json["error"],
        };
        let name = match vendor {
            Vendor::OpenAi => "invalid_api_key",
            Vendor::Anthropic => "authentication_error",
            Vendor::Gemini => "API_KEY_INVALID",
            Vendor::Ollama => "unauthorized",
        };
        assert_eq!(code, name);
        let recorded = fake.single_request();
        let shown = recorded.header(header).unwrap();
        assert!(shown.ends_with("[redacted]"), "{shown}");
        fake.assert_clean();
    }
}

#[tokio::test]
async fn only_some_keys() {
    let fake = FakeAnthropic::start().await;
    fake.set_keys(Keys::Only(vec!["good".to_owned()]));
    let (path, body) = ask(Vendor::Anthropic, "hi");
    assert_eq!(post(&fake, path, &body).await.status(), 401);
    let bearer = [("x-api-key", ""), ("authorization", "Bearer good")];
    assert_eq!(post_with(&fake, path, &body, &bearer).await.status(), 200);
}

#[tokio::test]
async fn a_missing_key_is_a_violation() {
    for vendor in [Vendor::OpenAi, Vendor::Anthropic, Vendor::Gemini] {
        let fake = FakeUpstream::start(vendor).await;
        let (path, body) = ask(vendor, "hi");
        let none = [("authorization", ""), ("x-api-key", ""), ("x-goog-api-key", "")];
        let status = post_with(&fake, path, &body, &none).await.status();
        assert_eq!(status, if vendor == Vendor::Gemini { 403 } else { 401 });
        assert_eq!(fake.take_violations().len(), 1);
    }
}

#[tokio::test]
async fn an_unknown_model_is_not_found() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        fake.set_models(["only-this"]);
        let (path, body) = ask(vendor, "hi");
        assert_eq!(post(&fake, path, &body).await.status(), 404);
        let list = if vendor == Vendor::Ollama {
            "/api/tags".to_owned()
        } else {
            format!("{}/models", vendor.base_path())
        };
        assert!(get(&fake, &list).await.text().await.unwrap().contains("only-this"));
        fake.assert_clean();
    }
}

#[tokio::test]
async fn an_unknown_path_is_a_violation() {
    let fake = FakeOpenAi::start().await;
    assert_eq!(get(&fake, "/v1/nonsense").await.status(), 404);
    assert_eq!(get(&fake, "/v1/chat/completions").await.status(), 405);
    assert_eq!(fake.take_violations().len(), 2);
}

#[tokio::test]
#[should_panic(expected = "requests to the fake broke rules")]
async fn a_violation_fails_the_test_when_the_fake_goes() {
    let fake = FakeOpenAi::start().await;
    let _ = get(&fake, "/v1/nonsense").await;
}
