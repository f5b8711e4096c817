//! Requests of OpenAI's clients, read into a question.
//!
//! What cannot be honoured is refused by name. Wishes that change nothing about what is answered
//! (`user`, `metadata`, `seed`, `service_tier`, …) are unknown fields here, and ignored as such.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kuma_app::direct::{Message, Part, Question, Role, ToolCall, ToolChoice, ToolSpec};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::error::OpenAiError;

/// As many stop sequences as OpenAI takes.
const MOST_STOPS: usize = 4;
/// The longest stop sequence, in bytes.
const LONGEST_STOP: usize = 1024;
/// Pictures that models see.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiRequest)]
pub struct Body {
    /// An agent's name or a model's id.
    model: String,
    /// The whole conversation.
    messages: Vec<MessageBody>,
    /// Whether the answer comes as it is made.
    stream: Option<bool>,
    /// How it comes.
    stream_options: Option<StreamOptions>,
    /// 0 to 2.
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    /// Only 1.
    top_p: Option<f64>,
    /// Only 1.
    n: Option<u32>,
    /// Texts at which the answer ends: one, or up to four.
    #[schema(value_type = Option<Value>)]
    stop: Option<Stop>,
    /// Most tokens to write. The older name.
    max_tokens: Option<u32>,
    /// Most tokens to write.
    max_completion_tokens: Option<u32>,
    /// Only 0.
    presence_penalty: Option<f64>,
    /// Only 0.
    frequency_penalty: Option<f64>,
    /// Only an empty one.
    #[schema(value_type = Option<Object>)]
    logit_bias: Option<Value>,
    /// Only false.
    logprobs: Option<bool>,
    /// Not taken.
    top_logprobs: Option<u32>,
    /// Only false: nothing is kept.
    store: Option<bool>,
    /// Only text.
    modalities: Option<Vec<String>>,
    /// Not taken.
    #[schema(value_type = Option<Object>)]
    audio: Option<Value>,
    /// Not taken: use `tools`.
    #[schema(value_type = Option<Object>)]
    functions: Option<Value>,
    /// Not taken: use `tool_choice`.
    #[schema(value_type = Option<Object>)]
    function_call: Option<Value>,
    /// The caller's own tools.
    tools: Option<Vec<ToolBody>>,
    /// `auto`, `none`, `required`, or one of the tools.
    tool_choice: Option<Value>,
    /// When false, at most one call is given back.
    parallel_tool_calls: Option<bool>,
    /// `text`, or `json_schema` with the schema.
    response_format: Option<ResponseFormat>,
}

/// How a stream comes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiStreamOptions)]
pub struct StreamOptions {
    /// Whether the last chunk tells the cost.
    include_usage: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Many(Vec<String>),
}

/// A turn of the conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiMessage)]
pub struct MessageBody {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    role: String,
    /// Text, or a list of `text` and `image_url` parts.
    content: Option<Value>,
    /// Calls that the assistant made.
    tool_calls: Option<Vec<CallBody>>,
    /// The call that a `tool` message answers.
    tool_call_id: Option<String>,
}

/// A call of a tool.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiToolCallGiven)]
pub struct CallBody {
    /// Its id.
    id: String,
    /// What was called.
    function: CalledFunction,
}

/// What was called.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiFunctionGiven)]
pub struct CalledFunction {
    /// The tool's name.
    name: String,
    /// The arguments, as JSON text.
    arguments: String,
}

/// A tool of the caller's.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiTool)]
pub struct ToolBody {
    /// Always `function`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is.
    function: Option<FunctionBody>,
}

/// A function of the caller's.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiFunction)]
pub struct FunctionBody {
    /// Letters, digits, `-` and `_`.
    name: String,
    /// For the model.
    description: Option<String>,
    /// JSON Schema of the arguments.
    #[schema(value_type = Option<Object>)]
    parameters: Option<Value>,
}

/// The form of the answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiResponseFormat)]
pub struct ResponseFormat {
    /// `text` or `json_schema`.
    #[serde(rename = "type")]
    kind: String,
    /// `{name, schema}`
    #[schema(value_type = Option<Object>)]
    json_schema: Option<Value>,
}

/// A request that can be met.
#[derive(Debug)]
pub struct Asked {
    pub question: Question,
    pub stream: bool,
    pub include_usage: bool,
    /// At most one call is given back.
    pub one_call: bool,
}

/// Reads a request.
pub fn read(bytes: &[u8]) -> Result<Asked, OpenAiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body: Body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.into_inner().to_string());
        let error = OpenAiError::invalid(path.clone(), "malformed", format!("{path}: {why}"));
        if path == "." { OpenAiError::invalid("body", "malformed", why) } else { error }
    })?;
    json.end().map_err(|error| OpenAiError::invalid("body", "malformed", error.to_string()))?;
    refuse(&body)?;
    let temperature = match body.temperature {
        Some(value) if !(0.0..=2.0).contains(&value) => {
            return Err(OpenAiError::invalid(
                "temperature",
                "invalid_value",
                "A temperature is a number from 0 to 2.",
            ));
        }
        value => value.map(|value| value as f32),
    };
    let max_output_tokens = body.max_completion_tokens.or(body.max_tokens);
    if max_output_tokens == Some(0) {
        return Err(OpenAiError::invalid(
            "max_tokens",
            "invalid_value",
            "At least one token has to be written.",
        ));
    }
    let stop = stops(body.stop)?;
    let mut messages = Vec::with_capacity(body.messages.len());
    for (index, message) in body.messages.into_iter().enumerate() {
        messages.push(turn(index, message)?);
    }
    if !messages.iter().any(|message| message.role != Role::System) {
        return Err(OpenAiError::invalid(
            "messages",
            "invalid_value",
            "There is nothing to answer: send at least one message of a user.",
        ));
    }
    let tools = tools(body.tools.unwrap_or_default())?;
    let (tools, tool_choice) = choice(tools, body.tool_choice)?;
    let question = Question {
        model: body.model,
        messages,
        tools,
        tool_choice,
        temperature,
        max_output_tokens,
        response_schema: schema(body.response_format)?,
        stop,
    };
    let include_usage = body.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
    Ok(Asked {
        question,
        stream: body.stream.unwrap_or(false),
        include_usage,
        one_call: body.parallel_tool_calls == Some(false),
    })
}

/// Wishes that would change the answer and cannot be met.
#[expect(clippy::float_cmp, reason = "one and nought as they are written")]
fn refuse(body: &Body) -> Result<(), OpenAiError> {
    let set = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    let many =
        |value: &Option<Value>| value.as_ref().is_some_and(|value| *value != json!({}) && !value.is_null());
    let audio = |kinds: &Vec<String>| kinds.iter().any(|kind| kind != "text");
    let wishes = [
        (
            "top_p",
            body.top_p.is_some_and(|value| value != 1.0),
            "Leave it out or send 1; use temperature instead.",
        ),
        (
            "n",
            body.n.is_some_and(|value| value != 1),
            "One answer is made at a time. Leave it out or send 1.",
        ),
        (
            "presence_penalty",
            body.presence_penalty.is_some_and(|value| value != 0.0),
            "Leave it out or send 0.",
        ),
        (
            "frequency_penalty",
            body.frequency_penalty.is_some_and(|value| value != 0.0),
            "Leave it out or send 0.",
        ),
        ("logit_bias", many(&body.logit_bias), "Leave it out."),
        ("logprobs", body.logprobs == Some(true), "Leave it out or send false."),
        ("top_logprobs", body.top_logprobs.is_some_and(|value| value != 0), "Leave it out."),
        (
            "store",
            body.store == Some(true),
            "Nothing is kept of what is asked here. Leave it out or send false.",
        ),
        ("modalities", body.modalities.as_ref().is_some_and(audio), "Answers are text."),
        ("audio", set(&body.audio), "Answers are text. Leave it out."),
        ("functions", set(&body.functions), "Send them as tools."),
        ("function_call", set(&body.function_call), "Send it as tool_choice."),
    ];
    match wishes.into_iter().find(|(_, wished, _)| *wished) {
        Some((field, _, hint)) => Err(unsupported(field, hint)),
        None => Ok(()),
    }
}

fn unsupported(field: &str, hint: &str) -> OpenAiError {
    let message = format!("{field} is not supported with this value. {hint}");
    OpenAiError::invalid(field, "unsupported_parameter", message)
}

fn stops(stop: Option<Stop>) -> Result<Vec<String>, OpenAiError> {
    let stops = match stop {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop],
        Some(Stop::Many(stops)) => stops,
    };
    let bad = |stop: &String| stop.is_empty() || stop.len() > LONGEST_STOP;
    if stops.len() > MOST_STOPS || stops.iter().any(bad) {
        let message = format!("Send up to {MOST_STOPS} texts of 1 to {LONGEST_STOP} bytes.");
        return Err(OpenAiError::invalid("stop", "invalid_value", message));
    }
    Ok(stops)
}

fn turn(index: usize, message: MessageBody) -> Result<Message, OpenAiError> {
    let at = format!("messages[{index}]");
    let invalid = |field: &str, message: &str| {
        Err(OpenAiError::invalid(format!("{at}{field}"), "invalid_value", format!("{at}{field}: {message}")))
    };
    let role = match message.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => return invalid(".role", "One of system, developer, user, assistant and tool."),
    };
    let mut parts = content(&at, message.content)?;
    if role != Role::User && parts.iter().any(|part| matches!(part, Part::Image { .. })) {
        return invalid(".content", "Only messages of users have pictures.");
    }
    if role == Role::Tool {
        let Some(call_id) = message.tool_call_id else {
            return invalid(".tool_call_id", "A message of a tool says which call it answers.");
        };
        let content = Message { role, parts }.joined_text();
        parts = vec![Part::ToolResult { call_id, content, is_error: false }];
    }
    if role == Role::Assistant {
        let calls = message.tool_calls.unwrap_or_default().into_iter().map(|call| {
            // What is no JSON stays the text that the model wrote.
            let arguments = serde_json::from_str(&call.function.arguments)
                .unwrap_or(Value::String(call.function.arguments));
            Part::ToolCall(ToolCall {
                call_id: call.id,
                name: call.function.name,
                arguments,
                signatures: Vec::new(),
            })
        });
        parts.extend(calls);
    }
    if parts.is_empty() {
        return invalid(".content", "This message is empty.");
    }
    Ok(Message { role, parts })
}

fn content(at: &str, content: Option<Value>) -> Result<Vec<Part>, OpenAiError> {
    let invalid = |at: String, message: &str| {
        OpenAiError::invalid(at.clone(), "invalid_value", format!("{at}: {message}"))
    };
    let parts = match content {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => return Ok(vec![Part::Text(text)]),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(invalid(format!("{at}.content"), "Text, or a list of parts.")),
    };
    parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let at = format!("{at}.content[{index}]");
            let text = |field: &str| part.get(field).and_then(Value::as_str).map(str::to_owned);
            match part.get("type").and_then(Value::as_str) {
                Some("text") => {
                    text("text").map(Part::Text).ok_or_else(|| invalid(at, "A text part has a text."))
                }
                Some("refusal") => text("refusal")
                    .map(Part::Text)
                    .ok_or_else(|| invalid(at, "A refusal part has a refusal.")),
                Some("image_url") => {
                    let url = part.pointer("/image_url/url").and_then(Value::as_str).unwrap_or_default();
                    picture(url).map_err(|why| invalid(at, why))
                }
                Some(kind) => {
                    let kind: String = kind.chars().take(40).collect();
                    Err(invalid(
                        at,
                        &format!("Parts of the type {kind:?} are not supported; text and image_url are."),
                    ))
                }
                None => Err(invalid(at, "A part has a type.")),
            }
        })
        .collect()
}

/// Pictures come with the request: what a program names is not fetched from here.
fn picture(url: &str) -> Result<Part, &'static str> {
    let Some((head, data)) = url.strip_prefix("data:").and_then(|rest| rest.split_once(',')) else {
        return Err("Send the picture itself, as a data: URL. Addresses of pictures are not fetched.");
    };
    let mime_type = head.strip_suffix(";base64").ok_or("A data: URL of a picture is in base64.")?;
    let mime_type = mime_type.to_ascii_lowercase();
    if !PICTURES.contains(&mime_type.as_str()) {
        return Err("Pictures are PNG, JPEG, WebP or GIF.");
    }
    let data = STANDARD.decode(data.trim()).map_err(|_| "This is not valid base64.")?;
    if data.is_empty() {
        return Err("This picture is empty.");
    }
    Ok(Part::Image { mime_type, data: data.into() })
}

fn tools(tools: Vec<ToolBody>) -> Result<Vec<ToolSpec>, OpenAiError> {
    let mut specs: Vec<ToolSpec> = Vec::with_capacity(tools.len());
    for (index, tool) in tools.into_iter().enumerate() {
        let at = format!("tools[{index}]");
        let ("function", Some(function)) = (tool.kind.as_str(), tool.function) else {
            return Err(unsupported(&at, "Only tools of the type function, with a function."));
        };
        let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let name = function.name;
        if name.is_empty() || name.len() > 64 || !name.chars().all(named) {
            let message = format!("{at}.function.name: 1 to 64 letters, digits, - and _.");
            return Err(OpenAiError::invalid(format!("{at}.function.name"), "invalid_value", message));
        }
        if specs.iter().any(|spec| spec.name == name) {
            let message = format!("{at}.function.name: two tools have this name.");
            return Err(OpenAiError::invalid(format!("{at}.function.name"), "invalid_value", message));
        }
        let parameters = match function.parameters {
            None | Some(Value::Null) => json!({ "type": "object", "properties": {} }),
            Some(schema @ Value::Object(_)) => schema,
            Some(_) => {
                let message = format!("{at}.function.parameters: a JSON Schema is an object.");
                return Err(OpenAiError::invalid(
                    format!("{at}.function.parameters"),
                    "invalid_value",
                    message,
                ));
            }
        };
        specs.push(ToolSpec { name, description: function.description.unwrap_or_default(), parameters });
    }
    Ok(specs)
}

/// The choice, and the tools it leaves: a named one is made the only one, and has to be called.
fn choice(
    mut tools: Vec<ToolSpec>,
    choice: Option<Value>,
) -> Result<(Vec<ToolSpec>, ToolChoice), OpenAiError> {
    let invalid = |message: &str| Err(OpenAiError::invalid("tool_choice", "invalid_value", message));
    match choice {
        None | Some(Value::Null) => Ok((tools, ToolChoice::Auto)),
        Some(Value::String(word)) => match word.as_str() {
            "auto" => Ok((tools, ToolChoice::Auto)),
            "none" => Ok((tools, ToolChoice::None)),
            "required" => Ok((tools, ToolChoice::Required)),
            _ => invalid(
                "One of auto, none, required, or {\"type\": \"function\", \"function\": {\"name\": …}}.",
            ),
        },
        Some(named) => {
            let name = named.pointer("/function/name").and_then(Value::as_str).unwrap_or_default();
            tools.retain(|tool| tool.name == name);
            if tools.is_empty() {
                return invalid("It names a function that is not among the tools.");
            }
            Ok((tools, ToolChoice::Required))
        }
    }
}

fn schema(format: Option<ResponseFormat>) -> Result<Option<Value>, OpenAiError> {
    let Some(format) = format else { return Ok(None) };
    match format.kind.as_str() {
        "text" => Ok(None),
        "json_schema" => match format.json_schema.as_ref().and_then(|given| given.get("schema")) {
            Some(schema @ Value::Object(_)) => Ok(Some(schema.clone())),
            _ => Err(OpenAiError::invalid("response_format", "invalid_value", "json_schema has a schema.")),
        },
        _ => Err(unsupported("response_format", "There are text and json_schema.")),
    }
}
