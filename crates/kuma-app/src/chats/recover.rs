//! Runs that nobody drives: their driver died, or their announcement got lost. The jobs table is the
//! truth, so all of them are found in it.

use kuma_store::{Backend, Hold};

use super::runner::SERVE_PREFIX;
use super::submit;
use crate::App;
use crate::error::Result;

/// How many rows are taken in at once.
const BATCH: u32 = 1_000;

/// At start. A database in a file serves one machine's `serve`: whatever an earlier one was driving is
/// free at once, without waiting for its lease.
pub(super) async fn at_start(app: &App) -> Result<()> {
    if app.store().backend() == Backend::Sqlite && app.config().worker.starts_with(SERVE_PREFIX) {
        let jobs = app.store().jobs();
        loop {
            let left = jobs.orphans(Some(SERVE_PREFIX), BATCH).await?;
            let holds: Vec<Hold> = left.iter().map(kuma_store::Job::hold).collect();
            if jobs.hand_back(&holds).await?.is_empty() {
                break;
            }
            tracing::warn!(runs = holds.len(), "runs that an earlier process left behind go on");
        }
    }
    sweep(app).await
}

/// Every now and then: announces what can be claimed. What was announced already is not twice.
pub(super) async fn sweep(app: &App) -> Result<()> {
    let per_user = app.config().runs.max_runs_per_user;
    for id in app.store().jobs().due(per_user, BATCH).await? {
        if !app.runs().drives(id) {
            submit::publish(app, id, None).await;
        }
    }
    Ok(())
}

/// Once in a while: forgets events and clients' keys of yesterday's runs.
pub(super) async fn prune(app: &App) -> Result<()> {
    let day_ago = chrono::Utc::now() - chrono::TimeDelta::hours(24);
    app.store().jobs().prune(day_ago).await?;
    Ok(())
}
