//! Chats as things: list, read, change, delete; a job's state; cancel.

use kuma_queue::Signal;
use kuma_store::{Chat, ChatFilter, ChatPatch, Job, Message, NewChat, Page};
use kuma_types::{ChatId, JobId, JobStatus, MessageId, UserId};

use super::TITLE_MAX_CHARS;
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// What may be changed about a chat.
#[derive(Debug, Default)]
pub struct ChatChange {
    /// A new title.
    pub title: Option<String>,
    /// Keep it on top.
    pub pinned: Option<bool>,
    /// Keep it out of the list.
    pub archived: Option<bool>,
    /// The branch that is shown, by its last message.
    pub active_message_id: Option<MessageId>,
}

/// One page of a user's chats, newest activity first.
pub async fn list(
    app: &App,
    owner: UserId,
    filter: ChatFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Chat>> {
    Ok(app.store().chats().list(owner, filter, cursor, limit).await?)
}

/// One chat.
pub async fn get(app: &App, owner: UserId, id: ChatId) -> Result<Chat> {
    app.store().chats().get(owner, id).await.map_err(chat_error)
}

/// An empty chat.
pub async fn create(app: &App, owner: UserId, title: Option<&str>, agent: Option<&str>) -> Result<Chat> {
    let mut errors = FieldErrors::default();
    let title = title.map(|title| valid_title(title, &mut errors));
    let agent = super::submit::valid_agent(app, agent, &mut errors).await?;
    errors.finish()?;
    let chat = NewChat { id: ChatId::new(), user_id: owner, title, agent_type: agent };
    Ok(app.store().chats().create(chat).await?)
}

/// Changes a chat; its place in the list stays.
pub async fn update(app: &App, owner: UserId, id: ChatId, change: ChatChange) -> Result<Chat> {
    let mut errors = FieldErrors::default();
    let title = change.title.map(|title| valid_title(&title, &mut errors));
    errors.finish()?;
    let patch = ChatPatch {
        title,
        pinned: change.pinned,
        archived: change.archived,
        active_message_id: change.active_message_id,
    };
    app.store().chats().update(owner, id, patch).await.map_err(chat_error)
}

/// Deletes a chat with everything in it; its runs stop.
pub async fn delete(app: &App, owner: UserId, id: ChatId) -> Result<()> {
    let chat = get(app, owner, id).await?;
    if let Some(job) = chat.active_job_id {
        app.signals().send(job, Signal::Cancel).await.map_err(AppError::internal)?;
    }
    app.store().chats().delete(owner, id).await.map_err(chat_error)?;
    app.erase_now().notify_one();
    Ok(())
}

/// One page of a chat's messages: newest page first, each in reading order.
pub async fn messages(
    app: &App,
    owner: UserId,
    chat: ChatId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Message>> {
    app.store().messages().page(owner, chat, cursor, limit).await.map_err(chat_error)
}

/// A run's record.
pub async fn job(app: &App, owner: UserId, id: JobId) -> Result<Job> {
    app.store().jobs().get(owner, id).await.map_err(job_error)
}

/// Stops a run; the text so far is kept. Stopping one that is over changes nothing.
pub async fn cancel(app: &App, owner: UserId, id: JobId) -> Result<Job> {
    let before = job(app, owner, id).await?;
    if before.is_over() {
        return Ok(before);
    }
    stop(app, app.store().jobs().request_cancel(owner, id).await?).await
}

/// The same for anybody's run: for administrators.
pub(crate) async fn cancel_any(app: &App, id: JobId) -> Result<Job> {
    let before = app.store().jobs().get_any(id).await.map_err(job_error)?;
    if before.is_over() {
        return Ok(before);
    }
    stop(app, app.store().jobs().request_cancel_any(id).await?).await
}

/// Tells of a run that it is to be stopped, as its record says already.
async fn stop(app: &App, job: Job) -> Result<Job> {
    let id = job.id;
    if let Err(error) = app.signals().send(id, Signal::Cancel).await {
        // Its driver also looks at the row, a little later.
        tracing::warn!(run = %id, %error, "the wish to stop a run could not be sent on");
    }
    if job.status == JobStatus::Cancelled {
        // Nobody drives it: nobody else will tell its readers.
        super::finish::close_idle(app, &job).await?;
    }
    Ok(job)
}

/// Stops everything a user has running, before they are erased.
pub(crate) async fn stop_all(app: &App, owner: UserId) -> Result<()> {
    for job in app.runs().of_user(owner) {
        if let Err(error) = app.signals().send(job, Signal::Cancel).await {
            tracing::warn!(run = %job, %error, "the wish to stop a run could not be sent on");
        }
    }
    Ok(())
}

fn valid_title(title: &str, errors: &mut FieldErrors) -> String {
    let title = title.trim();
    if title.is_empty() {
        errors.add("title", "Enter a title.");
    } else if title.chars().count() > TITLE_MAX_CHARS {
        errors.add("title", format!("A title has at most {TITLE_MAX_CHARS} characters."));
    } else if title.chars().any(char::is_control) {
        errors.add("title", "A title is one line of text.");
    }
    title.to_owned()
}

fn job_error(error: kuma_store::StoreError) -> AppError {
    match error {
        kuma_store::StoreError::NotFound => AppError::not_found("job"),
        error => error.into(),
    }
}

fn chat_error(error: kuma_store::StoreError) -> AppError {
    match error {
        kuma_store::StoreError::NotFound => AppError::not_found("chat"),
        kuma_store::StoreError::Conflict(what) => {
            AppError::new(ErrorKind::Conflict, "conflict", format!("This {what} is in use."))
        }
        error => error.into(),
    }
}
