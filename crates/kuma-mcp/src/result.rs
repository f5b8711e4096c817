//! What a tool gave back, as text for a model.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

use crate::bounds::{self, clip, line};

/// A tool's result. All words are the server's, except where a part could not be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallResult {
    /// For the model to read, bounded.
    pub text: String,
    /// Whether the tool says that it failed.
    pub is_error: bool,
    /// Parts that are no text: for people, one short line each.
    pub other_parts: Vec<String>,
}

impl CallResult {
    pub(crate) fn of(result: CallToolResult) -> Self {
        let mut made = Self { is_error: result.is_error == Some(true), ..Self::default() };
        let mut texts = Vec::new();
        for block in result.content {
            texts.push(made.part(block));
        }
        texts.retain(|text| !text.trim().is_empty());
        if texts.is_empty()
            && let Some(value) = result.structured_content.filter(|value| !value.is_null())
        {
            texts.push(json_text(&value));
        }
        made.text = clip(&texts.join("\n\n"), bounds::RESULT);
        made
    }

    fn part(&mut self, block: ContentBlock) -> String {
        match block {
            ContentBlock::Text(text) => text.text,
            ContentBlock::Image(image) => self.unseen("a picture", &image.mime_type, &image.data),
            ContentBlock::Audio(audio) => self.unseen("a sound", &audio.mime_type, &audio.data),
            ContentBlock::Resource(embedded) => match embedded.resource {
                ResourceContents::TextResourceContents { uri, text, .. } => {
                    format!("{}:\n{text}", line(&uri, 300))
                }
                ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                    let kind = mime_type.unwrap_or_else(|| "unknown kind".to_owned());
                    format!("{}: {}", line(&uri, 300), self.unseen("a file", &kind, &blob))
                }
                _ => self.unseen("a resource", "a kind that Kuma does not know", ""),
            },
            ContentBlock::ResourceLink(link) => {
                let named = link.title.unwrap_or(link.name);
                let about = link.description.map(|text| format!(": {}", line(&text, 300)));
                format!("{} <{}>{}", line(&named, 100), line(&link.uri, 300), about.unwrap_or_default())
            }
            _ => self.unseen("a part", "a kind that Kuma does not know", ""),
        }
    }

    /// A part that a model is not given; it is told what it was.
    fn unseen(&mut self, what: &str, kind: &str, base64: &str) -> String {
        let bytes = base64.len() / 4 * 3;
        let size = if bytes < 1024 { format!("{bytes} bytes") } else { format!("{} KB", bytes / 1024) };
        let told = format!("{what} ({}, {size})", line(kind, 60));
        self.other_parts.push(told.clone());
        format!("[The result holds {told} that is not shown to you.]")
    }
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // A value has a JSON form.
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> CallResult {
        CallResult::of(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn every_kind_of_content_becomes_text() {
        let made = of(json!({ "content": [
            { "type": "text", "text": "One" },
            { "type": "image", "data": "AAAA", "mimeType": "image/png" },
            { "type": "audio", "data": "A".repeat(4096), "mimeType": "audio/wav" },
            { "type": "resource", "resource": { "uri": "note://1", "mimeType": "text/plain", "text": "Two" } },
            { "type": "resource", "resource": { "uri": "note://2", "blob": "AAAA" } },
            { "type": "resource_link", "uri": "note://3", "name": "Three", "description": "a\nb" },
        ] }));
        assert!(!made.is_error);
        assert_eq!(
            made.other_parts,
            ["a picture (image/png, 3 bytes)", "a sound (audio/wav, 3 KB)", "a file (unknown kind, 3 bytes)"]
        );
        for part in [
            "One",
            "a picture (image/png",
            "note://1:\nTwo",
            "note://2: [The result",
            "Three <note://3>: a b",
        ] {
            assert!(made.text.contains(part), "{part}: {}", made.text);
        }
    }

    #[test]
    fn structure_stands_in_for_missing_text() {
        let made = of(json!({ "content": [], "structuredContent": { "sum": 3 }, "isError": false }));
        assert!(made.text.contains("\"sum\": 3"), "{}", made.text);
        let both = of(
            json!({ "content": [{ "type": "text", "text": "three" }], "structuredContent": { "sum": 3 } }),
        );
        assert_eq!(both.text, "three");
        assert_eq!(of(json!({ "content": [] })), CallResult::default());
        assert!(of(json!({ "content": [{ "type": "text", "text": "no" }], "isError": true })).is_error);
    }

    #[test]
    fn endless_text_is_cut() {
        let made = of(json!({ "content": [{ "type": "text", "text": "x".repeat(bounds::RESULT * 2) }] }));
        assert_eq!(made.text.chars().count(), bounds::RESULT);
    }
}
