//! Runs of everybody, for administrators: list, inspect, retry, cancel, drop; and the queue they travel
//! by. Nothing here reads what people said.

use kuma_queue::{DeadLetter, QueueError};
use kuma_store::{Job, Page, StepOutline, StoreError, User};
use kuma_types::{JobId, JobStatus};
use serde_json::json;

use super::audit;
use super::ready::{QueueState, queue_state};
use crate::App;
use crate::chats;
use crate::error::{AppError, ErrorKind, Result};

/// A run and what was done in it.
#[derive(Clone, Debug)]
pub struct JobDetails {
    /// The run.
    pub job: Job,
    /// Its steps, without their contents.
    pub steps: Vec<StepOutline>,
}

/// The queue as it is, and a page of the runs that were given up.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// How full it is.
    pub state: QueueState,
    /// Runs that were given up, newest first.
    pub dead: Page<DeadLetter>,
}

/// One page of runs.
pub async fn jobs(
    app: &App,
    status: Option<JobStatus>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Job>> {
    Ok(app.store().jobs().list(status, cursor, limit).await?)
}

/// One run.
pub async fn job(app: &App, id: JobId) -> Result<JobDetails> {
    let (job, steps) = tokio::try_join!(async { app.store().jobs().get_any(id).await }, async {
        app.store().steps().outline(id).await
    })
    .map_err(not_there)?;
    Ok(JobDetails { job, steps })
}

/// Begins a run again that failed, was given up or cancelled. It goes on where it was: with the steps
/// that were finished, and with the numbers of its events.
pub async fn retry_job(app: &App, admin: &User, id: JobId) -> Result<Job> {
    let job = match chats::retry_any(app, id).await {
        Ok(job) => job,
        Err(StoreError::Conflict(_)) => return Err(not_to_be_retried(&get(app, id).await?)),
        Err(error) => return Err(not_there(error)),
    };
    audit(app, admin, "job.retried", Some(&id.to_string()), json!({ "userId": job.user_id })).await?;
    Ok(job)
}

/// Stops a run; the text so far is kept. Stopping one that is over changes nothing.
pub async fn cancel_job(app: &App, admin: &User, id: JobId) -> Result<Job> {
    let job = chats::cancel_any(app, id).await?;
    let details = json!({ "userId": job.user_id, "status": job.status });
    audit(app, admin, "job.cancelled", Some(&id.to_string()), details).await?;
    Ok(job)
}

/// Forgets a run that is over, and that it was given up. Its messages stay.
pub async fn drop_job(app: &App, admin: &User, id: JobId) -> Result<()> {
    let dropped = match app.store().jobs().drop_any(id).await {
        Ok(job) => Some(job),
        // Its chat was deleted; the queue may remember it.
        Err(StoreError::NotFound) => None,
        Err(StoreError::Conflict(_)) => return Err(not_over(&get(app, id).await?)),
        Err(error) => return Err(error.into()),
    };
    let letter = app.queue().drop_dead(id).await;
    if dropped.is_some() || letter.as_ref().is_ok_and(Option::is_some) {
        let details = match &dropped {
            Some(job) => json!({ "userId": job.user_id, "status": job.status }),
            None => json!({}),
        };
        audit(app, admin, "job.dropped", Some(&id.to_string()), details).await?;
    }
    match letter {
        Ok(None) if dropped.is_none() => Err(AppError::not_found("job")),
        Ok(_) => Ok(()),
        Err(error) if dropped.is_some() => {
            let detail = "The run is forgotten, but the queue could not be reached and may still list it among \
                          those that were given up. Do the same again in a moment.";
            Err(queue_away(error, detail))
        }
        Err(error) => Err(queue_away(
            error,
            "The queue cannot be reached right now. Nothing was changed; try again in a moment.",
        )),
    }
}

/// The queue, and a page of the runs that were given up.
pub async fn queue(app: &App, cursor: Option<&str>, limit: u32) -> Result<QueueView> {
    if cursor.is_some_and(|cursor| !is_receipt(cursor)) {
        return Err(StoreError::BadCursor.into());
    }
    let limit = limit as usize;
    let looked = tokio::try_join!(queue_state(app), app.queue().dead(cursor, limit + 1));
    let (state, mut items) = looked.map_err(|error| {
        queue_away(error, "The queue cannot be reached right now. Try again in a moment.")
    })?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|letter| letter.receipt.clone());
    Ok(QueueView { state, dead: Page { items, next_cursor } })
}

/// Whether it has the form of what queues know things by: `123` or `123-0`.
fn is_receipt(text: &str) -> bool {
    let (one, two) = text.split_once('-').unwrap_or((text, "0"));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u64>().is_ok();
    number(one) && number(two)
}

async fn get(app: &App, id: JobId) -> Result<Job> {
    app.store().jobs().get_any(id).await.map_err(not_there)
}

fn not_there(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("job"),
        error => error.into(),
    }
}

fn not_to_be_retried(job: &Job) -> AppError {
    let detail = if job.status == JobStatus::Completed {
        "This run has its answer. Its owner can have it answered again from the chat.".to_owned()
    } else {
        format!(
            "This run is not over: it is {}. Only one that failed, was given up or cancelled can be retried.",
            job.status
        )
    };
    AppError::new(ErrorKind::Conflict, "job_not_retryable", detail)
}

fn not_over(job: &Job) -> AppError {
    let detail = format!("This run is not over: it is {}. Cancel it first, then drop it.", job.status);
    AppError::new(ErrorKind::Conflict, "job_not_over", detail)
}

fn queue_away(error: QueueError, detail: &str) -> AppError {
    let away = AppError::new(ErrorKind::Unavailable, "queue_unavailable", detail);
    AppError { source: Some(Box::new(error)), ..away }.retry_after(std::time::Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::is_receipt;

    #[test]
    fn receipts_have_a_form() {
        for good in ["0", "00000000000000000012", "1767225600000-0", "5-18446744073709551615"] {
            assert!(is_receipt(good), "{good}");
        }
        for bad in ["", "-", "x", "1-", "-1", "1-2-3", "+1", "99999999999999999999999", "1 "] {
            assert!(!is_receipt(bad), "{bad}");
        }
    }
}
