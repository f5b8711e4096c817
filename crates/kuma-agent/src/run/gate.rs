//! Whether a write may be made now.

use kuma_types::step::{AskedStep, StepCall};
use kuma_types::{Decision, Provenance};
use serde_json::Value;

use super::shared::Shared;
use crate::tool::Tool;

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
pub(super) fn gate(shared: &Shared<'_>, tool: &dyn Tool, call: &StepCall, asked: Option<&AskedStep>) -> Gate {
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
    let info = tool.info();
    let taint = shared.taint_of(tool);
    let uncertain = shared.state().uncertain.contains(&info.name);
    let allowed = match (shared.is_allowed(&info.name), tool.changed_since_allowed()) {
        (false, _) => Allowed::No,
        (true, None) => Allowed::Yes,
        (true, Some(why)) => Allowed::NotAnyMore(why),
    };
    match reason(&info.display_name, allowed, uncertain, taint.as_ref()) {
        Some(reason) => Gate::Ask { reason },
        None => Gate::Open { arguments: call.arguments.clone(), edited: false },
    }
}

/// Whether the person has allowed the tool for good.
#[derive(Clone, Copy, Debug)]
enum Allowed<'a> {
    Yes,
    No,
    /// It has changed since; how, for them.
    NotAnyMore(&'a str),
}

/// Why a person is asked; none when they are not.
fn reason(tool: &str, allowed: Allowed<'_>, uncertain: bool, taint: Option<&Provenance>) -> Option<String> {
    let read =
        taint.map(|from| format!("This answer read {from}, and text from there could have asked for it."));
    let changes = format!("“{tool}” changes something outside Kuma.");
    let again = format!(
        "An earlier “{tool}” in this answer was interrupted, and nobody knows whether it happened. Check before you approve it again."
    );
    let first = match (uncertain, allowed, &read) {
        (true, ..) => again,
        (false, Allowed::Yes, None) => return None,
        (false, Allowed::Yes, Some(_)) => format!("You allowed “{tool}”, but it asks here all the same."),
        (false, Allowed::NotAnyMore(why), _) => why.to_owned(),
        (false, Allowed::No, _) => changes,
    };
    Some(match read {
        Some(read) => format!("{first} {read}"),
        None => first,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allowed_tool_in_a_clean_run_does_not_ask() {
        let page = Provenance::of("example.com");
        let (yes, no) = (Allowed::Yes, Allowed::No);
        let changed = Allowed::NotAnyMore("It is not what it was.");
        for (allowed, uncertain, taint, says) in [
            (yes, false, None, ""),
            (no, false, None, "changes something outside Kuma"),
            (changed, false, None, "It is not what it was."),
            (changed, false, Some(&page), "It is not what it was. This answer read example.com"),
            (
                yes,
                false,
                Some(&page),
                "You allowed “Send mail”, but it asks here all the same. This answer read example.com",
            ),
            (no, false, Some(&page), "changes something outside Kuma. This answer read example.com"),
            (yes, true, None, "nobody knows whether it happened"),
            (no, true, None, "nobody knows whether it happened"),
            (changed, true, None, "nobody knows whether it happened"),
            (yes, true, Some(&page), "approve it again. This answer read example.com"),
            (no, true, Some(&page), "approve it again. This answer read example.com"),
        ] {
            let told = reason("Send mail", allowed, uncertain, taint).unwrap_or_default();
            assert!(
                told.contains(says) && told.is_empty() == says.is_empty(),
                "{allowed:?} {uncertain} {taint:?}: {told}"
            );
        }
    }
}
