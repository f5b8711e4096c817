//! What a person decides about a call that waits for them.

use kuma_queue::Signal;
use kuma_store::{NewAudit, StoreError, User};
use kuma_types::{Decision, JobId};
use serde_json::json;

use super::submit;
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};
use crate::secrets::redact_value;
use crate::{mcp, tools};

/// Decides about a call, once; the run goes on when nothing else of it waits. `remember` allows the
/// tool for good; a run that has read text from outside asks all the same.
pub async fn decide(
    app: &App,
    owner: &User,
    job: JobId,
    call_id: &str,
    decision: Decision,
    remember: bool,
) -> Result<()> {
    let waiting = app.store().approvals().get(owner.id, job, call_id).await.map_err(error)?;
    if let Decision::Approve { arguments: Some(arguments) } = &decision
        && let Some(tool) = tools::of_user(app, owner.id, &waiting.tool).await?
        && let Err(why) = tool.check(arguments)
    {
        let mut errors = FieldErrors::default();
        errors.add("arguments", format!("The tool cannot work with these: {}", why.message));
        errors.finish()?;
    }
    let remember = remember && matches!(decision, Decision::Approve { .. });
    let details = match &decision {
        Decision::Approve { arguments } => json!({
            "jobId": job, "callId": call_id, "remember": remember,
            "arguments": redact_value(arguments.as_ref().unwrap_or(&waiting.arguments)),
        }),
        Decision::Deny { .. } => json!({ "jobId": job, "callId": call_id }),
    };
    let word =
        if matches!(decision, Decision::Approve { .. }) { "approval.granted" } else { "approval.denied" };
    let decided = app.store().approvals().decide(owner.id, job, call_id, decision).await.map_err(error)?;
    // Only a decision that stands is remembered, and a run that goes on knows of it already.
    let remembered = if remember { mcp::allow(app, owner.id, &waiting).await } else { Ok(()) };
    let entry =
        NewAudit { user_id: Some(owner.id), action: word.to_owned(), subject: Some(waiting.tool), details };
    let noted = app.store().audit().add(entry).await;
    if decided.resumed {
        submit::publish(app, job, None).await;
    } else if let Err(error) = app.signals().send(job, Signal::Decided).await {
        // Its driver looks at the rows before it waits.
        tracing::warn!(run = %job, %error, "a decision could not be sent on");
    }
    remembered?;
    Ok(noted?)
}

fn error(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("approval"),
        StoreError::Conflict("decision") => AppError::new(
            ErrorKind::Conflict,
            "already_decided",
            "This was decided before. The first decision stands.",
        ),
        StoreError::Conflict(_) => AppError::new(
            ErrorKind::Conflict,
            "run_over",
            "This run is over: there is nothing left to decide.",
        ),
        error => error.into(),
    }
}
