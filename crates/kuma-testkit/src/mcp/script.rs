//! How a fake MCP server behaves.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The versions of the protocol that it speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum McpEra {
    /// With a handshake, up to 2025-11-25.
    Legacy,
    /// Without one, 2026-07-28.
    Modern,
    /// Both.
    #[default]
    Both,
}

/// Whether it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum McpMode {
    /// It does.
    #[default]
    Ok,
    /// Status 503.
    Dead,
    /// Never.
    Hang,
    /// It closes the connection in the middle of a tool's call, after it was recorded.
    Drop,
    /// A web page.
    Html,
}

/// Who may call it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum McpAuth {
    /// Everybody.
    #[default]
    None,
    /// Whoever has logged in.
    #[serde(rename = "oauth")]
    OAuth,
    /// Whoever sends this in the header `x-key`.
    Key(String),
}

/// How it behaves. Every field may be left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct McpScript {
    /// The versions of the protocol that it speaks.
    pub era: McpEra,
    /// Whether it answers.
    pub mode: McpMode,
    /// Who may call it.
    pub auth: McpAuth,
    /// How long a call of a tool takes.
    pub delay_ms: u64,
    /// Its tools as it lists them, in place of the usual ones. Calls go by their names.
    pub tools: Option<Vec<Value>>,
    /// Put behind the description of every tool.
    pub description_suffix: String,
    /// The text of `get_letter`; without one, an invitation to call `add_note`.
    pub letter: Option<String>,
    /// How long an access token lives.
    pub token_seconds: u64,
    /// Whether people let clients in when they are asked.
    pub consents: bool,
    /// Tools on one page of the list.
    pub page: usize,
}

impl Default for McpScript {
    fn default() -> Self {
        Self {
            era: McpEra::Both,
            mode: McpMode::Ok,
            auth: McpAuth::None,
            delay_ms: 0,
            tools: None,
            description_suffix: String::new(),
            letter: None,
            token_seconds: 3600,
            consents: true,
            page: 5,
        }
    }
}

impl McpScript {
    /// Its tools as it lists them.
    pub fn tools(&self) -> Vec<Value> {
        let mut tools = self.tools.clone().unwrap_or_else(usual);
        for tool in &mut tools {
            if let Some(Value::String(description)) = tool.get_mut("description") {
                description.push_str(&self.description_suffix);
            }
        }
        tools
    }
}

fn usual() -> Vec<Value> {
    let tool = |name: &str, description: &str, reads: bool, properties: Value, required: &[&str]| {
        json!({
            "name": name, "description": description,
            "inputSchema": { "type": "object", "properties": properties, "required": required },
            "annotations": { "readOnlyHint": reads },
        })
    };
    vec![
        tool(
            "add_note",
            "Adds a note.",
            false,
            json!({ "text": { "type": "string", "description": "What to note." } }),
            &["text"],
        ),
        tool("delete_note", "Removes a note.", false, json!({ "index": { "type": "integer" } }), &["index"]),
        tool("list_notes", "Lists the notes.", true, json!({}), &[]),
        tool("get_letter", "Reads a letter.", true, json!({ "topic": { "type": "string" } }), &[]),
        tool("count", "Counts.", true, json!({ "to": { "type": "integer" } }), &["to"]),
        tool("fail", "Fails.", true, json!({ "message": { "type": "string" } }), &[]),
        tool("parts", "Gives things that are no text.", true, json!({}), &[]),
        tool("ask_me", "Asks the person.", true, json!({}), &[]),
    ]
}

/// A call of a tool as it came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct McpCall {
    /// Which tool.
    pub tool: String,
    /// What it was called with.
    pub arguments: Value,
    /// `kuma/idempotencyKey` of `_meta`.
    pub idempotency_key: Option<String>,
    /// The version of the protocol.
    pub version: String,
    /// Who logged in, when one must.
    pub subject: Option<String>,
}
