//! Calling into tools without trusting them to behave: a panic is an answer like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use kuma_types::ToolErrorKind;
use serde_json::Value;

use crate::tool::{Tool, ToolContext, ToolError};

/// The longest line about a call, in characters.
const LONGEST_LINE: usize = 300;
/// How long a preview may take before the bare arguments are shown.
const PREVIEW: Duration = Duration::from_secs(10);

pub(super) fn describe(tool: &dyn Tool, arguments: &Value) -> String {
    let said = catch_unwind(AssertUnwindSafe(|| tool.describe(arguments)));
    line(&said.unwrap_or_else(|_| tool.info().display_name.clone()))
}

pub(super) fn check(tool: &dyn Tool, arguments: &Value) -> Result<(), ToolError> {
    catch_unwind(AssertUnwindSafe(|| tool.check(arguments))).unwrap_or_else(|_| Err(panicked(tool)))
}

pub(super) async fn preview(tool: &dyn Tool, context: &ToolContext, arguments: &Value) -> Value {
    let preview = AssertUnwindSafe(tool.preview(context, arguments)).catch_unwind();
    let preview = tokio::time::timeout(PREVIEW, preview).await;
    preview.ok().and_then(Result::ok).unwrap_or_else(|| {
        tracing::warn!(tool = tool.info().name, "a preview could not be made; the arguments are shown");
        arguments.clone()
    })
}

pub(super) fn panicked(tool: &dyn Tool) -> ToolError {
    let info = tool.info();
    tracing::error!(tool = info.name, "a tool panicked");
    ToolError::new(
        ToolErrorKind::Internal,
        format!("{} failed because of a fault in this server. Go on without it.", info.name),
        "A fault in this server kept the tool from working. The server's log has the details.",
    )
    .in_own_words()
}

/// One bounded line.
pub(super) fn line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= LONGEST_LINE {
        return joined;
    }
    joined.chars().take(LONGEST_LINE - 1).chain(['…']).collect()
}
