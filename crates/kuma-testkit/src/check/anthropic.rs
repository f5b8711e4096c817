//! What Anthropic's Messages asks beyond the shape of a request.

use super::{Finding, Seen, list, missing};
use crate::json::at;
use crate::vendor::Vendor;
use serde_json::Value;

const VERSIONS: [&str; 2] = ["2026-10-21", "2023-06-01"];

/// Every request names a version, whatever it asks for.
pub(super) fn version_header(seen: &Seen<'_>) -> Option<Finding> {
    match seen.header("anthropic-version") {
        None => Some(Finding::refused("anthropic-version: header is required")),
        Some(version) if !VERSIONS.contains(&version) => {
            Some(Finding::refused(format!("anthropic-version: \"{version}\" is not a valid version")))
        }
        Some(_) => None,
    }
}

pub(super) fn check(seen: &Seen<'_>) -> Vec<Finding> {
    let body = seen.body;
    let messages = list(&body["messages"]);
    let mut findings = tool_turns(messages);
    let newest = seen.header("anthropic-version") == Some("2026-10-21");
    if newest {
        findings.extend(newest_version(body, messages));
    }
    let first = messages.iter().find(|m| m["role"] != "system");
    if first.is_some_and(|m| m["role"] != "user") {
        findings.push(Finding::refused("messages: first message must use the \"user\" role"));
    }
    let model = body["model"].as_str().unwrap_or_default();
    let ends_with_prefill = messages.last().is_some_and(|m| m["role"] == "assistant");
    // Ollama's compatible route continues any message.
    if ends_with_prefill && !takes_prefill(model) && seen.vendor == Vendor::Anthropic {
        findings.push(Finding::refused(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ));
    }
    for (index, message) in messages.iter().enumerate() {
        findings.extend(blank(message, index));
    }
    if let Some(budget) = at(body, "/thinking/budget_tokens").as_u64()
        && body["max_tokens"].as_u64().is_some_and(|max| max <= budget)
    {
        findings.push(Finding::refused("`max_tokens` must be greater than `thinking.budget_tokens`"));
    }
    findings
}

/// The 4.5 family and older; later ones end with the user's word.
fn takes_prefill(model: &str) -> bool {
    model.contains("-4-5") || model.contains("-3-") || model.starts_with("fake-")
}

fn newest_version(body: &Value, messages: &[Value]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for field in ["temperature", "top_p", "top_k"] {
        if body.get(field).is_some() {
            findings.push(Finding::refused(format!("{field}: Extra inputs are not permitted")));
        }
    }
    for (index, message) in messages.iter().enumerate() {
        for block in list(&message["content"]) {
            if message["role"] == "assistant" && block["type"] == "document" {
                findings.push(Finding::refused(format!(
                    "messages.{index}: `document` blocks are not permitted in assistant messages"
                )));
            }
            if message["role"] == "user" && block["type"] == "text" && !list(&block["citations"]).is_empty() {
                findings.push(Finding::refused(format!(
                    "messages.{index}: `citations` are not permitted on user text blocks"
                )));
            }
        }
    }
    findings
}

/// Every call is answered in the very next message, and nothing else is.
fn tool_turns(messages: &[Value]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let results = ids(message, "tool_result", "tool_use_id");
        if let Some(missing) = missing(&open, &results) {
            findings.push(Finding::refused(format!(
                "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {missing}. Each \
                 `tool_use` block must have a corresponding `tool_result` block in the next message.",
                index.saturating_sub(1)
            )));
        }
        if let Some(unknown) = missing(&results, &open) {
            findings.push(Finding::refused(format!(
                "messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks: {unknown}. Each `tool_result` \
                 block must have a corresponding `tool_use` block in the previous message."
            )));
        }
        let first_text = list(&message["content"]).iter().position(|b| b["type"] != "tool_result");
        let last_result = list(&message["content"]).iter().rposition(|b| b["type"] == "tool_result");
        if let (Some(text), Some(result)) = (first_text, last_result)
            && text < result
        {
            findings.push(Finding::refused(format!(
                "messages.{index}: `tool_result` blocks must come first in the content"
            )));
        }
        open = ids(message, "tool_use", "id");
    }
    if !open.is_empty() {
        findings.push(Finding::refused(format!(
            "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}",
            messages.len().saturating_sub(1),
            open.join(", ")
        )));
    }
    findings
}

fn ids<'a>(message: &'a Value, kind: &str, field: &str) -> Vec<&'a str> {
    list(&message["content"]).iter().filter(|b| b["type"] == kind).filter_map(|b| b[field].as_str()).collect()
}

fn blank(message: &Value, index: usize) -> Option<Finding> {
    let is_space = |v: &Value| v.as_str().is_some_and(|t| t.trim().is_empty());
    let blank_block = list(&message["content"]).iter().any(|b| b["type"] == "text" && is_space(&b["text"]));
    (is_space(&message["content"]) || blank_block).then(|| {
        Finding::refused(format!("messages.{index}: text content blocks must contain non-whitespace text"))
    })
}
