//! A request's messages in the shape that chat templates expect.

use kuma_llm::{ChatMessage, ModelError, ModelErrorKind, Part, Role, ToolSpec};
use serde::Serialize;
use serde_json::Value;

use crate::error::PROVIDER;

/// One message, named as in the templates that models ship.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Turn {
    pub(super) role: &'static str,
    pub(super) content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_calls: Vec<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_call_id: Option<String>,
}

/// A call in an assistant's turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) r#type: &'static str,
    pub(super) function: Function,
}

/// What is called. Field order is the order models were trained on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) arguments: Value,
}

/// A tool as templates list it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Offer {
    r#type: &'static str,
    function: Offered,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Offered {
    name: String,
    description: String,
    parameters: Value,
}

impl Offer {
    pub(super) fn of(tool: &ToolSpec) -> Self {
        Self {
            r#type: "function",
            function: Offered {
                name: tool.name.clone(),
                description: tool.description.clone(),
                parameters: tool.parameters.clone(),
            },
        }
    }
}

impl Turn {
    pub(super) fn new(role: &'static str, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }
}

/// Turns of a request. Thinking of earlier steps is left out: templates add none back. With
/// `tools` false, calls and their results are told as plain text, for templates that know no tools.
pub(super) fn turns(messages: &[ChatMessage], tools: bool) -> Result<Vec<Turn>, ModelError> {
    let mut turns = Vec::with_capacity(messages.len());
    for message in messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        };
        let mut turn = Turn::new(role, "");
        for part in &message.parts {
            match part {
                Part::Text(text) => turn.content.push_str(text),
                Part::Reasoning(_) => {}
                Part::Image { .. } => {
                    return Err(ModelError::new(
                        ModelErrorKind::BadRequest,
                        PROVIDER,
                        "this model cannot see pictures; remove the picture or pick a model that can",
                    ));
                }
                Part::ToolCall(call) if tools => turn.tool_calls.push(Call {
                    id: call.call_id.clone(),
                    r#type: "function",
                    function: Function { name: call.name.clone(), arguments: call.arguments.clone() },
                }),
                Part::ToolCall(call) => {
                    turn.content.extend(["[used ", &call.name, " with ", &call.arguments.to_string(), "]"]);
                }
                Part::ToolResult { call_id, content, is_error } => {
                    let told = if *is_error { format!("Error: {content}") } else { content.clone() };
                    turns.push(if tools {
                        Turn { tool_call_id: Some(call_id.clone()), ..Turn::new("tool", told) }
                    } else {
                        Turn::new("user", format!("[result]\n{told}"))
                    });
                }
            }
        }
        if !turn.content.is_empty() || !turn.tool_calls.is_empty() {
            turns.push(turn);
        }
    }
    Ok(turns)
}

/// The same conversation for templates that refuse system messages or two turns of one side in a row:
/// instructions stand before the first question, neighbours of the same role become one.
pub(super) fn folded(turns: &[Turn]) -> Vec<Turn> {
    let mut instructions = String::new();
    let mut folded: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns {
        if turn.role == "system" {
            instructions.push_str(&turn.content);
            instructions.push_str("\n\n");
            continue;
        }
        match folded.last_mut() {
            Some(last) if last.role == turn.role && turn.role != "tool" => {
                last.content.push_str("\n\n");
                last.content.push_str(&turn.content);
                last.tool_calls.extend(turn.tool_calls.iter().cloned());
            }
            _ => folded.push(turn.clone()),
        }
    }
    match folded.first_mut() {
        _ if instructions.is_empty() => {}
        Some(first) if first.role == "user" => first.content.insert_str(0, &instructions),
        _ => folded.insert(0, Turn::new("user", instructions.trim_end())),
    }
    folded
}

#[cfg(test)]
mod tests {
    use kuma_llm::ToolCall;
    use serde_json::json;

    use super::*;

    fn with_call() -> Vec<ChatMessage> {
        let call = ToolCall {
            call_id: "c1".into(),
            name: "add".into(),
            arguments: json!({"a": 1}),
            signatures: vec![],
        };
        let result = Part::ToolResult { call_id: "c1".into(), content: "2".into(), is_error: false };
        vec![
            ChatMessage::text(Role::System, "Be brief."),
            ChatMessage::text(Role::User, "1+1?"),
            ChatMessage { role: Role::Assistant, parts: vec![Part::ToolCall(call)] },
            ChatMessage { role: Role::Tool, parts: vec![result] },
        ]
    }

    #[test]
    fn calls_and_results_take_the_names_of_the_templates() {
        let told = serde_json::to_value(turns(&with_call(), true).unwrap()).unwrap();
        assert_eq!(
            told,
            json!([
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "1+1?"},
                {"role": "assistant", "content": "", "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "add", "arguments": {"a": 1}}}]},
                {"role": "tool", "content": "2", "tool_call_id": "c1"},
            ])
        );
    }

    #[test]
    fn without_tools_they_become_text() {
        let told = turns(&with_call(), false).unwrap();
        assert_eq!(told[2].content, r#"[used add with {"a":1}]"#);
        assert_eq!((told[3].role, told[3].content.as_str()), ("user", "[result]\n2"));
    }

    #[test]
    fn folding_leaves_turns_that_alternate() {
        let told = folded(&[
            Turn::new("system", "Be brief."),
            Turn::new("user", "a"),
            Turn::new("user", "b"),
            Turn::new("assistant", "c"),
        ]);
        assert_eq!(told, [Turn::new("user", "Be brief.\n\na\n\nb"), Turn::new("assistant", "c")]);
    }

    #[test]
    fn pictures_are_refused_in_words() {
        let picture = Part::Image { mime_type: "image/png".into(), data: Vec::new().into() };
        let error = turns(&[ChatMessage { role: Role::User, parts: vec![picture] }], true).unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::BadRequest);
    }
}
