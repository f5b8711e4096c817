//! A lane is one way to a model: a kind of provider, a fake that plays it, a model.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kuma_llm::{
    Capability, ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, Deadlines, ModelError, ModelInfo,
    Provider, ProviderKind, RemoteConfig, RemoteProvider, Role, ToolCall, ToolSpec,
};
use kuma_testkit::{FakeUpstream, Vendor};
use kuma_types::{FinishReason, Usage};
use secrecy::SecretString;
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    OpenAi,
    Responses,
    Compatible,
    Anthropic,
    Gemini,
    Ollama,
}

impl Lane {
    pub(crate) const ALL: [Self; 6] =
        [Self::OpenAi, Self::Responses, Self::Compatible, Self::Anthropic, Self::Gemini, Self::Ollama];

    pub(crate) fn kind(self) -> ProviderKind {
        match self {
            Self::OpenAi => ProviderKind::OpenAi,
            Self::Responses => ProviderKind::OpenAiResponses,
            Self::Compatible => ProviderKind::OpenAiCompatible,
            Self::Anthropic => ProviderKind::Anthropic,
            Self::Gemini => ProviderKind::Gemini,
            Self::Ollama => ProviderKind::Ollama,
        }
    }

    pub(crate) fn vendor(self) -> Vendor {
        match self {
            Self::OpenAi | Self::Responses | Self::Compatible => Vendor::OpenAi,
            Self::Anthropic => Vendor::Anthropic,
            Self::Gemini => Vendor::Gemini,
            Self::Ollama => Vendor::Ollama,
        }
    }

    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::OpenAi => "gpt-4o",
            Self::Responses => "gpt-6.2-sol",
            Self::Compatible => "fake-chat-medium",
            Self::Anthropic => "claude-sonnet-5-5",
            Self::Gemini => "gemini-3.8-flash",
            Self::Ollama => "qwen3:8b",
        }
    }

    pub(crate) async fn fake(self) -> FakeUpstream {
        FakeUpstream::start(self.vendor()).await
    }

    pub(crate) fn config(self, base_url: &str, key: &str) -> RemoteConfig {
        RemoteConfig {
            name: "acme".to_owned(),
            kind: self.kind(),
            base_url: Some(base_url.to_owned()),
            key: Some(SecretString::from(key)),
        }
    }

    pub(crate) fn provider(self, fake: &FakeUpstream) -> RemoteProvider {
        self.provider_at(&fake.base_url())
    }

    pub(crate) fn provider_at(self, base_url: &str) -> RemoteProvider {
        RemoteProvider::new(self.config(base_url, "a-good-key"), http()).unwrap()
    }

    pub(crate) fn info(self) -> ModelInfo {
        ModelInfo {
            id: format!("acme/{}", self.model()),
            provider: "acme".to_owned(),
            model: self.model().to_owned(),
            name: self.model().to_owned(),
            context_window: Some(100_000),
            capabilities: vec![
                Capability::Chat,
                Capability::Tools,
                Capability::Vision,
                Capability::Reasoning,
            ],
            demo: false,
        }
    }

    pub(crate) fn model_of(self, fake: &FakeUpstream) -> Arc<dyn ChatModel> {
        self.provider(fake).chat_model(self.info())
    }

    /// Deadlines are waited for in these tests, so they are short; long enough for a busy machine.
    pub(crate) fn hurried_model_of(
        self,
        fake: &FakeUpstream,
        first_byte: Duration,
        idle: Duration,
    ) -> Arc<dyn ChatModel> {
        let deadlines = Deadlines { first_byte, idle, ..Deadlines::of(self.kind()) };
        self.provider(fake).with_deadlines(deadlines).chat_model(self.info())
    }
}

pub(crate) fn http() -> reqwest::Client {
    kuma_net::build_client(&kuma_net::ClientOptions::streaming()).unwrap()
}

pub(crate) fn question(text: &str) -> ChatRequest {
    ChatRequest { messages: vec![ChatMessage::text(Role::User, text)], ..ChatRequest::default() }
}

pub(crate) fn tools() -> Vec<ToolSpec> {
    ["weather", "clock"]
        .into_iter()
        .map(|name| ToolSpec {
            name: name.to_owned(),
            description: format!("Tells the {name} of a city"),
            parameters: json!({
                "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"]
            }),
        })
        .collect()
}

/// All that came of one answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) retries: Vec<u32>,
    pub(crate) done: Option<(FinishReason, Usage)>,
    pub(crate) error: Option<ModelError>,
}

impl Answer {
    pub(crate) fn finish(&self) -> FinishReason {
        assert!(self.error.is_none(), "{self:?}");
        self.done.expect("an answer ends with `Done`").0
    }

    pub(crate) fn failed(self) -> ModelError {
        assert!(self.done.is_none(), "{self:?}");
        self.error.expect("the answer should have failed")
    }
}

/// Reads a stream to its end and checks the promises of the port.
pub(crate) async fn read(mut stream: ChatStream) -> Answer {
    let mut answer = Answer::default();
    while let Some(event) = stream.next().await {
        assert!(answer.done.is_none() && answer.error.is_none(), "nothing follows the last event: {event:?}");
        match event {
            Ok(ChatEvent::Text(text)) => {
                assert!(!text.is_empty());
                answer.text.push_str(&text);
            }
            Ok(ChatEvent::Reasoning(text)) => answer.reasoning.push_str(&text),
            Ok(ChatEvent::ToolCall(call)) => answer.calls.push(call),
            Ok(ChatEvent::Retrying { attempt, .. }) => answer.retries.push(attempt),
            Ok(ChatEvent::Done { finish_reason, usage }) => answer.done = Some((finish_reason, usage)),
            Ok(ChatEvent::Queued { .. }) => panic!("remote models have no queue"),
            Err(error) => answer.error = Some(error),
        }
    }
    assert!(answer.done.is_some() != answer.error.is_some(), "one end: {answer:?}");
    answer
}

pub(crate) async fn ask(model: &Arc<dyn ChatModel>, request: ChatRequest) -> Answer {
    match model.stream(request).await {
        Ok(stream) => read(stream).await,
        Err(error) => Answer { error: Some(error), ..Answer::default() },
    }
}

/// One test for every lane.
macro_rules! on_every_lane {
    ($($test:ident),+ $(,)?) => {
        on_every_lane!(@ openai OpenAi $($test)+);
        on_every_lane!(@ responses Responses $($test)+);
        on_every_lane!(@ compatible Compatible $($test)+);
        on_every_lane!(@ anthropic Anthropic $($test)+);
        on_every_lane!(@ gemini Gemini $($test)+);
        on_every_lane!(@ ollama Ollama $($test)+);
    };
    (@ $module:ident $lane:ident $($test:ident)+) => {
        mod $module {
            use crate::support::Lane;
            $(#[tokio::test]
            async fn $test() {
                super::$test(Lane::$lane).await;
            })+
        }
    };
}
pub(crate) use on_every_lane;
