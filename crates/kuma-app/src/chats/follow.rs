//! Part three of a run: its events for a reader, from any number on.
//!
//! While the run is at work, and on any server, they come from the journal; afterwards from the
//! rows, under the same numbers, and from the rows too while it waits for a person and no journal
//! remembers it. What a reader gets is gapless whatever fails meanwhile:
//! - the journal's server is away: the reader waits, and goes on where it was;
//! - the journal was lost and begun anew, or its events were lost with the process that held them:
//!   the reader gets a `reset` with the text that stands, and what follows, numbered on from where
//!   it was. Its numbers and those of the journal then differ, so both are kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use kuma_queue::{EventStream, JournalError, NumberedEvent};
use kuma_store::{Job, StoreError};
use kuma_types::{FinishReason, JobId, JobStatus, MessageStatus, RunEvent, RunFailure, UserId, run_log};

use super::log;
use crate::App;
use crate::error::{AppError, Result};

/// How often is looked whether a run that is in no journal yet has got one, or has ended.
const LOOK: Duration = Duration::from_millis(250);
/// After so long without an event the rows are asked whether the run is over: a driver that died
/// between the rows and its last words has left its journal open.
const SILENCE: Duration = Duration::from_secs(5);
/// The longest wait for what is away.
const LONGEST: Duration = Duration::from_secs(2);

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
    let reader = Reader {
        app: app.clone(),
        job: job.clone(),
        told: after,
        place: after,
        from: From::Nowhere,
        ended: false,
        kept_of: None,
        wait: LOOK,
        over: false,
    };
    let events = stream::unfold(reader, |mut reader| async move {
        let batch = reader.next().await?;
        Some((batch, reader))
    });
    Ok(Follow { job, events: Box::pin(events) })
}

type Batch = std::result::Result<Vec<NumberedEvent>, JournalError>;

/// Where a reader's events come from at the moment.
enum From {
    /// It has to be found out.
    Nowhere,
    Journal(EventStream),
    /// What was kept when the run began to wait: it goes on later.
    Kept(Vec<NumberedEvent>),
    /// All that there is.
    Rows(VecDeque<RunEvent>),
}

struct Reader {
    app: App,
    job: Job,
    /// The number of the last event that the reader has.
    told: u64,
    /// The number in the journal of the last event that was looked at.
    place: u64,
    from: From,
    /// The journal had no more to say: the rows are asked first.
    ended: bool,
    /// The owner of the run whose last events were read from the rows.
    kept_of: Option<i32>,
    wait: Duration,
    over: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Batch> {
        loop {
            if self.over {
                return None;
            }
            match &mut self.from {
                From::Nowhere => {
                    if let Err(error) = self.find().await {
                        self.over = true;
                        return Some(Err(error));
                    }
                }
                From::Kept(events) => {
                    let batch = std::mem::take(events);
                    self.from = From::Nowhere;
                    if let Some(batch) = self.take(batch) {
                        return Some(Ok(batch));
                    }
                }
                From::Rows(rest) => {
                    let events = std::mem::take(rest);
                    self.over = true;
                    return self.number(events.into_iter().map(Arc::new)).map(Ok);
                }
                From::Journal(events) => match tokio::time::timeout(SILENCE, events.next()).await {
                    Err(_) => {
                        if is_over_in_rows(&self.app, &self.job).await {
                            self.from = From::Nowhere;
                            self.ended = true;
                        }
                    }
                    Ok(Some(Ok(batch))) => {
                        self.wait = LOOK;
                        if let Some(batch) = self.take(batch) {
                            return Some(Ok(batch));
                        }
                    }
                    Ok(None) => {
                        self.from = From::Nowhere;
                        self.ended = true;
                    }
                    // Lost, or out of reach.
                    Ok(Some(Err(_))) => self.from = From::Nowhere,
                },
            }
        }
    }

    /// Numbers a batch of the journal's for the reader.
    fn take(&mut self, batch: Vec<NumberedEvent>) -> Option<Vec<NumberedEvent>> {
        self.place = batch.last().map_or(self.place, |event| event.number);
        let told = self.told;
        // After a new beginning, the reader knows the run's names already.
        let fresh = batch
            .into_iter()
            .map(|numbered| numbered.event)
            .filter(move |event| told == 0 || !matches!(**event, RunEvent::JobId { .. }));
        self.number(fresh)
    }

    fn number(&mut self, events: impl Iterator<Item = Arc<RunEvent>>) -> Option<Vec<NumberedEvent>> {
        let numbered: Vec<NumberedEvent> =
            (self.told + 1..).zip(events).map(|(number, event)| NumberedEvent { number, event }).collect();
        let last = numbered.last()?;
        self.told = last.number;
        self.over |= last.event.is_last();
        Some(numbered)
    }

    async fn pause(&mut self) {
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(LONGEST);
    }

    /// Finds out where the next events come from; waits while nobody can tell.
    async fn find(&mut self) -> std::result::Result<(), JournalError> {
        if !std::mem::take(&mut self.ended) && self.find_journal().await {
            return Ok(());
        }
        // Not in the journal. The rows are complete when the job is over, since they are written
        // before the journal forgets.
        match self.app.store().jobs().get(self.job.user_id, self.job.id).await {
            Ok(job) if job.is_over() => match from_rows(&self.app, &job, self.told).await {
                Ok(events) => self.from = From::Rows(events.into()),
                Err(error) => self.unless_away(error).await?,
            },
            Ok(job) if job.status == JobStatus::WaitingApproval && self.kept_of != Some(job.epoch) => {
                match kept(&self.app, &job, self.place).await {
                    Ok(events) => {
                        self.kept_of = Some(job.epoch);
                        if !events.is_empty() {
                            self.from = From::Kept(events);
                        }
                    }
                    Err(error) => self.unless_away(error).await?,
                }
            }
            Ok(job) => {
                if job.epoch == 0
                    && let Err(error) = log::begin(&self.app, &job).await
                {
                    tracing::debug!(run = %job.id, %error, "a reader waits for the run journal");
                }
                self.pause().await;
            }
            Err(StoreError::NotFound) => return Err(JournalError::Lost(self.job.id)),
            Err(error) => self.unless_away(error.into()).await?,
        }
        Ok(())
    }

    /// Whether there is no need to ask the rows.
    async fn find_journal(&mut self) -> bool {
        match self.app.journal().follow(self.job.id, self.place).await {
            Ok(Some(events)) => {
                self.from = From::Journal(events);
                true
            }
            Ok(None) => false,
            Err(JournalError::Lost(_)) => match begun_anew(&self.app, self.job.id).await {
                Some(base) => {
                    self.place = base;
                    true
                }
                None => false,
            },
            Err(error) => {
                tracing::debug!(run = %self.job.id, %error, "a reader waits for the run journal");
                self.pause().await;
                true
            }
        }
    }

    async fn unless_away(&mut self, error: AppError) -> std::result::Result<(), JournalError> {
        if !error.is_unavailable() {
            return Err(JournalError::Unavailable(format!("{error:?}")));
        }
        tracing::debug!(run = %self.job.id, "a reader waits for the database");
        self.pause().await;
        Ok(())
    }
}

/// Whether the journal begins with all that a new reader needs, although not with number 1, and where.
async fn begun_anew(app: &App, job: JobId) -> Option<u64> {
    let base = app.journal().base(job).await.ok().flatten()?;
    let mut events = app.journal().follow(job, base).await.ok().flatten()?;
    let first = events.next().await?.ok()?;
    matches!(*first.first()?.event, RunEvent::JobId { .. }).then_some(base)
}

async fn is_over_in_rows(app: &App, job: &Job) -> bool {
    let now = app.store().jobs().get(job.user_id, job.id).await;
    now.is_ok_and(|job| job.is_over())
}

/// The events after `place` of a run that waits for a person, as they were kept when it began to: whoever
/// drives it on begins its journal with these, under the same numbers.
async fn kept(app: &App, job: &Job, place: u64) -> Result<Vec<NumberedEvent>> {
    let Some(log) = app.store().jobs().events(job.id).await? else { return Ok(Vec::new()) };
    let events = run_log::decode(&log).map_err(AppError::internal)?;
    let numbered = (1..).zip(events).map(|(number, event)| NumberedEvent { number, event: Arc::new(event) });
    Ok(numbered.filter(|event| event.number > place).collect())
}

/// The events after `after` of a run that is over.
async fn from_rows(app: &App, job: &Job, after: u64) -> Result<Vec<RunEvent>> {
    if let Some(log) = app.store().jobs().events(job.id).await? {
        let events = run_log::decode(&log).map_err(AppError::internal)?;
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        // Only a reader whose numbers are its own can be beyond the end.
        if events.len() >= skip {
            return Ok(events.into_iter().skip(skip).collect());
        }
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
        events.push(log::names(job));
    }
    events.push(RunEvent::Reset { text });
    events.push(RunEvent::status(job.status));
    events.push(end);
    Ok(events)
}

/// What a run's reader is told when it was given up after its driver died again and again.
pub(super) fn interrupted() -> RunFailure {
    RunFailure {
        code: "run_interrupted".into(),
        title: "The answer was interrupted".into(),
        detail: "The server stopped while it was answering, more than once. The text so far is kept; press Retry to have it answered again.".into(),
        retryable: true,
    }
}
