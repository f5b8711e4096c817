//! JSON: a list of flat records becomes a table, everything else is shown with one value per line.

use serde_json::Value;

use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Block, BlockKind};
use crate::output::Output;
use crate::table::{MAX_COLUMNS, table};

pub(super) fn read(text: &str, output: &mut Output<'_>) -> Result<(), ParseError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    // What detection accepted parses, as one value or as one per line.
    let value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(_) => Value::Array(
            text.lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.to_owned())))
                .collect(),
        ),
    };
    if let Some(rows) = records(&value) {
        return output.whole(table(rows));
    }
    let pretty =
        serde_json::to_string_pretty(&value).map_err(|error| ParseError::damaged(Kind::Json, error))?;
    output.whole(vec![Block::new(BlockKind::Code { language: Some("json".to_owned()) }, pretty)])
}

/// The rows of a list whose members are all objects of plain values.
fn records(value: &Value) -> Option<Vec<Vec<String>>> {
    let members = value.as_array().filter(|members| members.len() >= 2)?;
    let mut columns: Vec<&str> = Vec::new();
    for member in members {
        for (key, value) in member.as_object()? {
            if value.is_object() || value.is_array() {
                return None;
            }
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
            if columns.len() > MAX_COLUMNS.min(100) {
                return None;
            }
        }
    }
    if columns.len() < 2 {
        return None;
    }
    let mut rows = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    for member in members {
        rows.push(columns.iter().map(|column| cell(member.get(*column))).collect());
    }
    Some(rows)
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
