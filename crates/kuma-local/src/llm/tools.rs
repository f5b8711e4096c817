//! Tool calls of a local model: offered through its template, held to a grammar once it begins one.
//!
//! A reply with tools on offer is plain text, or one call, `{"name": …, "arguments": …}`, bare or after
//! `<tool_call>`, or text and then a call after `<tool_call>`. Which it is shows with the first characters and
//! with that tag; from the opening brace on the grammar leaves no way to write an invalid call.

use kuma_llm::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::text::tail_that_may_begin;

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

/// Text that a call may follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Following<'a> {
    /// What is text for certain.
    pub(super) text: &'a str,
    /// What may be the tag of a call, or is, and the white space behind it.
    pub(super) held: &'a str,
    /// Whether the tag is there and the brace that opens a call behind it.
    pub(super) calls: bool,
}

/// Tells what of `text`, from the middle of a reply, is text and what may belong to a call.
pub(super) fn following(text: &str) -> Following<'_> {
    let (before, rest) = match text.find(TAG) {
        Some(at) => text.split_at(at),
        None => text.split_at(text.len() - tail_that_may_begin(text, TAG)),
    };
    let inner = rest.strip_prefix(TAG).map(str::trim_start);
    match inner {
        // The tag was only mentioned.
        Some(inner) if !inner.is_empty() && !inner.starts_with('{') => {
            Following { text, held: "", calls: false }
        }
        Some(inner) => Following { text: before, held: rest, calls: !inner.is_empty() },
        None => Following { text: before, held: rest, calls: false },
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
    fn a_call_may_follow_text_behind_its_tag() {
        for (text, certain, held, calls) in [
            ("I will look.", "I will look.", "", false),
            ("I will look. <tool", "I will look. ", "<tool", false),
            ("look.\n<tool_call>\n", "look.\n", "<tool_call>\n", false),
            ("look.\n<tool_call>\n{", "look.\n", "<tool_call>\n{", true),
            ("write <tool_call> and", "write <tool_call> and", "", false),
            ("a < b", "a < b", "", false),
            ("{\"a\": 1}", "{\"a\": 1}", "", false),
        ] {
            assert_eq!(following(text), Following { text: certain, held, calls }, "{text:?}");
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
