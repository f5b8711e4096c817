//! Telling one call from another.

use std::fmt::Write as _;

use kuma_types::JobId;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A value as text that is the same for equal values, whatever the order of their fields.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            out.push('{');
            for name in names {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(fields.get(name).unwrap_or(&Value::Null), out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// The key of a call: the same for every attempt at it, and for no other call of any run.
pub(crate) fn idempotency_key(job: JobId, call_id: &str) -> String {
    let digest = Sha256::new().chain_update(job.0.as_bytes()).chain_update(call_id.as_bytes()).finalize();
    digest.iter().take(16).fold(String::from("kuma-"), |mut key, byte| {
        // Writing into a string cannot fail.
        let _ = write!(key, "{byte:02x}");
        key
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_fields_does_not_matter_and_nothing_else_is_lost() {
        let one: Value = serde_json::from_str(r#"{"a":[1,{"x":null,"y":"q\""}],"b":2}"#).unwrap();
        let same: Value = serde_json::from_str(r#"{"b":2,"a":[1,{"y":"q\"","x":null}]}"#).unwrap();
        assert_eq!(text(&one), text(&same));
        for other in [
            json!({"a": [1, {"x": null}], "b": 2}),
            json!({"a": [{"x": null, "y": "q\""}, 1], "b": 2}),
            json!("1"),
        ] {
            assert_ne!(text(&one), text(&other));
        }
        assert_ne!(text(&json!(1)), text(&json!("1")));
    }

    #[test]
    fn a_key_belongs_to_one_call_of_one_run() {
        let job = JobId::new();
        assert_eq!(idempotency_key(job, "call_1"), idempotency_key(job, "call_1"));
        assert_ne!(idempotency_key(job, "call_1"), idempotency_key(job, "call_2"));
        assert_ne!(idempotency_key(job, "call_1"), idempotency_key(JobId::new(), "call_1"));
        assert_eq!(idempotency_key(job, "call_1").len(), 37);
    }
}
