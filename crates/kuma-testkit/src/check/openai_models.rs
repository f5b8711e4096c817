//! What OpenAI's models take and refuse.

use super::{Finding, list};
use crate::json::at;
use serde_json::Value;

/// `gpt-6.1-sol` is (6, 1).
fn version(model: &str) -> Option<(u32, u32)> {
    let number = model.strip_prefix("gpt-")?.split('-').next()?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Models that always reason.
fn cannot_stop_reasoning(model: &str) -> bool {
    model.starts_with("gpt-6-astra") || model.starts_with("gpt-6.1-sol")
}

pub(super) fn chat(body: &Value) -> Vec<Finding> {
    let model = body["model"].as_str().unwrap_or_default();
    let effort = body["reasoning_effort"].as_str();
    let mut findings = effort_and_sampling(body, model, effort, "reasoning_effort");
    let Some(version) = version(model) else { return findings };
    if version >= (5, 4) && !list(&body["tools"]).is_empty() && effort != Some("none") {
        findings.push(
            Finding::refused(format!(
                "Function tools with reasoning_effort are not supported for {model} in /v1/chat/completions. Please use \
                 /v1/responses, or set reasoning_effort to 'none'."
            ))
            .about("reasoning_effort"),
        );
    }
    if version >= (5, 0) && !body["max_tokens"].is_null() {
        findings.push(
            Finding::refused(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' \
                 instead.",
            )
            .about("max_tokens"),
        );
    }
    findings
}

pub(super) fn responses(body: &Value) -> Vec<Finding> {
    let model = body["model"].as_str().unwrap_or_default();
    effort_and_sampling(body, model, at(body, "/reasoning/effort").as_str(), "reasoning.effort")
}

fn effort_and_sampling(body: &Value, model: &str, effort: Option<&str>, param: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if effort == Some("none") && cannot_stop_reasoning(model) {
        findings.push(
            Finding::refused(format!(
                "Unsupported value: '{param}' does not support 'none' with this model."
            ))
            .about(param),
        );
    }
    let is_six = version(model).is_some_and(|v| v >= (6, 0));
    for field in ["temperature", "top_p"] {
        if is_six && effort != Some("none") && !body[field].is_null() {
            findings.push(
                Finding::refused(format!(
                    "Unsupported parameter: '{field}' is not supported with this model."
                ))
                .about(field),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn reads_versions() {
        assert_eq!(version("gpt-6.1-sol"), Some((6, 1)));
        assert_eq!(version("gpt-6-astra"), Some((6, 0)));
        assert_eq!(version("gpt-5.4-mini-2026-03-17"), Some((5, 4)));
        assert_eq!(version("gpt-4o"), None);
        assert_eq!(version("llama3"), None);
    }
}
