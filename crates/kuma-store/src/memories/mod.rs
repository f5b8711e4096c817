//! What is remembered of people. For the memory use cases.
//!
//! A memory keeps its id for life. When it is changed, what it said before becomes a version of it;
//! [`Memories::undo`] takes the last change back. Searching is in `search.rs`, what answers used and saved
//! in `uses.rs`, who looks at which message in `exchanges.rs`.

mod exchanges;
mod search;
mod uses;

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, MessageId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, SqlErr};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::jobs::for_update;
use crate::page::{List, bounded, read_time_cursor, time_cursor};
use crate::{Page, Result, StoreError};

pub use exchanges::Exchange;
pub use search::{Scored, Unembedded};
pub use uses::MemoryState;

/// One sentence about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: UserId,
    /// The sentence.
    pub content: String,
    /// Who wrote it down: `user`, `chat` or `agent`.
    pub source: String,
    /// It was saved while text from outside was in the run.
    pub tainted: bool,
    /// The chat it comes from, while there is that chat.
    pub chat_id: Option<ChatId>,
    /// The message it comes from, while there is that message.
    pub message_id: Option<MessageId>,
    /// When it was first saved.
    pub created_at: DateTime<Utc>,
    /// When it got its present content.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    content: String,
    source: String,
    tainted: bool,
    chat_id: Option<Uuid>,
    message_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Memory {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: UserId(row.user_id),
            content: row.content,
            source: row.source,
            tainted: row.tainted,
            chat_id: row.chat_id.map(ChatId),
            message_id: row.message_id.map(MessageId),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The source of what the person writes down.
const BY_PERSON: &str = "user";

/// What is to be remembered.
#[derive(Clone, Debug)]
pub struct NewMemory {
    /// Whose it is.
    pub user_id: UserId,
    /// The sentence.
    pub content: String,
    /// Who writes it down: `user`, `chat` or `agent`.
    pub source: &'static str,
    /// Text from outside is in the run.
    pub tainted: bool,
    /// The chat it comes from.
    pub chat_id: Option<ChatId>,
    /// The message it comes from.
    pub message_id: Option<MessageId>,
    /// A name of this very saving: done again under the same name, nothing happens.
    pub origin: Option<String>,
}

/// What a memory said before.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct MemoryVersion {
    /// The sentence.
    pub content: String,
    /// From when.
    pub written_at: DateTime<Utc>,
    /// Until when.
    pub created_at: DateTime<Utc>,
}

/// What is remembered of people.
#[derive(Clone, Copy, Debug)]
pub struct Memories<'a> {
    db: &'a Db,
}

const COLUMNS: &str = "id, user_id, content, source, tainted, chat_id, message_id, created_at, updated_at";

impl<'a> Memories<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Remembers something. What was remembered under this origin already, or in the very same words,
    /// is given as it is.
    pub async fn add(&self, new: NewMemory) -> Result<Memory> {
        let tx = self.db.begin().await?;
        self.db.lock_user(&tx, new.user_id).await?;
        if let Some(known) = self.known(&tx, &new).await? {
            return Ok(known);
        }
        let (id, at) = (Uuid::now_v7(), now());
        let sql = "INSERT INTO memories (id, user_id, content, source, tainted, chat_id, message_id, origin, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
        let values = [
            id.into(),
            new.user_id.0.into(),
            new.content.into(),
            new.source.into(),
            new.tainted.into(),
            new.chat_id.map(|chat| chat.0).into(),
            new.message_id.map(|message| message.0).into(),
            new.origin.into(),
            at.into(),
        ];
        tx.execute_raw(self.db.sql(sql, values)).await.map_err(gone)?;
        let memory = self.one(&tx, new.user_id, id).await?;
        tx.commit().await?;
        Ok(memory)
    }

    /// Puts `new` in the place of what the memory says; that becomes a version of it. Its owner is
    /// `new.user_id`.
    pub async fn replace(&self, id: Uuid, new: NewMemory) -> Result<Memory> {
        let tx = self.db.begin().await?;
        self.db.lock_user(&tx, new.user_id).await?;
        if let Some(origin) = &new.origin
            && let Some(known) = self.by_origin(&tx, new.user_id, origin).await?
        {
            return Ok(known);
        }
        let before = self.locked(&tx, new.user_id, id).await?;
        if before.content == new.content {
            return Ok(before);
        }
        // What a model writes anew may carry on the words that it replaces; what the person writes does not.
        let tainted = new.tainted || before.tainted && new.source != BY_PERSON;
        let sql = "INSERT INTO memory_versions (id, memory_id, content, source, tainted, chat_id, message_id, written_at, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let at = now();
        let values = [
            Uuid::now_v7().into(),
            id.into(),
            before.content.into(),
            before.source.into(),
            before.tainted.into(),
            before.chat_id.map(|chat| chat.0).into(),
            before.message_id.map(|message| message.0).into(),
            before.updated_at.into(),
            at.into(),
        ];
        tx.execute_raw(self.db.sql(sql, values)).await?;
        let sql = "UPDATE memories SET content = $2, source = $3, tainted = $4, chat_id = $5, message_id = $6, \
                   origin = $7, updated_at = $8 WHERE id = $1";
        let values = [
            id.into(),
            new.content.into(),
            new.source.into(),
            tainted.into(),
            new.chat_id.map(|chat| chat.0).into(),
            new.message_id.map(|message| message.0).into(),
            new.origin.into(),
            at.into(),
        ];
        tx.execute_raw(self.db.sql(sql, values)).await.map_err(gone)?;
        self.drop_vectors(&tx, id).await?;
        let memory = self.one(&tx, new.user_id, id).await?;
        tx.commit().await?;
        Ok(memory)
    }

    /// Takes the last change back: the version before, or, when there is none, the memory is forgotten and
    /// nothing is given.
    pub async fn undo(&self, owner: UserId, id: Uuid) -> Result<Option<Memory>> {
        let tx = self.db.begin().await?;
        self.locked(&tx, owner, id).await?;
        let find = "SELECT id, content, source, tainted, chat_id, message_id, written_at, created_at \
                    FROM memory_versions WHERE memory_id = $1 ORDER BY id DESC LIMIT 1";
        let Some(version) = tx.query_one_raw(self.db.sql(find, [id.into()])).await? else {
            tx.execute_raw(self.db.sql("DELETE FROM memories WHERE id = $1", [id.into()])).await?;
            tx.commit().await?;
            return Ok(None);
        };
        let sql = "UPDATE memories SET content = $2, source = $3, tainted = $4, \
                   chat_id = (SELECT id FROM chats WHERE id = $5), message_id = (SELECT id FROM messages WHERE id = $6), \
                   origin = NULL, updated_at = $7 WHERE id = $1";
        let values = [
            id.into(),
            version.try_get::<String>("", "content")?.into(),
            version.try_get::<String>("", "source")?.into(),
            version.try_get::<bool>("", "tainted")?.into(),
            version.try_get::<Option<Uuid>>("", "chat_id")?.into(),
            version.try_get::<Option<Uuid>>("", "message_id")?.into(),
            version.try_get::<DateTime<Utc>>("", "written_at")?.into(),
        ];
        tx.execute_raw(self.db.sql(sql, values)).await?;
        self.drop_vectors(&tx, id).await?;
        let taken: Uuid = version.try_get("", "id")?;
        tx.execute_raw(self.db.sql("DELETE FROM memory_versions WHERE id = $1", [taken.into()])).await?;
        let memory = self.one(&tx, owner, id).await?;
        tx.commit().await?;
        Ok(Some(memory))
    }

    /// One memory.
    pub async fn get(&self, owner: UserId, id: Uuid) -> Result<Memory> {
        self.one(&self.db.read, owner, id).await
    }

    /// These memories, as far as they are there and the owner's, in no order.
    pub async fn some(&self, owner: UserId, ids: &[Uuid]) -> Result<Vec<Memory>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut bound = crate::search::Bound::default();
        let owner = bound.add(owner.0);
        let places: Vec<String> = ids.iter().map(|id| bound.add(*id)).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM memories WHERE user_id = {owner} AND id IN ({})",
            places.join(", ")
        );
        let rows = Row::find_by_statement(self.db.sql(sql, bound.0)).all(&self.db.read).await?;
        Ok(rows.into_iter().map(Memory::from).collect())
    }

    /// The owner's memories, those that changed last first.
    pub async fn list(&self, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<Page<Memory>> {
        let limit = bounded(limit);
        let mut bound = crate::search::Bound::default();
        let mut wanted = format!("user_id = {}", bound.add(owner.0));
        if let Some((at, id)) = read_time_cursor(List::Memories, cursor)? {
            wanted = format!("{wanted} AND (updated_at, id) < ({}, {})", bound.add(at), bound.add(id));
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM memories WHERE {wanted} ORDER BY updated_at DESC, id DESC LIMIT {}",
            limit + 1
        );
        let rows = Row::find_by_statement(self.db.sql(sql, bound.0)).all(&self.db.read).await?;
        let memories = rows.into_iter().map(Memory::from).collect();
        Ok(Page::cut(memories, limit, |memory: &Memory| {
            time_cursor(List::Memories, memory.updated_at, memory.id)
        }))
    }

    /// What a memory said before, the newest first.
    pub async fn versions(&self, owner: UserId, id: Uuid) -> Result<Vec<MemoryVersion>> {
        self.get(owner, id).await?;
        let sql = "SELECT content, written_at, created_at FROM memory_versions WHERE memory_id = $1 ORDER BY id DESC";
        Ok(MemoryVersion::find_by_statement(self.db.sql(sql, [id.into()])).all(&self.db.read).await?)
    }

    /// Forgets a memory with all its versions.
    pub async fn delete(&self, owner: UserId, id: Uuid) -> Result<()> {
        let sql = "DELETE FROM memories WHERE id = $1 AND user_id = $2";
        match self.db.write.execute_raw(self.db.sql(sql, [id.into(), owner.0.into()])).await?.rows_affected()
        {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Forgets everything about a person; how many memories that were.
    pub async fn clear(&self, owner: UserId) -> Result<u64> {
        let statement = self.db.sql("DELETE FROM memories WHERE user_id = $1", [owner.0.into()]);
        Ok(self.db.write.execute_raw(statement).await?.rows_affected())
    }

    async fn one(&self, connection: &impl ConnectionTrait, owner: UserId, id: Uuid) -> Result<Memory> {
        let sql = format!("SELECT {COLUMNS} FROM memories WHERE id = $1 AND user_id = $2");
        let row =
            Row::find_by_statement(self.db.sql(sql, [id.into(), owner.0.into()])).one(connection).await?;
        Ok(row.ok_or(StoreError::NotFound)?.into())
    }

    async fn locked(&self, tx: &DatabaseTransaction, owner: UserId, id: Uuid) -> Result<Memory> {
        let sql =
            format!("SELECT {COLUMNS} FROM memories WHERE id = $1 AND user_id = $2{}", for_update(self.db));
        let row = Row::find_by_statement(self.db.sql(sql, [id.into(), owner.0.into()])).one(tx).await?;
        Ok(row.ok_or(StoreError::NotFound)?.into())
    }

    async fn by_origin(
        &self,
        tx: &DatabaseTransaction,
        owner: UserId,
        origin: &str,
    ) -> Result<Option<Memory>> {
        let sql = format!("SELECT {COLUMNS} FROM memories WHERE user_id = $1 AND origin = $2");
        let row = Row::find_by_statement(self.db.sql(sql, [owner.0.into(), origin.into()])).one(tx).await?;
        Ok(row.map(Memory::from))
    }

    /// A vector is of what was said when it was made.
    async fn drop_vectors(&self, tx: &DatabaseTransaction, id: Uuid) -> Result<()> {
        tx.execute_raw(self.db.sql("DELETE FROM memory_vectors WHERE memory_id = $1", [id.into()])).await?;
        Ok(())
    }

    async fn known(&self, tx: &DatabaseTransaction, new: &NewMemory) -> Result<Option<Memory>> {
        if let Some(origin) = &new.origin
            && let Some(known) = self.by_origin(tx, new.user_id, origin).await?
        {
            return Ok(Some(known));
        }
        let sql = format!("SELECT {COLUMNS} FROM memories WHERE user_id = $1 AND content = $2 LIMIT 1");
        let values = [new.user_id.0.into(), new.content.clone().into()];
        Ok(Row::find_by_statement(self.db.sql(sql, values)).one(tx).await?.map(Memory::from))
    }
}

/// The account, or the chat, went meanwhile.
fn gone(error: sea_orm::DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => StoreError::NotFound,
        _ => error.into(),
    }
}
