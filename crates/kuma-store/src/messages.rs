//! The turns of a chat: a tree by `parent_id`, read as pages or as the path to one leaf.
//!
//! Rows are written by [`crate::Jobs`]; only the text of running answers is written here.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use kuma_types::{
    ChatId, JobId, MessageId, MessageRole, MessageStatus, Provenance, RunFailure, Usage, UserId,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Backend, Db};
use crate::entity::{
    chat,
    message::{Column, Entity, Model},
};
use crate::error::Tries;
use crate::jobs::batch;
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::{Page, Result, StoreError};

/// The most messages a path can have; the oldest beyond are left out.
const MAX_PATH: i32 = 10_000;

/// One turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Sorts by time.
    pub id: MessageId,
    /// The chat it is in.
    pub chat_id: ChatId,
    /// The turn before it on its branch.
    pub parent_id: Option<MessageId>,
    /// Who speaks.
    pub role: MessageRole,
    /// The text.
    pub content: String,
    /// What the model thought first.
    pub reasoning: Option<String>,
    /// A list of [`kuma_types::ToolCallRecord`].
    pub tool_calls: Value,
    /// A list of images.
    pub image_attachments: Value,
    /// A list of documents.
    pub document_attachments: Value,
    /// A list of citations.
    pub citations: Value,
    /// The model that answered, as `provider/model`.
    pub model: Option<String>,
    /// What the answer cost.
    pub usage: Option<Usage>,
    /// How far it is.
    pub status: MessageStatus,
    /// Why the run failed.
    pub error: Option<RunFailure>,
    /// When it was written, or begun.
    pub created_at: DateTime<Utc>,
    /// Where the text from outside came from that its run had read.
    pub taint: Option<Provenance>,
}

impl TryFrom<Model> for Message {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: MessageId(row.id),
            chat_id: ChatId(row.chat_id),
            parent_id: row.parent_id.map(MessageId),
            role: row.role.parse().map_err(StoreError::corrupt)?,
            content: row.content,
            reasoning: row.reasoning,
            tool_calls: row.tool_calls,
            image_attachments: row.image_attachments,
            document_attachments: row.document_attachments,
            citations: row.citations,
            model: row.model,
            usage: row.usage.map(serde_json::from_value).transpose().map_err(StoreError::corrupt)?,
            status: row.status.parse().map_err(StoreError::corrupt)?,
            error: row.error.map(serde_json::from_value).transpose().map_err(StoreError::corrupt)?,
            created_at: row.created_at,
            taint: row.taint.map(serde_json::from_value).transpose().map_err(StoreError::corrupt)?,
        })
    }
}

/// The text of a running answer so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The run.
    pub job_id: JobId,
    /// The epoch under which the writer holds it.
    pub epoch: i32,
    /// The message that holds the answer.
    pub message_id: MessageId,
    /// All of the text so far.
    pub content: String,
    /// All of the reasoning so far.
    pub reasoning: Option<String>,
}

/// Turns of a chat.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    db: &'a Db,
}

impl<'a> Messages<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// The newest page first, each page in reading order.
    pub async fn page(
        &self,
        owner: UserId,
        chat: ChatId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Message>> {
        let limit = bounded(limit);
        let before = read_id_cursor(List::Messages, cursor)?;
        self.check_owner(owner, chat).await?;
        let mut find =
            Entity::find().filter(Column::ChatId.eq(chat.0)).order_by_desc(Column::Id).limit(limit + 1);
        if let Some(before) = before {
            find = find.filter(Column::Id.lt(before));
        }
        let mut page = Page::cut(records(find.all(&self.db.read).await?)?, limit, |message: &Message| {
            id_cursor(List::Messages, message.id.0)
        });
        page.items.reverse();
        Ok(page)
    }

    /// One turn.
    pub async fn get(&self, owner: UserId, chat: ChatId, id: MessageId) -> Result<Message> {
        let theirs = Query::select()
            .column(chat::Column::Id)
            .from(chat::Entity)
            .and_where(Expr::col(chat::Column::UserId).eq(owner.0))
            .and_where(Expr::col(chat::Column::Id).eq(chat.0))
            .take();
        let find = Entity::find_by_id(id.0)
            .filter(Column::ChatId.eq(chat.0))
            .filter(Column::ChatId.in_subquery(theirs));
        find.one(&self.db.read).await?.ok_or(StoreError::NotFound)?.try_into()
    }

    /// The branch that ends with `leaf`, from its root, in reading order; of a branch longer than
    /// 10,000 the newest 10,000. For the code that drives a run: no owner is asked for.
    pub async fn path(&self, chat: ChatId, leaf: MessageId) -> Result<Vec<Message>> {
        let statement = path_statement(self.db, chat, leaf);
        let rows = Model::find_by_statement(statement).all(&self.db.read).await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        records(rows)
    }

    /// The newest message of a chat on any branch.
    pub async fn latest(&self, chat: ChatId) -> Result<Option<MessageId>> {
        let find = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ChatId.eq(chat.0))
            .order_by_desc(Column::Id)
            .limit(1);
        Ok(find.into_tuple::<Uuid>().one(&self.db.read).await?.map(MessageId))
    }

    /// Keeps the text so far of many running answers in one transaction; gives those that were kept. Left out
    /// is a run that has ended or has another owner by now (its epoch moved on), and, of several, one that
    /// somebody writes at this moment: waiting for it while holding others is how deadlocks begin.
    pub async fn checkpoint(&self, checkpoints: &[Checkpoint]) -> Result<HashSet<MessageId>> {
        let mut tries = Tries::default();
        loop {
            match self.checkpoint_once(checkpoints).await {
                Err(error) if tries.again(&error) => {}
                done => return done,
            }
        }
    }

    async fn checkpoint_once(&self, checkpoints: &[Checkpoint]) -> Result<HashSet<MessageId>> {
        let mut kept = HashSet::with_capacity(checkpoints.len());
        if checkpoints.is_empty() {
            return Ok(kept);
        }
        let tx = self.db.begin().await?;
        for batch in batch::of(checkpoints) {
            let rows = batch::values(batch.len(), 5);
            // Only PostgreSQL has several writers.
            let skips = self.db.backend == Backend::Postgres && checkpoints.len() > 1;
            let (free, is_free) = if skips {
                let ids: Vec<String> = (0..batch.len()).map(|row| format!("${}", row * 5 + 1)).collect();
                let ids = ids.join(", ");
                (
                    format!(
                        "WITH free AS MATERIALIZED (SELECT id FROM messages WHERE id IN ({ids}) \
                         FOR NO KEY UPDATE SKIP LOCKED) "
                    ),
                    "messages.id IN (SELECT id FROM free) AND ",
                )
            } else {
                (String::new(), "")
            };
            let sql = format!(
                "{free}UPDATE messages SET content = v.column4, reasoning = v.column5 FROM (VALUES {rows}) AS v \
                 WHERE {is_free}messages.id = v.column1 AND messages.status = 'streaming' AND EXISTS (\
                   SELECT 1 FROM message_jobs j WHERE j.job_id = v.column2 AND j.epoch = v.column3 \
                   AND j.status = 'PROCESSING' AND j.assistant_message_id = v.column1) RETURNING id"
            );
            let values = batch.iter().flat_map(|c| {
                [
                    c.message_id.0.into(),
                    c.job_id.0.into(),
                    c.epoch.into(),
                    c.content.clone().into(),
                    c.reasoning.clone().into(),
                ]
            });
            for row in tx.query_all_raw(self.db.sql(sql, values)).await? {
                kept.insert(MessageId(row.try_get_by_index(0)?));
            }
        }
        tx.commit().await?;
        Ok(kept)
    }

    async fn check_owner(&self, owner: UserId, chat: ChatId) -> Result<()> {
        let find = chat::Entity::find_by_id(chat.0)
            .select_only()
            .column(chat::Column::Id)
            .filter(chat::Column::UserId.eq(owner.0));
        match find.into_tuple::<Uuid>().one(&self.db.read).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::NotFound),
        }
    }
}

/// A message's parent is in its chat, so only the leaf's is asked for. (Asked for in each step, SQLite
/// would go through the whole chat in each step.)
fn path_statement(db: &Db, chat: ChatId, leaf: MessageId) -> Statement {
    let sql = format!(
        "WITH RECURSIVE path(id, parent_id, depth) AS ( \
           SELECT id, parent_id, 1 FROM messages WHERE id = $1 AND chat_id = $2 \
           UNION ALL \
           SELECT m.id, m.parent_id, p.depth + 1 FROM path p JOIN messages m ON m.id = p.parent_id \
           WHERE p.depth < {MAX_PATH}) \
         SELECT m.* FROM path p JOIN messages m ON m.id = p.id ORDER BY p.depth DESC"
    );
    db.sql(sql, [leaf.0.into(), chat.0.into()])
}

fn records(rows: Vec<Model>) -> Result<Vec<Message>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, StoreOptions};

    #[tokio::test]
    async fn a_path_is_followed_from_key_to_key() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("kuma.db").display());
        let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
        store.migrate().await.unwrap();
        let path = path_statement(&store.db, ChatId::new(), MessageId::new());
        let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", path.sql), ..path };
        let rows = store.db.read.query_all_raw(explain).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        let by_key = steps.iter().filter(|step| step.contains("SEARCH") && step.contains("(id=?)")).count();
        assert_eq!(by_key, 3, "{steps:?}");
        let scans: Vec<&String> = steps.iter().filter(|step| step.starts_with("SCAN")).collect();
        assert_eq!(scans, ["SCAN p", "SCAN p"], "{steps:?}");
    }
}
