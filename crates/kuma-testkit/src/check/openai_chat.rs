//! What OpenAI's Chat Completions asks beyond the shape of a request.

use super::{Finding, is_blank, list, missing, openai_models};
use crate::json::at;
use crate::vendor::Vendor;
use serde_json::Value;

pub(super) fn check(body: &Value, vendor: Vendor) -> Vec<Finding> {
    let mut findings = tool_turns(&body["messages"]);
    findings.extend(blank_messages(&body["messages"]));
    let streams = body["stream"] == true;
    if !body["stream_options"].is_null() && !streams {
        findings.push(
            Finding::refused("The 'stream_options' parameter is only allowed when 'stream' is enabled.")
                .about("stream_options"),
        );
    }
    if !body["tool_choice"].is_null() && list(&body["tools"]).is_empty() {
        findings.push(
            Finding::refused("'tool_choice' is only allowed when 'tools' are specified.")
                .about("tool_choice"),
        );
    }
    let json_mode = at(body, "/response_format/type") == "json_object";
    if json_mode && !body["messages"].to_string().to_lowercase().contains("json") {
        findings.push(
            Finding::refused(
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            )
            .about("messages"),
        );
    }
    if vendor == Vendor::OpenAi {
        if streams && at(body, "/stream_options/include_usage") != true {
            findings
                .push(Finding::noted("a stream without stream_options.include_usage has no token counts"));
        }
        findings.extend(openai_models::chat(body));
    }
    findings
}

/// Every call is answered right after it, and nothing else is.
fn tool_turns(messages: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Option<(usize, Vec<&str>)> = None;
    let mut answered = Vec::new();
    for (index, message) in list(messages).iter().enumerate() {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let wrong = match &open {
                None => Some(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
                     'tool_calls'."
                        .to_owned(),
                ),
                Some((_, calls)) if !calls.contains(&id) => Some(format!(
                    "Invalid parameter: 'tool_call_id' of '{id}' not found in 'tool_calls' of previous message."
                )),
                Some(_) => {
                    answered.push(id);
                    None
                }
            };
            findings.extend(wrong.map(|w| Finding::refused(w).about(format!("messages.[{index}].role"))));
            continue;
        }
        findings.extend(unanswered(open.take(), &answered));
        answered.clear();
        let calls: Vec<&str> = list(&message["tool_calls"]).iter().filter_map(|c| c["id"].as_str()).collect();
        if !calls.is_empty() {
            open = Some((index, calls));
        }
    }
    findings.extend(unanswered(open, &answered));
    findings
}

fn unanswered(open: Option<(usize, Vec<&str>)>, answered: &[&str]) -> Option<Finding> {
    let (index, calls) = open?;
    let missing = missing(&calls, answered)?;
    Some(
        Finding::refused(format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
             'tool_call_id'. The following tool_call_ids did not have response messages: {missing}"
        ))
        .about(format!("messages.[{index}].role")),
    )
}

fn blank_messages(messages: &Value) -> Vec<Finding> {
    list(messages)
        .iter()
        .enumerate()
        .filter(|(_, m)| m["role"] != "tool" && m["tool_calls"].is_null() && m["refusal"].is_null())
        .filter(|(_, m)| is_blank(&m["content"]))
        .map(|(index, m)| Finding::noted(format!("messages.{index}: the {} message is empty", m["role"])))
        .collect()
}
