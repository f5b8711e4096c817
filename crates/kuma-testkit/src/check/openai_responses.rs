//! What OpenAI's Responses asks beyond the shape of a request.

use super::{Finding, is_blank, list, openai_models};
use crate::vendor::Vendor;
use serde_json::Value;

pub(super) fn check(body: &Value, vendor: Vendor) -> Vec<Finding> {
    let mut findings = tool_turns(body);
    for (index, item) in list(&body["input"]).iter().enumerate() {
        if !item["role"].is_null() && is_blank(&item["content"]) {
            findings.push(Finding::noted(format!("input.{index}: the {} message is empty", item["role"])));
        }
        // Words of the model are output; words to it are input.
        let wanted = if item["role"] == "assistant" { "input_" } else { "output_" };
        for part in list(&item["content"]) {
            let kind = part["type"].as_str().unwrap_or_default();
            if kind.starts_with(wanted) {
                findings.push(
                    Finding::refused(format!(
                        "Invalid value: '{kind}' for a message with role {}.",
                        item["role"]
                    ))
                    .about(format!("input[{index}].content")),
                );
            }
        }
    }
    if !body["previous_response_id"].is_null() && !body["conversation"].is_null() {
        findings.push(Finding::refused(
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation' cannot be used together.",
        ));
    }
    if vendor == Vendor::OpenAi {
        findings.extend(openai_models::responses(body));
    }
    findings
}

/// Calls and outputs pair by id. With a stored conversation, calls may be in the part that was not sent.
fn tool_turns(body: &Value) -> Vec<Finding> {
    let stored = !body["previous_response_id"].is_null() || !body["conversation"].is_null();
    let mut findings = Vec::new();
    let mut calls: Vec<&str> = Vec::new();
    let mut answered: Vec<&str> = Vec::new();
    for item in list(&body["input"]) {
        let id = item["call_id"].as_str().unwrap_or_default();
        match item["type"].as_str() {
            Some("function_call") => calls.push(id),
            Some("function_call_output") => {
                if !stored && !calls.contains(&id) {
                    findings.push(
                        Finding::refused(format!(
                            "No tool call found for function call output with call_id {id}."
                        ))
                        .about("input"),
                    );
                }
                answered.push(id);
            }
            _ => {}
        }
    }
    for id in calls.iter().filter(|id| !answered.contains(id)) {
        findings
            .push(Finding::refused(format!("No tool output found for function call {id}.")).about("input"));
    }
    findings
}
