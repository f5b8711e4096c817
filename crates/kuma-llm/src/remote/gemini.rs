//! Gemini's `streamGenerateContent`.
//!
//! Spoken here and not through `genai`: an error in mid-stream comes as bare JSON between the events,
//! which `genai` skips, and it sends no mark with a tool's failure.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kuma_types::{FinishReason, Usage};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::connection::Connection;
use super::learned::Optional;
use super::lines::{self, LineReader};
use crate::map_error::ErrorMapper;
use crate::provider::Capability;
use crate::{
    ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo, Part,
    Role, ToolCall, ToolChoice,
};

/// Marks are kept with the vendor they belong to.
const MARK: &str = "gemini:";
/// Ids of calls that came without one. They are ours and are not sent back.
const MADE_ID: &str = "made_";
/// Stands in for the mark of a call that another vendor's model made.
const NO_MARK: &str = "skip_thought_signature_validator";

pub(super) struct GeminiModel {
    connection: Arc<Connection>,
    info: ModelInfo,
}

impl GeminiModel {
    pub(super) fn new(connection: Arc<Connection>, info: ModelInfo) -> Self {
        Self { connection, info }
    }
}

#[async_trait]
impl ChatModel for GeminiModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        let model = self.info.model.as_str();
        let escaped: String = url::form_urlencoded::byte_serialize(model.as_bytes()).collect();
        let path = format!("models/{escaped}:streamGenerateContent?alt=sse");
        let learned = &self.connection.learned;
        loop {
            let sent: Vec<Optional> = [
                (request.temperature.is_some(), Optional::Temperature),
                (self.info.capabilities.contains(&Capability::Reasoning), Optional::Thinking),
            ]
            .into_iter()
            .filter(|(wanted, field)| *wanted && !learned.refused(model, *field))
            .map(|(_, field)| field)
            .collect();
            let body = body(&self.info, &request, &sent);
            match lines::open(&self.connection, &path, &body, Reader::default()).await {
                Ok(answer) => return Ok(Box::pin(answer)),
                Err(error) if learned.learn(model, &error, &sent) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn body(info: &ModelInfo, request: &ChatRequest, sent: &[Optional]) -> Value {
    let mut config = Map::new();
    if let Some(temperature) = request.temperature.filter(|_| sent.contains(&Optional::Temperature)) {
        config.insert("temperature".to_owned(), json!((f64::from(temperature) * 1000.0).round() / 1000.0));
    }
    if sent.contains(&Optional::Thinking) {
        config.insert("thinkingConfig".to_owned(), json!({ "includeThoughts": true }));
    }
    if let Some(most) = request.max_output_tokens {
        config.insert("maxOutputTokens".to_owned(), json!(most));
    }
    if let Some(schema) = &request.response_schema {
        config.insert("responseMimeType".to_owned(), json!("application/json"));
        config.insert("responseJsonSchema".to_owned(), schema.clone());
    }

    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut system: Vec<String> = Vec::new();
    let mut contents: Vec<Content> = Vec::new();
    for message in &request.messages {
        if message.role == Role::System {
            system.push(message.joined_text());
            continue;
        }
        let content = content(message, &info.model, &mut names);
        match contents.last_mut() {
            _ if content.parts.is_empty() => {}
            // The results of parallel calls are one turn, however they come here.
            Some(last) if last.is_results && content.is_results => last.parts.extend(content.parts),
            _ => contents.push(content),
        }
    }
    let contents: Vec<Value> =
        contents.into_iter().map(|content| json!({ "role": content.role, "parts": content.parts })).collect();
    let mut body = Map::new();
    if !system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({ "parts": [{ "text": system.join("\n\n") }] }));
    }
    if !request.tools.is_empty() {
        let declare = |tool: &crate::ToolSpec| json!({ "name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters });
        let declarations: Vec<Value> = request.tools.iter().map(declare).collect();
        body.insert("tools".to_owned(), json!([{ "functionDeclarations": declarations }]));
        let mode = match request.tool_choice {
            ToolChoice::Auto => None,
            ToolChoice::None => Some("NONE"),
            ToolChoice::Required => Some("ANY"),
        };
        if let Some(mode) = mode {
            body.insert("toolConfig".to_owned(), json!({ "functionCallingConfig": { "mode": mode } }));
        }
    }
    body.insert("contents".to_owned(), contents.into());
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), config.into());
    }
    Value::Object(body)
}

struct Content {
    role: &'static str,
    is_results: bool,
    parts: Vec<Value>,
}

fn content<'a>(message: &'a ChatMessage, model: &str, names: &mut HashMap<&'a str, &'a str>) -> Content {
    // From the third generation on, the first call of a turn must bear a mark.
    let mut owes_mark =
        model.starts_with("gemini-") && !model.starts_with("gemini-2") && !model.starts_with("gemini-1");
    let mut parts = Vec::new();
    let mut is_results = false;
    for part in &message.parts {
        match part {
            Part::Text(text) if text.trim().is_empty() => {}
            Part::Text(text) => parts.push(json!({ "text": text })),
            Part::Image { mime_type, data } => {
                parts.push(json!({ "inlineData": { "mimeType": mime_type, "data": STANDARD.encode(data) } }));
            }
            Part::ToolCall(call) => {
                names.insert(&call.call_id, &call.name);
                let args = match &call.arguments {
                    object @ Value::Object(_) => object.clone(),
                    Value::Null => json!({}),
                    other => json!({ "input": other }),
                };
                let mut function = json!({ "name": call.name, "args": args });
                set_id(&mut function, &call.call_id);
                let mut part = json!({ "functionCall": function });
                let mark = call.signatures.iter().find_map(|mark| mark.strip_prefix(MARK));
                if let (Some(mark), Some(object)) =
                    (mark.or(owes_mark.then_some(NO_MARK)), part.as_object_mut())
                {
                    object.insert("thoughtSignature".to_owned(), Value::from(mark));
                }
                owes_mark = false;
                parts.push(part);
            }
            Part::ToolResult { call_id, content, is_error } => {
                is_results = true;
                let name = names.get(call_id.as_str()).copied().unwrap_or("unknown");
                let key = if *is_error { "error" } else { "output" };
                let mut function = json!({ "name": name, "response": { key: content } });
                set_id(&mut function, call_id);
                parts.push(json!({ "functionResponse": function }));
            }
            Part::Reasoning(_) => {}
        }
    }
    let role = if message.role == Role::Assistant { "model" } else { "user" };
    Content { role, is_results, parts }
}

fn set_id(function: &mut Value, id: &str) {
    if let Some(object) = function.as_object_mut().filter(|_| !id.starts_with(MADE_ID)) {
        object.insert("id".to_owned(), Value::from(id));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    #[serde(default)]
    candidates: Vec<Candidate>,
    #[serde(default)]
    prompt_feedback: Option<PromptFeedback>,
    #[serde(default)]
    usage_metadata: Option<UsageMetadata>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Option<CandidateContent>,
    #[serde(default)]
    finish_reason: Option<String>,
    #[serde(default)]
    finish_message: Option<String>,
}

#[derive(Deserialize)]
struct CandidateContent {
    #[serde(default)]
    parts: Vec<CandidatePart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CandidatePart {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    #[serde(default)]
    thought_signature: Option<String>,
    #[serde(default)]
    function_call: Option<FunctionCall>,
}

#[derive(Deserialize)]
struct FunctionCall {
    #[serde(default)]
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    #[serde(default)]
    block_reason: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct UsageMetadata {
    #[serde(rename = "promptTokenCount")]
    prompt: u64,
    #[serde(rename = "toolUsePromptTokenCount")]
    tool_use_prompt: u64,
    #[serde(rename = "candidatesTokenCount")]
    candidates: u64,
    #[serde(rename = "thoughtsTokenCount")]
    thoughts: u64,
}

/// Reads `data: {…}` lines, and the bare JSON of an error between them.
#[derive(Default)]
struct Reader {
    usage: Usage,
    bare: Vec<u8>,
    ids: Vec<String>,
}

impl LineReader for Reader {
    fn line(
        &mut self,
        line: &[u8],
        errors: &ErrorMapper,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<bool, ModelError> {
        let Some(data) = line.strip_prefix(b"data:") else {
            let is_field =
                [&b":"[..], b"event:", b"id:", b"retry:"].iter().any(|field| line.starts_with(field));
            if !is_field {
                self.bare.extend_from_slice(line);
                if let Ok(error) = serde_json::from_slice(&self.bare) {
                    return Err(errors.in_stream(&error));
                }
            }
            return Ok(false);
        };
        let chunk: Chunk = serde_json::from_slice(data).map_err(|error| {
            errors.new_error(
                ModelErrorKind::BadResponse,
                &format!("a piece of the answer was no JSON: {error}"),
            )
        })?;
        if let Some(error) = chunk.error {
            return Err(errors.in_stream(&json!({ "error": error })));
        }
        if let Some(usage) = chunk.usage_metadata {
            self.usage = Usage {
                input_tokens: usage.prompt + usage.tool_use_prompt,
                output_tokens: usage.candidates + usage.thoughts,
            };
        }
        if let Some(reason) = chunk.prompt_feedback.and_then(|feedback| feedback.block_reason) {
            let message = format!("the request was blocked ({reason})");
            return Err(errors.new_error(ModelErrorKind::ContentRefused, &message));
        }
        let Some(candidate) = chunk.candidates.into_iter().next() else { return Ok(false) };
        for part in candidate.content.into_iter().flat_map(|content| content.parts) {
            self.part(part, events);
        }
        let Some(reason) = candidate.finish_reason else { return Ok(false) };
        let finish_reason = finish(&reason).ok_or_else(|| {
            let words =
                candidate.finish_message.unwrap_or_else(|| "the model's reply was unusable".to_owned());
            errors.new_error(ModelErrorKind::BadResponse, &format!("{words} ({reason})"))
        })?;
        events.push_back(ChatEvent::Done { finish_reason, usage: self.usage });
        Ok(true)
    }

    fn cut_off(&mut self, errors: &ErrorMapper) -> ModelError {
        if self.bare.is_empty() {
            errors.new_error(ModelErrorKind::ConnectionLost, "the answer ended before it was complete")
        } else {
            errors.new_error(ModelErrorKind::BadResponse, "the answer ended with something unreadable")
        }
    }
}

impl Reader {
    fn part(&mut self, part: CandidatePart, events: &mut VecDeque<ChatEvent>) {
        if let Some(text) = part.text.filter(|text| !text.is_empty()) {
            events.push_back(if part.thought { ChatEvent::Reasoning(text) } else { ChatEvent::Text(text) });
        }
        let Some(call) = part.function_call else { return };
        let own_id = call.id.filter(|id| !id.is_empty() && !self.ids.contains(id));
        let call_id = own_id.unwrap_or_else(|| format!("{MADE_ID}{}", uuid::Uuid::new_v4().simple()));
        self.ids.push(call_id.clone());
        events.push_back(ChatEvent::ToolCall(ToolCall {
            call_id,
            name: call.name,
            arguments: if call.args.is_null() { json!({}) } else { call.args },
            signatures: part.thought_signature.map(|mark| format!("{MARK}{mark}")).into_iter().collect(),
        }));
    }
}

/// None for replies that cannot be used.
fn finish(reason: &str) -> Option<FinishReason> {
    Some(match reason {
        "MAX_TOKENS" | "CONTINUATION" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "ESCALATION"
        | "PUP_LIMITED_DISABLED"
        | "NO_IMAGE" => FinishReason::ContentFilter,
        image if image.starts_with("IMAGE_") => FinishReason::ContentFilter,
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => return None,
        _ => FinishReason::Stop,
    })
}
