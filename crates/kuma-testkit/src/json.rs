//! Looking into JSON that may have any shape.

use serde_json::Value;

static NULL: Value = Value::Null;

/// What is at a JSON pointer; null if nothing is.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&NULL)
}
