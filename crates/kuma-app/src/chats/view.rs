//! Rows in the shape in which clients see them.

use kuma_store::Message;
use kuma_types::MessageView;
use serde_json::Value;

/// A message for clients, without what is noted of memories.
pub fn message_view(message: Message) -> MessageView {
    MessageView {
        id: message.id,
        chat_id: message.chat_id,
        parent_id: message.parent_id,
        role: message.role,
        content: message.content,
        reasoning: message.reasoning.filter(|text| !text.is_empty()),
        tool_calls: serde_json::from_value(message.tool_calls).unwrap_or_else(|error| {
            tracing::error!(message = %message.id, %error, "stored tool calls are not readable");
            Vec::new()
        }),
        image_attachments: list(message.image_attachments),
        document_attachments: list(message.document_attachments),
        citations: list(message.citations),
        memories: Vec::new(),
        model: message.model,
        usage: message.usage,
        status: message.status,
        error: message.error,
        created_at: message.created_at,
    }
}

fn list(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value { items } else { Vec::new() }
}
