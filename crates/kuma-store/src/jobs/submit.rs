//! A message is accepted and its run written down, in one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use kuma_types::{ChatId, JobId, JobStatus, MessageId, MessageRole, MessageStatus, UserId};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel,
    QueryFilter as _, QuerySelect as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Job, Jobs, unfinished};
use crate::chats::NewChat;
use crate::db::{Db, now};
use crate::entity::{chat, idempotency_key, message, message_job};
use crate::{Image, Result, StoreError, images};

/// How long a client's key stands for its run.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// A run to be accepted.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id.
    pub job_id: JobId,
    /// Who asks.
    pub user_id: UserId,
    /// In which chat.
    pub chat: RunChat,
    /// What is asked.
    pub user_message: RunMessage,
    /// The id of the message that will hold the answer; later than the user message's.
    pub assistant_message_id: MessageId,
    /// The agent that is to answer.
    pub agent_type: String,
    /// The model that is to answer, if one was asked for.
    pub model: Option<String>,
    /// The client's key and the SHA-256 in hex of its request: the same key with the same request
    /// gives the same run.
    pub idempotency_key: Option<(String, String)>,
    /// How many unfinished runs the user may have, this one included.
    pub max_queued: u32,
}

/// The chat of a new run.
#[derive(Clone, Debug)]
pub enum RunChat {
    /// A chat that begins with this run.
    New {
        /// Its id.
        id: ChatId,
        /// The agent that answers in it.
        agent_type: String,
        /// What it is about, if known.
        title: Option<String>,
    },
    /// A chat of the user's.
    Existing(ChatId),
}

/// The message a new run answers.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made per request and moved twice")]
pub enum RunMessage {
    /// A message that comes with this run.
    New {
        /// Its id.
        id: MessageId,
        /// The message of the chat that it follows; `None`: it begins a branch.
        parent_id: Option<MessageId>,
        /// The text.
        content: String,
        /// A list of images.
        image_attachments: Value,
        /// A list of documents.
        document_attachments: Value,
        /// New images among those of the list, whose files were staged.
        new_images: Vec<Image>,
    },
    /// A message of the user's in that chat, to be answered once more.
    Existing(MessageId),
}

/// What came of a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Submitted {
    /// A run was made.
    New(Job),
    /// The same request was accepted before, under the same key.
    Existing(Job),
}

impl Submitted {
    /// The run, new or not.
    pub fn into_job(self) -> Job {
        match self {
            Self::New(job) | Self::Existing(job) => job,
        }
    }
}

impl Jobs<'_> {
    /// Accepts a message: writes the chat if it is new, the user's message if it is new, the empty
    /// answer, the job and the client's key, and makes the answer the chat's active leaf.
    ///
    /// [`StoreError::NotFound`]: no such user, chat of theirs, or message in that chat.
    /// [`StoreError::Conflict`]: `"idempotency_key"` was used for another request, or an id is taken;
    /// `"upload"`: the files of an image were not staged, or too long ago.
    /// [`StoreError::QueueFull`]: the user has `max_queued` unfinished runs.
    pub async fn submit(&self, run: NewRun) -> Result<Submitted> {
        let now = now();
        let tx = self.db.begin().await?;
        // One submission of a user at a time, so that the limit and the keys hold.
        self.db.lock_user(&tx, run.user_id).await?;
        if let Some(job) = same_request(&tx, &run, now).await? {
            return Ok(Submitted::Existing(job));
        }
        if self.unfinished(&tx, run.user_id).await? >= i64::from(run.max_queued) {
            return Err(StoreError::QueueFull);
        }
        let job = write(self.db, &tx, run, now).await?;
        tx.commit().await?;
        Ok(Submitted::New(job))
    }

    /// How many of a user's runs are not over. [`StoreError::NotFound`]: no such user.
    async fn unfinished(&self, tx: &DatabaseTransaction, user: UserId) -> Result<i64> {
        let sql = format!(
            "SELECT (SELECT count(*) FROM message_jobs j WHERE j.user_id = u.id AND {}) \
             FROM users u WHERE u.id = $1",
            unfinished("j")
        );
        let row = tx.query_one_raw(self.db.sql(sql, [user.0.into()])).await?;
        Ok(row.ok_or(StoreError::NotFound)?.try_get_by_index(0)?)
    }
}

/// The run that the client's key stands for, if it is known and still young enough.
async fn same_request(tx: &DatabaseTransaction, run: &NewRun, now: DateTime<Utc>) -> Result<Option<Job>> {
    let Some((key, hash)) = &run.idempotency_key else { return Ok(None) };
    let known = idempotency_key::Entity::find_by_id((run.user_id.0, key.clone())).one(tx).await?;
    let Some(known) = known else { return Ok(None) };
    if known.created_at < now - KEY_LIFE {
        idempotency_key::Entity::delete_by_id((run.user_id.0, key.clone())).exec(tx).await?;
        return Ok(None);
    }
    if known.request_hash != *hash {
        return Err(StoreError::Conflict("idempotency_key"));
    }
    let job = message_job::Entity::find_by_id(known.job_id).one(tx).await?;
    job.map(TryInto::try_into).transpose()
}

async fn write(db: &Db, tx: &DatabaseTransaction, run: NewRun, now: DateTime<Utc>) -> Result<Job> {
    let chat_id = write_chat(tx, &run, now).await?;
    let begins_chat = matches!(run.chat, RunChat::New { .. });
    let Question { id: user_message_id, text, row, images } =
        question(tx, run.user_message, chat_id, now).await?;
    let answer = message::Model {
        parent_id: Some(user_message_id.0),
        model: run.model.clone(),
        ..empty_message(run.assistant_message_id, chat_id, MessageRole::Assistant, now)
    };
    let rows = row.into_iter().chain([answer]).map(IntoActiveModel::into_active_model);
    message::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await
        .map_err(|error| StoreError::unique(error, &["id"]))?;
    images::add(tx, images, now).await?;

    let job = message_job::Model {
        id: Uuid::now_v7(),
        job_id: run.job_id.0,
        chat_id: chat_id.0,
        user_id: run.user_id.0,
        user_message_id: user_message_id.0,
        assistant_message_id: run.assistant_message_id.0,
        status: JobStatus::Pending.as_str().to_owned(),
        message: text,
        agent_type: run.agent_type,
        model: run.model,
        result: None,
        error: None,
        retry_count: 0,
        epoch: 0,
        worker: None,
        lease_until: None,
        next_attempt_at: None,
        cancel_requested: false,
        created_at: now,
        updated_at: now,
        finished_at: None,
    };
    message_job::Entity::insert(job.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(|error| StoreError::unique(error, &["id"]))?;

    if let Some((key, request_hash)) = run.idempotency_key {
        let row = idempotency_key::Model {
            user_id: run.user_id.0,
            key,
            request_hash,
            job_id: run.job_id.0,
            created_at: now,
        };
        idempotency_key::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    }
    if !begins_chat {
        // Activity never goes back, even when the clocks of two servers disagree.
        let sql = "UPDATE chats SET active_message_id = $1, \
                   updated_at = CASE WHEN updated_at < $2 THEN $2 ELSE updated_at END WHERE id = $3";
        let values = [run.assistant_message_id.0.into(), now.into(), chat_id.0.into()];
        tx.execute_raw(db.sql(sql, values)).await?;
    }
    job.try_into()
}

/// Writes a new chat, with the answer as its active leaf, or holds the one there is.
async fn write_chat(tx: &DatabaseTransaction, run: &NewRun, now: DateTime<Utc>) -> Result<ChatId> {
    match &run.chat {
        RunChat::New { id, agent_type, title } => {
            let new = NewChat {
                id: *id,
                user_id: run.user_id,
                title: title.clone(),
                agent_type: agent_type.clone(),
            };
            let row =
                chat::Model { active_message_id: Some(run.assistant_message_id.0), ..new.into_row(now) };
            chat::Entity::insert(row.into_active_model())
                .exec_without_returning(tx)
                .await
                .map_err(|error| StoreError::unique(error, &["id"]))?;
            Ok(*id)
        }
        RunChat::Existing(id) => {
            // Held until the end, so that the chat is not deleted in between.
            let find = chat::Entity::find_by_id(id.0)
                .select_only()
                .column(chat::Column::Id)
                .filter(chat::Column::UserId.eq(run.user_id.0))
                .lock(LockType::NoKeyUpdate);
            find.into_tuple::<Uuid>().one(tx).await?.ok_or(StoreError::NotFound)?;
            Ok(*id)
        }
    }
}

/// The message to answer.
struct Question {
    id: MessageId,
    text: String,
    /// Its row, if it is still to be written.
    row: Option<message::Model>,
    /// New images that come with it.
    images: Vec<Image>,
}

/// Finds the message to answer, or says what is to be written.
async fn question(
    tx: &DatabaseTransaction,
    message: RunMessage,
    chat: ChatId,
    now: DateTime<Utc>,
) -> Result<Question> {
    match message {
        RunMessage::New { id, parent_id, content, image_attachments, document_attachments, new_images } => {
            if let Some(parent) = parent_id {
                find_message(tx, parent, chat).await?;
            }
            let row = message::Model {
                parent_id: parent_id.map(|id| id.0),
                content: content.clone(),
                image_attachments,
                document_attachments,
                status: MessageStatus::Complete.as_str().to_owned(),
                ..empty_message(id, chat, MessageRole::User, now)
            };
            Ok(Question { id, text: content, row: Some(row), images: new_images })
        }
        RunMessage::Existing(id) => {
            let row = find_message(tx, id, chat).await?;
            if row.role != MessageRole::User.as_str() {
                return Err(StoreError::NotFound);
            }
            Ok(Question { id, text: row.content, row: None, images: Vec::new() })
        }
    }
}

async fn find_message(tx: &DatabaseTransaction, id: MessageId, chat: ChatId) -> Result<message::Model> {
    let find = message::Entity::find_by_id(id.0).filter(message::Column::ChatId.eq(chat.0));
    find.one(tx).await?.ok_or(StoreError::NotFound)
}

fn empty_message(id: MessageId, chat: ChatId, role: MessageRole, now: DateTime<Utc>) -> message::Model {
    message::Model {
        id: id.0,
        chat_id: chat.0,
        parent_id: None,
        role: role.as_str().to_owned(),
        content: String::new(),
        reasoning: None,
        tool_calls: json!([]),
        image_attachments: json!([]),
        document_attachments: json!([]),
        citations: json!([]),
        model: None,
        usage: None,
        finish_reason: None,
        status: MessageStatus::Streaming.as_str().to_owned(),
        error: None,
        created_at: now,
        taint: None,
    }
}
