//! Answers as OpenAI's clients read them: whole, or in chunks.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use futures::{StreamExt as _, stream};
use http::{HeaderValue, header};
use kuma_app::direct::{Answer, AnswerEvent, ToolCall};
use kuma_app::{AppError, ErrorKind};
use kuma_types::{FinishReason, Usage};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::OpenAiError;

/// A line at least this often, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_LINE: &str = ": keep-alive\n\n";

/// What every piece of an answer begins with.
#[derive(Clone, Debug)]
pub struct Head {
    id: String,
    created: i64,
    model: String,
    /// At most one call is given back.
    one_call: bool,
}

impl Head {
    pub fn new(model: String, one_call: bool) -> Self {
        let id = format!("chatcmpl-{}", Uuid::now_v7().simple());
        Self { id, created: Utc::now().timestamp(), model, one_call }
    }
}

/// A whole answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiCompletion)]
pub struct Completion {
    /// Its id.
    id: String,
    /// Always `chat.completion`.
    object: &'static str,
    /// When it was made, seconds since 1970.
    created: i64,
    /// Who answered, as it was asked for.
    model: String,
    /// Always one.
    choices: Vec<Choice>,
    /// What it cost.
    usage: Cost,
}

/// The answer itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiChoice)]
struct Choice {
    /// Always 0.
    index: u32,
    /// What was said.
    message: Said,
    /// `stop`, `length`, `tool_calls` or `content_filter`.
    finish_reason: &'static str,
    /// Always null.
    #[schema(required, value_type = Option<Object>)]
    logprobs: Option<Value>,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiAnswer)]
struct Said {
    /// Always `assistant`.
    role: &'static str,
    /// The text; null when there are only calls.
    #[schema(required)]
    content: Option<String>,
    /// Always null: a model that declines says so in the content.
    #[schema(required)]
    refusal: Option<String>,
    /// What the model thought, where it shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    /// Calls of the caller's tools.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    tool_calls: Vec<Call>,
}

/// A call of one of the caller's tools.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiToolCall)]
struct Call {
    /// Its id.
    id: String,
    /// Always `function`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What is called.
    function: Called,
}

/// What is called.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiCalledFunction)]
struct Called {
    /// The tool's name.
    name: String,
    /// The arguments, as JSON text.
    arguments: String,
}

impl From<ToolCall> for Call {
    fn from(call: ToolCall) -> Self {
        let arguments = match call.arguments {
            // What the model wrote was no JSON: the caller gets it as it is.
            Value::String(text) => text,
            Value::Null => "{}".to_owned(),
            arguments => arguments.to_string(),
        };
        Self { id: call.call_id, kind: "function", function: Called { name: call.name, arguments } }
    }
}

/// What an answer cost.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = OpenAiUsage)]
#[expect(clippy::struct_field_names, reason = "OpenAI's names")]
struct Cost {
    /// Tokens read.
    prompt_tokens: u64,
    /// Tokens written.
    completion_tokens: u64,
    /// Both.
    total_tokens: u64,
}

impl From<Usage> for Cost {
    fn from(usage: Usage) -> Self {
        let Usage { input_tokens, output_tokens } = usage;
        Self {
            prompt_tokens: input_tokens,
            completion_tokens: output_tokens,
            total_tokens: input_tokens + output_tokens,
        }
    }
}

fn reason(reason: FinishReason, has_calls: bool) -> &'static str {
    match reason {
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Length | FinishReason::StepLimit => "length",
        _ if has_calls => "tool_calls",
        _ => "stop",
    }
}

/// The maker went away without an end; it says why in the log.
fn broken() -> OpenAiError {
    AppError::new(
        ErrorKind::Internal,
        "internal",
        "Something went wrong on this server. It has been logged; try again.",
    )
    .into()
}

/// Waits for the whole answer.
pub async fn whole(head: Head, mut answer: Answer) -> Result<Completion, OpenAiError> {
    let (mut text, mut reasoning, mut calls) = (String::new(), String::new(), Vec::<Call>::new());
    loop {
        match answer.next().await {
            Some(AnswerEvent::Working) => {}
            Some(AnswerEvent::Text(piece)) => text.push_str(&piece),
            Some(AnswerEvent::Reasoning(piece)) => reasoning.push_str(&piece),
            Some(AnswerEvent::ToolCall(_)) if head.one_call && !calls.is_empty() => {}
            Some(AnswerEvent::ToolCall(call)) => calls.push(call.into()),
            Some(AnswerEvent::Failed(error)) => return Err(error.into()),
            None => return Err(broken()),
            Some(AnswerEvent::Done { finish_reason, usage }) => {
                let message = Said {
                    role: "assistant",
                    content: (!text.is_empty() || calls.is_empty()).then_some(text),
                    refusal: None,
                    reasoning_content: (!reasoning.is_empty()).then_some(reasoning),
                    tool_calls: calls,
                };
                let finish_reason = reason(finish_reason, !message.tool_calls.is_empty());
                return Ok(Completion {
                    id: head.id,
                    object: "chat.completion",
                    created: head.created,
                    model: head.model,
                    choices: vec![Choice { index: 0, message, finish_reason, logprobs: None }],
                    usage: usage.into(),
                });
            }
        }
    }
}

/// The answer as it is made. What fails before anything was said is an error and no stream.
pub async fn streamed(head: Head, mut answer: Answer, usage: bool) -> Result<Response, OpenAiError> {
    let first = match answer.next().await {
        None => return Err(broken()),
        Some(AnswerEvent::Failed(error)) => return Err(error.into()),
        Some(event) => event,
    };
    let mut writer = Writer { head, usage, calls: 0 };
    let mut begin = writer.chunk(json!({ "role": "assistant", "content": "", "refusal": null }), None);
    let (more, over) = writer.write(first);
    begin.push_str(&more);
    let state = (!over).then_some((answer, writer));
    let rest = stream::unfold(state, |state| async {
        let (mut answer, mut writer) = state?;
        match tokio::time::timeout(KEEP_ALIVE, answer.next()).await {
            Err(_) => Some((Bytes::from_static(KEEP_ALIVE_LINE.as_bytes()), Some((answer, writer)))),
            Ok(event) => {
                let event = event.unwrap_or_else(|| {
                    AnswerEvent::Failed(AppError::internal("an answer ended without an end"))
                });
                let (text, over) = writer.write(event);
                Some((text.into(), (!over).then_some((answer, writer))))
            }
        }
    });
    let frames = stream::once(async { Bytes::from(begin) }).chain(rest);
    let body = Body::from_stream(frames.map(Ok::<_, std::convert::Infallible>));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks nginx not to collect the stream before passing it on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Writes events as chunks.
struct Writer {
    head: Head,
    /// Whether the cost is told at the end.
    usage: bool,
    /// Calls so far.
    calls: usize,
}

impl Writer {
    /// The event's chunks, and whether they are the last ones.
    fn write(&mut self, event: AnswerEvent) -> (String, bool) {
        match event {
            AnswerEvent::Working => (KEEP_ALIVE_LINE.to_owned(), false),
            AnswerEvent::Text(text) => (self.chunk(json!({ "content": text }), None), false),
            AnswerEvent::Reasoning(text) => (self.chunk(json!({ "reasoning_content": text }), None), false),
            AnswerEvent::ToolCall(_) if self.head.one_call && self.calls > 0 => (String::new(), false),
            AnswerEvent::ToolCall(call) => {
                let Call { id, kind, function } = call.into();
                let call = json!({ "index": self.calls, "id": id, "type": kind, "function": function });
                self.calls += 1;
                (self.chunk(json!({ "tool_calls": [call] }), None), false)
            }
            AnswerEvent::Done { finish_reason, usage } => {
                let mut text = self.chunk(json!({}), Some(reason(finish_reason, self.calls > 0)));
                if self.usage {
                    let cost = json!(Cost::from(usage));
                    text.push_str(&frame(&self.object(json!([]), &cost)));
                }
                text.push_str("data: [DONE]\n\n");
                (text, true)
            }
            AnswerEvent::Failed(error) => (frame(&json!(OpenAiError::from(error).into_body())), true),
        }
    }

    fn chunk(&self, delta: Value, finish_reason: Option<&str>) -> String {
        let choices =
            json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }]);
        frame(&self.object(choices, &Value::Null))
    }

    fn object(&self, choices: Value, cost: &Value) -> Value {
        let Head { id, created, model, .. } = &self.head;
        let mut chunk = json!({
            "id": id, "object": "chat.completion.chunk", "created": created, "model": model, "choices": choices,
        });
        // Only who asked for the cost sees the field.
        if let Some(fields) = chunk.as_object_mut().filter(|_| self.usage) {
            fields.insert("usage".to_owned(), cost.clone());
        }
        chunk
    }
}

/// JSON on one line has no line break of its own.
fn frame(data: &Value) -> String {
    format!("data: {data}\n\n")
}
