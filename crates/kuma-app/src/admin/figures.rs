//! The figures of things that are looked up rather than counted as they happen: queue and backlog.
//!
//! One task per process looks every few seconds, however often the metrics are read. What it tells
//! is the same in every process that shares a database and a Redis.

use std::time::Duration;

use chrono::{DateTime, Utc};
use kuma_types::JobStatus;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use tokio_util::sync::CancellationToken;

use super::ready::{look, queue_state};
use crate::App;

/// How old a figure is at most.
const EVERY: Duration = Duration::from_secs(5);

/// The states of runs that are not over. The others are counted as they come
/// (`kuma_runs_finished_total`): they only grow.
const UNFINISHED: [JobStatus; 4] =
    [JobStatus::Pending, JobStatus::Processing, JobStatus::WaitingApproval, JobStatus::Failed];

/// Keeps the figures fresh until `stop`.
pub async fn keep_figures(app: App, stop: CancellationToken) {
    describe();
    loop {
        refresh(&app).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Looks once. What cannot be looked up is told as not known rather than as it was.
async fn refresh(app: &App) {
    let (queue, backlog) = tokio::join!(
        look("queue", queue_state(app)),
        look("database", async { app.store().jobs().backlog().await })
    );
    gauge!("kuma_queue_up").set(if queue.is_some() { 1.0 } else { 0.0 });
    let known = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
    gauge!("kuma_queue_waiting").set(known(queue.map(|queue| queue.waiting as f64)));
    gauge!("kuma_queue_lag_seconds").set(known(queue.map(|queue| queue.lag.as_secs_f64())));
    gauge!("kuma_queue_delayed").set(known(queue.map(|queue| queue.delayed as f64)));
    gauge!("kuma_queue_dead").set(known(queue.map(|queue| queue.dead as f64)));
    gauge!("kuma_queue_workers").set(known(queue.map(|queue| queue.workers as f64)));

    gauge!("kuma_database_up").set(if backlog.is_some() { 1.0 } else { 0.0 });
    for status in UNFINISHED {
        let count = backlog.as_ref().map(|backlog| {
            let of_status = backlog.by_status.iter().find(|(known, _)| *known == status);
            of_status.map_or(0.0, |(_, count)| *count as f64)
        });
        gauge!("kuma_runs", "status" => status.as_str()).set(known(count));
    }
    let age = |since: DateTime<Utc>| (Utc::now() - since).as_seconds_f64().max(0.0);
    let oldest = backlog.as_ref().map(|backlog| backlog.oldest_waiting.map_or(0.0, age));
    gauge!("kuma_runs_oldest_waiting_seconds").set(known(oldest));
    gauge!("kuma_runs_abandoned").set(known(backlog.map(|backlog| backlog.abandoned as f64)));
}

/// The help lines of everything that is told about runs.
fn describe() {
    describe_gauge!(
        "kuma_queue_up",
        "Whether the queue answers; the same in every process, as all kuma_queue_*"
    );
    describe_gauge!("kuma_queue_waiting", "Announced runs that a worker may take now");
    describe_gauge!(
        "kuma_queue_lag_seconds",
        Unit::Seconds,
        "How long the one that waits longest has waited"
    );
    describe_gauge!("kuma_queue_delayed", "Runs announced for later: their next attempts");
    describe_gauge!("kuma_queue_dead", "Runs that were given up and wait for an operator");
    describe_gauge!("kuma_queue_workers", "Processes that took or held runs lately");
    describe_gauge!("kuma_database_up", "Whether the database answers");
    describe_gauge!(
        "kuma_runs",
        "Runs that are not over, by status; FAILED are those that will be tried again; the same in every process"
    );
    describe_gauge!(
        "kuma_runs_oldest_waiting_seconds",
        Unit::Seconds,
        "How long the run that is PENDING longest has been; 0 when none is"
    );
    describe_gauge!(
        "kuma_runs_abandoned",
        "Runs at work whose driver is gone and which nobody has taken over yet"
    );
    describe_gauge!("kuma_runs_active", "Runs that this process drives");
    describe_counter!("kuma_runs_submitted_total", "Runs that this process accepted");
    describe_counter!(
        "kuma_run_claims_total",
        "Runs that this process began to drive; kind=again: not as the first (another attempt, a decision, a takeover)"
    );
    describe_counter!("kuma_run_retries_total", "Attempts that failed here and are made again");
    describe_counter!("kuma_runs_finished_total", "Runs that ended here, by status");
    describe_histogram!("kuma_run_seconds", Unit::Seconds, "From accepting a run to its end");
    describe_histogram!(
        "kuma_journal_append_seconds",
        Unit::Seconds,
        "From an event to its being kept in Redis and told to every server: the slowest of each round trip"
    );
}
