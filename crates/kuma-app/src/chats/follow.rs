//! Part three of a run: its events for a reader, from any number on.
//!
//! While the run is at work, and on any server, they come from the journal; afterwards from the
//! rows, under the same numbers. When the exact events are lost (the process died), the reader
//! gets a `reset` with the text that stands and the end, numbered on from where it was: its
//! sequence stays gapless and true.

use futures::stream;
use kuma_queue::{EventStream, NumberedEvent};
use kuma_store::Job;
use kuma_types::{FinishReason, JobId, MessageStatus, RunEvent, RunFailure, UserId, run_log};

use crate::App;
use crate::error::{AppError, Result};

/// A run's events for one reader.
pub struct Follow {
    /// The run.
    pub job: Job,
    /// Batches of events after the asked number, ending with the run's last.
    pub events: EventStream,
}

/// Follows a run after event number `after` (0: from the start).
pub async fn follow(app: &App, owner: UserId, id: JobId, after: u64) -> Result<Follow> {
    let job = super::job(app, owner, id).await?;
    follow_job(app, job, after).await
}

/// The same for a job that is known to be the reader's.
pub async fn follow_job(app: &App, job: Job, after: u64) -> Result<Follow> {
    if let Some(events) = app.journal().follow(job.id, after).await.map_err(AppError::internal)? {
        return Ok(Follow { job, events });
    }
    // Not in the journal. The job is read again: it may have ended since it was read, and then
    // its rows are complete, since they are written before the journal forgets.
    let job = app.store().jobs().get(job.user_id, job.id).await?;
    if job.status.is_final() {
        let events = from_rows(app, &job, after).await?;
        return Ok(Follow { events: Box::pin(stream::iter(batch(events, after))), job });
    }
    // Not final and not in the journal: nobody drives it yet (a restart). Its journal begins here.
    super::submit::open_journal(app, &job).await?;
    let events = app.journal().follow(job.id, after).await.map_err(AppError::internal)?;
    let events = events.ok_or_else(|| AppError::internal("a journal that was just opened is gone"))?;
    Ok(Follow { job, events })
}

type Batch = std::result::Result<Vec<NumberedEvent>, kuma_queue::JournalError>;

fn batch(events: Vec<RunEvent>, after: u64) -> Option<Batch> {
    let numbered: Vec<_> = (after + 1..)
        .zip(events)
        .map(|(number, event)| NumberedEvent { number, event: event.into() })
        .collect();
    (!numbered.is_empty()).then_some(Ok(numbered))
}

/// The events after `after` of a run that is over.
async fn from_rows(app: &App, job: &Job, after: u64) -> Result<Vec<RunEvent>> {
    if let Some(log) = app.store().jobs().events(job.id).await? {
        let events = run_log::decode(&log).map_err(AppError::internal)?;
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        return Ok(events.into_iter().skip(skip).collect());
    }
    let message = app.store().messages().get(job.user_id, job.chat_id, job.assistant_message_id).await?;
    let text = message.content.clone();
    let end = match (&message.error, message.status) {
        (Some(failure), _) => RunEvent::Error(failure.clone()),
        (None, MessageStatus::Failed | MessageStatus::Streaming) => RunEvent::Error(interrupted()),
        (None, status) => RunEvent::Done {
            usage: message.usage.unwrap_or_default(),
            finish_reason: if status == MessageStatus::Cancelled {
                FinishReason::Cancelled
            } else {
                FinishReason::Stop
            },
            message: serde_json::to_value(super::message_view(message)).map_err(AppError::internal)?,
        },
    };
    let mut events = Vec::new();
    if after == 0 {
        events.push(RunEvent::JobId {
            job_id: job.id,
            chat_id: job.chat_id,
            user_message_id: job.user_message_id,
            assistant_message_id: job.assistant_message_id,
        });
    }
    events.push(RunEvent::Reset { text });
    events.push(RunEvent::status(job.status));
    events.push(end);
    Ok(events)
}

/// What a run's reader is told when the process that drove it has died.
pub(super) fn interrupted() -> RunFailure {
    RunFailure {
        code: "run_interrupted".into(),
        title: "The answer was interrupted".into(),
        detail: "The server stopped while it was answering. The text so far is kept; press Retry to have it answered again.".into(),
        retryable: true,
    }
}
