//! Conversations. For the chat use cases.

mod list;

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, FileFolder, JobId, MessageId, UserId};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::{
    chat::{Column, Entity, Model},
    image, message,
};
use crate::erasures;
use crate::error::Tries;
use crate::{Page, Result, StoreError};

/// One conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is about; `None` until somebody or the small model says.
    pub title: Option<String>,
    /// The agent that answers unless a message asks for another.
    pub agent_type: String,
    /// The id under which outside systems know it.
    pub thread_id: String,
    /// Kept on top of the list.
    pub pinned: bool,
    /// Put away.
    pub archived: bool,
    /// What its older messages say.
    pub summary: Option<String>,
    /// How many messages the summary covers.
    pub summarized_up_to: i32,
    /// The newest message that the summary covers.
    pub summarized_message_id: Option<MessageId>,
    /// The leaf of the branch that is shown.
    pub active_message_id: Option<MessageId>,
    /// Its oldest run that is not over: the one at work, or the next in line.
    pub active_job_id: Option<JobId>,
    /// Whether one of its runs waits for its owner's decision.
    pub waits_for_approval: bool,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When somebody last asked something in it.
    pub updated_at: DateTime<Utc>,
}

/// A chat's row with what is looked up beside it.
#[derive(Debug, FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    chat: Model,
    active_job_id: Option<Uuid>,
    waits_for_approval: bool,
}

impl From<Row> for Chat {
    fn from(Row { chat, active_job_id, waits_for_approval }: Row) -> Self {
        Self {
            id: ChatId(chat.id),
            user_id: UserId(chat.user_id),
            title: chat.title,
            agent_type: chat.agent_type,
            thread_id: chat.thread_id,
            pinned: chat.pinned,
            archived: chat.archived,
            summary: chat.summary,
            summarized_up_to: chat.summarized_up_to,
            summarized_message_id: chat.summarized_message_id.map(MessageId),
            active_message_id: chat.active_message_id.map(MessageId),
            active_job_id: active_job_id.map(JobId),
            waits_for_approval,
            created_at: chat.created_at,
            updated_at: chat.updated_at,
        }
    }
}

/// A chat to be made.
#[derive(Clone, Debug)]
pub struct NewChat {
    /// Its id.
    pub id: ChatId,
    /// Whose it will be.
    pub user_id: UserId,
    /// What it is about, if known.
    pub title: Option<String>,
    /// The agent that answers.
    pub agent_type: String,
}

impl NewChat {
    pub(crate) fn into_row(self, now: DateTime<Utc>) -> Model {
        Model {
            id: self.id.0,
            user_id: self.user_id.0,
            title: self.title,
            agent_type: self.agent_type,
            thread_id: self.id.to_string(),
            pinned: false,
            archived: false,
            summary: None,
            summarized_up_to: 0,
            summarized_message_id: None,
            active_message_id: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Which chats to list; `None` does not ask.
#[derive(Clone, Debug, Default)]
pub struct ChatFilter {
    /// Text in the title or in a message, in any case; no wildcards.
    pub query: Option<String>,
    /// Pinned or not.
    pub pinned: Option<bool>,
    /// Put away or not.
    pub archived: Option<bool>,
}

/// What to change of a chat; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct ChatPatch {
    /// A new title.
    pub title: Option<String>,
    /// Pin or unpin.
    pub pinned: Option<bool>,
    /// Put away or take out.
    pub archived: Option<bool>,
    /// Show the branch that ends with this message of the chat.
    pub active_message_id: Option<MessageId>,
}

/// Conversations.
#[derive(Clone, Copy, Debug)]
pub struct Chats<'a> {
    db: &'a Db,
}

impl<'a> Chats<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Begins an empty chat. [`StoreError::NotFound`] when there is no such user.
    pub async fn create(&self, new: NewChat) -> Result<Chat> {
        let row = new.into_row(now());
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&self.db.write)
            .await
            .map_err(|error| match error.sql_err() {
                Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)) => StoreError::NotFound,
                _ => StoreError::unique(error, &["id"]),
            })?;
        Ok(Row { chat: row, active_job_id: None, waits_for_approval: false }.into())
    }

    /// One chat.
    pub async fn get(&self, owner: UserId, id: ChatId) -> Result<Chat> {
        list::one(self.db, &self.db.read, owner, id).await
    }

    /// The owner's chats, newest activity first.
    pub async fn list(
        &self,
        owner: UserId,
        filter: ChatFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Chat>> {
        list::page(self.db, owner, &filter, cursor, limit).await
    }

    /// Changes a chat. That is no activity: it stays where it is in the list.
    pub async fn update(&self, owner: UserId, id: ChatId, patch: ChatPatch) -> Result<Chat> {
        let tx = self.db.begin().await?;
        if let Some(message) = patch.active_message_id {
            let find = message::Entity::find_by_id(message.0)
                .select_only()
                .column(message::Column::Id)
                .filter(message::Column::ChatId.eq(id.0));
            find.into_tuple::<Uuid>().one(&tx).await?.ok_or(StoreError::NotFound)?;
        }
        let mut update = Entity::update_many()
            .filter(Condition::all().add(Column::Id.eq(id.0)).add(Column::UserId.eq(owner.0)))
            // There must be something to set; this changes nothing.
            .col_expr(Column::UserId, owner.0.into());
        if let Some(title) = patch.title {
            update = update.col_expr(Column::Title, title.into());
        }
        if let Some(pinned) = patch.pinned {
            update = update.col_expr(Column::Pinned, pinned.into());
        }
        if let Some(archived) = patch.archived {
            update = update.col_expr(Column::Archived, archived.into());
        }
        if let Some(message) = patch.active_message_id {
            update = update.col_expr(Column::ActiveMessageId, message.0.into());
        }
        if update.exec(&tx).await?.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        let chat = list::one(self.db, &tx, owner, id).await?;
        tx.commit().await?;
        Ok(chat)
    }

    /// Gives a title to a chat that has none; whether it had none.
    pub async fn set_title_if_empty(&self, id: ChatId, title: &str) -> Result<bool> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .filter(Condition::any().add(Column::Title.is_null()).add(Column::Title.eq("")))
            .col_expr(Column::Title, title.into());
        Ok(update.exec(&self.db.write).await?.rows_affected > 0)
    }

    /// Keeps what the first `count` messages say, the last of which is `up_to`.
    pub async fn save_summary(&self, id: ChatId, summary: &str, up_to: MessageId, count: i32) -> Result<()> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .col_expr(Column::Summary, summary.into())
            .col_expr(Column::SummarizedUpTo, count.into())
            .col_expr(Column::SummarizedMessageId, up_to.0.into());
        match update.exec(&self.db.write).await?.rows_affected {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Deletes a chat with its messages and runs, and notes that its files are to be erased.
    pub async fn delete(&self, owner: UserId, id: ChatId) -> Result<()> {
        let mut tries = Tries::default();
        loop {
            match self.delete_once(owner, id).await {
                Err(error) if tries.again(&error) => {}
                done => return done,
            }
        }
    }

    async fn delete_once(&self, owner: UserId, id: ChatId) -> Result<()> {
        let tx = self.db.begin().await?;
        self.db.lock_user(&tx, owner).await?;
        self.db.lock_jobs(&tx, owner, Some(id)).await?;
        let any = image::Entity::find().filter(image::Column::ChatId.eq(id.0)).limit(1).one(&tx).await?;
        let delete = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::UserId.eq(owner.0));
        if delete.exec(&tx).await?.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        if any.is_some() {
            erasures::add(&tx, FileFolder::of_chat(owner, id).as_str(), now(), true).await?;
        }
        Ok(tx.commit().await?)
    }
}
