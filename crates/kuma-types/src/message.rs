//! Messages and what hangs on them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ChatId, ImageId, MessageId, RunFailure, Usage};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageRole {
    /// The person.
    User,
    /// An agent.
    Assistant,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageStatus {
    /// Final.
    Complete,
    /// A run still writes it; its content is the last checkpoint.
    Streaming,
    /// Stopped by the user; the text so far stands.
    Cancelled,
    /// The run failed; the text so far stands and the run can be tried again.
    Failed,
}

macro_rules! spelled {
    ($type:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $type {
            /// The spelling in SQL and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl FromStr for $type {
            type Err = UnknownSpelling;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownSpelling(text.to_owned())),
                }
            }
        }
    };
}
spelled!(MessageRole { User = "user", Assistant = "assistant" });
spelled!(MessageStatus {
    Complete = "complete",
    Streaming = "streaming",
    Cancelled = "cancelled",
    Failed = "failed",
});
spelled!(Effect { Read = "read", Write = "write" });

/// A stored word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown value {0:?}")]
pub struct UnknownSpelling(String);

/// What a tool does to the world. Writes ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Effect {
    /// Looks, changes nothing.
    Read,
    /// Changes something outside Kuma.
    Write,
}

/// One tool call as it is kept with the message that made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCallRecord {
    /// The id under which call and result belong together.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// The arguments it was called with.
    pub arguments: Value,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether it succeeded.
    pub ok: bool,
    /// One line for people.
    pub summary: String,
    /// What it returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The `delegate` call whose specialist made it; none for the agent's own calls.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent_call_id: Option<String>,
}

/// An image of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageAttachment {
    /// Its id.
    pub id: ImageId,
    /// Where its owner gets it, with their token; `?size=small` gives a small one.
    pub url: String,
    /// Such as `image/jpeg`.
    pub mime_type: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows, in the words of whoever sent it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub alt: Option<String>,
}

/// A message as clients see it: in lists and in the `done` event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Message))]
pub struct MessageView {
    /// Its id; later messages have greater ones.
    pub id: MessageId,
    /// The chat it belongs to.
    pub chat_id: ChatId,
    /// The message it follows; null for the first. Siblings are branches.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub parent_id: Option<MessageId>,
    /// Who speaks.
    pub role: MessageRole,
    /// The text, Markdown for assistants. While streaming: the last checkpoint.
    pub content: String,
    /// What the model thought, where it shows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reasoning: Option<String>,
    /// Tools that were called for it, in order.
    pub tool_calls: Vec<ToolCallRecord>,
    /// Its images.
    pub image_attachments: Vec<ImageAttachment>,
    /// Documents: `{documentId, displayName, pageCount}`.
    pub document_attachments: Vec<Value>,
    /// The passages it rests on, as in the `citation` event.
    pub citations: Vec<Value>,
    /// The model that wrote it, `provider/model`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub model: Option<String>,
    /// What it cost.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub usage: Option<Usage>,
    /// How far it is.
    pub status: MessageStatus,
    /// Why it failed, when it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<RunFailure>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::{MessageRole, MessageStatus};

    #[test]
    fn the_spelling_is_the_same_in_sql_and_json() {
        use MessageStatus::{Cancelled, Complete, Failed, Streaming};
        for status in [Complete, Streaming, Cancelled, Failed] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(status.as_str().parse::<MessageStatus>().unwrap(), status);
        }
        assert!("bot".parse::<MessageRole>().is_err());
    }
}
