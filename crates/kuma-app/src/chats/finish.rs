//! The end of a run: rows first, then the last events, then the journal's memory is given back.

use std::sync::Arc;

use chrono::Utc;
use kuma_store::{FinishRun, Job, StoreError};
use kuma_types::{
    FinishReason, JobStatus, MessageId, MessageRole, MessageStatus, MessageView, RunEvent, RunFailure, Usage,
    run_log,
};
use serde_json::json;

use super::runner::ActiveRun;
use crate::App;
use crate::error::{AppError, Result};

/// What is kept of a run.
pub(super) struct Kept {
    pub status: JobStatus,
    pub message_status: MessageStatus,
    pub finish_reason: FinishReason,
    pub failure: Option<RunFailure>,
    pub content: String,
    pub reasoning: String,
    pub usage: Usage,
    pub model: Option<String>,
    pub question: Option<MessageId>,
}

/// A run's end, unless it belongs to another owner by now.
pub(super) struct Finished(Option<Kept>);

impl Finished {
    pub(super) const fn lost() -> Self {
        Self(None)
    }

    pub(super) const fn kept(kept: Kept) -> Self {
        Self(Some(kept))
    }
}

/// Writes the end of a run and tells its readers. Tells nobody what was not written.
pub(super) async fn finish(app: &App, job: &Job, run: &Arc<ActiveRun>, finished: Finished) -> Result<()> {
    let Some(kept) = finished.0 else {
        tracing::warn!("the run has another owner; what was made here is dropped");
        return Ok(());
    };
    // From here on nobody else adds events: the kept log has to be the told one.
    *run.ended.lock().await = true;
    let view = MessageView {
        id: job.assistant_message_id,
        chat_id: job.chat_id,
        parent_id: kept.question.or(Some(job.user_message_id)),
        role: MessageRole::Assistant,
        content: kept.content.clone(),
        reasoning: (!kept.reasoning.is_empty()).then(|| kept.reasoning.clone()),
        tool_calls: Vec::new(),
        image_attachments: Vec::new(),
        document_attachments: Vec::new(),
        citations: Vec::new(),
        model: kept.model.clone(),
        usage: Some(kept.usage),
        status: kept.message_status,
        error: kept.failure.clone(),
        created_at: job.created_at,
    };
    let last = last_events(&kept, &view)?;
    let events = app.journal().snapshot(job.id).await.map_err(AppError::internal)?;
    let log =
        run_log::encode(events.iter().map(|event| &**event).chain(&last)).map_err(AppError::internal)?;
    let row = FinishRun {
        job_id: job.id,
        epoch: run.epoch,
        status: kept.status,
        content: kept.content,
        reasoning: view.reasoning.clone(),
        tool_calls: json!([]),
        citations: json!([]),
        model: kept.model,
        usage: kept.usage,
        finish_reason: kept.finish_reason,
        message_status: kept.message_status,
        error: kept.failure,
        events: Some(log),
    };
    if app.runs().finishes.finish(app, row).await?.is_none() {
        if app.store().jobs().get_any(job.id).await.is_err_and(|error| matches!(error, StoreError::NotFound))
        {
            // Its chat was deleted meanwhile: whoever still reads is told the end all the same.
            return tell_and_forget(app, job, run.epoch, last).await;
        }
        tracing::warn!("the run was taken over before it was written; what was made here is dropped");
        return Ok(());
    }
    metrics::counter!("kuma_runs_finished_total", "status" => kept.status.as_str()).increment(1);
    metrics::counter!("kuma_tokens_total", "direction" => "input").increment(kept.usage.input_tokens);
    metrics::counter!("kuma_tokens_total", "direction" => "output").increment(kept.usage.output_tokens);
    let took = (Utc::now() - job.created_at).as_seconds_f64();
    metrics::histogram!("kuma_run_seconds", "status" => kept.status.as_str()).record(took);
    tracing::info!(status = kept.status.as_str(), took_ms = (took * 1000.0) as u64, "run finished");
    tell_and_forget(app, job, run.epoch, last).await
}

/// The last events of a job that was cancelled before anybody had claimed it.
pub(super) async fn close_unstarted(app: &App, job: &Job) -> Result<()> {
    super::submit::open_journal(app, job).await?;
    let message = app.store().messages().get(job.user_id, job.chat_id, job.assistant_message_id).await?;
    let last = vec![
        RunEvent::status(JobStatus::Cancelled),
        RunEvent::Done {
            message: serde_json::to_value(super::message_view(message)).map_err(AppError::internal)?,
            usage: Usage::default(),
            finish_reason: FinishReason::Cancelled,
        },
    ];
    let events = app.journal().snapshot(job.id).await.map_err(AppError::internal)?;
    let log =
        run_log::encode(events.iter().map(|event| &**event).chain(&last)).map_err(AppError::internal)?;
    app.store().jobs().keep_events(job.id, log).await?;
    tell_and_forget(app, job, job.epoch, last).await
}

pub(super) async fn tell_and_forget(app: &App, job: &Job, epoch: i32, last: Vec<RunEvent>) -> Result<()> {
    let journal = app.journal();
    journal.append(job.id, epoch, last).await.map_err(AppError::internal)?;
    journal.close(job.id).await.map_err(AppError::internal)?;
    // The rows hold every event now; readers at work finish from what they hold.
    journal.forget(job.id).await.map_err(AppError::internal)
}

fn last_events(kept: &Kept, view: &MessageView) -> Result<Vec<RunEvent>> {
    let last = match &kept.failure {
        Some(failure) => RunEvent::Error(failure.clone()),
        None => RunEvent::Done {
            message: serde_json::to_value(view).map_err(AppError::internal)?,
            usage: kept.usage,
            finish_reason: kept.finish_reason,
        },
    };
    Ok(vec![RunEvent::status(kept.status), last])
}
