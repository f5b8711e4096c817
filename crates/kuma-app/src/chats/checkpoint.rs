//! Keeps what runs have so far: partial answers and leases, many in one transaction.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kuma_store::Checkpoint;
use kuma_types::JobId;
use tokio_util::sync::CancellationToken;

use super::runner::{ActiveRun, Leave};
use crate::App;
use crate::error::Result;

/// Saves changed drafts about once a second and renews leases at a third of their time, each for itself: a
/// database that is slow to save texts must not cost a run its lease.
pub(super) async fn keep(app: App, stop: CancellationToken) {
    tokio::join!(keep_texts(&app, &stop), keep_leases(&app, &stop));
}

async fn keep_texts(app: &App, stop: &CancellationToken) {
    while !is_over(app, stop, app.config().runs.checkpoint).await {
        if let Err(error) = save(app).await {
            tracing::error!(error = ?error, "partial answers could not be saved; trying again");
        }
    }
}

async fn keep_leases(app: &App, stop: &CancellationToken) {
    while !is_over(app, stop, app.config().runs.lease / 3).await {
        if let Err(error) = renew(app).await {
            tracing::error!(error = ?error, "leases could not be renewed; trying again");
        }
    }
}

/// Waits for `pause`; after the stop there is no more to do when the last run has finished.
async fn is_over(app: &App, stop: &CancellationToken, pause: Duration) -> bool {
    tokio::select! {
        // A run may have begun while this waited.
        () = stop.cancelled(), if app.runs().is_empty() => app.runs().is_empty(),
        () = tokio::time::sleep(pause) => false,
    }
}

/// Saves every draft that has changed.
pub(super) async fn save(app: &App) -> Result<()> {
    let changed: Vec<_> =
        app.runs().all().into_iter().filter_map(|(job, run)| Some((take(job, &run)?, run))).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let (checkpoints, runs): (Vec<Checkpoint>, Vec<Arc<ActiveRun>>) = changed.into_iter().unzip();
    let saved = app.store().messages().checkpoint(&checkpoints).await;
    for run in runs {
        if !saved.as_ref().is_ok_and(|saved| saved.contains(&run.assistant_message)) {
            run.draft.lock().unwrap_or_else(PoisonError::into_inner).dirty = true;
        }
    }
    saved?;
    Ok(())
}

/// What a run has to save; nothing when it has not changed.
fn take(job: JobId, run: &ActiveRun) -> Option<Checkpoint> {
    let mut draft = run.draft.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut draft.dirty).then(|| Checkpoint {
        job_id: job,
        epoch: run.epoch,
        message_id: run.assistant_message,
        content: draft.content.clone(),
        reasoning: (!draft.reasoning.is_empty()).then(|| draft.reasoning.clone()),
    })
}

/// Saves one run's draft, before somebody else may go on with it.
pub(super) async fn save_one(app: &App, job: JobId, run: &ActiveRun) -> Result<()> {
    if let Some(checkpoint) = take(job, run) {
        app.store().messages().checkpoint(&[checkpoint]).await?;
    }
    Ok(())
}

/// Renews leases, lets go of runs that were lost, and looks which ones their owners want to stop: the
/// word may not have come through.
async fn renew(app: &App) -> Result<()> {
    let active: Vec<(JobId, Arc<ActiveRun>)> = app.runs().all();
    if active.is_empty() {
        return Ok(());
    }
    let leases: Vec<(JobId, i32)> = active.iter().map(|(job, run)| (*job, run.epoch)).collect();
    let jobs = app.store().jobs();
    let held = jobs.renew(&leases, &app.config().worker, app.config().runs.lease).await?;
    let ids: Vec<JobId> = active.iter().map(|(job, _)| *job).collect();
    let stopped = jobs.cancel_requested(&ids).await?;
    for (job, run) in active {
        if stopped.contains(&job) {
            run.cancel.cancel();
        }
        // One that has just ended is not held any more either.
        if !held.contains(&job) && run.ended.try_lock().is_ok_and(|ended| !*ended) {
            tracing::warn!(run = %job, "the lease was lost; the run is let go");
            run.leave(Leave::Drop);
        }
    }
    Ok(())
}
