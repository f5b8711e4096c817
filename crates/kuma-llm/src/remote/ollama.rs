//! Ollama's own API.
//!
//! Spoken here and not through `genai`: only so can the size of the context be set (Ollama cuts a
//! longer prompt without a word), a tool result be tied to its call, the reply's schema be sent, and
//! an error in mid-stream be seen.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kuma_types::{FinishReason, Usage};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::connection::Connection;
use super::lines::{self, LineReader};
use crate::map_error::ErrorMapper;
use crate::provider::Capability;
use crate::{
    ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo, Part,
    Role, ToolCall,
};

/// Room for the answer beside the prompt, in tokens, when the request names no limit.
const ROOM_FOR_ANSWER: usize = 2048;
/// The smallest context asked for; what Ollama itself takes.
const SMALLEST_CONTEXT: usize = 4096;

/// The version of the Ollama at `base_url`, when one answers within half a second.
pub async fn detect_ollama(http: &reqwest::Client, base_url: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Version {
        version: String,
    }
    let base = super::base_url::normalise(crate::ProviderKind::Ollama, base_url).ok()?;
    let asked = async {
        let response = http.get(format!("{base}/api/version")).send().await.ok()?.error_for_status().ok()?;
        response.json::<Version>().await.ok()
    };
    Some(tokio::time::timeout(Duration::from_millis(500), asked).await.ok()??.version)
}

pub(super) struct OllamaModel {
    connection: Arc<Connection>,
    info: ModelInfo,
}

impl OllamaModel {
    pub(super) fn new(connection: Arc<Connection>, info: ModelInfo) -> Self {
        Self { connection, info }
    }
}

#[async_trait]
impl ChatModel for OllamaModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let body = body(&self.info, request);
        Ok(Box::pin(lines::open(&self.connection, "api/chat", &body, Reader).await?))
    }
}

fn body(info: &ModelInfo, request: ChatRequest) -> Value {
    let mut options = Map::new();
    if let Some(temperature) = request.temperature {
        options.insert("temperature".to_owned(), json!((f64::from(temperature) * 1000.0).round() / 1000.0));
    }
    if let Some(most) = request.max_output_tokens {
        options.insert("num_predict".to_owned(), json!(most));
    }
    options.insert("num_ctx".to_owned(), json!(context(info, &request)));

    let mut names: HashMap<String, String> = HashMap::new();
    let messages: Vec<Value> = request.messages.into_iter().flat_map(|m| messages(m, &mut names)).collect();
    let mut body = json!({ "model": info.model, "stream": true, "messages": messages, "options": options });
    if let Some(object) = body.as_object_mut() {
        if !request.tools.is_empty() {
            let tools = request.tools.into_iter().map(|tool| {
                json!({ "type": "function", "function": {
                    "name": tool.name, "description": tool.description, "parameters": tool.parameters
                }})
            });
            object.insert("tools".to_owned(), tools.collect());
        }
        if let Some(schema) = request.response_schema {
            object.insert("format".to_owned(), schema);
        }
        if info.capabilities.contains(&Capability::Reasoning) {
            object.insert("think".to_owned(), Value::Bool(true));
        }
    }
    body
}

/// A context that holds the prompt and an answer. Powers of two, so that a growing conversation does
/// not make Ollama load the model anew at every turn; never more than the model can hold.
fn context(info: &ModelInfo, request: &ChatRequest) -> usize {
    let prompt: usize = request
        .messages
        .iter()
        .flat_map(|message| &message.parts)
        .map(|part| match part {
            Part::Text(text) | Part::Reasoning(text) => text.len(),
            Part::ToolResult { content, .. } => content.len(),
            Part::ToolCall(call) => call.name.len() + call.arguments.to_string().len(),
            // About a thousand tokens in the models that see.
            Part::Image { .. } => 3000,
        })
        .sum();
    let tools: usize =
        request.tools.iter().map(|tool| tool.description.len() + tool.parameters.to_string().len()).sum();
    // Three bytes a token is on the safe side for most writing.
    let answer = request.max_output_tokens.map_or(ROOM_FOR_ANSWER, |most| most as usize);
    let wanted = ((prompt + tools) / 3 + answer).max(SMALLEST_CONTEXT).next_power_of_two();
    info.context_window.map_or(wanted, |most| wanted.min(most as usize))
}

/// One message of ours is several of theirs when it holds several results.
fn messages(message: ChatMessage, names: &mut HashMap<String, String>) -> Vec<Value> {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let (mut text, mut thinking) = (String::new(), String::new());
    let (mut images, mut calls, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for part in message.parts {
        match part {
            Part::Text(piece) => text.push_str(&piece),
            Part::Reasoning(piece) => thinking.push_str(&piece),
            Part::Image { data, .. } => images.push(Value::from(STANDARD.encode(&data))),
            Part::ToolCall(call) => {
                names.insert(call.call_id.clone(), call.name.clone());
                // An object and nothing else.
                let arguments = match call.arguments {
                    arguments @ Value::Object(_) => arguments,
                    Value::Null => json!({}),
                    other => json!({ "input": other }),
                };
                calls.push(
                    json!({ "id": call.call_id, "function": { "name": call.name, "arguments": arguments } }),
                );
            }
            Part::ToolResult { call_id, content, is_error } => {
                let content = if is_error { format!("Error: {content}") } else { content };
                let mut result = json!({ "role": "tool", "tool_call_id": call_id, "content": content });
                if let (Some(name), Some(object)) = (names.get(&call_id), result.as_object_mut()) {
                    object.insert("tool_name".to_owned(), Value::from(name.as_str()));
                }
                results.push(result);
            }
        }
    }
    if text.is_empty() && images.is_empty() && calls.is_empty() {
        return results;
    }
    let mut own = json!({ "role": role, "content": text });
    if let Some(object) = own.as_object_mut() {
        if !images.is_empty() {
            object.insert("images".to_owned(), images.into());
        }
        if !calls.is_empty() {
            object.insert("tool_calls".to_owned(), calls.into());
            // Thinking is wanted back within a run of tools and dropped everywhere else.
            if !thinking.is_empty() {
                object.insert("thinking".to_owned(), thinking.into());
            }
        }
    }
    results.insert(0, own);
    results
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: u64,
    #[serde(default)]
    eval_count: u64,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<String>,
    thinking: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: Value,
}

/// Each line is a JSON object; the last one says `done`.
struct Reader;

impl LineReader for Reader {
    fn line(
        &mut self,
        line: &[u8],
        errors: &ErrorMapper,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<bool, ModelError> {
        let line: Line = serde_json::from_slice(line).map_err(|error| {
            errors
                .new_error(ModelErrorKind::BadResponse, &format!("a line of the answer was no JSON: {error}"))
        })?;
        if let Some(error) = line.error {
            return Err(errors.in_stream(&json!({ "error": error })));
        }
        let message = line.message.unwrap_or_default();
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        events.extend(some(message.thinking).map(ChatEvent::Reasoning));
        events.extend(some(message.content).map(ChatEvent::Text));
        for call in message.tool_calls.unwrap_or_default() {
            let arguments = match call.function.arguments {
                Value::Null => json!({}),
                arguments => arguments,
            };
            let call_id = some(call.id).unwrap_or_else(|| format!("call_{}", uuid::Uuid::new_v4().simple()));
            let name = call.function.name;
            events.push_back(ChatEvent::ToolCall(ToolCall {
                call_id,
                name,
                arguments,
                signatures: Vec::new(),
            }));
        }
        if line.done {
            let finish_reason = match line.done_reason.as_deref() {
                Some("length") => FinishReason::Length,
                _ => FinishReason::Stop,
            };
            let usage = Usage { input_tokens: line.prompt_eval_count, output_tokens: line.eval_count };
            events.push_back(ChatEvent::Done { finish_reason, usage });
        }
        Ok(line.done)
    }
}
