//! Part one of a run: the rows are written, the job is announced.

use std::fmt::Write as _;
use std::time::Duration;

use kuma_store::{Job, NewRun, RunChat, RunMessage, StoreError, Submitted, User};
use kuma_types::{ChatId, DocumentId, JobId, MessageId, MessageRole};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{MESSAGE_MAX_BYTES, log};
use crate::App;
use crate::documents;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};
use crate::images::{self, ALT_MAX_CHARS, IMAGES_MAX, NewImage};

/// Longest `Idempotency-Key`.
const KEY_MAX_CHARS: usize = 255;

/// A message that asks for an answer.
#[derive(Debug, Default)]
pub struct NewMessage {
    /// The text.
    pub message: String,
    /// The chat it goes to; a new one when none.
    pub chat_id: Option<ChatId>,
    /// Who shall answer; the chat's agent when none.
    pub agent_type: Option<String>,
    /// With which model; the agent's or the default one when none.
    pub model: Option<String>,
    /// The message it follows; the end of the shown branch when none.
    pub parent_id: Option<MessageId>,
    /// Documents to answer from.
    pub document_ids: Vec<DocumentId>,
    /// The client's key: the same key gives the same job.
    pub idempotency_key: Option<String>,
    /// Images that come with it; the text may be empty then.
    pub images: Vec<NewImage>,
}

/// Accepts a message: from here on its answer will be made, whoever listens.
pub async fn submit(app: &App, owner: &User, new: NewMessage) -> Result<Job> {
    let mut errors = FieldErrors::default();
    if new.images.is_empty() || !new.message.is_empty() {
        check_message(&new.message, &mut errors);
    }
    check_images(&new.images, &mut errors);
    check_key(new.idempotency_key.as_deref(), &mut errors);
    check_model(app, new.model.as_deref(), &mut errors);
    let chat = match new.chat_id {
        Some(id) => Some(super::get(app, owner.id, id).await?),
        None => None,
    };
    let named = new.agent_type.as_deref().or(chat.as_ref().map(|chat| chat.agent_type.as_str()));
    let agent_type = valid_agent(app, named, &mut errors).await?;
    if chat.is_none() && new.parent_id.is_some() {
        errors
            .add("parentId", "A message can only follow another one of the same chat: give its chatId too.");
    }
    let document_attachments = documents::attachments(app, owner.id, &new.document_ids, &mut errors).await?;
    errors.finish()?;
    let mut fields = vec![
        new.message.clone(),
        new.chat_id.map(|id| id.to_string()).unwrap_or_default(),
        new.agent_type.clone().unwrap_or_default(),
        new.model.clone().unwrap_or_default(),
        new.parent_id.map(|id| id.to_string()).unwrap_or_default(),
    ];
    for image in &new.images {
        fields.extend([hex(image.sha256), image.alt.clone().unwrap_or_default()]);
    }
    fields.extend(new.document_ids.iter().map(ToString::to_string));
    let fingerprint = fingerprint(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    let parent_id = new.parent_id.or(chat.as_ref().and_then(|chat| chat.active_message_id));
    let chat = match chat {
        Some(chat) => RunChat::Existing(chat.id),
        None => RunChat::New { id: ChatId::new(), agent_type: agent_type.clone(), title: None },
    };
    let (RunChat::Existing(chat_id) | RunChat::New { id: chat_id, .. }) = &chat;
    let mut kept = images::keep(app, owner.id, *chat_id, new.images).await?;
    let accepted = accept(
        app,
        NewRun {
            job_id: JobId::new(),
            user_id: owner.id,
            chat,
            user_message: RunMessage::New {
                id: MessageId::new(),
                parent_id,
                content: new.message,
                image_attachments: json!(kept.attachments),
                document_attachments,
                new_images: std::mem::take(&mut kept.rows),
            },
            assistant_message_id: MessageId::new(),
            agent_type,
            model: new.model,
            idempotency_key: new.idempotency_key.map(|key| (key, fingerprint)),
            max_queued: app.config().runs.max_queued_per_user,
        },
    )
    .await;
    if !matches!(&accepted, Ok(Submitted::New(_))) {
        images::forget(app, &kept).await;
    }
    let job = accepted?.into_job();
    documents::note_attached(app, owner.id, &new.document_ids, job.chat_id).await;
    Ok(job)
}

/// Answers a message again, as a sibling of the answer there is.
pub async fn regenerate(
    app: &App,
    owner: &User,
    chat: ChatId,
    message: MessageId,
    model: Option<String>,
    idempotency_key: Option<String>,
) -> Result<Job> {
    let mut errors = FieldErrors::default();
    check_key(idempotency_key.as_deref(), &mut errors);
    check_model(app, model.as_deref(), &mut errors);
    errors.finish()?;
    let chat = super::get(app, owner.id, chat).await?;
    let message = app.store().messages().get(owner.id, chat.id, message).await.map_err(message_error)?;
    let question = match (message.role, message.parent_id) {
        (MessageRole::User, _) => message.id,
        (MessageRole::Assistant, Some(parent)) => parent,
        (MessageRole::Assistant, None) => {
            return Err(AppError::new(
                ErrorKind::Conflict,
                "no_question",
                "This answer has no question to answer again.",
            ));
        }
    };
    let print = fingerprint(&["regenerate", &question.to_string(), model.as_deref().unwrap_or_default()]);
    accept(
        app,
        NewRun {
            job_id: JobId::new(),
            user_id: owner.id,
            chat: RunChat::Existing(chat.id),
            user_message: RunMessage::Existing(question),
            assistant_message_id: MessageId::new(),
            agent_type: chat.agent_type,
            model,
            idempotency_key: idempotency_key.map(|key| (key, print)),
            max_queued: app.config().runs.max_queued_per_user,
        },
    )
    .await
    .map(Submitted::into_job)
}

/// Asks something else in a message's place, as its sibling.
pub async fn edit(
    app: &App,
    owner: &User,
    chat: ChatId,
    message: MessageId,
    text: String,
    model: Option<String>,
    idempotency_key: Option<String>,
) -> Result<Job> {
    let mut errors = FieldErrors::default();
    check_message(&text, &mut errors);
    check_key(idempotency_key.as_deref(), &mut errors);
    check_model(app, model.as_deref(), &mut errors);
    errors.finish()?;
    let chat = super::get(app, owner.id, chat).await?;
    let original = app.store().messages().get(owner.id, chat.id, message).await.map_err(message_error)?;
    if original.role != MessageRole::User {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "not_a_question",
            "Only your own messages can be edited. An answer can be made again instead.",
        ));
    }
    let print = fingerprint(&["edit", &message.to_string(), &text, model.as_deref().unwrap_or_default()]);
    accept(
        app,
        NewRun {
            job_id: JobId::new(),
            user_id: owner.id,
            chat: RunChat::Existing(chat.id),
            user_message: RunMessage::New {
                id: MessageId::new(),
                parent_id: original.parent_id,
                content: text,
                image_attachments: original.image_attachments,
                document_attachments: original.document_attachments,
                new_images: Vec::new(),
            },
            assistant_message_id: MessageId::new(),
            agent_type: chat.agent_type,
            model,
            idempotency_key: idempotency_key.map(|key| (key, print)),
            max_queued: app.config().runs.max_queued_per_user,
        },
    )
    .await
    .map(Submitted::into_job)
}

/// Writes the rows and announces the job.
async fn accept(app: &App, run: NewRun) -> Result<Submitted> {
    let begins_chat = matches!(run.chat, RunChat::New { .. });
    let submitted = app.store().jobs().submit(run).await.map_err(|error| match error {
        StoreError::Conflict("idempotency_key") => AppError::new(
            ErrorKind::Conflict,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key for a new message.",
        ),
        StoreError::Conflict("upload") => AppError::new(
            ErrorKind::Conflict,
            "upload_expired",
            "The upload took too long, and its files are no longer there. Send the message again.",
        ),
        StoreError::NotFound => AppError::not_found("message"),
        error => error.into(),
    })?;
    if let Submitted::New(job) = &submitted {
        metrics::counter!("kuma_runs_submitted_total").increment(1);
        announce(app, job, begins_chat).await;
    }
    Ok(submitted)
}

/// Begins the run's journal and tells the queue. What is away now is made up for by the sweep: the
/// message is accepted. `begins_chat`: there is nothing before it in its chat.
async fn announce(app: &App, job: &Job, begins_chat: bool) {
    let begun = if begins_chat { log::begin_at(app, job, 1).await } else { log::begin(app, job).await };
    if let Err(error) = begun {
        tracing::warn!(run = %job.id, %error, "the journal of a run could not be begun yet");
    }
    publish(app, job.id, None).await;
}

/// Tells the queue. The jobs table is the truth: what cannot be told now is found by the sweep.
pub(super) async fn publish(app: &App, job: JobId, delay: Option<Duration>) {
    if let Err(error) = app.queue().publish(job, delay).await {
        tracing::warn!(run = %job, %error, "a run could not be announced yet");
    }
}

pub(super) async fn valid_agent(app: &App, name: Option<&str>, errors: &mut FieldErrors) -> Result<String> {
    let name = name.unwrap_or(crate::agents::DEFAULT);
    match app.store().agents().by_name(name).await? {
        Some(agent) if agent.is_active => {}
        _ => errors.add("agentType", format!("There is no agent {name:?}. GET /api/agents lists them.")),
    }
    Ok(name.to_owned())
}

fn check_message(message: &str, errors: &mut FieldErrors) {
    if message.trim().is_empty() {
        errors.add("message", "Write a message.");
    } else if message.len() > MESSAGE_MAX_BYTES {
        let most = MESSAGE_MAX_BYTES / 1024;
        errors
            .add("message", format!("A message has at most {most} KiB; this has {}.", message.len() / 1024));
    } else if message.contains('\0') {
        errors.add("message", "A message cannot contain the NUL character.");
    }
}

fn check_images(images: &[NewImage], errors: &mut FieldErrors) {
    if images.len() > IMAGES_MAX {
        errors.add("files", format!("A message can have at most {IMAGES_MAX} images."));
    }
    for alt in images.iter().filter_map(|image| image.alt.as_deref()) {
        if alt.chars().count() > ALT_MAX_CHARS {
            errors.add("alts", format!("A description has at most {ALT_MAX_CHARS} characters."));
        } else if alt.contains('\0') {
            errors.add("alts", "A description cannot contain the NUL character.");
        }
    }
}

fn check_key(key: Option<&str>, errors: &mut FieldErrors) {
    let Some(key) = key else { return };
    if key.is_empty() || key.len() > KEY_MAX_CHARS || !key.chars().all(|c| c.is_ascii_graphic()) {
        errors.add("Idempotency-Key", format!("A key has 1 to {KEY_MAX_CHARS} visible ASCII characters."));
    }
}

/// A model that is not offered is a mistake of the request; no model at all is a failed run, so
/// that the message is kept.
fn check_model(app: &App, model: Option<&str>, errors: &mut FieldErrors) {
    if let Some(model) = model
        && app.models().resolve(model).is_none()
    {
        errors.add("model", format!("There is no model {model:?}. GET /api/models lists them."));
    }
}

fn message_error(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("message"),
        error => error.into(),
    }
}

/// Tells whether two requests under one key are the same request.
fn fingerprint(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field.as_bytes());
    }
    hex(hash.finalize().into())
}

fn hex(hash: [u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in hash {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}
