//! The end of a run: rows first, then the last events, then the journal's memory is given back.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use kuma_queue::JournalError;
use kuma_store::{FinishRun, Job, Pause, StoreError};
use kuma_types::{
    Citation, FinishReason, JobId, JobStatus, MemoryNote, MessageId, MessageRole, MessageStatus, MessageView,
    Provenance, RunEvent, RunFailure, ToolCallRecord, Usage, run_log,
};

use super::runner::{ActiveRun, SERVE_PREFIX};
use super::{checkpoint, log, submit};
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
    pub tool_calls: Vec<ToolCallRecord>,
    pub citations: Vec<Citation>,
    pub memories: Vec<MemoryNote>,
    pub usage: Usage,
    pub model: Option<String>,
    pub question: Option<MessageId>,
    pub taint: Option<Provenance>,
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

/// Ends a run, or its attempt when there will be another one. Gives why it was given up, if it was.
pub(super) async fn finish(
    app: &App,
    job: &Job,
    run: &Arc<ActiveRun>,
    finished: Finished,
) -> Result<Option<String>> {
    let Some(mut kept) = finished.0 else {
        tracing::warn!("the run has another owner; what was made here is dropped");
        return Ok(None);
    };
    let mut given_up = None;
    if let Some(failure) = kept.failure.as_ref().filter(|failure| failure.retryable) {
        let attempts = app.config().runs.max_attempts;
        let made = u32::try_from(job.retry_count).unwrap_or(0) + 1;
        if made < attempts && failure.code != NO_MODEL {
            return attempt_failed(app, job, run, failure, made).await.map(|()| None);
        }
        if attempts > 1 {
            kept.status = JobStatus::Dead;
            given_up = Some(format!("{} ({}) after {made} attempts", failure.title, failure.code));
        }
    }
    end(app, job, run, kept).await?;
    Ok(given_up)
}

/// The attempt failed, and another one may succeed: the run waits for it.
async fn attempt_failed(
    app: &App,
    job: &Job,
    run: &Arc<ActiveRun>,
    failure: &RunFailure,
    made: u32,
) -> Result<()> {
    let delay = delay_after(made);
    checkpoint::save_one(app, job.id, run).await?;
    if app.store().jobs().fail_attempt(job.hold(), failure, delay).await?.is_none() {
        tracing::warn!("the run was taken over before its failure was written");
        return Ok(());
    }
    metrics::counter!("kuma_run_retries_total").increment(1);
    tracing::warn!(
        code = failure.code,
        attempt = made,
        again_in_ms = delay.as_millis() as u64,
        "an attempt failed"
    );
    let status = RunEvent::Status {
        status: JobStatus::Failed,
        attempt: (made > 1).then_some(made),
        retry_in_ms: u64::try_from(delay.as_millis()).ok(),
        position: None,
    };
    tell(app, job.id, run.epoch, vec![status]).await;
    release(app, job.id).await;
    submit::publish(app, job.id, Some(delay)).await;
    Ok(())
}

/// Two seconds, then eight, and so on, a quarter more or less, so that runs that failed together do not
/// come again together.
fn delay_after(made: u32) -> Duration {
    let seconds = 2.0 * 4f64.powi(i32::try_from(made.saturating_sub(1)).unwrap_or(0).min(5));
    Duration::from_secs_f64(seconds * rand::random_range(0.75..1.25))
}

/// What came of a run's wish to wait.
pub(super) enum Waiting {
    /// It waits, as rows.
    Waits,
    /// Everything was decided meanwhile.
    Decided,
    /// Its owner wants it stopped.
    Cancelled,
    /// It is somebody else's.
    Lost,
}

/// Lets a run wait until a person has decided. Nothing of it stays in this process.
pub(super) async fn wait(app: &App, job: &Job, run: &Arc<ActiveRun>) -> Result<Waiting> {
    checkpoint::save_one(app, job.id, run).await?;
    tell(app, job.id, run.epoch, vec![RunEvent::status(JobStatus::WaitingApproval)]).await;
    // Told titles are part of the log: from here on nothing may be added.
    let mut ended = run.ended.lock().await;
    let events = told(app, job.id, &[]).await?;
    Ok(match app.store().jobs().wait_for_approval(job.hold(), events).await? {
        Pause::Waits(_) => {
            *ended = true;
            tracing::info!("the run waits for a decision");
            if app.config().worker.starts_with(SERVE_PREFIX) {
                // Alone, the journal is this process's memory. The rows have every event.
                app.journal().forget(job.id).await.map_err(AppError::internal)?;
            } else {
                release(app, job.id).await;
            }
            Waiting::Waits
        }
        Pause::Decided => Waiting::Decided,
        Pause::Cancelled => Waiting::Cancelled,
        Pause::Lost => Waiting::Lost,
    })
}

/// Another attempt would find no model either, and the person can do something about it now.
pub(super) const NO_MODEL: &str = "no_model";

/// What readers are told besides. That the journal is away is no reason to fail: the rows tell.
async fn tell(app: &App, job: JobId, epoch: i32, events: Vec<RunEvent>) {
    if let Err(error) = app.journal().append(job, epoch, events).await {
        tracing::warn!(run = %job, %error, "readers of a run could not be told");
    }
}

/// Gives back what this process keeps to write the run's journal with: somebody else goes on, or the
/// run waits.
pub(super) async fn release(app: &App, job: JobId) {
    if let Err(error) = app.journal().release(job).await {
        tracing::warn!(run = %job, %error, "the journal of a run could not be released");
    }
}

/// Everything that was told, for keeping; `None` when it is not known (any more).
async fn told(app: &App, job: JobId, last: &[RunEvent]) -> Result<Option<String>> {
    match app.journal().snapshot(job).await {
        Ok(events) if !events.is_empty() => {
            let all = events.iter().map(|event| &**event).chain(last);
            Ok(Some(run_log::encode(all).map_err(AppError::internal)?))
        }
        Ok(_) | Err(JournalError::Lost(_)) => Ok(None),
        Err(error) => {
            tracing::warn!(run = %job, %error, "the events of a run cannot be kept; its text is");
            Ok(None)
        }
    }
}

/// Writes the end of a run and tells its readers. Tells nobody what was not written.
async fn end(app: &App, job: &Job, run: &Arc<ActiveRun>, kept: Kept) -> Result<()> {
    // From here on nobody else adds events: the kept log has to be the told one.
    *run.ended.lock().await = true;
    let citations = serde_json::to_value(&kept.citations).map_err(AppError::internal)?;
    let view = MessageView {
        id: job.assistant_message_id,
        chat_id: job.chat_id,
        parent_id: kept.question.or(Some(job.user_message_id)),
        role: MessageRole::Assistant,
        content: kept.content.clone(),
        reasoning: (!kept.reasoning.is_empty()).then(|| kept.reasoning.clone()),
        tool_calls: kept.tool_calls.clone(),
        image_attachments: Vec::new(),
        document_attachments: Vec::new(),
        citations: citations.as_array().cloned().unwrap_or_default(),
        memories: kept.memories.clone(),
        model: kept.model.clone(),
        usage: Some(kept.usage),
        status: kept.message_status,
        error: kept.failure.clone(),
        created_at: job.created_at,
    };
    let last = last_events(&kept, &view)?;
    let events = told(app, job.id, &last).await?;
    let row = FinishRun {
        job_id: job.id,
        epoch: run.epoch,
        status: kept.status,
        content: kept.content,
        reasoning: view.reasoning.clone(),
        tool_calls: serde_json::to_value(&kept.tool_calls).map_err(AppError::internal)?,
        citations,
        model: kept.model,
        usage: kept.usage,
        finish_reason: kept.finish_reason,
        message_status: kept.message_status,
        error: kept.failure,
        taint: kept.taint,
        events,
    };
    if app.runs().finishes.finish(app, row).await?.is_none() {
        if app.store().jobs().get_any(job.id).await.is_err_and(|error| matches!(error, StoreError::NotFound))
        {
            // Its chat was deleted meanwhile: whoever still reads is told the end all the same.
            tell_and_forget(app, job, run.epoch, last).await;
            return Ok(());
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
    tell_and_forget(app, job, run.epoch, last).await;
    Ok(())
}

/// The last events of a job that was cancelled while nobody drove it: in line, before its next
/// attempt, or waiting for a decision.
pub(super) async fn close_idle(app: &App, job: &Job) -> Result<()> {
    if let Err(error) = log::resume(app, job).await {
        tracing::warn!(run = %job.id, error = ?error, "the journal of a run is not there");
    }
    let message = app.store().messages().get(job.user_id, job.chat_id, job.assistant_message_id).await?;
    let last = vec![
        RunEvent::status(JobStatus::Cancelled),
        RunEvent::Done {
            message: serde_json::to_value(super::message_view(message)).map_err(AppError::internal)?,
            usage: Usage::default(),
            finish_reason: FinishReason::Cancelled,
        },
    ];
    if let Some(events) = told(app, job.id, &last).await? {
        app.store().jobs().keep_events(job.id, events).await?;
    }
    tell_and_forget(app, job, job.epoch, last).await;
    Ok(())
}

/// The rows hold every event now; readers at work finish from what they hold. Readers that the journal
/// cannot serve are served from the rows, so its failures cost nothing but a word in the log.
async fn tell_and_forget(app: &App, job: &Job, epoch: i32, last: Vec<RunEvent>) {
    tell(app, job.id, epoch, last).await;
    if let Err(error) = app.journal().forget(job.id).await {
        tracing::warn!(run = %job.id, %error, "the journal of a run could not be closed");
    }
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
