//! Keeps what runs have so far: partial answers and leases, many in one transaction.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kuma_store::Checkpoint;
use kuma_types::JobId;
use tokio_util::sync::CancellationToken;

use super::runner::ActiveRun;
use crate::App;
use crate::error::Result;

/// Saves changed drafts about once a second and renews leases at a third of their time.
pub(super) async fn keep(app: App, worker: String, stop: CancellationToken) {
    let every = app.config().runs.checkpoint;
    let renew_every = app.config().runs.lease / 3;
    let mut since_renewal = Duration::ZERO;
    loop {
        tokio::select! {
            // After the stop the loop goes on while runs finish; it ends with the last one.
            () = stop.cancelled(), if app.runs().is_empty() => return,
            () = tokio::time::sleep(every) => {}
        }
        if let Err(error) = save(&app).await {
            tracing::error!(error = ?error, "partial answers could not be saved; trying again");
        }
        since_renewal += every;
        if since_renewal >= renew_every {
            since_renewal = Duration::ZERO;
            if let Err(error) = renew(&app, &worker).await {
                tracing::error!(error = ?error, "leases could not be renewed; trying again");
            }
        }
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
    if saved.is_err() {
        for run in runs {
            run.draft.lock().unwrap_or_else(PoisonError::into_inner).dirty = true;
        }
    }
    Ok(saved?)
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

async fn renew(app: &App, worker: &str) -> Result<()> {
    let active: Vec<(JobId, Arc<ActiveRun>)> = app.runs().all();
    if active.is_empty() {
        return Ok(());
    }
    let leases: Vec<(JobId, i32)> = active.iter().map(|(job, run)| (*job, run.epoch)).collect();
    let held = app.store().jobs().renew(&leases, worker, app.config().runs.lease).await?;
    for (job, run) in active {
        if !held.contains(&job) {
            tracing::warn!(run = %job, "the lease was lost; the run is abandoned here");
            run.abandon.cancel();
        }
    }
    Ok(())
}
