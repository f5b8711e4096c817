//! What a model behind Ollama needs. The server itself takes nearly anything, so most is only noted.

use super::{Finding, is_blank, list, missing};
use crate::json::at;
use serde_json::Value;

pub(super) fn check(body: &Value) -> Vec<Finding> {
    let messages = list(&body["messages"]);
    let mut findings = Vec::new();
    let mut calls: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str();
            let name = message["tool_name"].as_str();
            let known = id.into_iter().chain(name).any(|x| calls.contains(&x));
            if calls.is_empty() || (id.or(name).is_some() && !known) {
                findings.push(Finding::noted(format!(
                    "messages.{index}: the tool result answers no call before it"
                )));
            }
            continue;
        }
        calls = list(&message["tool_calls"])
            .iter()
            .flat_map(|c| [c["id"].as_str(), at(c, "/function/name").as_str()])
            .flatten()
            .collect();
        let nothing = is_blank(&message["content"]) && list(&message["images"]).is_empty();
        if nothing && calls.is_empty() {
            findings
                .push(Finding::noted(format!("messages.{index}: the {} message is empty", message["role"])));
        }
    }
    findings.extend(unanswered(messages));
    findings
}

/// Every call with an id has a result with that id.
fn unanswered(messages: &[Value]) -> Option<Finding> {
    let calls: Vec<&str> = messages
        .iter()
        .flat_map(|m| list(&m["tool_calls"]).iter().filter_map(|c| c["id"].as_str()))
        .collect();
    let answered: Vec<&str> = messages.iter().filter_map(|m| m["tool_call_id"].as_str()).collect();
    if answered.is_empty() {
        return None;
    }
    missing(&calls, &answered).map(|ids| Finding::noted(format!("tool calls without a result: {ids}")))
}
