//! The chat port: messages in, a stream of events out.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use kuma_types::{FinishReason, Usage};
use serde_json::Value;

use crate::{ModelError, ModelInfo};

/// Who a part of the conversation comes from, as models know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Instructions. Text from outside never gets here.
    System,
    /// The person, or material shown on their behalf.
    User,
    /// The model.
    Assistant,
    /// Results of the calls that the model made just before.
    Tool,
}

/// One message of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What they say; never empty.
    pub parts: Vec<Part>,
}

impl ChatMessage {
    /// A message of text alone.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }

    /// All text of the message, joined.
    pub fn joined_text(&self) -> String {
        self.parts
            .iter()
            .filter_map(|p| if let Part::Text(t) = p { Some(t.as_str()) } else { None })
            .collect()
    }
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text.
    Text(String),
    /// A picture, for models that see.
    Image {
        /// Such as `image/png`.
        mime_type: String,
        /// The file's bytes.
        data: Bytes,
    },
    /// A call the model made in an earlier step.
    ToolCall(ToolCall),
    /// What such a call gave.
    ToolResult {
        /// The call that is answered.
        call_id: String,
        /// For the model to read.
        content: String,
        /// Whether `content` tells of a failure.
        is_error: bool,
    },
    /// What the model thought in an earlier step of the same run, kept for providers that want it back.
    Reasoning(String),
}

/// A call of a tool by the model.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// Given by the provider, or made here when it gives none.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, parsed; a string when the model wrote no valid JSON.
    pub arguments: Value,
    /// Opaque marks that the provider wants back with the call (Gemini's thought signatures).
    pub signatures: Vec<String>,
}

/// A tool as it is offered to the model.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// `[A-Za-z0-9_-]`, at most 64 characters.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

/// Whether the model may, must or must not call tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it sees fit.
    #[default]
    Auto,
    /// Not at all, although earlier turns have calls.
    None,
    /// At least one. Ollama and models in this process take it for `Auto`: they cannot be made to.
    Required,
}

/// One question to a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    /// The conversation; system messages first, the last one a user's or tool results.
    pub messages: Vec<ChatMessage>,
    /// Tools it may call.
    pub tools: Vec<ToolSpec>,
    /// Whether it may, must or must not call them.
    pub tool_choice: ToolChoice,
    /// 0 to 2; the provider's default when none. Dropped where a provider refuses it.
    pub temperature: Option<f32>,
    /// Most tokens to write.
    pub max_output_tokens: Option<u32>,
    /// JSON Schema the reply must have, where the model can.
    pub response_schema: Option<Value>,
}

/// What a model tells while it answers.
#[derive(Clone, Debug, PartialEq)]
pub enum ChatEvent {
    /// The request waits for a free place in this process; position from 1. Only local models.
    Queued {
        /// Place in line, from 1.
        position: u32,
    },
    /// The call failed before its first token and is made again.
    Retrying {
        /// The attempt that comes, from 2.
        attempt: u32,
        /// When it comes.
        delay: Duration,
    },
    /// Answer text.
    Text(String),
    /// Thinking, where the provider shows it.
    Reasoning(String),
    /// A whole call, arguments complete.
    ToolCall(ToolCall),
    /// Always last, exactly once.
    Done {
        /// Why it ended. A reply with tool calls ends with `Stop`.
        finish_reason: FinishReason,
        /// What it cost; zeros when the provider does not say.
        usage: Usage,
    },
}

/// The events of one reply. Dropping it ends the call at the provider.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<ChatEvent, ModelError>> + Send>>;

/// A model that holds a conversation.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// What it is and can.
    fn info(&self) -> &ModelInfo;

    /// Starts a reply. Errors before the first token may come from here or as the stream's first item;
    /// an error item is always the stream's last.
    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError>;
}
