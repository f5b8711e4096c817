//! Our request in the words of `genai`.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use genai::adapter::AdapterKind;
use genai::chat::{
    ChatMessage as GenaiMessage, ChatOptions, ChatRequest as GenaiRequest, ChatResponseFormat, ChatRole,
    ContentPart, CustomPart, JsonSpec, MessageContent, ReasoningEffort, Tool, ToolCall as GenaiCall,
    ToolChoice as GenaiChoice, ToolName, ToolResponse,
};
use genai::resolver::{AuthData, Endpoint};
use genai::{Headers, ModelIden, ServiceTarget};
use serde_json::{Value, json};
use url::Url;

use super::connection::Connection;
use super::frames::{Dialect, Frames};
use super::learned::Optional;
use super::openai_models;
use crate::provider::{Capability, ModelInfo, ProviderKind};
use crate::{ChatMessage, ChatRequest, ModelError, ModelErrorKind, Part, Role, ToolCall, ToolChoice};

/// A call that can be made.
pub(super) struct Prepared {
    pub(super) target: ServiceTarget,
    pub(super) request: GenaiRequest,
    pub(super) options: ChatOptions,
    pub(super) frames: Arc<Frames>,
    pub(super) dialect: Dialect,
    /// What could be left out if the provider refuses it.
    pub(super) optional: Vec<Optional>,
}

/// Makes the call of a request.
pub(super) fn prepare(
    connection: &Connection,
    info: &ModelInfo,
    request: ChatRequest,
) -> Result<Prepared, ModelError> {
    let model = info.model.as_str();
    let dialect = dialect(connection.kind, model, !request.tools.is_empty());
    let frames = Arc::new(Frames::new(dialect));
    let (options, optional) = options(connection, info, &request, dialect, &frames);
    Ok(Prepared {
        target: target(connection, model, dialect)?,
        request: convert(request, dialect, &connection.base, model),
        options,
        frames,
        dialect,
        optional,
    })
}

fn dialect(kind: ProviderKind, model: &str, with_tools: bool) -> Dialect {
    match kind {
        ProviderKind::Anthropic => Dialect::Anthropic,
        ProviderKind::OpenAiResponses => Dialect::Responses,
        ProviderKind::OpenAi if openai_models::needs_responses(model, with_tools) => Dialect::Responses,
        _ => Dialect::ChatCompletions,
    }
}

fn target(connection: &Connection, model: &str, dialect: Dialect) -> Result<ServiceTarget, ModelError> {
    let bad_base = || connection.errors.new_error(ModelErrorKind::BadRequest, "the base URL cannot be used");
    let mut url = Url::parse(&connection.base).map_err(|_| bad_base())?;
    {
        let mut path = url.path_segments_mut().map_err(|()| bad_base())?;
        match dialect {
            Dialect::ChatCompletions => path.extend(["chat", "completions"]),
            Dialect::Responses => path.push("responses"),
            Dialect::Anthropic => path.push("messages"),
        };
    }
    let headers: Vec<(String, String)> =
        connection.credentials().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(ServiceTarget {
        // Not asked: the override below names the whole address. It must only be a valid one.
        endpoint: Endpoint::from_owned(format!("{}/", connection.base)),
        auth: AuthData::RequestOverride { url: url.into(), headers: Headers::from(headers) },
        model: ModelIden::new(adapter(connection, dialect), model),
    })
}

/// Which of `genai`'s dialects of Chat Completions a server speaks.
fn adapter(connection: &Connection, dialect: Dialect) -> AdapterKind {
    match dialect {
        Dialect::Anthropic => AdapterKind::Anthropic,
        Dialect::Responses => AdapterKind::OpenAIResp,
        Dialect::ChatCompletions if connection.kind == ProviderKind::OpenAi => AdapterKind::OpenAI,
        Dialect::ChatCompletions => {
            let host = Url::parse(&connection.base).ok().and_then(|url| url.host_str().map(str::to_owned));
            match host.as_deref() {
                // Typed chunks of content, `random_seed`.
                Some("api.mistral.ai") => AdapterKind::Mistral,
                // Usage in a place of its own.
                Some("api.groq.com") => AdapterKind::Groq,
                // Reasoning tokens that are not counted in.
                Some("api.x.ai") => AdapterKind::Xai,
                _ => AdapterKind::Custom(1),
            }
        }
    }
}

fn options(
    connection: &Connection,
    info: &ModelInfo,
    request: &ChatRequest,
    dialect: Dialect,
    frames: &Arc<Frames>,
) -> (ChatOptions, Vec<Optional>) {
    let model = info.model.as_str();
    let mut optional = Vec::new();
    let mut extra = serde_json::Map::new();
    let mut options = ChatOptions::default()
        .with_capture_usage(true)
        .with_capture_content(false)
        .with_capture_tool_calls(true)
        .with_raw_frame_sink_arc(Arc::clone(frames) as _);

    let takes_temperature = match connection.kind {
        ProviderKind::Anthropic => false,
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => openai_models::takes_temperature(model),
        _ => true,
    };
    if let Some(temperature) = request.temperature
        && takes_temperature
        && !connection.learned.refused(model, Optional::Temperature)
    {
        // As a person wrote it: 0.7 and not 0.699999988079071.
        options = options.with_temperature((f64::from(temperature) * 1000.0).round() / 1000.0);
        optional.push(Optional::Temperature);
    }

    // Anthropic takes no call for an order while it shows its thinking.
    let must_call = request.tool_choice == ToolChoice::Required && !request.tools.is_empty();
    let thinks = info.capabilities.contains(&Capability::Reasoning)
        && dialect != Dialect::ChatCompletions
        && !(dialect == Dialect::Anthropic && must_call)
        && !connection.learned.refused(model, Optional::Thinking);
    if thinks {
        optional.push(Optional::Thinking);
        match dialect {
            Dialect::Anthropic => {
                extra.insert("thinking".to_owned(), json!({ "type": "adaptive", "display": "summarized" }));
            }
            Dialect::Responses => {
                extra.insert("reasoning".to_owned(), json!({ "summary": "auto" }));
            }
            Dialect::ChatCompletions => {}
        }
    }
    // Anthropic's signed thinking must be kept for the next step even where nobody asked for it.
    options = options.with_capture_reasoning_content(thinks || dialect == Dialect::Anthropic);

    if let Some(most) = request.max_output_tokens {
        // Responses refuses less.
        let least = if dialect == Dialect::Responses { 16 } else { 1 };
        options = options.with_max_tokens(most.max(least));
    }
    let choice = match request.tool_choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(GenaiChoice::None),
        ToolChoice::Required => Some(GenaiChoice::Required),
    };
    if let Some(choice) = choice.filter(|_| !request.tools.is_empty()) {
        options = options.with_tool_choice(choice);
    }
    if let Some(schema) = &request.response_schema {
        options = options
            .with_response_format(ChatResponseFormat::JsonSpec(JsonSpec::new("reply", schema.clone())));
    }
    // OpenAI's newer models behind somebody else's Chat Completions: there tools exclude reasoning.
    if dialect == Dialect::ChatCompletions
        && openai_models::needs_responses(model, !request.tools.is_empty())
        && !request.tools.is_empty()
    {
        extra.insert("reasoning_effort".to_owned(), Value::from("none"));
    }
    // `genai` reads effort into the end of a name (`mistral-medium`) and a namespace into `::`.
    if model.contains("::") || ReasoningEffort::from_model_name(model).0.is_some() {
        extra.insert("model".to_owned(), Value::from(model));
        if matches!(dialect, Dialect::ChatCompletions | Dialect::Responses) {
            // An effort that these two do not send, and that keeps them from making one up.
            options = options.with_reasoning_effort(ReasoningEffort::Budget(0));
        }
    }
    if !extra.is_empty() {
        options = options.with_extra_body(Value::Object(extra));
    }
    (options, optional)
}

fn convert(request: ChatRequest, dialect: Dialect, base: &str, model: &str) -> GenaiRequest {
    let echoes_thinking = dialect == Dialect::ChatCompletions && wants_thinking_back(base, model);
    let mut system: Vec<String> = Vec::new();
    let mut messages: Vec<GenaiMessage> = Vec::new();
    for message in request.messages {
        if message.role == Role::System && messages.is_empty() {
            // Some servers take one system message only, so the leading ones become one.
            system.push(message.joined_text());
            continue;
        }
        let role = match message.role {
            Role::System => ChatRole::System,
            Role::User => ChatRole::User,
            Role::Assistant => ChatRole::Assistant,
            Role::Tool => ChatRole::Tool,
        };
        let parts = content(message, dialect, echoes_thinking);
        if parts.is_empty() {
            continue;
        }
        // The results of parallel calls are one turn, however they come here.
        match messages.last_mut() {
            Some(last) if role == ChatRole::Tool && last.role == ChatRole::Tool => last.content.extend(parts),
            _ => messages.push(GenaiMessage::new(role, MessageContent::from_parts(parts))),
        }
    }
    let mut converted = GenaiRequest::new(messages);
    if !system.is_empty() {
        converted = converted.with_system(system.join("\n\n"));
    }
    if !request.tools.is_empty() {
        converted = converted.with_tools(request.tools.into_iter().map(|tool| {
            Tool::new(ToolName::Custom(tool.name))
                .with_description(tool.description)
                .with_schema(tool.parameters)
        }));
    }
    converted
}

fn content(message: ChatMessage, dialect: Dialect, echoes_thinking: bool) -> Vec<ContentPart> {
    let calls_tools = message.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let mut parts = Vec::with_capacity(message.parts.len());
    for part in message.parts {
        match part {
            // Blank text is refused by some, and says nothing to any.
            Part::Text(text) if text.trim().is_empty() => {}
            Part::Text(text) => parts.push(ContentPart::Text(text)),
            Part::Image { mime_type, data } => {
                parts.push(ContentPart::from_binary_base64(mime_type, STANDARD.encode(&data), None));
            }
            Part::ToolCall(call) => {
                push_call(&mut parts, call, dialect);
            }
            Part::ToolResult { call_id, content, is_error } if dialect == Dialect::Anthropic => {
                let data = json!({
                    "type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error
                });
                parts.push(ContentPart::Custom(CustomPart { model_iden: None, data }));
            }
            Part::ToolResult { call_id, content, is_error } => {
                // The others have no mark for failures.
                let content = if is_error { format!("Error: {content}") } else { content };
                parts.push(ContentPart::ToolResponse(ToolResponse::new(call_id, content)));
            }
            Part::Reasoning(text) => {
                if echoes_thinking && calls_tools && !text.is_empty() {
                    parts.push(ContentPart::ReasoningContent(text));
                }
            }
        }
    }
    parts
}

fn push_call(parts: &mut Vec<ContentPart>, call: ToolCall, dialect: Dialect) {
    let ToolCall { call_id, name, arguments, signatures } = call;
    // Marks of another vendor, from before the model was changed, would be refused.
    let own = signatures.iter().filter_map(|mark| mark.strip_prefix(mark_prefix(dialect)?));
    let own: Vec<String> = own.map(str::to_owned).collect();
    let arguments = match arguments {
        // What the model wrote was no JSON, and only objects are taken.
        Value::String(_) | Value::Array(_) | Value::Number(_) | Value::Bool(_)
            if dialect == Dialect::Anthropic =>
        {
            json!({ "input": arguments })
        }
        Value::Null => json!({}),
        arguments => arguments,
    };
    if dialect == Dialect::Anthropic {
        // Whole thinking blocks, which go back ahead of everything else, the text before the call
        // included: a turn that does not begin with them is refused.
        let blocks = own.iter().filter_map(|block| serde_json::from_str(block).ok());
        let blocks = blocks.map(|data| ContentPart::Custom(CustomPart { model_iden: None, data }));
        parts.splice(0..0, blocks.collect::<Vec<_>>());
    }
    let thought_signatures = (dialect != Dialect::Anthropic && !own.is_empty()).then_some(own);
    parts.push(ContentPart::ToolCall(GenaiCall {
        call_id,
        fn_name: name,
        fn_arguments: arguments,
        thought_signatures,
    }));
}

/// Marks are kept with the vendor they belong to.
pub(super) const fn mark_prefix(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::ChatCompletions => None,
        Dialect::Responses => Some("openai:"),
        Dialect::Anthropic => Some("anthropic:"),
    }
}

/// Servers that want a model's thinking back within a run; to others the field is an error.
fn wants_thinking_back(base: &str, model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    ["deepseek.com", "moonshot", "kimi", "z.ai", "bigmodel", "minimax"].iter().any(|host| base.contains(host))
        || ["deepseek", "kimi", "glm-", "minimax"].iter().any(|family| model.contains(family))
}
