//! A tool as its server defines it, bounded, and plain enough for every model.

use std::cell::Cell;
use std::fmt::Write as _;

use rmcp::model::Tool;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::bounds::{self, canonical, clip, line};

/// A tool. All words are the server's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Its name at the server.
    pub name: String,
    /// What to call it, one line.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments: an object, without references.
    pub input_schema: Value,
    /// Whether the server says that it only reads.
    pub read_only: bool,
    /// Changes whenever anything in the server's definition does.
    pub fingerprint: String,
}

impl Definition {
    /// The tool, unless its name cannot be used.
    pub(crate) fn of(tool: &Tool) -> Option<Self> {
        let name = tool.name.to_string();
        if name.is_empty() || name.chars().count() > bounds::NAME || name.chars().any(char::is_control) {
            return None;
        }
        let hints = tool.annotations.as_ref();
        let title = tool.title.as_deref().or_else(|| hints?.title.as_deref());
        let schema = Value::Object((*tool.input_schema).clone());
        Some(Self {
            title: title.map(|title| line(title, bounds::TITLE)).filter(|title| !title.is_empty()),
            description: clip(
                &without_controls(tool.description.as_deref().unwrap_or_default()),
                bounds::DESCRIPTION,
            ),
            input_schema: plain(&schema),
            read_only: hints.and_then(|hints| hints.read_only_hint) == Some(true),
            fingerprint: fingerprint(tool, &schema),
            name,
        })
    }
}

fn without_controls(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn fingerprint(tool: &Tool, schema: &Value) -> String {
    let hints = tool.annotations.as_ref().map(|hints| {
        json!([
            hints.title,
            hints.read_only_hint,
            hints.destructive_hint,
            hints.idempotent_hint,
            hints.open_world_hint
        ])
    });
    let all = json!([tool.name, tool.title, tool.description, schema, hints]);
    Sha256::digest(canonical(&all)).iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A schema that every provider takes: an object at the top, no references, no words that some refuse.
fn plain(schema: &Value) -> Value {
    let mut object = match (Simplifier { root: schema, left: Cell::new(MOST_PARTS) }).simplify(schema, 0) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    // Choices at the top are refused by some; their fields together say most of it.
    for word in ["anyOf", "oneOf", "allOf"] {
        let Some(Value::Array(choices)) = object.remove(word) else { continue };
        for choice in choices {
            if let Value::Object(choice) = choice {
                merge(&mut object, choice, word == "allOf");
            }
        }
    }
    object.insert("type".to_owned(), json!("object"));
    if !object.get("properties").is_some_and(Value::is_object) {
        object.insert("properties".to_owned(), json!({}));
    }
    let whole = Value::Object(object);
    if whole.to_string().len() <= bounds::SCHEMA {
        return whole;
    }
    let mut short = whole;
    without_descriptions(&mut short, false);
    if short.to_string().len() <= bounds::SCHEMA {
        return short;
    }
    // Too large for any model: the server checks what it gets, and says what is wrong.
    json!({ "type": "object", "properties": {}, "additionalProperties": true })
}

const KEPT: [&str; 22] = [
    "type",
    "description",
    "properties",
    "required",
    "items",
    "enum",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "additionalProperties",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "default",
];

/// Parts of a schema that are looked at: one that refers to itself in several places grows without end.
const MOST_PARTS: usize = 3_000;

struct Simplifier<'a> {
    root: &'a Value,
    left: Cell<usize>,
}

impl Simplifier<'_> {
    fn simplify(&self, schema: &Value, depth: usize) -> Value {
        let left = self.left.get();
        if depth > bounds::DEPTH || left == 0 {
            return json!({});
        }
        self.left.set(left - 1);
        let Value::Object(object) = schema else {
            // `true`, `false` and what is no schema at all: anything goes.
            return json!({});
        };
        if let Some(target) = object.get("$ref").and_then(Value::as_str) {
            // A reference that leads nowhere, or into another document, says nothing that we can use.
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            let mut inner = match found.map(|found| self.simplify(found, depth + 1)) {
                Some(Value::Object(inner)) => inner,
                _ => Map::new(),
            };
            if let Some(said) = object.get("description").and_then(Value::as_str) {
                inner.insert("description".to_owned(), json!(clip(said, bounds::FIELD)));
            }
            return Value::Object(inner);
        }
        let mut simple = Map::new();
        for (word, value) in object.iter().filter(|(word, _)| KEPT.contains(&word.as_str())) {
            let Some(kept) = self.part(word, value, depth) else { continue };
            simple.insert(word.clone(), kept);
        }
        if let Some(only) = object.get("const").filter(|only| is_choice(only)) {
            simple.insert("enum".to_owned(), json!([only]));
        }
        without_null(&mut simple);
        Value::Object(simple)
    }

    /// What is kept of one word of a schema.
    fn part(&self, word: &str, value: &Value, depth: usize) -> Option<Value> {
        let inner = |schema: &Value| self.simplify(schema, depth + 1);
        match word {
            "description" => Some(json!(clip(&without_controls(value.as_str()?), bounds::FIELD))),
            "properties" => {
                let fields = value.as_object()?.iter().filter(|(name, _)| is_name(name));
                Some(Value::Object(fields.map(|(name, field)| (name.clone(), inner(field))).collect()))
            }
            "anyOf" | "oneOf" | "allOf" => {
                Some(value.as_array()?.iter().map(inner).collect::<Vec<_>>().into())
            }
            "items" | "not" | "additionalProperties" if !value.is_boolean() => Some(match value {
                // Positions of a tuple: any of them may come.
                Value::Array(each) => each.first().map_or_else(|| json!({}), inner),
                schema => inner(schema),
            }),
            "additionalProperties" => Some(value.clone()),
            _ => bound(word, value),
        }
    }
}

/// What is kept of a word that holds no schema: only what such a word can mean. Anything else would be a place for
/// sentences.
fn bound(word: &str, value: &Value) -> Option<Value> {
    let kept = match word {
        "type" => match value {
            Value::Array(types) => types.iter().all(is_type),
            one => is_type(one),
        },
        "required" => {
            let names = value.as_array()?.iter().filter(|name| name.as_str().is_some_and(is_name));
            return Some(names.cloned().collect::<Vec<_>>().into());
        }
        "enum" => value.as_array()?.len() <= bounds::CHOICES && value.as_array()?.iter().all(is_choice),
        "default" => !value.is_null() && value.to_string().chars().count() <= bounds::FIELD,
        "pattern" => value.is_string() && is_choice(value),
        _ => value.is_number(),
    };
    kept.then(|| value.clone())
}

fn is_type(value: &Value) -> bool {
    const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];
    value.as_str().is_some_and(|text| TYPES.contains(&text))
}

/// Whether a field can be called this: a name, in which nothing can be said.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "_-.$@:[]/".contains(c);
    !name.is_empty() && name.chars().count() <= bounds::FIELD_NAME && name.chars().all(fits)
}

/// Whether that is a plain, short value on one line, of so few words that it is no sentence.
fn is_choice(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.chars().count() <= bounds::CHOICE
                && text.split_whitespace().count() <= bounds::CHOICE_WORDS
                && !text.chars().any(char::is_control)
        }
        Value::Array(_) | Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// `["string", "null"]` → `"string"`; of several types, a choice; `anyOf: [X, null]` → X.
fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get("type") {
        let types: Vec<Value> = types.iter().filter(|one| *one != "null").cloned().collect();
        schema.remove("type");
        if let [one] = types.as_slice() {
            schema.insert("type".to_owned(), one.clone());
        } else if !types.is_empty() && !schema.contains_key("anyOf") {
            let choices: Vec<Value> = types.iter().map(|one| json!({ "type": one })).collect();
            schema.insert("anyOf".to_owned(), choices.into());
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(word) else { continue };
        choices.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        let [Value::Object(only)] = choices.as_slice() else { continue };
        let single = only.clone();
        schema.remove(word);
        for (key, value) in single {
            // What was said of the field says more than what was said of its type.
            schema.entry(key).or_insert(value);
        }
    }
}

/// Takes another schema's fields in; what it requires only when both must hold.
fn merge(into: &mut Map<String, Value>, other: Map<String, Value>, both: bool) {
    for (word, value) in other {
        match (word.as_str(), value) {
            ("properties", Value::Object(fields)) => {
                let own = into.entry("properties").or_insert_with(|| json!({}));
                if let Value::Object(own) = own {
                    for (name, field) in fields {
                        own.entry(name).or_insert(field);
                    }
                }
            }
            ("required", Value::Array(names)) if both => {
                let own = into.entry("required").or_insert_with(|| json!([]));
                if let Value::Array(own) = own {
                    own.extend(names);
                }
            }
            ("description", value) => {
                into.entry("description").or_insert(value);
            }
            _ => {}
        }
    }
}

fn without_descriptions(schema: &mut Value, names: bool) {
    match schema {
        Value::Object(object) => {
            if !names {
                object.remove("description");
            }
            for (word, inner) in object {
                without_descriptions(inner, word == "properties" && !names);
            }
        }
        Value::Array(each) => each.iter_mut().for_each(|inner| without_descriptions(inner, false)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
