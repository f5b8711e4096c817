//! What nothing makes use of any more is removed: now, or as soon as the storage lets us.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use kuma_store::Erasure;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::error::Result;

/// How often the table is looked at.
const EVERY: Duration = Duration::from_secs(30);
/// How many places are taken at a time.
const AT_ONCE: u64 = 100;
/// The longest pause after a failure.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Removes files that are to be erased, until `stop`. Each process that serves or works runs one; two that
/// meet do no harm.
pub async fn keep_erased(app: App, stop: CancellationToken) {
    loop {
        if let Err(error) = erase_due(&app).await {
            tracing::warn!(%error, "files that are to be erased could not be looked up");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.erase_now().notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Removes what is due. What fails is put off.
pub(crate) async fn erase_due(app: &App) -> Result<()> {
    loop {
        let due = app.store().erasures().due(Utc::now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        for erasure in due {
            erase(app, &erasure).await?;
        }
    }
}

async fn erase(app: &App, erasure: &Erasure) -> Result<()> {
    match app.files().delete_place(&erasure.place).await {
        Ok(()) => Ok(app.store().erasures().done(erasure).await?),
        Err(error) => {
            // 30 s, 1 min, 2 min, … an hour.
            let pause = TimeDelta::seconds(30 << erasure.tries.clamp(0, 7)).min(LONGEST_PAUSE);
            tracing::warn!(%error, tries = erasure.tries, "files could not be erased; it is tried again");
            metrics::counter!("kuma_file_erasures_failed_total").increment(1);
            Ok(app.store().erasures().put_off(erasure, Utc::now() + pause).await?)
        }
    }
}
