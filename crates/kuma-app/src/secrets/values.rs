//! Secrets in JSON: in what a tool is called with, as the audit log keeps it.

use serde_json::{Map, Value};

use super::{INSTEAD, found, is_name, redact};

/// Fields that name what stands in the fields beside them: `{"name": "Authorization", "value": "…"}`.
const NAMING: [&str; 4] = ["name", "key", "header", "field"];

/// The value with [`INSTEAD`] in the place of what is named like a secret, and of what looks like one wherever it
/// stands.
pub fn redact_value(value: &Value) -> Value {
    match value {
        Value::String(text) => redact(text).into(),
        // A card's number may be a number.
        Value::Number(number) if found(&number.to_string()) => INSTEAD.into(),
        Value::Array(items) => items.iter().map(redact_value).collect(),
        Value::Object(fields) => redact_fields(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn redact_fields(fields: &Map<String, Value>) -> Value {
    let is_naming = |field: &str| NAMING.contains(&field.to_lowercase().as_str());
    let is_one = |text: &str| !text.contains(char::is_whitespace) && is_name(text);
    let named = fields.iter().any(|(name, value)| is_naming(name) && value.as_str().is_some_and(is_one));
    fields
        .iter()
        .map(|(name, value)| {
            let secret = is_name(name) || (named && !is_naming(name));
            (redact(name), if secret { INSTEAD.into() } else { redact_value(value) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::redact_value;
    use serde_json::json;

    #[test]
    fn what_is_named_like_a_secret_goes() {
        for name in [
            "password",
            "apiKey",
            "API_KEY",
            "x-api-key",
            "Authorization",
            "client_secret",
            "accessToken",
            "pin",
            "cardNumber",
            "session-cookie",
        ] {
            let kept = redact_value(&json!({ name: ["a", 1], "to": "ann" }));
            assert_eq!(kept, json!({ name: "[secret]", "to": "ann" }), "{name}");
        }
        let headers =
            json!([{ "name": "Authorization", "value": "Basic eHg" }, { "name": "Accept", "value": "*/*" }]);
        let kept =
            json!([{ "name": "Authorization", "value": "[secret]" }, { "name": "Accept", "value": "*/*" }]);
        assert_eq!(redact_value(&headers), kept);
    }

    #[test]
    fn what_looks_like_a_secret_goes_wherever_it_stands() {
        let arguments = json!({
            "text": "Pay with 4111 1111 1111 1111. My password is hunter2.",
            "list": [{ "note": "the key is sk-proj-abcdefghij0123456789" }],
            "number": 4_111_111_111_111_111_u64,
            "ghp_0123456789abcdefABCDEF0123456789abcd": true,
        });
        let kept = json!({
            "text": "Pay with [secret]. My password is [secret].",
            "list": [{ "note": "the key is [secret]" }],
            "number": "[secret]",
            "[secret]": true,
        });
        assert_eq!(redact_value(&arguments), kept);
    }

    #[test]
    fn everything_else_stays() {
        let arguments = json!({
            "to": "ann@example.org", "subject": "Our trip", "count": 3, "when": "2026-11-23T10:00:00Z", "cc": null,
            "id": "01936f3e-0000-7000-8000-00000000c4a7", "urgent": false, "keys": ["a", "b"], "name": "Passwords: why",
        });
        assert_eq!(redact_value(&arguments), arguments);
    }
}
