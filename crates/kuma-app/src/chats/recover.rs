//! Runs that a dead process left behind, and announcements that got lost.

use kuma_store::{Backend, FinishRun, Job, Message};
use kuma_types::{FinishReason, JobStatus, MessageStatus, RunEvent, Usage, run_log};
use serde_json::json;

use super::follow::interrupted;
use super::runner::WORKER_PREFIX;
use super::submit;
use crate::App;
use crate::error::{AppError, Result};

/// How many rows are taken in at once.
const BATCH: u32 = 1_000;

/// At start: on SQLite nobody else can be driving, so every run at work is a dead one's.
pub(super) async fn at_start(app: &App) -> Result<()> {
    let all = app.store().backend() == Backend::Sqlite;
    mark_orphans(app, all).await?;
    announce_waiting(app).await
}

/// Every now and then: leases that ran out, ids that got lost on the way.
pub(super) async fn sweep(app: &App) -> Result<()> {
    mark_orphans(app, false).await?;
    announce_waiting(app).await?;
    let day_ago = chrono::Utc::now() - chrono::TimeDelta::hours(24);
    app.store().jobs().prune(day_ago).await?;
    Ok(())
}

/// Keeps the text of runs whose owner died, and marks them so that they can be retried.
async fn mark_orphans(app: &App, even_with_lease: bool) -> Result<()> {
    let orphans = app.store().jobs().orphans(even_with_lease.then_some(WORKER_PREFIX), BATCH).await?;
    for job in orphans {
        if app.runs().drives(job.id) {
            continue;
        }
        tracing::warn!(run = %job.id, "a run was left behind; its text is kept");
        end(app, &job).await?;
    }
    Ok(())
}

/// Writes the end of a run that nobody drives, and tells readers who still follow it here.
async fn end(app: &App, job: &Job) -> Result<()> {
    let message = app.store().messages().get(job.user_id, job.chat_id, job.assistant_message_id).await?;
    let cancelled = job.cancel_requested;
    let told = app.journal().snapshot(job.id).await.map_err(AppError::internal)?;
    let last = vec![
        RunEvent::Reset { text: message.content.clone() },
        RunEvent::status(if cancelled { JobStatus::Cancelled } else { JobStatus::Failed }),
        if cancelled {
            RunEvent::Done {
                message: serde_json::to_value(super::message_view(Message {
                    status: MessageStatus::Cancelled,
                    ..message.clone()
                }))
                .map_err(AppError::internal)?,
                usage: Usage::default(),
                finish_reason: FinishReason::Cancelled,
            }
        } else {
            RunEvent::Error(interrupted())
        },
    ];
    // What exactly had been sent died with the process, unless it was this one.
    let log = (!told.is_empty())
        .then(|| run_log::encode(told.iter().map(|event| &**event).chain(&last)))
        .transpose()
        .map_err(AppError::internal)?;
    let row = FinishRun {
        job_id: job.id,
        epoch: job.epoch,
        status: if cancelled { JobStatus::Cancelled } else { JobStatus::Failed },
        content: message.content,
        reasoning: message.reasoning,
        tool_calls: json!([]),
        citations: json!([]),
        model: message.model,
        usage: Usage::default(),
        finish_reason: if cancelled { FinishReason::Cancelled } else { FinishReason::Stop },
        message_status: if cancelled { MessageStatus::Cancelled } else { MessageStatus::Failed },
        error: (!cancelled).then(interrupted),
        events: log,
    };
    let written = app.store().jobs().finish(row).await?;
    if written.is_some() && !told.is_empty() {
        super::finish::tell_and_forget(app, job, job.epoch, last).await?;
    }
    Ok(())
}

/// Announces what waits. Those that wait for their turn are found unclaimable and left.
async fn announce_waiting(app: &App) -> Result<()> {
    for id in app.store().jobs().pending(BATCH).await? {
        if app.runs().drives(id) {
            continue;
        }
        let job = app.store().jobs().get_any(id).await?;
        submit::announce(app, &job).await?;
    }
    Ok(())
}
