//! What Gemini's generateContent asks beyond the shape of a request.

use super::{Finding, list};
use crate::json::at;
use serde_json::Value;

pub(super) fn check(body: &Value, model: &str) -> Vec<Finding> {
    let contents = list(&body["contents"]);
    let mut findings = tool_turns(contents);
    for (index, content) in contents.iter().enumerate() {
        let blank =
            list(&content["parts"]).iter().any(|p| p["text"].as_str().is_some_and(|t| t.trim().is_empty()));
        if blank && content["role"] != "model" {
            findings
                .push(Finding::refused(format!("contents[{index}].parts: a text part must not be empty")));
        }
        if content["role"].is_null() && contents.len() > 1 {
            findings.push(Finding::refused("Please use a valid role: user, model."));
        }
    }
    if contents.last().is_some_and(|c| c["role"] == "model") {
        findings.push(Finding::refused(
            "Please ensure that multiturn requests end with a user role or a function response.",
        ));
    }
    if needs_signatures(model) {
        findings.extend(signatures(contents));
    }
    let mode = at(body, "/toolConfig/functionCallingConfig/mode").as_str();
    let names = list(at(body, "/toolConfig/functionCallingConfig/allowedFunctionNames"));
    if !names.is_empty() && !matches!(mode, Some("ANY" | "VALIDATED")) {
        findings.push(Finding::refused(
            "Function calling config is set without function_calling_config.mode ANY or VALIDATED, but \
             allowed_function_names is set.",
        ));
    }
    findings
}

fn parts<'a>(content: &'a Value, kind: &str) -> Vec<&'a Value> {
    list(&content["parts"]).iter().filter_map(|p| p.get(kind)).collect()
}

/// As many answers as calls, with their names, right after them.
fn tool_turns(contents: &[Value]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Vec<&Value> = Vec::new();
    for content in contents {
        let responses = parts(content, "functionResponse");
        if open.is_empty() && !responses.is_empty() {
            findings.push(Finding::refused(
                "Please ensure that function response turn comes immediately after a function call turn.",
            ));
        } else if open.len() != responses.len() {
            findings.push(Finding::refused(
                "Please ensure that the number of function response parts is equal to the number of function call parts \
                 of the function call turn.",
            ));
        } else {
            findings.extend(responses.iter().filter(|r| !answers(r, &open)).map(|r| {
                Finding::refused(format!("The function response {} ({}) answers no call", r["name"], r["id"]))
            }));
        }
        open = parts(content, "functionCall");
    }
    if !open.is_empty() {
        findings.push(Finding::refused(
            "Please ensure that function call turn is followed by a function response turn.",
        ));
    }
    findings
}

fn answers(response: &Value, calls: &[&Value]) -> bool {
    calls.iter().any(|call| {
        let same_id = response["id"].is_null() || call["id"].is_null() || response["id"] == call["id"];
        same_id && response["name"] == call["name"]
    })
}

/// From the third generation on, thoughts come back with the call they led to.
fn needs_signatures(model: &str) -> bool {
    model.starts_with("gemini-3") || model.starts_with("gemini-4")
}

/// In the running turn, the first call of each step carries the signature that came with it.
fn signatures(contents: &[Value]) -> Option<Finding> {
    let starts_turn = |c: &Value| c["role"] == "user" && parts(c, "functionResponse").is_empty();
    let turn = contents.iter().rposition(starts_turn)?;
    let step = contents.iter().skip(turn).find(|content| {
        list(&content["parts"])
            .iter()
            .find(|p| p.get("functionCall").is_some())
            .is_some_and(|first| first["thoughtSignature"].as_str().is_none_or(str::is_empty))
    })?;
    let name = parts(step, "functionCall").first().map(|c| c["name"].to_string()).unwrap_or_default();
    Some(Finding::refused(format!(
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work \
         correctly. Function call {name}."
    )))
}
