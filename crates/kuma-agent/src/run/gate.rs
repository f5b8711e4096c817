//! Whether a write may be made now.

use kuma_types::step::{AskedStep, StepCall};
use kuma_types::{Decision, Provenance};
use serde_json::Value;

use super::shared::Shared;
use crate::tool::ToolInfo;

/// The answer.
#[derive(Debug, PartialEq)]
pub(super) enum Gate {
    /// Yes, with these arguments.
    Open {
        /// What it is called with.
        arguments: Value,
        /// Whether the person changed them.
        edited: bool,
    },
    /// The person said no.
    Denied(Option<String>),
    /// A person has to decide.
    Ask {
        /// Why, for them.
        reason: String,
    },
}

/// Nobody but the person opens it for a call that they were asked about; and they are asked unless
/// they allowed the tool for good and nothing from outside could have wished for the call.
pub(super) fn gate(shared: &Shared<'_>, info: &ToolInfo, call: &StepCall, asked: Option<&AskedStep>) -> Gate {
    if let Some(asked) = asked {
        return match shared.decision(&call.call_id) {
            Some(Decision::Approve { arguments: None }) => {
                Gate::Open { arguments: call.arguments.clone(), edited: false }
            }
            Some(Decision::Approve { arguments: Some(arguments) }) => {
                Gate::Open { edited: *arguments != call.arguments, arguments: arguments.clone() }
            }
            Some(Decision::Deny { reason }) => Gate::Denied(reason.clone()),
            None => Gate::Ask { reason: asked.reason.clone() },
        };
    }
    let (taint, uncertain) = {
        let state = shared.state();
        (state.taint.clone(), state.uncertain.contains(&info.name))
    };
    match reason(&info.display_name, shared.is_allowed(&info.name), uncertain, taint.as_ref()) {
        Some(reason) => Gate::Ask { reason },
        None => Gate::Open { arguments: call.arguments.clone(), edited: false },
    }
}

/// Why a person is asked; none when they are not.
fn reason(tool: &str, allowed: bool, uncertain: bool, taint: Option<&Provenance>) -> Option<String> {
    let read =
        taint.map(|from| format!("This answer read {from}, and text from there could have asked for it."));
    let changes = format!("“{tool}” changes something outside Kuma.");
    let again = format!(
        "An earlier “{tool}” in this answer was interrupted, and nobody knows whether it happened. Check before you approve it again."
    );
    match (uncertain, allowed, read) {
        (true, _, None) => Some(again),
        (true, _, Some(read)) => Some(format!("{again} {read}")),
        (false, true, None) => None,
        (false, true, Some(read)) => {
            Some(format!("You allowed “{tool}”, but it asks here all the same. {read}"))
        }
        (false, false, None) => Some(changes),
        (false, false, Some(read)) => Some(format!("{changes} {read}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allowed_tool_in_a_clean_run_does_not_ask() {
        let page = Provenance::of("example.com");
        for (allowed, uncertain, taint, says) in [
            (true, false, None, ""),
            (false, false, None, "changes something outside Kuma"),
            (
                true,
                false,
                Some(&page),
                "You allowed “Send mail”, but it asks here all the same. This answer read example.com",
            ),
            (false, false, Some(&page), "changes something outside Kuma. This answer read example.com"),
            (true, true, None, "nobody knows whether it happened"),
            (false, true, None, "nobody knows whether it happened"),
            (true, true, Some(&page), "approve it again. This answer read example.com"),
            (false, true, Some(&page), "approve it again. This answer read example.com"),
        ] {
            let told = reason("Send mail", allowed, uncertain, taint).unwrap_or_default();
            assert!(
                told.contains(says) && told.is_empty() == says.is_empty(),
                "{allowed} {uncertain} {taint:?}: {told}"
            );
        }
    }
}
