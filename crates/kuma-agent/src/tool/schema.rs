//! Argument schemas plain enough for every provider.
//!
//! Providers take different parts of JSON Schema: some refuse `$ref`, some unknown `format`s, some
//! `null` among types. What is written here is what all of them take: objects with named fields and
//! nothing else, types without `null` (a field that may be left out is simply not required), choices
//! as `enum`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The plain schema of an argument struct.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    plain(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        // The struct's own name and doc comment: the tool has a name and a description of its own.
        object.remove("description");
        object.entry("type").or_insert_with(|| json!("object"));
        object.entry("properties").or_insert_with(|| json!({}));
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

fn plain(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for word in ["title", "format", "$schema"] {
        object.remove(word);
    }
    without_null(object);
    choices(object);
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if object.contains_key("properties") {
        object.entry("additionalProperties").or_insert_with(|| json!(false));
    }
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        // Names of fields are no words of the schema.
        properties.values_mut().for_each(plain);
    }
    for word in ["items", "additionalProperties", "not"] {
        if let Some(inner) = object.get_mut(word) {
            plain(inner);
        }
    }
    for word in ["anyOf", "oneOf", "allOf", "prefixItems"] {
        for inner in object.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
            plain(inner);
        }
    }
}

/// `["string", "null"]` → `"string"`, `anyOf: [X, null]` → X.
fn without_null(object: &mut Map<String, Value>) {
    if let Some(types) = object.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    for word in ["anyOf", "allOf", "oneOf"] {
        let Some(inner) = object.get_mut(word).and_then(Value::as_array_mut) else { continue };
        inner.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = inner.as_slice() {
            let only = only.clone();
            object.remove(word);
            for (key, value) in only {
                // What was said of the field says more than what was said of its type.
                object.entry(key).or_insert(value);
            }
            without_null(object);
        }
    }
}

/// A choice among constants that each have a description → one `enum`, the descriptions joined.
fn choices(object: &mut Map<String, Value>) {
    let Some(variants) = object.get("oneOf").and_then(Value::as_array) else { return };
    let mut values = Vec::new();
    let mut notes = Vec::new();
    for variant in variants {
        let own = variant.get("const").map(|value| vec![value.clone()]);
        let Some(own) = own.or_else(|| variant.get("enum").and_then(Value::as_array).cloned()) else {
            return;
        };
        if let (Some(note), [value]) = (variant.get("description").and_then(Value::as_str), own.as_slice()) {
            notes
                .push(format!("{}: {note}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
        values.extend(own);
    }
    if values.iter().all(Value::is_string) {
        object.insert("type".to_owned(), json!("string"));
    }
    object.remove("oneOf");
    object.insert("enum".to_owned(), values.into());
    if !notes.is_empty() {
        let said = object.get("description").and_then(Value::as_str).map(|said| format!("{said} "));
        object.insert("description".to_owned(), json!(said.unwrap_or_default() + &notes.join(" ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "read by the derive alone")]
    struct Everything {
        list: Vec<Inner>,
        maybe: Option<Inner>,
        maybe_list: Option<Vec<String>>,
        map: BTreeMap<String, u8>,
        when: Option<Kind>,
        #[serde(default)]
        flag: bool,
        #[serde(default)]
        none: Option<f64>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "read by the derive alone")]
    struct Inner {
        /// A name.
        name: String,
        title: Option<String>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        /// At once.
        Now,
        Later,
    }

    fn walk(schema: &Value, properties: bool, seen: &mut dyn FnMut(&str, &Value)) {
        match schema {
            Value::Object(object) => {
                for (word, inner) in object {
                    if !properties {
                        seen(word, inner);
                    }
                    walk(inner, word == "properties" && !properties, seen);
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| walk(inner, false, seen)),
            _ => {}
        }
    }

    #[test]
    fn nothing_is_left_that_a_provider_refuses() {
        let schema = of::<Everything>();
        walk(&schema, false, &mut |word, inner| {
            assert!(!["$ref", "$defs", "definitions", "format", "$schema"].contains(&word), "{schema:#}");
            assert!(word != "type" || inner.is_string(), "{schema:#}");
            assert!(!inner.is_null(), "{schema:#}");
        });
        assert_eq!(schema["properties"]["maybe"]["properties"]["title"]["type"], "string", "{schema:#}");
        assert_eq!(schema["properties"]["maybe"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["map"]["additionalProperties"]["type"], "integer");
        assert_eq!(schema["properties"]["when"]["enum"], json!(["later", "now"]), "{schema:#}");
        assert_eq!(schema["required"], json!(["list", "map"]));
        assert_eq!(schema["additionalProperties"], false);
    }

    #[test]
    fn no_arguments_are_an_empty_object() {
        #[derive(Deserialize, JsonSchema)]
        struct Nothing {}
        assert_eq!(
            of::<Nothing>(),
            json!({"type": "object", "properties": {}, "additionalProperties": false})
        );
    }
}
