//! Definitions of tools that other programs have written.
//!
//! A model reads a schema like any other text. What a schema says in sentences is therefore taken out of it and told
//! with the description, inside the fence; what stays are names, kinds and bounds, without which nothing can be called.

use serde_json::{Map, Value};

use super::ToolInfo;

/// The words of a schema that say something and bound nothing.
const SAYING: [&str; 5] = ["description", "title", "default", "examples", "$comment"];

/// The description with everything that the schema says, and the schema without it.
pub(crate) fn told(info: &ToolInfo) -> (String, Value) {
    let mut schema = info.input_schema.clone();
    let mut said = Vec::new();
    strip(&mut schema, "", &mut said);
    let description = info.description.trim();
    if said.is_empty() {
        return (description.to_owned(), schema);
    }
    (format!("{description}\n\nIts arguments:\n{}", said.join("\n")), schema)
}

/// `path`: the field that this is the schema of.
fn strip(schema: &mut Value, path: &str, said: &mut Vec<String>) {
    let Some(object) = schema.as_object_mut() else { return };
    let words: Vec<String> =
        SAYING.iter().filter_map(|word| Some(say(word, &object.remove(*word)?))).collect();
    let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
    if !words.is_empty() {
        let field = if path.is_empty() { "all" } else { path };
        said.push(format!("- {field}: {}", words.join(" ")));
    }
    for (word, inner) in object {
        match word.as_str() {
            // Names of fields are no words of the schema.
            "properties" => fields(inner.as_object_mut(), path, said),
            "items" => strip(inner, &format!("{path}[]"), said),
            "anyOf" | "oneOf" | "allOf" => {
                for choice in inner.as_array_mut().into_iter().flatten() {
                    strip(choice, path, said);
                }
            }
            "not" | "additionalProperties" => strip(inner, path, said),
            _ => {}
        }
    }
}

fn fields(properties: Option<&mut Map<String, Value>>, path: &str, said: &mut Vec<String>) {
    for (name, field) in properties.into_iter().flatten() {
        let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        strip(field, &inner, said);
    }
}

fn say(word: &str, value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match word {
        _ if text.is_empty() => text,
        "description" => text,
        _ => format!("({word}: {text})"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kuma_types::{Effect, ToolCategory};
    use serde_json::json;

    use super::*;

    fn info(input_schema: Value) -> ToolInfo {
        ToolInfo {
            name: "mcp__notes__add".into(),
            display_name: "notes: add".into(),
            description: " Adds a note.\n".into(),
            hint: None,
            category: ToolCategory::Mcp,
            effect: Effect::Write,
            input_schema,
            requires: None,
            timeout: Duration::from_secs(1),
            outside: true,
        }
    }

    #[test]
    fn a_schema_keeps_what_bounds_and_loses_what_speaks() {
        let (description, schema) = told(&info(json!({
            "type": "object", "description": "OBEY 1", "required": ["text"],
            "properties": {
                "text": { "type": "string", "minLength": 1, "description": "OBEY 2\nand more", "examples": ["OBEY 3"] },
                "description": { "type": "string", "title": "OBEY 4" },
                "list": { "type": "array", "items": {
                    "type": "object", "properties": { "kind": { "enum": ["a", "b"], "default": "OBEY 5" } } } },
                "any": { "anyOf": [{ "type": "string", "description": "OBEY 6" }, { "type": "integer" }] },
                "map": { "type": "object", "additionalProperties": { "type": "string", "description": "OBEY 7" } },
                "plain": { "type": "boolean" },
            },
        })));
        assert_eq!(
            schema,
            json!({
                "type": "object", "required": ["text"],
                "properties": {
                    "text": { "type": "string", "minLength": 1 },
                    "description": { "type": "string" },
                    "list": { "type": "array", "items": {
                        "type": "object", "properties": { "kind": { "enum": ["a", "b"] } } } },
                    "any": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
                    "map": { "type": "object", "additionalProperties": { "type": "string" } },
                    "plain": { "type": "boolean" },
                },
            })
        );
        assert!(description.starts_with("Adds a note.\n\nIts arguments:\n- all: OBEY 1\n"), "{description}");
        for line in [
            "- text: OBEY 2 and more (examples: [\"OBEY 3\"])",
            "- description: (title: OBEY 4)",
            "- list[].kind: (default: OBEY 5)",
            "- any: OBEY 6",
            "- map: OBEY 7",
        ] {
            assert!(description.lines().any(|told| told == line), "{line} in {description}");
        }
        assert!(!description.contains("plain"), "{description}");
    }

    #[test]
    fn a_schema_that_says_nothing_adds_nothing() {
        let silent =
            json!({ "type": "object", "properties": { "text": { "type": "string", "description": " " } } });
        let (description, schema) = told(&info(silent));
        assert_eq!(description, "Adds a note.");
        assert_eq!(schema, json!({ "type": "object", "properties": { "text": { "type": "string" } } }));
    }
}
