//! `genai`'s events as ours.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};
use genai::chat::{
    ChatStream as GenaiStream, ChatStreamEvent, ContentPart, MessageContent, StopReason, StreamEnd,
    Usage as GenaiUsage,
};
use genai::webc::StreamTimeout;
use kuma_types::{FinishReason, Usage};
use serde_json::{Value, json};

use super::frames::{Dialect, Frames};
use super::request::mark_prefix;
use super::watch::Watch;
use crate::map_error::ErrorMapper;
use crate::{ChatEvent, ModelError, ModelErrorKind, ToolCall};

/// One answer on its way. Dropping it closes the connection.
pub(super) struct Events {
    /// None when it is over.
    inner: Option<GenaiStream>,
    frames: Arc<Frames>,
    dialect: Dialect,
    errors: Arc<ErrorMapper>,
    watch: Watch,
    pending: VecDeque<ChatEvent>,
    failure: Option<ModelError>,
    calls_seen: bool,
}

impl Events {
    pub(super) fn new(
        inner: GenaiStream,
        frames: Arc<Frames>,
        dialect: Dialect,
        errors: Arc<ErrorMapper>,
        watch: Watch,
    ) -> Self {
        let (pending, failure) = (VecDeque::new(), None);
        Self { inner: Some(inner), frames, dialect, errors, watch, pending, failure, calls_seen: false }
    }

    /// The error comes after what was read before it.
    fn fail(&mut self, error: ModelError) {
        self.inner = None;
        self.failure = Some(error);
    }

    fn finish(&mut self, end: StreamEnd) -> Result<(), ModelError> {
        let (refused, incomplete) = self.frames.notes(|notes| (notes.refused, notes.incomplete.take()));
        let finish_reason = match end.captured_stop_reason {
            _ if refused => FinishReason::ContentFilter,
            Some(StopReason::MaxTokens(_)) if incomplete.as_deref() == Some("content_filter") => {
                FinishReason::ContentFilter
            }
            Some(reason) => self.finish_reason(&reason)?,
            // Chat Completions ended with its mark and gave no reason; the others end without one only
            // when the connection closes early.
            None if self.dialect == Dialect::ChatCompletions => FinishReason::Stop,
            None => return Err(self.broke()),
        };
        let usage = end.captured_usage.as_ref().map(usage).unwrap_or_default();
        if let Some(content) = end.captured_content {
            let calls = tool_calls(content, self.dialect);
            self.pending.extend(calls.into_iter().map(ChatEvent::ToolCall));
        }
        self.pending.push_back(ChatEvent::Done { finish_reason, usage });
        Ok(())
    }

    fn finish_reason(&self, reason: &StopReason) -> Result<FinishReason, ModelError> {
        Ok(match reason {
            StopReason::Completed(_) | StopReason::ToolCall(_) | StopReason::StopSequence(_) => {
                FinishReason::Stop
            }
            StopReason::MaxTokens(_) => FinishReason::Length,
            StopReason::ContentFilter(_) => FinishReason::ContentFilter,
            StopReason::Other(raw) => match raw.as_str() {
                "failed" | "cancelled" | "error" => {
                    let message = format!("the answer ended as {raw}");
                    return Err(self.errors.new_error(ModelErrorKind::ProviderUnavailable, &message));
                }
                _ => FinishReason::Stop,
            },
        })
    }

    /// The body ended without the dialect's last word.
    fn end_of_body(&mut self) -> Result<(), ModelError> {
        let (finish, refused) = self.frames.notes(|notes| (notes.finish.take(), notes.refused));
        match finish.map(StopReason::from) {
            // Some servers leave out the closing mark. A text is whole all the same when its reason came.
            Some(reason) if !self.calls_seen => {
                let finish_reason =
                    if refused { FinishReason::ContentFilter } else { self.finish_reason(&reason)? };
                self.pending.push_back(ChatEvent::Done { finish_reason, usage: Usage::default() });
                Ok(())
            }
            _ => Err(self.broke()),
        }
    }

    fn broke(&self) -> ModelError {
        self.errors.new_error(ModelErrorKind::ConnectionLost, "the answer ended before it was complete")
    }

    fn explain(&self, error: genai::Error) -> ModelError {
        if let Some(failure) = self.frames.notes(|notes| notes.failure.take()) {
            return self.errors.in_stream(&failure);
        }
        self.of_genai(error)
    }

    fn of_genai(&self, error: genai::Error) -> ModelError {
        match error {
            genai::Error::HttpError { status, body, headers, .. } => {
                self.errors.response(status.as_u16(), &headers, &body)
            }
            genai::Error::ChatResponse { body, .. } => self.errors.in_stream(&body),
            genai::Error::WebStream { error, cause, .. } => self.of_web(error, &cause),
            genai::Error::StreamParse { serde_error, .. } => self.errors.new_error(
                ModelErrorKind::BadResponse,
                &format!("a piece of the answer was no JSON: {serde_error}"),
            ),
            // A request that cannot even be built; its text holds no secrets, they are in headers.
            other => self.errors.new_error(ModelErrorKind::BadRequest, &other.to_string()),
        }
    }

    fn of_web(&self, error: genai::BoxError, cause: &str) -> ModelError {
        let error = match error.downcast::<genai::Error>() {
            Ok(inner) => return self.of_genai(*inner),
            Err(other) => other,
        };
        if let Some(transport) = error.downcast_ref::<reqwest::Error>() {
            return self.errors.transport(transport);
        }
        let kind =
            if error.is::<StreamTimeout>() { ModelErrorKind::TimedOut } else { ModelErrorKind::BadResponse };
        self.errors.new_error(kind, cause)
    }
}

impl Stream for Events {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.pending.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(inner) = &mut this.inner else { return Poll::Ready(this.failure.take().map(Err)) };
            let polled = inner.poll_next_unpin(cx);
            if let Some(refusal) = this.frames.take_notes(|notes| std::mem::take(&mut notes.refusal))
                && !refusal.is_empty()
            {
                this.pending.push_back(ChatEvent::Text(refusal));
            }
            let event = match polled {
                Poll::Pending if !this.pending.is_empty() => continue,
                Poll::Pending => {
                    let frames = &this.frames;
                    let late = std::task::ready!(this.watch.poll(cx, &this.errors, || frames.take_moved()));
                    this.fail(late);
                    continue;
                }
                Poll::Ready(event) => event,
            };
            match event {
                // Made before the connection is.
                Some(Ok(ChatStreamEvent::Start)) => {}
                Some(Ok(event)) => {
                    this.watch.alive();
                    match event {
                        ChatStreamEvent::Chunk(chunk) if !chunk.content.is_empty() => {
                            this.pending.push_back(ChatEvent::Text(chunk.content));
                        }
                        ChatStreamEvent::ReasoningChunk(chunk) if !chunk.content.is_empty() => {
                            this.pending.push_back(ChatEvent::Reasoning(chunk.content));
                        }
                        // Calls come whole with the end.
                        ChatStreamEvent::ToolCallChunk(_) => this.calls_seen = true,
                        ChatStreamEvent::End(end) => {
                            this.inner = None;
                            if let Err(error) = this.finish(end) {
                                this.fail(error);
                            }
                        }
                        _ => {}
                    }
                }
                Some(Err(error)) => {
                    let error = this.explain(error);
                    this.fail(error);
                }
                None => {
                    this.inner = None;
                    if let Err(error) = this.end_of_body() {
                        this.fail(error);
                    }
                }
            }
        }
    }
}

fn usage(usage: &GenaiUsage) -> Usage {
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or(0);
    let thought = usage.completion_tokens_details.as_ref().and_then(|details| details.reasoning_tokens);
    Usage {
        input_tokens: count(usage.prompt_tokens),
        output_tokens: count(usage.completion_tokens.or(thought)),
    }
}

/// The calls of a reply with ids that no other reply has, and the vendor's marks on the first.
fn tool_calls(content: MessageContent, dialect: Dialect) -> Vec<ToolCall> {
    let mut thinking = Vec::new();
    let mut calls: Vec<ToolCall> = Vec::new();
    let mut signature: Option<String> = None;
    for part in content.into_parts() {
        match part {
            ContentPart::ToolCall(call) => {
                let marks = call.thought_signatures.unwrap_or_default();
                let signatures = match mark_prefix(dialect) {
                    // Anthropic's are blocks, gathered below.
                    Some(prefix) if dialect != Dialect::Anthropic => {
                        marks.into_iter().map(|mark| format!("{prefix}{mark}")).collect()
                    }
                    _ => Vec::new(),
                };
                let is_used = calls.iter().any(|earlier| earlier.call_id == call.call_id);
                let call_id = if is_used || is_stand_in(&call.call_id) {
                    format!("call_{}", uuid::Uuid::new_v4().simple())
                } else {
                    call.call_id
                };
                let arguments = match call.fn_arguments {
                    Value::Null => json!({}),
                    Value::String(text) if text.trim().is_empty() => json!({}),
                    arguments => arguments,
                };
                calls.push(ToolCall { call_id, name: call.fn_name, arguments, signatures });
            }
            ContentPart::ThoughtSignature(mark) if dialect == Dialect::Anthropic => signature = Some(mark),
            ContentPart::ReasoningContent(text) => {
                if let Some(mark) = signature.take() {
                    thinking.push(json!({ "type": "thinking", "thinking": text, "signature": mark }));
                }
            }
            ContentPart::Custom(custom) if dialect == Dialect::Anthropic => thinking.push(custom.data),
            _ => {}
        }
    }
    if let (Some(first), Some(prefix)) = (calls.first_mut(), mark_prefix(dialect)) {
        first.signatures.extend(thinking.iter().map(|block| format!("{prefix}{block}")));
    }
    calls
}

/// Ids that `genai` made because there was none: `call_0`. They return in every reply.
fn is_stand_in(id: &str) -> bool {
    let counted = |rest: &str| rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    id.is_empty() || id.strip_prefix("call_").is_some_and(counted)
}
