//! A lane is one way to a model: a kind of provider, a fake that plays it, a model.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool, typed};
use kuma_agent::{EventSink, MemorySteps, RunIds, RunInput, RunOutcome, SinkError, Tool, Toolbox};
use kuma_llm::{
    Capability, ChatMessage, ChatModel, ChatRequest, ModelInfo, Provider, ProviderKind, RemoteConfig,
    RemoteProvider, Role,
};
use kuma_testkit::{FakeUpstream, Vendor};
use kuma_types::{ChatId, Effect, JobId, RunEvent, ToolCategory, ToolErrorKind, UserId};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

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
    fn parts(self) -> (ProviderKind, Vendor, &'static str) {
        match self {
            Self::OpenAi => (ProviderKind::OpenAi, Vendor::OpenAi, "gpt-4o"),
            Self::Responses => (ProviderKind::OpenAiResponses, Vendor::OpenAi, "gpt-6.2-sol"),
            Self::Compatible => (ProviderKind::OpenAiCompatible, Vendor::OpenAi, "fake-chat-medium"),
            Self::Anthropic => (ProviderKind::Anthropic, Vendor::Anthropic, "claude-sonnet-5-5"),
            Self::Gemini => (ProviderKind::Gemini, Vendor::Gemini, "gemini-3.8-flash"),
            Self::Ollama => (ProviderKind::Ollama, Vendor::Ollama, "qwen3:8b"),
        }
    }

    fn model(self, fake: &FakeUpstream) -> Arc<dyn ChatModel> {
        let (kind, _, model) = self.parts();
        let config = RemoteConfig {
            name: "acme".to_owned(),
            kind,
            base_url: Some(fake.base_url()),
            key: Some(SecretString::from("a-good-key")),
        };
        let http: reqwest::Client = kuma_net::build_client(&kuma_net::ClientOptions::streaming()).unwrap();
        let capabilities =
            vec![Capability::Chat, Capability::Tools, Capability::Vision, Capability::Reasoning];
        RemoteProvider::new(config, http).unwrap().chat_model(ModelInfo {
            id: format!("acme/{model}"),
            provider: "acme".to_owned(),
            model: model.to_owned(),
            name: model.to_owned(),
            context_window: Some(100_000),
            capabilities,
            demo: false,
        })
    }
}

/// A conversation with one fake.
pub(crate) struct Talk {
    pub(crate) lane: Lane,
    pub(crate) fake: FakeUpstream,
    pub(crate) steps: MemorySteps,
    pub(crate) events: Events,
    model: Arc<dyn ChatModel>,
    ids: RunIds,
}

impl Talk {
    pub(crate) async fn over(lane: Lane) -> Self {
        let fake = FakeUpstream::start(lane.parts().1).await;
        let model = lane.model(&fake);
        let ids = RunIds { user: UserId::new(), chat: ChatId::new(), job: JobId::new() };
        Self { lane, fake, steps: MemorySteps::default(), events: Events::default(), model, ids }
    }

    /// Starts the run, or lets it go on.
    pub(crate) async fn run(&self, change: impl FnOnce(&mut RunInput)) -> RunOutcome {
        let messages =
            vec![ChatMessage::text(Role::System, "Be brief."), ChatMessage::text(Role::User, "Weather?")];
        let request = ChatRequest { messages, ..ChatRequest::default() };
        let mut input = RunInput::new(self.ids, Arc::clone(&self.model), request);
        let mut toolbox = Toolbox::default();
        for tool in tools() {
            toolbox.push(tool);
        }
        input.toolbox = toolbox;
        input.earlier = self.steps.all();
        change(&mut input);
        kuma_agent::run::run(input, &self.events, &self.steps, &CancellationToken::new()).await
    }

    /// The body of the last request.
    pub(crate) fn last_body(&self) -> serde_json::Value {
        self.fake.requests().pop().unwrap().body
    }
}

#[derive(Default)]
pub(crate) struct Events(Mutex<Vec<RunEvent>>);

impl Events {
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<&str> = self.0.lock().unwrap().iter().map(RunEvent::kind).collect();
        kinds.dedup();
        kinds
    }
}

#[async_trait]
impl EventSink for Events {
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError> {
        self.0.lock().unwrap().extend(events);
        Ok(())
    }
}

fn tools() -> Vec<Arc<dyn Tool>> {
    vec![typed(Weather), typed(Post)]
}

#[derive(Deserialize, JsonSchema)]
struct City {
    /// Which city.
    city: String,
    /// In which unit.
    unit: Option<Unit>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Celsius,
    Fahrenheit,
}

struct Weather;

#[async_trait]
impl TypedTool for Weather {
    type Arguments = City;
    const NAME: &'static str = "weather";
    const DISPLAY_NAME: &'static str = "Look up the weather";
    const DESCRIPTION: &'static str = "Tells the weather of a city.";
    const CATEGORY: ToolCategory = ToolCategory::Search;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = false;

    fn describe(&self, arguments: &City) -> String {
        let unit = match arguments.unit {
            Some(Unit::Fahrenheit) => "Fahrenheit",
            Some(Unit::Celsius) | None => "Celsius",
        };
        format!("Look up the weather of {} in {unit}", arguments.city)
    }

    async fn call(&self, _: &ToolContext, arguments: City) -> Result<ToolOutput, ToolError> {
        if arguments.city == "Atlantis" {
            let message = "there is no such city \"Atlantis\"";
            return Err(ToolError::new(ToolErrorKind::Upstream, message, "There is no such city."));
        }
        Ok(ToolOutput::text(format!("31 degrees in {}", arguments.city), "31 degrees"))
    }
}

struct Post;

#[async_trait]
impl TypedTool for Post {
    type Arguments = City;
    const NAME: &'static str = "post";
    const DISPLAY_NAME: &'static str = "Post a card";
    const DESCRIPTION: &'static str = "Sends a card to a city.";
    const CATEGORY: ToolCategory = ToolCategory::Gmail;
    const EFFECT: Effect = Effect::Write;
    const OUTSIDE: bool = false;

    fn describe(&self, arguments: &City) -> String {
        format!("Post a card to {}", arguments.city)
    }

    async fn call(&self, _: &ToolContext, arguments: City) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::text(format!("posted to {}", arguments.city), "Posted"))
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
            use crate::support::{Lane, Talk};
            $(#[tokio::test]
            async fn $test() {
                let talk = Talk::over(Lane::$lane).await;
                super::$test(&talk).await;
                // The fake checks every request against the vendor's rules: schemas, turns, marks.
                talk.fake.assert_clean();
            })+
        }
    };
}
pub(crate) use on_every_lane;
