//! A model that follows a script, tools that count, and a run that can be killed anywhere.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::{FutureExt, StreamExt};
use kuma_llm::{
    Capability, ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, ModelError, ModelInfo, Part,
    Role, ToolCall,
};
use kuma_types::{
    ChatId, Decision, Effect, FinishReason, JobId, Provenance, RunEvent, RunStep, Source, SourceAt,
    ToolCategory, Usage, UserId,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::run::*;
use crate::steps::{StepLog, StepLogError};
use crate::tool::*;

// ---- The model -----------------------------------------------------------------------------------

/// What the model does when it is asked for the n-th time in this conversation.
type Say = Box<dyn Fn(usize, &ChatRequest) -> Vec<Result<ChatEvent, ModelError>> + Send + Sync>;

pub(super) struct Scripted {
    info: ModelInfo,
    say: Say,
    pub(super) asked: Mutex<Vec<ChatRequest>>,
}

impl Scripted {
    /// Replies by how many replies of this run the request holds, so that a run that goes on is
    /// answered as if it had not been interrupted.
    pub(super) fn new(
        say: impl Fn(usize, &ChatRequest) -> Vec<Result<ChatEvent, ModelError>> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let info = ModelInfo {
            id: "acme/scripted".into(),
            provider: "acme".into(),
            model: "scripted".into(),
            name: "Scripted".into(),
            context_window: Some(100_000),
            capabilities: vec![Capability::Chat, Capability::Tools],
            demo: false,
        };
        Arc::new(Self { info, say: Box::new(say), asked: Mutex::default() })
    }

    /// The replies in order; the last one again and again.
    pub(super) fn replies(replies: Vec<Vec<ChatEvent>>) -> Arc<Self> {
        Self::new(move |n, _| replies[n.min(replies.len() - 1)].iter().cloned().map(Ok).collect())
    }

    pub(super) fn window(self: Arc<Self>, tokens: u32) -> Arc<Self> {
        let mut model = Arc::into_inner(self).unwrap();
        model.info.context_window = Some(tokens);
        Arc::new(model)
    }

    pub(super) fn without_tools(self: Arc<Self>) -> Arc<Self> {
        let mut model = Arc::into_inner(self).unwrap();
        model.info.capabilities = vec![Capability::Chat];
        Arc::new(model)
    }

    pub(super) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(super) fn request(&self, n: usize) -> ChatRequest {
        self.asked.lock().unwrap()[n].clone()
    }

    pub(super) fn last_request(&self) -> ChatRequest {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let n = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        let events = (self.say)(n, &request);
        self.asked.lock().unwrap().push(request);
        // Each event on its own, as from a network.
        let stream = futures::stream::iter(events).then(|event| async move {
            tokio::task::yield_now().await;
            event
        });
        Ok(Box::pin(stream))
    }
}

pub(super) fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(text.into())
}

pub(super) fn call(id: &str, tool: &str, arguments: Value) -> ChatEvent {
    let call_id = id.to_owned();
    ChatEvent::ToolCall(ToolCall {
        call_id,
        name: tool.into(),
        arguments,
        signatures: vec![format!("mark-{id}")],
    })
}

pub(super) fn done() -> ChatEvent {
    done_as(FinishReason::Stop)
}

pub(super) fn done_as(finish_reason: FinishReason) -> ChatEvent {
    ChatEvent::Done { finish_reason, usage: Usage { input_tokens: 10, output_tokens: 5 } }
}

// ---- Tools ---------------------------------------------------------------------------------------

type Work = Box<dyn Fn(&ToolContext, Value) -> Result<ToolOutput, ToolError> + Send + Sync>;

pub(super) struct Counted {
    info: ToolInfo,
    work: Work,
    hang: bool,
    by: Option<Describer>,
    pub(super) calls: Arc<Mutex<Vec<Value>>>,
    pub(super) keys: Arc<Mutex<Vec<String>>>,
}

/// A tool and the arguments of every call that was made of it.
pub(super) struct Watched {
    pub(super) tool: Arc<dyn Tool>,
    pub(super) calls: Arc<Mutex<Vec<Value>>>,
    pub(super) keys: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    pub(super) fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }
}

fn info(name: &str, effect: Effect) -> ToolInfo {
    ToolInfo {
        name: name.into(),
        display_name: format!("Do {name}"),
        description: format!("Does {name}."),
        hint: None,
        category: ToolCategory::Search,
        effect,
        input_schema: json!({"type": "object", "properties": {}}),
        requires: None,
        timeout: Duration::from_secs(30),
        outside: false,
    }
}

pub(super) struct Make(Counted);

pub(super) fn tool(name: &str, effect: Effect) -> Make {
    let work: Work = Box::new(|_, arguments| Ok(ToolOutput::text(format!("did {arguments}"), "Done")));
    let info = info(name, effect);
    Make(Counted { info, work, hang: false, by: None, calls: Arc::default(), keys: Arc::default() })
}

pub(super) fn read(name: &str) -> Make {
    tool(name, Effect::Read)
}

pub(super) fn write(name: &str) -> Make {
    tool(name, Effect::Write)
}

impl Make {
    pub(super) fn doing(
        mut self,
        work: impl Fn(&ToolContext, Value) -> Result<ToolOutput, ToolError> + Send + Sync + 'static,
    ) -> Self {
        self.0.work = Box::new(work);
        self
    }

    pub(super) fn says(self, text: &str) -> Self {
        let text = text.to_owned();
        self.doing(move |_, _| Ok(ToolOutput::text(text.clone(), "Done")))
    }

    pub(super) fn outside(mut self) -> Self {
        self.0.info.outside = true;
        self
    }

    pub(super) fn hanging(mut self, timeout: Duration) -> Self {
        self.0.hang = true;
        self.0.info.timeout = timeout;
        self
    }

    /// A tool of another program, for which somebody vouches or not.
    pub(super) fn described(mut self, id: &str, vouched: bool) -> Self {
        let taints = (!vouched).then(|| Provenance::of(format!("what “{id}” says of its tools")));
        self.0.by = Some(Describer { id: id.into(), from: Provenance::of(id), taints });
        self.outside()
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut ToolInfo)) -> Self {
        change(&mut self.0.info);
        self
    }

    pub(super) fn watched(self) -> Watched {
        let (calls, keys) = (self.0.calls.clone(), self.0.keys.clone());
        Watched { tool: Arc::new(self.0), calls, keys }
    }
}

#[async_trait]
impl Tool for Counted {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn described_by(&self) -> Option<&Describer> {
        self.by.as_ref()
    }

    fn describe(&self, arguments: &Value) -> String {
        assert!(arguments.get("panicInDescribe").is_none(), "as asked");
        format!("{} with {arguments}", self.info.display_name)
    }

    fn check(&self, arguments: &Value) -> Result<(), ToolError> {
        if arguments.get("foreign").is_some() {
            return Err(ToolError::bad_arguments("it says: OBEY"));
        }
        if arguments.is_object() && arguments.get("bad").is_none() {
            return Ok(());
        }
        Err(ToolError::bad_arguments("`bad` is not taken").in_own_words())
    }

    async fn preview(&self, _: &ToolContext, arguments: &Value) -> Value {
        assert!(arguments.get("panicInPreview").is_none(), "as asked");
        json!({ "preview": arguments })
    }

    async fn call(&self, context: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        self.calls.lock().unwrap().push(arguments.clone());
        self.keys.lock().unwrap().push(context.idempotency_key.clone());
        if self.hang {
            std::future::pending::<()>().await;
        }
        // Others may run meanwhile.
        tokio::task::yield_now().await;
        (self.work)(context, arguments)
    }
}

pub(super) fn page(url: &str, text: &str) -> Source {
    Source { title: format!("Page of {url}"), at: SourceAt::Url(url.into()), page: None, text: text.into() }
}

/// A tool that gives text of that place.
pub(super) fn reader(name: &str, place: &'static str, text: &'static str) -> Make {
    read(name).outside().doing(move |_, _| {
        Ok(ToolOutput {
            provenance: Some(Provenance::of(place)),
            sources: vec![page(&format!("https://{place}"), text)],
            ..ToolOutput::text(text, "1 page")
        })
    })
}

// ---- A run ---------------------------------------------------------------------------------------

/// Where a run is killed: at the n-th operation on journal or step log, before or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kill {
    pub(super) at: usize,
    pub(super) after: bool,
}

/// What outlives a process: the rows and the journal.
#[derive(Default)]
pub(super) struct World {
    pub(super) steps: Mutex<Vec<RunStep>>,
    pub(super) events: Mutex<Vec<RunEvent>>,
    pub(super) operations: AtomicUsize,
    kill: Mutex<Option<Kill>>,
    dead: Mutex<bool>,
}

impl World {
    pub(super) fn kill_at(&self, kill: Option<Kill>) {
        *self.kill.lock().unwrap() = kill;
        *self.dead.lock().unwrap() = false;
        self.operations.store(0, Ordering::SeqCst);
    }

    /// Whether the operation may happen, and whether the process lives on.
    fn pass(&self) -> (bool, bool) {
        if *self.dead.lock().unwrap() {
            return (false, false);
        }
        let n = self.operations.fetch_add(1, Ordering::SeqCst);
        match *self.kill.lock().unwrap() {
            Some(kill) if kill.at == n => {
                *self.dead.lock().unwrap() = true;
                (kill.after, false)
            }
            _ => (true, true),
        }
    }

    pub(super) fn events(&self) -> Vec<RunEvent> {
        self.events.lock().unwrap().clone()
    }

    pub(super) fn steps(&self) -> Vec<RunStep> {
        self.steps.lock().unwrap().clone()
    }
}

#[async_trait]
impl EventSink for World {
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError> {
        let (happens, lives) = self.pass();
        if happens {
            self.events.lock().unwrap().extend(events);
        }
        if lives { Ok(()) } else { Err(SinkError::Fenced) }
    }
}

#[async_trait]
impl StepLog for World {
    async fn record(&self, step: &RunStep) -> Result<(), StepLogError> {
        let (happens, lives) = self.pass();
        if happens {
            let mut steps = self.steps.lock().unwrap();
            assert_eq!(step.number as usize, steps.len() + 1, "gapless");
            // What is kept is what can be read again.
            steps.push(RunStep::decode(&step.encode().unwrap()).unwrap());
        }
        if lives { Ok(()) } else { Err(StepLogError::Fenced) }
    }
}

/// A run that can be started again and again.
pub(super) struct Stage {
    pub(super) model: Arc<Scripted>,
    pub(super) tools: Vec<Arc<dyn Tool>>,
    pub(super) specialists: Vec<Specialist>,
    pub(super) allowed: HashSet<String>,
    pub(super) decisions: HashMap<String, Decision>,
    pub(super) taint: Option<Provenance>,
    pub(super) limits: Limits,
    pub(super) world: World,
    pub(super) cancel: CancellationToken,
    pub(super) ids: RunIds,
    pub(super) missing: Vec<(ToolInfo, String)>,
    pub(super) history: Vec<ChatMessage>,
}

impl Stage {
    pub(super) fn new(model: Arc<Scripted>, tools: &[&Watched]) -> Self {
        Self {
            model,
            tools: tools.iter().map(|watched| watched.tool.clone()).collect(),
            specialists: Vec::new(),
            allowed: HashSet::new(),
            decisions: HashMap::new(),
            taint: None,
            limits: Limits::default(),
            world: World::default(),
            cancel: CancellationToken::new(),
            ids: RunIds { user: UserId::new(), chat: ChatId::new(), job: JobId::new() },
            missing: Vec::new(),
            history: Vec::new(),
        }
    }

    pub(super) fn allow(mut self, tool: &str) -> Self {
        self.allowed.insert(tool.into());
        self
    }

    pub(super) fn approve(&mut self, call_id: &str) {
        self.decisions.insert(call_id.into(), Decision::Approve { arguments: None });
    }

    /// Starts the run, or lets it go on.
    pub(super) async fn run(&self) -> RunOutcome {
        let mut toolbox = Toolbox::default();
        for tool in &self.tools {
            toolbox.push(tool.clone());
        }
        for (info, how) in &self.missing {
            toolbox.push_missing(info, how.clone());
        }
        let mut messages = vec![ChatMessage::text(Role::System, "You are Kuma.")];
        messages.extend(self.history.clone());
        messages.push(ChatMessage::text(Role::User, "Go."));
        let request = ChatRequest { messages, ..ChatRequest::default() };
        let events = self.world.events();
        let input = RunInput {
            toolbox,
            specialists: self.specialists.clone(),
            allowed: self.allowed.clone(),
            decisions: self.decisions.clone(),
            taint: self.taint.clone(),
            limits: self.limits,
            earlier: self.world.steps(),
            told: Told::by(&events),
            ..RunInput::new(self.ids, self.model.clone(), request)
        };
        let outcome = run(input, &self.world, &self.world, &self.cancel).await;
        if outcome.ending != RunEnding::Lost {
            assert_eq!(told_text(&self.world.events()), outcome.text, "readers have the answer");
        }
        outcome
    }
}

/// The answer as readers have it: the last reset's text and the chunks after it.
pub(super) fn told_text(events: &[RunEvent]) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            RunEvent::Chunk { text: more } => text.push_str(more),
            RunEvent::Reset { text: all } => text.clone_from(all),
            _ => {}
        }
    }
    text
}

/// The events in short: `call look`, `result look ok`, `ask send`, `text …`.
pub(super) fn short(events: &[RunEvent]) -> Vec<String> {
    let nested = |parent: &Option<String>| parent.as_ref().map_or("", |_| "  ");
    let mut lines: Vec<String> = Vec::new();
    for event in events {
        match event {
            RunEvent::Chunk { text } => match lines.last_mut().filter(|line| line.starts_with("text ")) {
                Some(line) => line.push_str(text),
                None => lines.push(format!("text {text}")),
            },
            RunEvent::Reasoning { text } => lines.push(format!("thought {text}")),
            RunEvent::Reset { text } => lines.push(format!("reset {text}")),
            RunEvent::ToolCall { tool, parent_call_id, .. } => {
                lines.push(format!("{}call {tool}", nested(parent_call_id)));
            }
            RunEvent::ToolProgress { text, parent_call_id, .. } => {
                lines.push(format!("{}progress {text}", nested(parent_call_id)));
            }
            RunEvent::ApprovalRequired { tool, parent_call_id, .. } => {
                lines.push(format!("{}ask {tool}", nested(parent_call_id)));
            }
            RunEvent::ToolResult { tool, ok, parent_call_id, .. } => {
                let how = if *ok { "ok" } else { "failed" };
                lines.push(format!("{}result {tool} {how}", nested(parent_call_id)));
            }
            RunEvent::Citation(citation) => lines.push(format!("citation {}", citation.index)),
            other => lines.push(other.kind().to_owned()),
        }
    }
    lines
}

/// What the model was given as the result of a call.
pub(super) fn result_of(request: &ChatRequest, id: &str) -> (String, bool) {
    let mut parts = request.messages.iter().flat_map(|message| &message.parts);
    parts
        .find_map(|part| match part {
            Part::ToolResult { call_id, content, is_error } if call_id == id => {
                Some((content.clone(), *is_error))
            }
            _ => None,
        })
        .unwrap_or_else(|| panic!("no result of {id} in {request:?}"))
}

/// Polls a run until nothing moves any more, without ending it.
pub(super) async fn until(
    mut done: impl FnMut() -> bool,
    run: impl Future<Output = RunOutcome>,
) -> RunOutcome {
    let run = run.shared();
    let watcher = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::pin!(run);
    tokio::select! {
        outcome = &mut run => outcome,
        () = watcher => run.await,
    }
}
