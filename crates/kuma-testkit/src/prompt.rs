//! What a chat request asks, in words that belong to no vendor: enough to choose an answer and to render it.

use crate::json::at;
use crate::route::Dialect;
use serde_json::Value;

/// A chat request, understood.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub dialect: Dialect,
    pub model: String,
    /// All instructions: system messages, system prompt.
    pub system: String,
    /// The text of the last message a person wrote.
    pub last_user: String,
    /// The results of tools that the request ends with; empty unless it is the continuation of a tool turn.
    pub tool_results: Vec<String>,
    /// Names of the tools on offer.
    pub tools: Vec<String>,
    pub stream: bool,
    /// OpenAI Chat only: the client wants the chunk with the token counts.
    pub include_usage: bool,
    /// Gemini only: `alt=sse`.
    pub sse: bool,
    /// Four characters a token, as good a guess as any that needs no tokenizer.
    pub input_tokens: u64,
}

/// One message, whatever it was in.
struct Turn {
    role: Role,
    text: String,
    results: Vec<String>,
}

#[derive(PartialEq, Eq)]
enum Role {
    System,
    User,
    Assistant,
    Tool,
}

impl Prompt {
    /// Reads a body that has passed its checks; what is missing or odd counts as empty.
    pub(crate) fn read(
        dialect: Dialect,
        body: &Value,
        path_model: Option<&str>,
        path_stream: bool,
        sse: bool,
    ) -> Self {
        let mut turns = Vec::new();
        let instructions = match dialect {
            Dialect::OpenAiChat | Dialect::Ollama => Value::Null,
            Dialect::OpenAiResponses => body["instructions"].clone(),
            Dialect::Anthropic => body["system"].clone(),
            Dialect::Gemini => at(body, "/systemInstruction/parts").clone(),
        };
        turns.push(Turn { role: Role::System, text: text_of(&instructions), results: Vec::new() });
        let list = match dialect {
            Dialect::OpenAiResponses => &body["input"],
            Dialect::Gemini => &body["contents"],
            _ => &body["messages"],
        };
        match list {
            Value::String(text) => {
                turns.push(Turn { role: Role::User, text: text.clone(), results: Vec::new() });
            }
            Value::Array(items) => turns.extend(items.iter().map(turn)),
            _ => {}
        }
        let stream = match dialect {
            Dialect::Gemini => path_stream,
            Dialect::Ollama => body["stream"].as_bool().unwrap_or(true),
            _ => body["stream"].as_bool().unwrap_or(false),
        };
        let model = path_model.or_else(|| body["model"].as_str()).unwrap_or_default().to_owned();
        Self::collect(dialect, model, turns, tool_names(body), stream, body, sse)
    }

    fn collect(
        dialect: Dialect,
        model: String,
        turns: Vec<Turn>,
        tools: Vec<String>,
        stream: bool,
        body: &Value,
        sse: bool,
    ) -> Self {
        let characters: usize =
            turns.iter().map(|t| t.text.len() + t.results.iter().map(String::len).sum::<usize>()).sum();
        let mut tool_results: Vec<String> = turns
            .iter()
            .rev()
            .take_while(|t| !t.results.is_empty())
            .flat_map(|t| t.results.iter().rev().cloned())
            .collect();
        tool_results.reverse();
        let system: Vec<&str> =
            turns.iter().filter(|t| t.role == Role::System).map(|t| t.text.as_str()).collect();
        let system = system.join("\n").trim().to_owned();
        let last_user = turns
            .into_iter()
            .rev()
            .find(|t| t.role == Role::User && t.results.is_empty())
            .map(|t| t.text)
            .unwrap_or_default();
        Self {
            dialect,
            model,
            system,
            last_user,
            tool_results,
            tools,
            stream,
            include_usage: at(body, "/stream_options/include_usage").as_bool().unwrap_or(false),
            sse,
            input_tokens: (characters as u64).div_ceil(4).max(1),
        }
    }
}

fn turn(item: &Value) -> Turn {
    let content = if item["content"].is_null() { &item["parts"] } else { &item["content"] };
    let mut results = results_of(content);
    let role = match item["role"].as_str() {
        Some("system" | "developer") => Role::System,
        Some("assistant" | "model") => Role::Assistant,
        Some("tool") => Role::Tool,
        Some(_) => Role::User,
        None if item["type"] == "function_call_output" => Role::Tool,
        None if item["parts"].is_array() || item["type"] == "message" => Role::User,
        None => Role::Assistant,
    };
    if role == Role::Tool {
        results.push(match &item["output"] {
            Value::Null => text_of(content),
            output => text_of(output),
        });
    }
    Turn { role, text: text_of(content), results }
}

/// Anthropic's `tool_result` blocks and Gemini's `functionResponse` parts.
fn results_of(content: &Value) -> Vec<String> {
    let Value::Array(parts) = content else { return Vec::new() };
    parts
        .iter()
        .filter_map(|part| {
            if part["type"] == "tool_result" {
                return Some(text_of(&part["content"]));
            }
            part.get("functionResponse").map(|r| r["response"].to_string())
        })
        .collect()
}

/// The text of a string, of a part, or of a list of parts.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().map(text_of).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
        }
        Value::Object(part) if part.get("thought").is_none() => {
            part.get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn tool_names(body: &Value) -> Vec<String> {
    let Some(tools) = body["tools"].as_array() else { return Vec::new() };
    let mut names = Vec::new();
    for tool in tools {
        let declared = tool["functionDeclarations"].as_array();
        let entries = declared.map_or_else(|| vec![tool], |d| d.iter().collect());
        for entry in entries {
            let name = entry["name"].as_str().or_else(|| at(entry, "/function/name").as_str());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}
