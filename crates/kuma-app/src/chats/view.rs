//! Rows in the shape in which clients see them.

use kuma_store::Message;
use kuma_types::{ImageAttachment, MessageView};
use serde_json::Value;

/// A message for clients.
pub fn message_view(message: Message) -> MessageView {
    let image_attachments = images_of(&message);
    MessageView {
        id: message.id,
        chat_id: message.chat_id,
        parent_id: message.parent_id,
        role: message.role,
        content: message.content,
        reasoning: message.reasoning.filter(|text| !text.is_empty()),
        image_attachments,
        tool_calls: serde_json::from_value(message.tool_calls).unwrap_or_else(|error| {
            tracing::error!(message = %message.id, %error, "stored tool calls are not readable");
            Vec::new()
        }),
        document_attachments: list(message.document_attachments),
        citations: list(message.citations),
        model: message.model,
        usage: message.usage,
        status: message.status,
        error: message.error,
        created_at: message.created_at,
    }
}

/// A message's images.
pub(crate) fn images_of(message: &Message) -> Vec<ImageAttachment> {
    if message.image_attachments.as_array().is_none_or(Vec::is_empty) {
        return Vec::new();
    }
    serde_json::from_value(message.image_attachments.clone()).unwrap_or_else(|error| {
        tracing::error!(message = %message.id, %error, "stored images are not readable");
        Vec::new()
    })
}

fn list(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value { items } else { Vec::new() }
}
