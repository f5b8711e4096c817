//! What the starter model's own template does not know: tools, and thinking aloud. The same weights
//! with another template stand in for a model that knows them.

use std::path::{Path, PathBuf};

use futures::StreamExt;
use kuma_llm::{ChatEvent, ChatMessage, ChatRequest, Part, Provider, Role, ToolCall, ToolSpec};
use kuma_local::gguf::GgufInfo;
use kuma_local::{LocalOptions, LocalProvider};
use kuma_types::FinishReason;
use serde_json::json;

use crate::support::{MODEL, ask, options, whole};

const WITH_TOOLS: &str = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}\
    {% for c in m.tool_calls %}{{ c.function | tojson }}{% endfor %}<|im_end|>\n{% endfor %}\
    {% if tools %}{% endif %}<|im_start|>assistant\n";

const THINKING: &str = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}\
    <|im_start|>assistant\n<think>\n";

/// The starter model with another template, of the same length thanks to a comment.
fn with_template(folder: &Path, template: &str) -> PathBuf {
    let source = crate::models_dir().join(format!("{MODEL}.gguf"));
    let old = GgufInfo::read(&source).unwrap().chat_template.unwrap();
    let filling = old.len() - template.len() - "{##}".len();
    let new = format!("{{#{}#}}{template}", " ".repeat(filling));
    assert_eq!(new.len(), old.len());
    let mut bytes = std::fs::read(source).unwrap();
    let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
    bytes.splice(at..at + new.len(), new.bytes());
    let path = folder.join("patched.gguf");
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn events(file: PathBuf, request: ChatRequest) -> Vec<ChatEvent> {
    let provider = LocalProvider::new(LocalOptions { model_file: Some(file), ..options() });
    let info = provider.list_models().await.unwrap().remove(0);
    let model = provider.chat_model(info);
    model.stream(request).await.unwrap().map(Result::unwrap).collect().await
}

fn weather() -> ToolSpec {
    ToolSpec {
        name: "get_weather".into(),
        description: "The weather of a city.".into(),
        parameters: json!({
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 30}},
            "required": ["city"],
            "additionalProperties": false,
        }),
    }
}

/// A conversation in which calls have become a habit, which even a small model keeps up.
fn habit() -> ChatRequest {
    let mut messages = Vec::new();
    for city in ["Oslo", "Madrid", "Rome"] {
        let call = ToolCall {
            call_id: "c".into(),
            name: "get_weather".into(),
            arguments: json!({"city": city}),
            signatures: vec![],
        };
        messages.push(ChatMessage::text(Role::User, format!("What is the weather in {city}?")));
        messages.push(ChatMessage { role: Role::Assistant, parts: vec![Part::ToolCall(call)] });
    }
    messages.push(ChatMessage::text(Role::User, "What is the weather in Berlin?"));
    ChatRequest { messages, tools: vec![weather()], ..ask("", 60) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_comes_out_whole_and_in_its_form() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(with_template(folder.path(), WITH_TOOLS), habit()).await;
    let [ChatEvent::ToolCall(call), ChatEvent::Done { finish_reason, usage }] = events.as_slice() else {
        unreachable!("one call and nothing else, not {events:?}");
    };
    assert_eq!((call.name.as_str(), &call.arguments), ("get_weather", &json!({"city": "Berlin"})));
    assert!(!call.call_id.is_empty());
    assert_eq!(*finish_reason, FinishReason::Stop);
    assert!(usage.output_tokens > 8);
}

/// The same habit with a word before each call.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_may_follow_text() {
    const SPEAKING: &str = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}\
        {% for c in m.tool_calls %}\n<tool_call>{{ c.function | tojson }}{% endfor %}<|im_end|>\n{% endfor %}\
        {% if tools %}{% endif %}<|im_start|>assistant\n";
    let mut request = habit();
    for message in request.messages.iter_mut().filter(|message| message.role == Role::Assistant) {
        message.parts.insert(0, Part::Text("I will look.".into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let events = events(with_template(folder.path(), SPEAKING), request).await;
    let said: String = events
        .iter()
        .filter_map(|event| if let ChatEvent::Text(text) = event { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(said.trim(), "I will look.", "{events:?}");
    let [.., ChatEvent::ToolCall(call), ChatEvent::Done { .. }] = events.as_slice() else {
        unreachable!("a call at the end, not {events:?}");
    };
    assert_eq!((call.name.as_str(), &call.arguments), ("get_weather", &json!({"city": "Berlin"})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cut_off_is_shown_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let request = ChatRequest { max_output_tokens: Some(5), ..habit() };
    let events = events(with_template(folder.path(), WITH_TOOLS), request).await;
    let [ChatEvent::Text(text), ChatEvent::Done { finish_reason, .. }] = events.as_slice() else {
        unreachable!("text and nothing else, not {events:?}");
    };
    assert!(text.starts_with('{'), "{text}");
    assert_eq!(*finish_reason, FinishReason::Length);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_stays_text_with_tools_on_offer() {
    let folder = tempfile::tempdir().unwrap();
    let file = with_template(folder.path(), WITH_TOOLS);
    let provider = LocalProvider::new(LocalOptions { model_file: Some(file), ..options() });
    let model = provider.chat_model(provider.list_models().await.unwrap().remove(0));
    let reply = async |tools: Vec<ToolSpec>| {
        let request = ChatRequest { tools, ..ask("What is the capital of France?", 40) };
        whole(model.stream(request).await.unwrap()).await.unwrap()
    };
    let (with, without) = (reply(vec![weather()]).await, reply(vec![]).await);
    assert!(with.text.contains("Paris"), "{}", with.text);
    assert_eq!(with.text, without.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn thinking_that_the_prompt_opens_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let events = events(with_template(folder.path(), THINKING), ask("What is 2 + 2?", 12)).await;
    let (last, thoughts) = events.split_last().unwrap();
    assert!(!thoughts.is_empty());
    assert!(thoughts.iter().all(|event| matches!(event, ChatEvent::Reasoning(_))), "{thoughts:?}");
    assert!(matches!(last, ChatEvent::Done { .. }));
}
