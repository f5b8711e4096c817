//! What is sent, where vendors differ. The fakes check each request against the vendor's own rules besides.

use std::sync::Arc;

use kuma_llm::{ChatMessage, ChatModel, ChatRequest, ModelInfo, Provider, Role, ToolChoice};
use kuma_testkit::{Failure, FakeUpstream, Reply};
use serde_json::{Value, json};

use crate::support::{Lane, ask, question, tools};

fn named(lane: Lane, fake: &FakeUpstream, model: &str) -> Arc<dyn ChatModel> {
    let info = ModelInfo { id: format!("acme/{model}"), model: model.to_owned(), ..lane.info() };
    lane.provider(fake).chat_model(info)
}

async fn sent(lane: Lane, model: &str, request: ChatRequest) -> (String, Value) {
    let fake = lane.fake().await;
    fake.push(Reply::text("{}"));
    let answer = ask(&named(lane, &fake, model), request).await;
    assert!(answer.error.is_none(), "{lane:?} {answer:?}");
    let request = fake.single_request();
    assert_eq!(request.header("user-agent"), Some(kuma_net::USER_AGENT));
    (request.path.clone(), request.body)
}

#[tokio::test]
async fn openai_is_called_where_the_model_wants_it() {
    let with_tools = || ChatRequest { tools: tools(), ..question("Go") };
    for (model, request, path) in [
        ("gpt-4o", with_tools(), "/v1/chat/completions"),
        ("gpt-5.4", question("Go"), "/v1/chat/completions"),
        ("gpt-5.4", with_tools(), "/v1/responses"),
        ("gpt-6-astra", with_tools(), "/v1/responses"),
    ] {
        assert_eq!(sent(Lane::OpenAi, model, request).await.0, path, "{model}");
    }
    assert_eq!(sent(Lane::Responses, "gpt-4o", question("Go")).await.0, "/v1/responses");
    // Another server's model of that name is spoken to as that server speaks.
    assert_eq!(sent(Lane::Compatible, "fake-gpt-5.4", with_tools()).await.0, "/v1/chat/completions");
    // Where that server passes it on to OpenAI, tools exclude reasoning there.
    let (path, body) = sent(Lane::Compatible, "gpt-5.6-sol", with_tools()).await;
    assert_eq!((path.as_str(), &body["reasoning_effort"]), ("/v1/chat/completions", &json!("none")));
    let (_, body) = sent(Lane::Compatible, "gpt-5.6-sol", question("Go")).await;
    assert_eq!(body["reasoning_effort"], Value::Null);
}

#[tokio::test]
async fn a_model_can_be_made_to_call_tools_or_kept_from_it() {
    for (lane, model, pointer, must, must_not) in [
        (Lane::OpenAi, "gpt-4o", "/tool_choice", "required", "none"),
        (Lane::Responses, "gpt-5.4", "/tool_choice", "required", "none"),
        (Lane::Compatible, "fake-chat", "/tool_choice", "required", "none"),
        (Lane::Anthropic, "claude-sonnet-5-5", "/tool_choice/type", "any", "none"),
        (Lane::Gemini, "gemini-3.8-flash", "/toolConfig/functionCallingConfig/mode", "ANY", "NONE"),
    ] {
        for (tool_choice, expected) in
            [(ToolChoice::Auto, None), (ToolChoice::Required, Some(must)), (ToolChoice::None, Some(must_not))]
        {
            let request = ChatRequest { tools: tools(), tool_choice, ..question("Go") };
            let (_, body) = sent(lane, model, request).await;
            assert_eq!(body.pointer(pointer).and_then(Value::as_str), expected, "{lane:?} {body}");
            // Nothing to choose from is nothing to say.
            let (_, body) = sent(lane, model, ChatRequest { tool_choice, ..question("Go") }).await;
            assert_eq!(body.pointer(pointer), None, "{lane:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_temperature_is_sent_only_where_it_is_taken() {
    let warm = || ChatRequest { temperature: Some(0.7), ..question("Go") };
    for (lane, model, pointer, expected) in [
        (Lane::OpenAi, "gpt-4o", "/temperature", Some(0.7)),
        (Lane::OpenAi, "gpt-5.2", "/temperature", None),
        (Lane::Responses, "gpt-6.2-sol", "/temperature", None),
        (Lane::Compatible, "fake-chat", "/temperature", Some(0.7)),
        (Lane::Anthropic, "claude-sonnet-5-5", "/temperature", None),
        (Lane::Gemini, "gemini-3.8-flash", "/generationConfig/temperature", Some(0.7)),
        (Lane::Ollama, "qwen3:8b", "/options/temperature", Some(0.7)),
    ] {
        let (_, body) = sent(lane, model, warm()).await;
        assert_eq!(body.pointer(pointer).and_then(Value::as_f64), expected, "{lane:?} {model} {body}");
    }
}

#[tokio::test]
async fn what_a_model_refuses_is_left_out_from_then_on() {
    let lane = Lane::Compatible;
    let fake = lane.fake().await;
    let model = named(lane, &fake, "fake-picky");
    let warm = || ChatRequest { temperature: Some(0.2), ..question("Go") };
    fake.fail(Failure::status(400).message("Unsupported value: 'temperature' does not support 0.2"), Some(1));
    fake.push(Reply::text("fine"));
    assert_eq!(ask(&model, warm()).await.text, "fine");
    fake.push(Reply::text("again"));
    assert_eq!(ask(&model, warm()).await.text, "again");
    let temperatures: Vec<bool> =
        fake.requests().iter().map(|request| request.body.get("temperature").is_some()).collect();
    assert_eq!(temperatures, [true, false, false]);
}

#[tokio::test]
async fn a_models_name_is_sent_as_it_is() {
    // Names whose end could be read as an effort, or whose beginning as a namespace.
    for name in ["fake-medium", "fake-max", "fake-none", "fake-ns::model-high"] {
        let (_, body) = sent(Lane::Compatible, name, question("Go")).await;
        assert_eq!(body["model"], name);
        assert!(body.get("reasoning_effort").is_none(), "{body}");
    }
    let (_, body) = sent(Lane::Anthropic, "fake-high", question("Go")).await;
    assert_eq!(body["model"], "fake-high");
}

#[tokio::test]
async fn leading_instructions_become_one() {
    let request = || ChatRequest {
        messages: vec![
            ChatMessage::text(Role::System, "You are Kuma."),
            ChatMessage::text(Role::System, "Today is Monday."),
            ChatMessage::text(Role::User, "Hi"),
            ChatMessage::text(Role::Assistant, "Hello"),
            ChatMessage::text(Role::User, "Bye"),
        ],
        ..ChatRequest::default()
    };
    let together = "You are Kuma.\n\nToday is Monday.";
    for (lane, pointer) in [
        (Lane::OpenAi, "/messages/0/content"),
        (Lane::Responses, "/instructions"),
        (Lane::Anthropic, "/system"),
        (Lane::Gemini, "/systemInstruction/parts/0/text"),
    ] {
        let (_, body) = sent(lane, lane.model(), request()).await;
        assert_eq!(body.pointer(pointer), Some(&Value::from(together)), "{lane:?} {body}");
    }
    let (_, body) = sent(Lane::Ollama, "qwen3:8b", request()).await;
    assert_eq!(body["messages"][0]["role"], "system");
}

#[tokio::test]
async fn a_reply_can_be_bound_to_a_schema() {
    let schema = json!({
        "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false
    });
    for (lane, pointer) in [
        (Lane::OpenAi, "/response_format/json_schema/schema"),
        (Lane::Responses, "/text/format/schema"),
        (Lane::Anthropic, "/output_config/format/schema"),
        (Lane::Gemini, "/generationConfig/responseJsonSchema"),
        (Lane::Ollama, "/format"),
    ] {
        let request = ChatRequest { response_schema: Some(schema.clone()), ..question("Go") };
        let (_, body) = sent(lane, lane.model(), request).await;
        assert_eq!(body.pointer(pointer), Some(&schema), "{lane:?} {body}");
    }
}

#[tokio::test]
async fn ollama_gets_a_context_that_holds_the_conversation() {
    let context = |body: &Value| body["options"]["num_ctx"].as_u64().unwrap();
    let (_, short) = sent(Lane::Ollama, "qwen3:8b", question("Hi")).await;
    assert_eq!(context(&short), 4096);
    let (_, long) = sent(Lane::Ollama, "qwen3:8b", question(&"word ".repeat(12_000))).await;
    assert_eq!(context(&long), 32_768, "20,000 tokens by our count, with room for the answer");
    let (_, huge) = sent(Lane::Ollama, "qwen3:8b", question(&"word ".repeat(200_000))).await;
    assert_eq!(context(&huge), 100_000, "never more than the model can hold");
    assert_eq!(huge["think"], true);
}

#[tokio::test]
async fn anthropics_signed_thinking_returns_with_its_call() {
    let lane = Lane::Anthropic;
    let fake = lane.fake().await;
    let model = lane.model_of(&fake);
    fake.push(
        Reply::builder().reasoning("I look at the clock.").tool_call("clock", json!({ "city": "Oslo" })),
    );
    let mut request = ChatRequest { tools: tools(), ..question("Time?") };
    let first = ask(&model, request.clone()).await;
    let call = first.calls[0].clone();
    assert!(!call.signatures.is_empty(), "{call:?}");
    let result =
        kuma_llm::Part::ToolResult { call_id: call.call_id.clone(), content: "noon".into(), is_error: false };
    request.messages.push(ChatMessage { role: Role::Assistant, parts: vec![kuma_llm::Part::ToolCall(call)] });
    request.messages.push(ChatMessage { role: Role::Tool, parts: vec![result] });
    fake.push(Reply::text("Noon."));
    assert_eq!(ask(&model, request.clone()).await.text, "Noon.");
    let body = fake.requests().pop().unwrap().body;
    let blocks = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(blocks[0]["type"], "thinking", "{body}");
    assert_eq!(blocks[0]["thinking"], "I look at the clock.");
    assert!(blocks[0]["signature"].as_str().is_some_and(|mark| !mark.is_empty()));
    assert_eq!(body["thinking"], json!({ "type": "adaptive", "display": "summarized" }));

    // Another vendor is not sent marks that are not its own.
    for other in [Lane::OpenAi, Lane::Responses, Lane::Gemini, Lane::Ollama] {
        let (_, body) = sent(other, other.model(), request.clone()).await;
        assert!(!body.to_string().contains("anthropic:"), "{other:?} {body}");
    }
}
