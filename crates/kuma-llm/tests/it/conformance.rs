//! What every provider must do alike.

use bytes::Bytes;
use kuma_llm::{ChatMessage, ChatRequest, Part, Role};
use kuma_testkit::{Finish, Gate, Reply, Split};
use kuma_types::FinishReason;
use serde_json::json;

use crate::support::{Lane, ask, on_every_lane, question, read, tools};

on_every_lane!(
    text_arrives_with_its_usage,
    characters_cut_between_writes_stay_whole,
    thinking_is_kept_apart_from_the_answer,
    a_tool_call_is_one_event_with_whole_arguments,
    parallel_calls_have_different_ids,
    connections_are_used_again,
    call_ids_do_not_return_in_the_next_reply,
    results_go_back_to_the_model,
    pictures_are_sent,
    the_token_limit_is_a_finish_reason,
    a_refusal_is_told_as_one,
    an_empty_answer_is_an_answer,
    text_flows_piece_by_piece,
    dropping_the_stream_ends_the_call,
    dropping_the_call_before_its_first_token_ends_it_too,
);

async fn text_arrives_with_its_usage(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::text("Hello there, \"wörld\"\n\n- \u{1f43b} \\ done").usage(12, 7));
    let answer = ask(&lane.model_of(&fake), question("Hi")).await;
    assert_eq!(answer.text, "Hello there, \"wörld\"\n\n- \u{1f43b} \\ done");
    assert_eq!(answer.finish(), FinishReason::Stop);
    let usage = answer.done.unwrap().1;
    assert_eq!((usage.input_tokens, usage.output_tokens), (12, 7));
    assert_eq!(answer.reasoning, "");
}

async fn characters_cut_between_writes_stay_whole(lane: Lane) {
    let text = "héllo wörld \u{1f43b}\u{1f9f8} 日本語のテキスト देवनागरी \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} end";
    for split in [Split::InsideCharacters, Split::Every(1), Split::Every(7)] {
        let fake = lane.fake().await;
        fake.push(Reply::text(text).split(split));
        let answer = ask(&lane.model_of(&fake), question("Hi")).await;
        assert_eq!(answer.text, text, "{split:?}");
        assert_eq!(answer.finish(), FinishReason::Stop);
    }
}

async fn thinking_is_kept_apart_from_the_answer(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::builder().reasoning("Let me think about it.").words("The answer is 42."));
    let answer = ask(&lane.model_of(&fake), question("What is it?")).await;
    assert_eq!(answer.text, "The answer is 42.");
    // OpenAI itself shows no thinking over Chat Completions; servers that do say `reasoning_content`.
    if lane == Lane::OpenAi {
        assert!(["", "Let me think about it."].contains(&answer.reasoning.as_str()));
    } else {
        assert_eq!(answer.reasoning, "Let me think about it.");
    }
    assert_eq!(answer.finish(), FinishReason::Stop);
}

fn with_tools(text: &str) -> ChatRequest {
    ChatRequest { tools: tools(), ..question(text) }
}

async fn a_tool_call_is_one_event_with_whole_arguments(lane: Lane) {
    let fake = lane.fake().await;
    let arguments = json!({ "city": "Zürich \"West\"", "days": [1, 2], "deep": { "x": null } });
    for fragments in [1, 9] {
        fake.push(Reply::builder().words("Let me look.").piece(tool_piece("weather", &arguments, fragments)));
        let answer = ask(&lane.model_of(&fake), with_tools("Weather?")).await;
        assert_eq!(answer.calls.len(), 1, "{answer:?}");
        assert_eq!(answer.calls[0].name, "weather");
        assert_eq!(answer.calls[0].arguments, arguments);
        assert!(!answer.calls[0].call_id.is_empty());
        assert_eq!(answer.text, "Let me look.");
        assert_eq!(answer.finish(), FinishReason::Stop);
    }
    fake.push(Reply::builder().tool_call("clock", json!({})));
    let answer = ask(&lane.model_of(&fake), with_tools("Time?")).await;
    assert_eq!(answer.calls[0].arguments, json!({}), "no arguments are an empty object");
}

fn tool_piece(name: &str, arguments: &serde_json::Value, fragments: usize) -> kuma_testkit::Piece {
    kuma_testkit::Piece::ToolCall(kuma_testkit::ToolCall {
        fragments,
        ..kuma_testkit::ToolCall::new(name, arguments.clone())
    })
}

async fn parallel_calls_have_different_ids(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(
        Reply::builder()
            .tool_call_in("weather", json!({ "city": "Pune" }), 3)
            .tool_call_in("weather", json!({ "city": "Oslo" }), 2)
            .tool_call("clock", json!({ "city": "Oslo" })),
    );
    let answer = ask(&lane.model_of(&fake), with_tools("Weather?")).await;
    let cities: Vec<&str> = answer.calls.iter().filter_map(|call| call.arguments["city"].as_str()).collect();
    assert_eq!(cities, ["Pune", "Oslo", "Oslo"]);
    let ids: std::collections::HashSet<&str> =
        answer.calls.iter().map(|call| call.call_id.as_str()).collect();
    assert_eq!(ids.len(), 3, "{answer:?}");
    assert_eq!(answer.finish(), FinishReason::Stop);
}

async fn call_ids_do_not_return_in_the_next_reply(lane: Lane) {
    let fake = lane.fake().await;
    let model = lane.model_of(&fake);
    let mut ids = std::collections::HashSet::new();
    for _ in 0..3 {
        fake.push(Reply::builder().tool_call("clock", json!({})));
        ids.insert(ask(&model, with_tools("Time?")).await.calls[0].call_id.clone());
    }
    assert_eq!(ids.len(), 3);
}

async fn results_go_back_to_the_model(lane: Lane) {
    let fake = lane.fake().await;
    let model = lane.model_of(&fake);
    fake.push(
        Reply::builder()
            .reasoning("I need both.")
            .tool_call("weather", json!({ "city": "Pune" }))
            .tool_call("clock", json!({ "city": "Pune" })),
    );
    let mut request = with_tools("Weather and time?");
    request.messages.insert(0, ChatMessage::text(Role::System, "Be brief."));
    let first = ask(&model, request.clone()).await;

    let mut said = vec![Part::Reasoning(first.reasoning.clone())];
    said.extend(first.calls.iter().cloned().map(Part::ToolCall));
    request.messages.push(ChatMessage { role: Role::Assistant, parts: said });
    // As the run engine may store them: one message per result.
    for (call, (content, is_error)) in
        first.calls.iter().zip([("31 degrees", false), ("the clock is broken", true)])
    {
        let part = Part::ToolResult { call_id: call.call_id.clone(), content: content.to_owned(), is_error };
        request.messages.push(ChatMessage { role: Role::Tool, parts: vec![part] });
    }
    fake.push(Reply::text("31 degrees; the time is unknown."));
    let second = ask(&model, request).await;
    assert_eq!(second.text, "31 degrees; the time is unknown.");
    assert_eq!(second.finish(), FinishReason::Stop);

    let sent = fake.requests().pop().unwrap().body.to_string();
    for expected in ["Be brief.", "31 degrees", "the clock is broken", "Pune"] {
        assert!(sent.contains(expected), "{expected} is missing in {sent}");
    }
    // The fake checks on its own that every result belongs to its call.
    fake.assert_clean();
}

async fn pictures_are_sent(lane: Lane) {
    let fake = lane.fake().await;
    let picture = Bytes::from_static(b"\x89PNG\r\n\x1a\n not really");
    let parts = vec![
        Part::Text("What is this?".to_owned()),
        Part::Image { mime_type: "image/png".to_owned(), data: picture },
    ];
    fake.push(Reply::text("A bear."));
    let request =
        ChatRequest { messages: vec![ChatMessage { role: Role::User, parts }], ..ChatRequest::default() };
    assert_eq!(ask(&lane.model_of(&fake), request).await.text, "A bear.");
    let sent = fake.single_request().body.to_string();
    assert!(sent.contains("iVBORw0KGgogbm90IHJlYWxseQ=="), "{sent}");
    assert!(lane == Lane::Ollama || sent.contains("image/png"), "{sent}");
}

async fn the_token_limit_is_a_finish_reason(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::text("This is cut").finish(Finish::Length));
    let request = ChatRequest { max_output_tokens: Some(3), ..question("Write") };
    let answer = ask(&lane.model_of(&fake), request).await;
    assert_eq!(answer.text, "This is cut");
    assert_eq!(answer.finish(), FinishReason::Length);
    let sent = fake.single_request().body.to_string();
    // Responses takes no less than 16.
    let limit = if lane == Lane::Responses { ":16" } else { ":3" };
    assert!(sent.contains(limit), "the limit is sent: {sent}");
}

async fn a_refusal_is_told_as_one(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::builder().refusal("I can't help with that."));
    let answer = ask(&lane.model_of(&fake), question("Something bad")).await;
    if lane == Lane::Gemini {
        // It blocks the whole request, without a word of its own.
        let error = answer.failed();
        assert_eq!(error.kind, kuma_llm::ModelErrorKind::ContentRefused);
        assert!(error.message.contains("SAFETY"), "{}", error.message);
        return;
    }
    assert_eq!(answer.text, "I can't help with that.");
    // Ollama knows no filter.
    let expected = if lane == Lane::Ollama { FinishReason::Stop } else { FinishReason::ContentFilter };
    assert_eq!(answer.finish(), expected);
}

async fn an_empty_answer_is_an_answer(lane: Lane) {
    let fake = lane.fake().await;
    fake.push(Reply::builder());
    let answer = ask(&lane.model_of(&fake), question("Say nothing")).await;
    assert_eq!((answer.text.as_str(), answer.finish()), ("", FinishReason::Stop));
}

async fn text_flows_piece_by_piece(lane: Lane) {
    use futures::StreamExt;
    let fake = lane.fake().await;
    let gate = Gate::new();
    fake.push(Reply::builder().delta("one ").delta("two").gate(&gate));
    let model = lane.model_of(&fake);
    gate.release(1);
    let mut stream = model.stream(question("Count")).await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(
        first,
        kuma_llm::ChatEvent::Text("one ".to_owned()),
        "it is here before the second was let go"
    );
    assert_eq!(gate.passed(), 1);
    gate.open();
    assert_eq!(read(stream).await.text, "two");
}

async fn dropping_the_stream_ends_the_call(lane: Lane) {
    use futures::StreamExt;
    let fake = lane.fake().await;
    let gate = Gate::new();
    fake.push(Reply::text("one two three four").gate(&gate));
    let model = lane.model_of(&fake);
    gate.release(1);
    let mut stream = model.stream(question("Count")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    gate.disconnected().await;
}

async fn dropping_the_call_before_its_first_token_ends_it_too(lane: Lane) {
    let fake = lane.fake().await;
    let gate = Gate::new();
    fake.push(Reply::text("one two").gate(&gate));
    let model = lane.model_of(&fake);
    let call = tokio::spawn(async move { ask(&model, question("Count")).await });
    gate.started().await;
    call.abort();
    gate.disconnected().await;
}

async fn connections_are_used_again(lane: Lane) {
    let fake = lane.fake().await;
    let model = lane.model_of(&fake);
    for _ in 0..8 {
        fake.push(Reply::text("one two three"));
        ask(&model, question("Count")).await.finish();
    }
    let total = fake.connections().total;
    assert!(total <= 3, "{total} connections for eight answers, one after the other");
}
