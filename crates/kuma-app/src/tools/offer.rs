//! Kuma's own tools for other assistants: those that only read, called outside of any run.
//!
//! Nobody is asked here, so nothing that changes something is offered. Neither are tools that look at
//! pictures of a chat (there is no chat) and those of other MCP servers (whoever wants them asks there).

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use futures::FutureExt as _;
use kuma_agent::cut;
use kuma_agent::tool::{Availability, Progress, Tool, ToolContext, ToolInfo, ToolOutput, UsageMeter};
use kuma_llm::{ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo};
use kuma_store::User;
use kuma_types::{ChatId, Effect, JobId, SourceAt, ToolCategory, Usage};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};
use crate::memory;

/// Tokens of one result.
const RESULT_TOKENS: usize = 24_000;

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// For the model that called.
    pub text: String,
    /// Whether it failed.
    pub failed: bool,
}

/// Whether a tool may be used where nobody can be asked and there is no chat. Saving a memory asks nobody in a chat
/// either, but there it shows, with a way to undo it.
pub(super) fn only_reads(info: &ToolInfo) -> bool {
    info.effect == Effect::Read && info.category != ToolCategory::Vision && info.name != memory::ADD
}

fn is_offered(info: &ToolInfo) -> bool {
    only_reads(info) && info.category != ToolCategory::Mcp
}

/// The tools that this user's other assistants can call now.
pub async fn offered(app: &App, user: &User) -> Result<Vec<ToolInfo>> {
    let off = app.store().tools().switched_off().await?;
    let mut offered = Vec::new();
    for tool in app.tools() {
        let info = tool.info();
        if is_offered(info)
            && !off.contains(&info.name)
            && tool.availability(user.id).await == Availability::Available
        {
            offered.push(info.clone());
        }
    }
    Ok(offered)
}

/// Calls one of them. Dropping the future ends the call. What goes wrong in the tool is an answer; an
/// error is a call that could not be made.
pub async fn call(app: &App, user: &User, name: &str, arguments: Value) -> Result<Called> {
    let tool = super::by_name(app, name).filter(|tool| is_offered(tool.info()));
    let tool = tool.ok_or_else(|| {
        let name: String = name.chars().take(100).collect();
        AppError::new(ErrorKind::NotFound, "unknown_tool", format!("There is no tool {name:?} here."))
    })?;
    if app.store().tools().switched_off().await?.contains(name) {
        return Ok(Called { text: super::switch::OFF.to_owned(), failed: true });
    }
    if let Availability::Missing { how_to_get } = tool.availability(user.id).await {
        return Ok(Called { text: how_to_get, failed: true });
    }
    let place = app.places().take(user.id)?;
    let called = make(app, user, &**tool, arguments).await;
    drop(place);
    called
}

async fn make(app: &App, user: &User, tool: &dyn Tool, arguments: Value) -> Result<Called> {
    let info = tool.info();
    let model = app.models().pick(app, None).await?.unwrap_or_else(|| NO_MODEL.clone());
    let small_model = app.models().small(app).await?.unwrap_or_else(|| model.clone());
    let model_id = model.info().id.clone();
    let cancel = CancellationToken::new();
    let _tidy = cancel.clone().drop_guard();
    let job = JobId::new();
    let context = ToolContext {
        user: user.id,
        chat: ChatId::new(),
        job,
        call_id: "call".to_owned(),
        idempotency_key: job.to_string(),
        cancel,
        progress: Progress::ignored(),
        model,
        small_model,
        usage: UsageMeter::default(),
        time_zone: None,
        taint: None,
    };
    let work = AssertUnwindSafe(tool.call(&context, arguments)).catch_unwind();
    let (called, outcome) = match tokio::time::timeout(info.timeout, work).await {
        Ok(Ok(Ok(output))) => (Called { text: readable(output), failed: false }, "done"),
        Ok(Ok(Err(error))) => (Called { text: error.message, failed: true }, error.kind.as_str()),
        Ok(Err(_panic)) => {
            tracing::error!(tool = info.name, "a tool panicked");
            let text = format!("{} failed because of a fault in this server.", info.name);
            (Called { text, failed: true }, "internal")
        }
        Err(_late) => {
            let text = format!(
                "{} gave no result within {} s. Ask for less.",
                info.name,
                info.timeout.as_secs_f64()
            );
            (Called { text, failed: true }, "timed_out")
        }
    };
    metrics::counter!("kuma_tool_calls_total", "tool" => info.name.clone(), "outcome" => outcome)
        .increment(1);
    let usage = context.usage.total();
    if usage != Usage::default() {
        app.store().costs().add(user.id, &model_id, usage).await?;
    }
    Ok(called)
}

/// The result with its sources, bounded.
fn readable(output: ToolOutput) -> String {
    let ToolOutput { content, sources, .. } = output;
    if sources.is_empty() {
        return cut::to_fit(&content, RESULT_TOKENS);
    }
    let has_content = !content.trim().is_empty();
    let listed: Vec<String> = (1..)
        .zip(&sources)
        .map(|(number, source): (u32, _)| {
            let page = source.page.map_or_else(String::new, |page| format!(", page {page}"));
            let place = match &source.at {
                SourceAt::Url(url) => format!(" <{url}>"),
                SourceAt::Document(_) | SourceAt::Pages { .. } => String::new(),
            };
            let text = if has_content { String::new() } else { format!("\n{}", source.text) };
            format!("[{number}] {}{page}{place}{text}", source.title)
        })
        .collect();
    let text = if has_content {
        format!("{content}\n\nSources:\n{}", listed.join("\n"))
    } else {
        listed.join("\n\n")
    };
    cut::to_fit(&text, RESULT_TOKENS)
}

/// Stands in where no model is connected: most tools ask none.
struct NoModel(ModelInfo);

static NO_MODEL: LazyLock<Arc<dyn ChatModel>> = LazyLock::new(|| {
    Arc::new(NoModel(ModelInfo {
        id: "none/none".to_owned(),
        provider: "Kuma".to_owned(),
        model: "none".to_owned(),
        name: "No model".to_owned(),
        context_window: None,
        capabilities: Vec::new(),
        demo: false,
    }))
});

#[async_trait]
impl ChatModel for NoModel {
    fn info(&self) -> &ModelInfo {
        &self.0
    }

    async fn stream(&self, _: ChatRequest) -> std::result::Result<ChatStream, ModelError> {
        Err(ModelError::new(
            ModelErrorKind::ModelNotFound,
            "Kuma",
            "no model is connected; an administrator can connect one in Settings → Models",
        ))
    }
}
