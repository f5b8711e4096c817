//! Runs that were over and go on, because an administrator wants it.

use kuma_store::{Job, StoreError};
use kuma_types::{JobId, RunEvent, run_log};

use super::{finish, submit};
use crate::App;
use crate::error::{AppError, Result};

/// Begins a run again that failed, was given up or cancelled, whoever's it is. It goes on where it was,
/// and so do the numbers of its events; it is no longer among those that were given up.
pub(crate) async fn retry_any(app: &App, id: JobId) -> std::result::Result<Job, StoreError> {
    let job = app.store().jobs().retry_any(id).await?;
    if let Err(error) = open_journal(app, &job).await {
        // Whoever drives the run opens it as well, and may have been quicker.
        tracing::debug!(run = %job.id, error = ?error, "the journal of a run was not opened again here");
    }
    match app.queue().unbury(job.id).await {
        Ok(Some(_)) => {}
        Ok(None) => submit::publish(app, job.id, None).await,
        Err(error) => {
            // It is in line: the sweep announces it when the queue is back.
            tracing::warn!(run = %job.id, %error, "a run could not be announced again yet");
        }
    }
    Ok(job)
}

/// Opens the run's journal where it ended, so that readers follow from any number at once. It ends with
/// what is kept: whoever drove the run may have died before its last words.
async fn open_journal(app: &App, job: &Job) -> Result<()> {
    // When its events are no longer kept, its driver begins beyond all that readers can have.
    let Some(log) = app.store().jobs().events(job.id).await? else { return Ok(()) };
    let kept = run_log::decode(&log).map_err(AppError::internal)?;
    app.journal().reopen(job.id, job.epoch, 0, kept).await.map_err(AppError::internal)?;
    let told = app.journal().append(job.id, job.epoch, vec![RunEvent::status(job.status)]).await;
    finish::release(app, job.id).await;
    told.map(drop).map_err(AppError::internal)
}
