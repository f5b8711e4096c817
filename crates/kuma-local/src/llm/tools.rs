//! Tool calls of a local model: offered through its template, held to a grammar once it begins one.
//!
//! A reply with tools on offer is either plain text or one call, `{"name": …, "arguments": …}`, bare
//! or after `<tool_call>`. Which of the two it is shows with its first characters; from the opening
//! brace on the grammar leaves no way to write an invalid call.

use kuma_llm::{ToolCall, ToolSpec};
use serde_json::{Value, json};

const TAG: &str = "<tool_call>";

/// JSON Schema of a call of one of `tools`, as text: the order of its keys is the order in which the
/// model writes them, and the name must come first.
pub(super) fn call_schema(tools: &[ToolSpec]) -> String {
    one_of(tools.iter().map(|tool| (Value::from(tool.name.as_str()), tool.parameters.clone())))
}

/// The same without the parameters' own schemas, for those that cannot be turned into a grammar.
pub(super) fn loose_call_schema(tools: &[ToolSpec]) -> String {
    one_of(tools.iter().map(|tool| (Value::from(tool.name.as_str()), json!({"type": "object"}))))
}

fn one_of(tools: impl Iterator<Item = (Value, Value)>) -> String {
    let calls: Vec<String> = tools
        .map(|(name, parameters)| {
            format!(
                r#"{{"type":"object","properties":{{"name":{{"const":{name}}},"arguments":{parameters}}},"required":["name","arguments"],"additionalProperties":false}}"#
            )
        })
        .collect();
    format!(r#"{{"oneOf":[{}]}}"#, calls.join(","))
}

/// A complete call; none when the text is no such call.
pub(super) fn parse_call(text: &str) -> Option<ToolCall> {
    let mut call: Value = serde_json::from_str(text).ok()?;
    let name = call.get("name")?.as_str()?.to_owned();
    let arguments = call.get_mut("arguments")?.take();
    Some(ToolCall {
        call_id: format!("call_{}", uuid::Uuid::now_v7().simple()),
        name,
        arguments,
        signatures: Vec::new(),
    })
}

/// What the beginning of a reply turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Too little to tell.
    Open,
    /// Plain text.
    Text,
    /// The brace that opens a call.
    Call,
}

/// Tells what a reply that begins with `text` is.
pub(super) fn beginning(text: &str) -> Beginning {
    let begun = text.trim_start();
    let inner = begun.strip_prefix(TAG).map_or(begun, str::trim_start);
    if inner.starts_with('{') {
        Beginning::Call
    } else if inner.is_empty() || TAG.starts_with(begun) {
        Beginning::Open
    } else {
        Beginning::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_comes_first_in_the_schema() {
        let tool = ToolSpec {
            name: "add".into(),
            description: String::new(),
            parameters: json!({"type": "object"}),
        };
        let schema = call_schema(&[tool.clone(), ToolSpec { name: "a\"b".into(), ..tool }]);
        assert!(schema.find("name").unwrap() < schema.find("arguments").unwrap());
        let parsed: Value = serde_json::from_str(&schema).unwrap();
        assert_eq!(parsed["oneOf"][1]["properties"]["name"]["const"], "a\"b");
    }

    #[test]
    fn the_first_characters_tell_text_from_calls() {
        for open in ["", " \n", "<", "<tool", "<tool_call>", "\n<tool_call>\n "] {
            assert_eq!(beginning(open), Beginning::Open, "{open:?}");
        }
        for call in ["{", " {\"n", "<tool_call>\n{"] {
            assert_eq!(beginning(call), Beginning::Call, "{call:?}");
        }
        for text in ["H", "<b>", "<tool_call> no", "<think>"] {
            assert_eq!(beginning(text), Beginning::Text, "{text:?}");
        }
    }

    #[test]
    fn calls_are_parsed_and_anything_else_is_not() {
        let call = parse_call(r#" {"name": "add", "arguments": {"a": 1}} "#).unwrap();
        assert_eq!((call.name.as_str(), &call.arguments), ("add", &json!({"a": 1})));
        assert!(call.call_id.starts_with("call_"));
        assert_eq!(parse_call(r#"{"name": "add", "argu"#), None);
        assert_eq!(parse_call(r#"{"name": 3, "arguments": {}}"#), None);
    }
}
