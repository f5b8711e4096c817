//! Uploaded documents: their records, their passages, and how both are found.
//!
//! For the document use cases. [`Documents`] is for owners, [`DocumentWork`] for whoever reads and
//! embeds documents in the background, [`DocumentSearch`] for finding passages.

mod records;
mod search;
mod work;

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, DocumentId, FileKey, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult as _, IntoActiveModel as _,
    QueryFilter as _,
};

use crate::db::{Db, now};
use crate::entity::document::{Column, Entity, Model};
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::search::Bound;
use crate::{Page, Result, StoreError, erasures};

pub use records::{Document, DocumentError, DocumentFilter, DocumentStatus, NewDocument, Passage, Storage};
pub use search::{DocumentSearch, Found, Scope};
pub use work::{Content, DocumentHold, DocumentWork, NewPassage};

/// Uploaded documents, as their owners have them.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a> {
    db: &'a Db,
}

impl<'a> Documents<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Writes a new document, waiting to be read, whose file was staged ([`crate::Erasures::stage`]) and
    /// put under its id. When the owner has a document with the same file already, that file is the new
    /// one's too ([`Document::file_id`]), and the new one is erased.
    ///
    /// [`StoreError::NotFound`]: the chat is not the owner's. [`StoreError::Conflict`]`("upload")`: the file
    /// was not staged, or too long ago.
    pub async fn create(&self, new: NewDocument) -> Result<Document> {
        let now = now();
        let tx = self.db.begin().await?;
        // Against a deletion of the last document with that file.
        self.db.lock_user(&tx, new.user_id).await?;
        let twin = Entity::find()
            .filter(Column::UserId.eq(new.user_id.0))
            .filter(Column::FileHash.eq(&*new.file_hash))
            .one(&tx)
            .await?;
        let file_id = twin.and_then(|twin| twin.file_id).unwrap_or(new.id.0);
        if let Some(chat) = new.chat_id {
            let sql = "SELECT 1 FROM chats WHERE id = $1 AND user_id = $2";
            let theirs = tx.query_one_raw(self.db.sql(sql, [chat.0.into(), new.user_id.0.into()])).await?;
            theirs.ok_or(StoreError::NotFound)?;
        }
        let row = Model {
            id: new.id.0,
            user_id: new.user_id.0,
            chat_id: new.chat_id.map(|chat| chat.0),
            filename: new.filename.clone(),
            display_name: new.filename,
            mime_type: new.mime_type,
            file_size: i64::try_from(new.file_size).unwrap_or(i64::MAX),
            page_count: None,
            status: DocumentStatus::Processing.as_str().to_owned(),
            error: None,
            summary: None,
            created_at: now,
            updated_at: now,
            file_hash: new.file_hash,
            file_id: Some(file_id),
            kind: String::new(),
            title: None,
            warnings: serde_json::json!([]),
            chunk_count: 0,
            word_count: 0,
            text_tokens: 0,
            embedding_model: None,
            stage: "waiting".to_owned(),
            stage_done: 0,
            stage_total: None,
            epoch: 0,
            attempts: 0,
            worker: None,
            lease_until: None,
            next_attempt_at: None,
        };
        let insert = Entity::insert(row.clone().into_active_model());
        insert.exec_without_returning(&tx).await.map_err(|error| StoreError::unique(error, &["id"]))?;
        let file = FileKey::document(new.user_id, new.id);
        erasures::keep(&tx, std::slice::from_ref(&file)).await?;
        if file_id != new.id.0 {
            erasures::add(&tx, file.as_str(), now, false).await?;
        }
        tx.commit().await?;
        row.try_into()
    }

    /// One document.
    pub async fn get(&self, owner: UserId, id: DocumentId) -> Result<Document> {
        let find = Entity::find_by_id(id.0).filter(Column::UserId.eq(owner.0));
        find.one(&self.db.read).await?.ok_or(StoreError::NotFound)?.try_into()
    }

    /// Those of `ids` that there are and that are the owner's, in the order of `ids`.
    pub async fn get_many(&self, owner: UserId, ids: &[DocumentId]) -> Result<Vec<Document>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let find = Entity::find()
            .filter(Column::UserId.eq(owner.0))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)));
        let rows = find.all(&self.db.read).await?;
        let mut found: Vec<Document> = rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
        found.sort_by_key(|document| ids.iter().position(|id| *id == document.id));
        Ok(found)
    }

    /// A page of an owner's documents, the newest first.
    pub async fn list(
        &self,
        owner: UserId,
        filter: &DocumentFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Document>> {
        let limit = bounded(limit);
        let mut bound = Bound::default();
        let mut wanted = vec![format!("d.user_id = {}", bound.add(owner.0))];
        if let Some(status) = filter.status {
            wanted.push(format!("d.status = {}", bound.add(status.as_str())));
        }
        if let Some(chat) = filter.chat {
            wanted.push(format!("d.chat_id = {}", bound.add(chat.0)));
        }
        if let Some(text) = filter.query.as_deref().and_then(crate::search::wanted) {
            wanted.push(crate::search::contains(
                self.db.backend,
                &["d.display_name", "d.filename", "d.title"],
                &text,
                &mut bound,
            ));
        }
        if let Some(before) = read_id_cursor(List::Documents, cursor)? {
            wanted.push(format!("d.id < {}", bound.add(before)));
        }
        let sql = format!(
            "SELECT {} FROM documents d WHERE {} ORDER BY d.id DESC LIMIT {}",
            columns("d"),
            wanted.join(" AND "),
            limit + 1
        );
        let rows = Model::find_by_statement(self.db.sql(sql, bound.0)).all(&self.db.read).await?;
        let found: Result<Vec<Document>> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::cut(found?, limit, |document: &Document| id_cursor(List::Documents, document.id.0)))
    }

    /// Whether an owner has a document, in whatever state.
    pub async fn any(&self, owner: UserId) -> Result<bool> {
        let sql = "SELECT 1 FROM documents WHERE user_id = $1 LIMIT 1";
        Ok(self.db.read.query_one_raw(self.db.sql(sql, [owner.0.into()])).await?.is_some())
    }

    /// How many documents an owner has, and how much room their files take, each file counted once.
    pub async fn storage(&self, owner: UserId) -> Result<Storage> {
        let sql = "SELECT CAST(count(*) AS bigint) AS files, CAST(coalesce(sum(size), 0) AS bigint) AS bytes, \
                   CAST(coalesce(sum(documents), 0) AS bigint) AS documents FROM \
                   (SELECT max(file_size) AS size, count(*) AS documents FROM documents \
                    WHERE user_id = $1 GROUP BY file_id) f";
        let row = self.db.read.query_one_raw(self.db.sql(sql, [owner.0.into()])).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let number = |name: &str| -> Result<u64> { Ok(row.try_get::<i64>("", name)?.unsigned_abs()) };
        Ok(Storage { documents: number("documents")?, files: number("files")?, bytes: number("bytes")? })
    }

    /// The whole text of a document that is ready.
    pub async fn text(&self, owner: UserId, id: DocumentId) -> Result<String> {
        let sql = "SELECT extracted_text FROM documents WHERE id = $1 AND user_id = $2";
        let row = self.db.read.query_one_raw(self.db.sql(sql, [id.0.into(), owner.0.into()])).await?;
        let text: Option<String> = row.ok_or(StoreError::NotFound)?.try_get("", "extracted_text")?;
        Ok(text.unwrap_or_default())
    }

    /// Gives a document another name.
    pub async fn rename(&self, owner: UserId, id: DocumentId, name: &str) -> Result<Document> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .filter(Column::UserId.eq(owner.0))
            .col_expr(Column::DisplayName, name.into())
            .col_expr(Column::UpdatedAt, now().into());
        if update.exec(&self.db.write).await?.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        self.get(owner, id).await
    }

    /// Deletes a document with its passages, vectors and index entries. Its file is erased when no other
    /// document has it.
    pub async fn delete(&self, owner: UserId, id: DocumentId) -> Result<()> {
        let tx = self.db.begin().await?;
        // An upload of the same file waits: it must not count on a file that is about to go.
        self.db.lock_user(&tx, owner).await?;
        let find = Entity::find_by_id(id.0).filter(Column::UserId.eq(owner.0));
        let row = find.one(&tx).await?.ok_or(StoreError::NotFound)?;
        let words = "DELETE FROM chunk_words WHERE user_id = $1 AND document_id = $2";
        tx.execute_raw(self.db.sql(words, [owner.0.into(), id.0.into()])).await?;
        Entity::delete_by_id(id.0).exec(&tx).await?;
        let file = row.file_id.unwrap_or(row.id);
        let others =
            Entity::find().filter(Column::UserId.eq(owner.0)).filter(Column::FileHash.eq(row.file_hash));
        let used = others.filter(Column::FileId.eq(file)).one(&tx).await?.is_some();
        if !used {
            let file = FileKey::document(owner, DocumentId(file));
            erasures::add(&tx, file.as_str(), now(), false).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Has a failed document read once more. [`StoreError::Conflict`] when it has not failed.
    pub async fn retry(&self, owner: UserId, id: DocumentId) -> Result<Document> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .filter(Column::UserId.eq(owner.0))
            .filter(Column::Status.eq(DocumentStatus::Failed.as_str()))
            .col_expr(Column::Status, DocumentStatus::Processing.as_str().into())
            .col_expr(Column::Error, Expr::value(Option::<serde_json::Value>::None))
            .col_expr(Column::Stage, "waiting".into())
            .col_expr(Column::StageDone, 0.into())
            .col_expr(Column::StageTotal, Expr::value(Option::<i32>::None))
            .col_expr(Column::Epoch, Expr::col(Column::Epoch).add(1))
            .col_expr(Column::Attempts, 0.into())
            .col_expr(Column::NextAttemptAt, Expr::value(Option::<DateTime<Utc>>::None))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
            .col_expr(Column::UpdatedAt, now().into());
        let changed = update.exec(&self.db.write).await?.rows_affected;
        let document = self.get(owner, id).await?;
        if changed == 0 { Err(StoreError::Conflict("reading of the document")) } else { Ok(document) }
    }

    /// Notes the chat to which a document was attached first.
    pub async fn note_chat(&self, owner: UserId, ids: &[DocumentId], chat: ChatId) -> Result<()> {
        let update = Entity::update_many()
            .filter(Column::UserId.eq(owner.0))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(Column::ChatId.is_null())
            .col_expr(Column::ChatId, Expr::value(chat.0));
        update.exec(&self.db.write).await?;
        Ok(())
    }
}

/// The columns of the entity: not the text.
fn columns(table: &str) -> String {
    use sea_orm::{IdenStatic as _, Iterable as _};
    let columns: Vec<String> = Column::iter().map(|column| format!("{table}.{}", column.as_str())).collect();
    columns.join(", ")
}
