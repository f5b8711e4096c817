//! How much of what a server says is taken in.

use serde_json::Value;

/// The largest message, in bytes.
pub(crate) const MESSAGE: usize = 4 * 1024 * 1024;
/// The most tools of one server.
pub(crate) const TOOLS: usize = 128;
/// The longest name of a tool, in characters.
pub(crate) const NAME: usize = 200;
/// The longest title, in characters.
pub(crate) const TITLE: usize = 80;
/// The longest description of a tool, in characters.
pub(crate) const DESCRIPTION: usize = 2_000;
/// The longest description within a schema, in characters.
pub(crate) const FIELD: usize = 400;
/// The longest name of a field, in characters.
pub(crate) const FIELD_NAME: usize = 100;
/// The longest text that a field is bound to (one of its choices, a pattern), in characters.
pub(crate) const CHOICE: usize = 200;
/// Words of one of them.
pub(crate) const CHOICE_WORDS: usize = 6;
/// The most choices of a field.
pub(crate) const CHOICES: usize = 200;
/// The longest schema, in characters of JSON.
pub(crate) const SCHEMA: usize = 16_000;
/// The deepest schema.
pub(crate) const DEPTH: usize = 12;
/// The most text of one result, in characters: the run cuts it to what its model can take.
pub(crate) const RESULT: usize = 200_000;
/// The longest message of an error, in characters.
pub(crate) const ERROR: usize = 400;

/// One bounded line of words for people, without control characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clip(&clean.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// The text's beginning.
pub(crate) fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The object's fields in the order of their names, however deep: the same text for the same value.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
