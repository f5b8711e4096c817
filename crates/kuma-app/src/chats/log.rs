//! How a run's journal begins, and how it goes on after whoever wrote it is gone.
//!
//! A journal is a copy that serves readers fast: it may be lost with its server. Whoever drives a run
//! writes it again from what it knows. When nobody knows what was in it (driver and journal died
//! together) it begins anew far beyond any number that a reader can have seen, with the text that
//! stands: readers notice that their place is gone and are brought back in `follow.rs`.

use kuma_queue::JournalError;
use kuma_store::Job;
use kuma_types::{JobStatus, RunEvent, run_log};

use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// More events than one owner of a run adds. The epoch grows with each owner.
const STRIDE: u64 = 1 << 24;

/// How many events [`begin`] writes.
const BEGINNING: usize = 2;

/// The events that every run begins with, once, whoever comes first: the server that accepted it, a
/// reader, or its driver.
pub(super) async fn begin(app: &App, job: &Job) -> std::result::Result<(), JournalError> {
    let position = match app.store().jobs().position(job.id).await {
        Ok(position) => position,
        Err(error) => {
            tracing::warn!(run = %job.id, %error, "the place in line is not known; it is told as the first");
            1
        }
    };
    begin_at(app, job, position).await
}

/// The same for a run whose place in the line of its chat is known.
pub(super) async fn begin_at(app: &App, job: &Job, position: u32) -> std::result::Result<(), JournalError> {
    let status = RunEvent::Status {
        status: JobStatus::Pending,
        attempt: None,
        retry_in_ms: None,
        position: (position > 1).then_some(position - 1),
    };
    match app.journal().reopen(job.id, 0, 0, vec![names(job), status]).await {
        // Somebody drives it already, and has begun it.
        Err(JournalError::Fenced(_)) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the journal ready for the run's driver. Gives what its readers have been told so far.
pub(super) async fn resume(app: &App, job: &Job) -> Result<Vec<RunEvent>> {
    let told = told_so_far(app, job).await?;
    // What was kept when the run waited, or ended and is tried again, is the beginning of more from here on.
    // Should journal and driver be lost together, it would pass for all of it.
    if job.epoch > 1 || told.len() > BEGINNING {
        app.store().jobs().forget_events(job.hold()).await?;
    }
    Ok(told)
}

async fn told_so_far(app: &App, job: &Job) -> Result<Vec<RunEvent>> {
    let journal = app.journal();
    match journal.snapshot(job.id).await {
        Ok(told) if !told.is_empty() => {
            // Under this epoch from now on: nobody who had the run before adds anything.
            let events: Vec<RunEvent> = told.iter().map(|event| RunEvent::clone(event)).collect();
            journal.reopen(job.id, job.epoch, 0, events.clone()).await.map_err(away)?;
            return Ok(events);
        }
        Ok(_) | Err(JournalError::Lost(_)) => {}
        Err(error) => return Err(away(error)),
    }
    let kept = match app.store().jobs().events(job.id).await? {
        Some(log) => run_log::decode(&log).map_err(AppError::internal)?,
        None => Vec::new(),
    };
    let (base, events) = if !kept.is_empty() {
        (0, kept)
    } else if job.epoch <= 1 {
        (0, vec![names(job), RunEvent::status(JobStatus::Pending)])
    } else {
        let base = STRIDE * u64::try_from(job.epoch).unwrap_or(1);
        (base, vec![names(job), RunEvent::Reset { text: String::new() }])
    };
    journal.reopen(job.id, job.epoch, base, events.clone()).await.map_err(away)?;
    Ok(events)
}

/// A run whose journal cannot be had is not driven: nobody would hear of it.
fn away(error: JournalError) -> AppError {
    let detail = "The run journal cannot be reached right now. The run waits.";
    AppError {
        source: Some(Box::new(error)),
        ..AppError::new(ErrorKind::Unavailable, "journal_unavailable", detail)
    }
}

/// The first event of every run.
pub(super) fn names(job: &Job) -> RunEvent {
    RunEvent::JobId {
        job_id: job.id,
        chat_id: job.chat_id,
        user_message_id: job.user_message_id,
        assistant_message_id: job.assistant_message_id,
    }
}

/// The answer text as a reader of these events has it.
pub(super) fn shown<'a>(events: impl IntoIterator<Item = &'a RunEvent>) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            RunEvent::Reset { text: stands } => text.clone_from(stands),
            RunEvent::Chunk { text: piece } => text.push_str(piece),
            _ => {}
        }
    }
    text
}
