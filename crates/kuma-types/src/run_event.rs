//! Run events: everything a run tells its readers, as in the contract's event table.
//!
//! An event has a kind ([`RunEvent::kind`], the SSE `event:` field) and JSON data
//! ([`RunEvent::data`], the SSE `data:` field). Its number is given by the run journal.
//!
//! An agent can hand a task to a specialist: a `tool_call` of the tool `delegate`. What the specialist
//! does comes between that call and its `tool_result`, as events of the same kinds that carry the
//! `delegate` call's id as `parentCallId`: `tool_call`, `tool_progress`, `approval_required` and
//! `tool_result`. Its text is no part of the answer and comes as the `delegate` call's result.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ChatId, Citation, Effect, JobId, JobStatus, MessageId, Usage};

/// One thing that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RunEvent {
    /// Always first: which rows this run writes.
    JobId {
        /// The run.
        job_id: JobId,
        /// Its chat.
        chat_id: ChatId,
        /// The message that asked.
        user_message_id: MessageId,
        /// The message that will hold the answer.
        assistant_message_id: MessageId,
    },
    /// On each change of the job's status.
    Status {
        /// The new status.
        status: JobStatus,
        /// Which attempt this is, from 1; only when it is not the first.
        #[serde(skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// When the next attempt comes, in milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in_ms: Option<u64>,
        /// Place in line, from 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
    },
    /// An unfinished model reply had to be made again: `text` replaces all answer text so far.
    Reset {
        /// The text that stands.
        text: String,
    },
    /// What the model thinks before it answers.
    Reasoning {
        /// The next piece.
        text: String,
    },
    /// Answer text.
    Chunk {
        /// The next piece.
        text: String,
    },
    /// The model calls a tool.
    ToolCall {
        /// Ties call, approval and result together.
        call_id: String,
        /// The tool's name.
        tool: String,
        /// What it is called with.
        arguments: Value,
        /// What it does to the world.
        effect: Effect,
        /// What the call would do, in one plain line for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The `delegate` call whose specialist does this; none for the agent itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_call_id: Option<String>,
    },
    /// How far a call is, for people. Each line replaces the one before.
    ToolProgress {
        /// The call that is under way.
        call_id: String,
        /// One line.
        text: String,
        /// The `delegate` call whose specialist does this; none for the agent itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_call_id: Option<String>,
    },
    /// The run waits for its owner's decision.
    ApprovalRequired {
        /// The call that waits.
        call_id: String,
        /// The tool's name.
        tool: String,
        /// What it would be called with; the owner may change it.
        arguments: Value,
        /// Why it asks.
        reason: String,
        /// What would happen, for people.
        preview: Value,
        /// Where text from outside came from that could have asked for it.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        taint: Vec<String>,
        /// The `delegate` call whose specialist does this; none for the agent itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_call_id: Option<String>,
    },
    /// A tool has answered.
    ToolResult {
        /// The call that is answered.
        call_id: String,
        /// The tool's name.
        tool: String,
        /// Whether it succeeded.
        ok: bool,
        /// One line for people.
        summary: String,
        /// What it returned.
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// What it was called with, when the person changed that before they approved.
        #[serde(skip_serializing_if = "Option::is_none")]
        arguments: Option<Value>,
        /// The `delegate` call whose specialist does this; none for the agent itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_call_id: Option<String>,
    },
    /// A passage the answer rests on. Comes before the text that holds its number.
    Citation(Citation),
    /// Memories were saved or used.
    Memory {
        /// What was done with them.
        action: MemoryAction,
        /// Which ones.
        items: Vec<MemoryItem>,
    },
    /// The chat got a title.
    Title {
        /// The chat.
        chat_id: ChatId,
        /// Its title.
        title: String,
    },
    /// Always last on success and on cancel.
    Done {
        /// The finished message, in the shape of `GET /chat/{id}/messages`.
        message: Value,
        /// What it cost.
        usage: Usage,
        /// Why it ended.
        finish_reason: FinishReason,
    },
    /// Always last on failure.
    Error(RunFailure),
}

/// Why a run failed, for the person who waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunFailure {
    /// A stable word for programs, such as `no_model` or `rate_limited`.
    pub code: String,
    /// What happened, in a few words.
    pub title: String,
    /// What it means and what to do.
    pub detail: String,
    /// Whether asking again can succeed.
    pub retryable: bool,
}

/// What was done with memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MemoryAction {
    /// New ones were kept.
    Saved,
    /// Old ones were used.
    Recalled,
    /// The service that keeps them did not answer: this answer knows none. Comes without items.
    Unavailable,
    /// What the person said is still being looked at: more may be saved. Comes without items, with a
    /// finished message only, and goes when it is known; ask for the message again.
    Pending,
}

/// A memory as a run event shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryItem {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub content: String,
}

/// What was done with memories, as it is kept with the answer: the data of the `memory` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryNote {
    /// What was done.
    pub action: MemoryAction,
    /// With which ones. Those that were forgotten since are missing.
    pub items: Vec<MemoryItem>,
}

/// Why a finished run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The model's output limit was reached.
    Length,
    /// The user stopped it.
    Cancelled,
    /// The provider withheld the rest.
    ContentFilter,
    /// The run's own limit of steps was reached.
    StepLimit,
}

impl FinishReason {
    /// The spelling in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Cancelled => "cancelled",
            Self::ContentFilter => "content_filter",
            Self::StepLimit => "step_limit",
        }
    }
}

impl RunEvent {
    /// A plain status change.
    pub const fn status(status: JobStatus) -> Self {
        Self::Status { status, attempt: None, retry_in_ms: None, position: None }
    }

    /// The SSE `event:` field.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::JobId { .. } => "job_id",
            Self::Status { .. } => "status",
            Self::Reset { .. } => "reset",
            Self::Reasoning { .. } => "reasoning",
            Self::Chunk { .. } => "chunk",
            Self::ToolCall { .. } => "tool_call",
            Self::ToolProgress { .. } => "tool_progress",
            Self::ApprovalRequired { .. } => "approval_required",
            Self::ToolResult { .. } => "tool_result",
            Self::Citation(_) => "citation",
            Self::Memory { .. } => "memory",
            Self::Title { .. } => "title",
            Self::Done { .. } => "done",
            Self::Error(_) => "error",
        }
    }

    /// `done` and `error` end a run: nothing follows them.
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Error(_))
    }

    /// The SSE `data:` field.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn data(&self) -> Result<String, serde_json::Error> {
        // `chunk` is nine of ten events of a long answer and is written without the detour.
        match self {
            Self::Chunk { text } | Self::Reasoning { text } | Self::Reset { text } => {
                Ok(format!("{{\"text\":{}}}", serde_json::to_string(text)?))
            }
            other => {
                let mut tagged = serde_json::to_value(other)?;
                serde_json::to_string(&tagged.get_mut("data").map_or(Value::Null, Value::take))
            }
        }
    }

    /// The event back from its kind and data, as a client sees them.
    ///
    /// # Errors
    /// When the kind is unknown or the data do not fit it.
    pub fn parse(kind: &str, data: &str) -> Result<Self, serde_json::Error> {
        let data: Value = serde_json::from_str(data)?;
        serde_json::from_value(serde_json::json!({ "event": kind, "data": data }))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn any_event() -> impl Strategy<Value = RunEvent> {
        prop_oneof![
            any::<String>().prop_map(|text| RunEvent::Chunk { text }),
            any::<String>().prop_map(|text| RunEvent::Reasoning { text }),
            any::<String>().prop_map(|text| RunEvent::Reset { text }),
            (any::<Option<u32>>(), any::<Option<u64>>()).prop_map(|(attempt, retry_in_ms)| {
                RunEvent::Status { status: JobStatus::Processing, attempt, retry_in_ms, position: None }
            }),
            any::<String>().prop_map(|title| RunEvent::Title { chat_id: ChatId::new(), title }),
            (any::<String>(), any::<bool>()).prop_map(|(detail, retryable)| {
                RunEvent::Error(RunFailure { code: "x".into(), title: "t".into(), detail, retryable })
            }),
            (any::<String>(), any::<Option<String>>()).prop_map(|(text, parent_call_id)| {
                RunEvent::ToolCall {
                    call_id: text.clone(),
                    tool: "look".into(),
                    arguments: serde_json::json!({ "for": text }),
                    effect: Effect::Read,
                    description: parent_call_id.clone(),
                    parent_call_id,
                }
            }),
            (any::<String>(), any::<Option<String>>()).prop_map(|(text, parent_call_id)| {
                RunEvent::ToolProgress { call_id: "c".into(), text, parent_call_id }
            }),
            (any::<String>(), any::<Option<String>>(), any::<bool>()).prop_map(|(text, error, ok)| {
                RunEvent::ToolResult {
                    call_id: "c".into(),
                    tool: "look".into(),
                    ok,
                    summary: text.clone(),
                    result: ok.then(|| serde_json::json!([text])),
                    error,
                    duration_ms: 7,
                    arguments: None,
                    parent_call_id: None,
                }
            }),
            (any::<String>(), any::<Option<u32>>()).prop_map(|(quote, page)| {
                RunEvent::Citation(Citation {
                    index: 1,
                    document_id: None,
                    url: Some("https://example.com".into()),
                    title: "Example".into(),
                    page,
                    quote,
                })
            }),
            Just(RunEvent::Done {
                message: serde_json::json!({"content": "hi"}),
                usage: Usage { input_tokens: 1, output_tokens: 2 },
                finish_reason: FinishReason::Stop
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_sent_can_be_read_back(event in any_event()) {
            let data = event.data().unwrap();
            prop_assert!(!data.contains('\n'), "one SSE data line");
            prop_assert_eq!(RunEvent::parse(event.kind(), &data).unwrap(), event);
        }
    }

    #[test]
    fn the_wire_form_is_the_contracts() {
        let error = RunEvent::Error(RunFailure {
            code: "no_model".into(),
            title: "No model".into(),
            detail: "Connect one.".into(),
            retryable: true,
        });
        assert_eq!(
            serde_json::from_str::<Value>(&error.data().unwrap()).unwrap(),
            serde_json::json!({"code":"no_model","title":"No model","detail":"Connect one.","retryable":true})
        );
        let status = RunEvent::status(JobStatus::WaitingApproval);
        assert_eq!(status.data().unwrap(), r#"{"status":"WAITING_APPROVAL"}"#);
        assert_eq!(RunEvent::Chunk { text: "a\n\"b\"".into() }.data().unwrap(), r#"{"text":"a\n\"b\""}"#);
    }
}
