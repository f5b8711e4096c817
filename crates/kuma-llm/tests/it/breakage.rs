//! Providers that fail, stall or vanish.

use std::time::Duration;

use kuma_llm::{ChatEvent, ModelErrorKind, RetryModel, RetryPolicy};
use kuma_testkit::{Failure, Reply};
use kuma_types::FinishReason;

use crate::support::{Lane, ask, on_every_lane, question};

on_every_lane!(
    an_error_in_the_stream_comes_after_the_text_before_it,
    a_cut_connection_is_told_as_one,
    silence_in_mid_stream_times_out,
    silence_from_the_start_times_out,
    a_server_that_is_not_there_is_unreachable,
    a_passing_failure_is_repeated_in_place,
    a_wait_that_is_too_long_fails_at_once,
    a_broken_answer_is_not_repeated,
);

fn quick() -> RetryPolicy {
    let soon = Duration::from_millis(1);
    RetryPolicy { delays: vec![soon, soon], ..RetryPolicy::default() }
}

async fn an_error_in_the_stream_comes_after_the_text_before_it(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::text("This was ").then_error(Failure::status(500).message("The engine caught fire")));
    let answer = ask(&lane.model_of(&fake), question("Go")).await;
    assert_eq!(answer.text, "This was ");
    let error = answer.error.unwrap();
    assert_eq!(error.kind, ModelErrorKind::ProviderUnavailable, "{error:?}");
    assert_eq!((error.message.as_str(), error.status), ("The engine caught fire", None));
}

async fn a_cut_connection_is_told_as_one(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::text("This was ").then_cut());
    let answer = ask(&lane.model_of(&fake), question("Go")).await;
    assert_eq!(answer.text, "This was ");
    assert_eq!(answer.failed().kind, ModelErrorKind::ConnectionLost);
}

async fn silence_in_mid_stream_times_out(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::text("This was ").then_stall());
    let model = lane.hurried_model_of(&fake, Duration::from_mins(1), Duration::from_secs(1));
    let answer = ask(&model, question("Go")).await;
    assert_eq!(answer.text, "This was ");
    let error = answer.failed();
    assert_eq!(error.kind, ModelErrorKind::TimedOut);
    assert!(error.message.contains("in the middle"), "{}", error.message);
}

async fn silence_from_the_start_times_out(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::builder().hang());
    let model = lane.hurried_model_of(&fake, Duration::from_millis(150), Duration::from_mins(1));
    let error = ask(&model, question("Go")).await.failed();
    assert_eq!(error.kind, ModelErrorKind::TimedOut);
    assert!(error.message.contains("no answer began"), "{}", error.message);
}

async fn a_server_that_is_not_there_is_unreachable(lane: Lane) {
    use kuma_llm::Provider;
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let provider = lane.provider_at(&format!("http://{address}"));
    let error = ask(&provider.chat_model(lane.info()), question("Go")).await.failed();
    assert_eq!(error.kind, ModelErrorKind::Unreachable, "{error:?}");
    assert_eq!(provider.list_models().await.unwrap_err().kind, ModelErrorKind::Unreachable);
}

async fn a_passing_failure_is_repeated_in_place(lane: Lane) {
    for failure in [Failure::status(429).retry_after(0), Failure::status(503), Failure::status(500)] {
        let fake = lane.fake().await;
        fake.fail(failure.clone(), Some(2));
        fake.push(Reply::text("Here I am."));
        let model: std::sync::Arc<dyn kuma_llm::ChatModel> =
            std::sync::Arc::new(RetryModel::new(lane.model_of(&fake), quick()));
        let answer = ask(&model, question("Go")).await;
        assert_eq!(answer.retries, [2, 3], "{failure:?} {answer:?}");
        assert_eq!((answer.text.as_str(), answer.finish()), ("Here I am.", FinishReason::Stop));
        assert_eq!(fake.requests().len(), 3);
    }
}

async fn a_wait_that_is_too_long_fails_at_once(lane: Lane) {
    let fake = lane.fake().await;
    fake.fail(Failure::status(429).retry_after(600), None);
    let model: std::sync::Arc<dyn kuma_llm::ChatModel> =
        std::sync::Arc::new(RetryModel::new(lane.model_of(&fake), RetryPolicy::default()));
    let error = ask(&model, question("Go")).await.failed();
    assert_eq!((error.kind, error.status), (ModelErrorKind::RateLimited, Some(429)));
    assert_eq!(error.retry_after, Some(Duration::from_mins(10)));
    assert_eq!(fake.requests().len(), 1);
}

async fn a_broken_answer_is_not_repeated(lane: Lane) {
    use futures::StreamExt;
    let fake = lane.fake().await;
    fake.push(Reply::text("This was ").then_cut());
    fake.push(Reply::text("never asked for"));
    let model = RetryModel::new(lane.model_of(&fake), quick());
    let mut stream = kuma_llm::ChatModel::stream(&model, question("Go")).await.unwrap();
    let mut last = None;
    while let Some(event) = stream.next().await {
        assert!(!matches!(event, Ok(ChatEvent::Retrying { .. })));
        last = Some(event);
    }
    assert_eq!(last.unwrap().unwrap_err().kind, ModelErrorKind::ConnectionLost);
    assert_eq!(fake.requests().len(), 1);
}
