//! Conversations with tools, the same with every provider.

use kuma_agent::RunEnding;
use kuma_testkit::{Piece, Reply, ToolCall};
use kuma_types::{Decision, FinishReason};
use serde_json::json;

use crate::support::{Lane, Talk, on_every_lane};

on_every_lane!(
    one_call,
    parallel_calls_in_fragments,
    an_error_and_bad_arguments_are_results,
    thinking_and_words_before_a_call,
    a_refusal_after_a_call,
    several_steps,
    the_last_reply_has_no_tools,
    an_approval_between_two_processes,
);

async fn one_call(talk: &Talk) {
    talk.fake.push(Reply::builder().tool_call("weather", json!({ "city": "Pune" })));
    talk.fake.push(Reply::text("It is warm."));
    let outcome = talk.run(|_| {}).await;
    assert_eq!(outcome.text, "It is warm.");
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop));
    assert_eq!(talk.events.kinds(), ["tool_call", "tool_result", "chunk"]);
    assert!(talk.last_body().to_string().contains("31 degrees in Pune"));
}

async fn parallel_calls_in_fragments(talk: &Talk) {
    talk.fake.push(
        Reply::builder()
            .words("Both.")
            .tool_call_in("weather", json!({ "city": "Pune \"West\"" }), 7)
            .tool_call_in("weather", json!({ "city": "Oslo", "unit": "fahrenheit" }), 3),
    );
    talk.fake.push(Reply::text("Warm, both."));
    let outcome = talk.run(|_| {}).await;
    assert_eq!(outcome.text, "Both.\n\nWarm, both.");
    let cities: Vec<_> = outcome.tool_calls.iter().map(|call| call.arguments["city"].clone()).collect();
    assert_eq!(cities, ["Pune \"West\"", "Oslo"]);
    assert!(outcome.tool_calls.iter().all(|call| call.ok));
    let body = talk.last_body().to_string();
    assert!(body.contains("31 degrees in Pune") && body.contains("31 degrees in Oslo"), "{body}");
}

async fn an_error_and_bad_arguments_are_results(talk: &Talk) {
    talk.fake.push(
        Reply::builder()
            .tool_call("weather", json!({ "city": "Atlantis" }))
            .tool_call("weather", json!({ "town": "Pune" })),
    );
    talk.fake.push(Reply::text("No such city."));
    let outcome = talk.run(|_| {}).await;
    assert_eq!(outcome.text, "No such city.");
    assert!(outcome.tool_calls.iter().all(|call| !call.ok));
    let body = talk.last_body().to_string();
    assert!(body.contains("Atlantis") && body.contains("missing field `city`"), "{body}");
}

async fn thinking_and_words_before_a_call(talk: &Talk) {
    talk.fake.push(
        Reply::builder()
            .reasoning("I need the weather.")
            .words("Let me look.")
            .tool_call("weather", json!({ "city": "Pune" })),
    );
    talk.fake.push(Reply::text("Warm."));
    let outcome = talk.run(|_| {}).await;
    assert_eq!(outcome.text, "Let me look.\n\nWarm.");
    if talk.lane == Lane::Anthropic {
        let body = talk.last_body();
        let blocks = body["messages"][1]["content"].as_array().unwrap();
        let kinds: Vec<_> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["thinking", "text", "tool_use"], "signed thinking comes first");
    }
}

async fn a_refusal_after_a_call(talk: &Talk) {
    talk.fake.push(Reply::builder().tool_call("weather", json!({ "city": "Pune" })));
    talk.fake.push(Reply::builder().refusal("I can't help with that."));
    let outcome = talk.run(|_| {}).await;
    match (talk.lane, outcome.ending) {
        // It blocks the whole request, without a word of its own.
        (Lane::Gemini, RunEnding::Failed(failure)) => assert_eq!(failure.code, "content_refused"),
        (Lane::Ollama, ending) => assert_eq!(ending, RunEnding::Finished(FinishReason::Stop)),
        (_, ending) => {
            assert_eq!(ending, RunEnding::Finished(FinishReason::ContentFilter));
            assert_eq!(outcome.text, "I can't help with that.");
        }
    }
}

async fn several_steps(talk: &Talk) {
    for n in 0..4 {
        let city = format!("City {n}");
        let piece =
            Piece::ToolCall(ToolCall { fragments: 2, ..ToolCall::new("weather", json!({ "city": city })) });
        talk.fake.push(Reply::builder().reasoning("On.").piece(piece));
    }
    talk.fake.push(Reply::text("All warm."));
    let outcome = talk.run(|_| {}).await;
    assert_eq!((outcome.text.as_str(), outcome.tool_calls.len()), ("All warm.", 4));
}

async fn the_last_reply_has_no_tools(talk: &Talk) {
    talk.fake.push(
        Reply::builder().reasoning("On.").words("Looking.").tool_call("weather", json!({ "city": "Pune" })),
    );
    talk.fake.push(Reply::text("That is all."));
    let outcome = talk.run(|input| input.limits.steps = 1).await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::StepLimit));
    assert_eq!(outcome.text, "Looking.\n\nThat is all.");
    let body = talk.last_body();
    assert!(body.get("tools").is_none(), "{body}");
    assert!(body.to_string().contains("31 degrees in Pune"));
}

async fn an_approval_between_two_processes(talk: &Talk) {
    talk.fake.push(
        Reply::builder()
            .reasoning("A card.")
            .words("I ask first.")
            .tool_call("post", json!({ "city": "Pune" })),
    );
    let outcome = talk.run(|_| {}).await;
    let RunEnding::WaitingApproval(asked) = outcome.ending else { panic!("{outcome:?}") };
    talk.fake.push(Reply::text("Posted."));
    let approve = Decision::Approve { arguments: Some(json!({ "city": "Oslo" })) };
    let outcome = talk.run(|input| drop(input.decisions.insert(asked[0].call_id.clone(), approve))).await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop));
    assert!(outcome.text.ends_with("I ask first.\n\nPosted."), "{}", outcome.text);
    let body = talk.last_body().to_string();
    assert!(body.contains("posted to Oslo"), "{body}");
}
