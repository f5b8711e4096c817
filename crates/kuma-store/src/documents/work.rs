//! The work on documents: who does it, how far it is, what came of it.
//!
//! One worker at a time has a document, by a lease in its row that every sign of progress renews; its
//! epoch fences off whoever had it before. No owner is asked for: the caller has the document.

use std::time::Duration;

use chrono::{DateTime, Utc};
use kuma_types::{DocumentId, UserId};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, FromQueryResult as _, Value};
use serde_json::json;

use super::{Document, DocumentError, DocumentStatus, columns};
use crate::db::{Db, now};
use crate::entity::document::Model;
use crate::jobs::batch;
use crate::search::{Bound, ranking, vectors};
use crate::{Result, StoreError};

/// How many passages are read or written at once.
const AT_ONCE: usize = 128;

/// The right to work on a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentHold {
    /// The document.
    pub id: DocumentId,
    /// Whose it is.
    pub owner: UserId,
    /// Under which epoch it is held.
    pub epoch: i32,
}

/// What a file turned into.
#[derive(Clone, Debug)]
pub struct Content {
    /// The format, for people and icons: `pdf`, `docx`.
    pub kind: String,
    /// What the file is, by its content.
    pub mime_type: String,
    /// The title that it states about itself.
    pub title: Option<String>,
    /// Its pages, where it has such.
    pub page_count: Option<u32>,
    /// What is missing, in sentences.
    pub warnings: Vec<String>,
    /// The whole text.
    pub text: String,
    /// Its tokens, by an estimate.
    pub text_tokens: u64,
    /// Its passages in order.
    pub passages: Vec<NewPassage>,
}

/// A passage to be written.
#[derive(Clone, Debug)]
pub struct NewPassage {
    /// The page it begins on.
    pub page: Option<u32>,
    /// First byte in the text.
    pub start: u64,
    /// Past its last byte.
    pub end: u64,
    /// Tokens.
    pub tokens: u32,
    /// The headings over it.
    pub headings: Vec<String>,
    /// The header of the table in which it begins.
    pub table_header: Option<String>,
    /// Where it stands, page by page.
    pub places: serde_json::Value,
    /// Its text.
    pub text: String,
    /// What it is found by: headings, table header and text.
    pub search_text: String,
}

/// The work on documents.
#[derive(Clone, Copy, Debug)]
pub struct DocumentWork<'a> {
    db: &'a Db,
}

impl<'a> DocumentWork<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Takes the next document that waits to be read; those of people of whose documents the fewest
    /// are being worked on come first.
    pub async fn claim(&self, worker: &str, lease: Duration) -> Result<Option<Document>> {
        self.take("d.status = 'processing'", &[], worker, lease).await
    }

    /// Takes the next document that has no or other vectors than those of `model`.
    pub async fn claim_to_embed(
        &self,
        model: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Document>> {
        let wanted = "d.status = 'ready' AND (d.embedding_model IS NULL OR d.embedding_model <> $1)";
        self.take(wanted, &[model.into()], worker, lease).await
    }

    async fn take(
        &self,
        wanted: &str,
        values: &[Value],
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Document>> {
        let now = now();
        let mut bound = Bound(values.to_vec());
        let at = bound.add(now);
        let due = format!(
            "{wanted} AND (d.lease_until IS NULL OR d.lease_until < {at}) \
             AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= {at})"
        );
        let find = format!(
            "SELECT d.id FROM documents d WHERE {due} ORDER BY \
             (SELECT count(*) FROM documents o WHERE o.user_id = d.user_id AND o.lease_until >= {at}), d.id LIMIT 1"
        );
        // Most looks find nothing; they must not wait for the writer.
        if self.db.read.query_one_raw(self.db.sql(&*find, bound.0.clone())).await?.is_none() {
            return Ok(None);
        }
        let until = bound.add(until(now, lease));
        let worker = bound.add(worker);
        let sql = format!(
            "UPDATE documents AS d SET epoch = d.epoch + 1, attempts = d.attempts + 1, worker = {worker}, lease_until = {until} \
             WHERE d.id = ({find}) AND {due} RETURNING {}",
            columns("d").replace("d.", "")
        );
        let statement = self.db.sql(sql, bound.0);
        let row = Model::find_by_statement(statement).one(&self.db.write).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Says how far the work is and keeps the document. `false`: somebody else has it now, or it is
    /// gone; whatever is done to it counts no more.
    pub async fn progress(
        &self,
        hold: DocumentHold,
        stage: &str,
        done: u32,
        total: Option<u32>,
        lease: Duration,
    ) -> Result<bool> {
        let now = now();
        let sql = "UPDATE documents SET stage = $3, stage_done = $4, stage_total = $5, lease_until = $6 \
                   WHERE id = $1 AND epoch = $2";
        let values = [
            hold.id.0.into(),
            hold.epoch.into(),
            stage.into(),
            (done as i32).into(),
            total.map(|total| total as i32).into(),
            until(now, lease).into(),
        ];
        Ok(self.db.write.execute_raw(self.db.sql(sql, values)).await?.rows_affected() > 0)
    }

    /// Keeps what the file turned into: text, passages, and the words they are found by. What is still
    /// to come are its vectors: stage `embed`.
    pub async fn keep(&self, hold: DocumentHold, content: Content) -> Result<bool> {
        // The words of a long text take a while; others have the thread meanwhile.
        let indexed = tokio::task::spawn_blocking(move || {
            let positions = (0_u32..).zip(&content.passages);
            let index = ranking::index(positions.map(|(at, passage)| (at, &*passage.search_text)));
            (index, content)
        });
        let ((words, word_count), content) = indexed
            .await
            .map_err(|error| StoreError::Internal(DbErr::Custom(format!("indexing ended: {error}"))))?;
        let now = now();
        let tx = self.db.begin().await?;
        let had = self.had_content(&tx, hold).await?;
        let sql = "UPDATE documents SET kind = $3, mime_type = $4, title = $5, page_count = $6, warnings = $7, \
                   extracted_text = $8, text_tokens = $9, chunk_count = $10, word_count = $11, \
                   error = NULL, attempts = 0, embedding_model = NULL, stage = 'embed', \
                   stage_done = 0, stage_total = $10, updated_at = $12 WHERE id = $1 AND epoch = $2";
        let values: [Value; 12] = [
            hold.id.0.into(),
            hold.epoch.into(),
            content.kind.into(),
            content.mime_type.into(),
            content.title.into(),
            content.page_count.map(|pages| pages as i32).into(),
            json!(content.warnings).into(),
            storable(content.text).into(),
            (content.text_tokens as i64).into(),
            (content.passages.len() as i32).into(),
            (word_count as i64).into(),
            now.into(),
        ];
        if tx.execute_raw(self.db.sql(sql, values)).await?.rows_affected() == 0 {
            return Ok(false);
        }
        if had {
            self.clear(&tx, hold).await?;
        }
        let rows: Vec<(i32, NewPassage)> = (0..).zip(content.passages).collect();
        for rows in batch::of(&rows) {
            self.insert_passages(&tx, hold, rows, now).await?;
        }
        let words: Vec<(String, Vec<u8>)> = words.into_iter().collect();
        for words in batch::of(&words) {
            let sql = format!(
                "INSERT INTO chunk_words (user_id, word, document_id, postings) VALUES {}",
                batch::values(words.len(), 4)
            );
            let values = words.iter().flat_map(|(word, postings)| {
                [hold.owner.0.into(), word.as_str().into(), hold.id.0.into(), postings.clone().into()]
            });
            tx.execute_raw(self.db.sql(sql, values)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Whether an earlier reading has left something.
    async fn had_content(&self, tx: &DatabaseTransaction, hold: DocumentHold) -> Result<bool> {
        let sql = "SELECT 1 FROM documents WHERE id = $1 AND chunk_count > 0";
        Ok(tx.query_one_raw(self.db.sql(sql, [hold.id.0.into()])).await?.is_some())
    }

    /// Takes away what an earlier reading left.
    async fn clear(&self, tx: &DatabaseTransaction, hold: DocumentHold) -> Result<()> {
        for table in ["chunks", "chunk_vectors", "chunk_words"] {
            let sql = format!("DELETE FROM {table} WHERE document_id = $1 AND user_id = $2");
            tx.execute_raw(self.db.sql(sql, [hold.id.0.into(), hold.owner.0.into()])).await?;
        }
        Ok(())
    }

    async fn insert_passages(
        &self,
        tx: &DatabaseTransaction,
        hold: DocumentHold,
        rows: &[(i32, NewPassage)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let sql = format!(
            "INSERT INTO chunks (document_id, user_id, position, page, start_at, end_at, tokens, headings, \
             table_header, places, text, created_at) VALUES {}",
            batch::values(rows.len(), 12)
        );
        let values = rows.iter().flat_map(|(position, passage)| -> [Value; 12] {
            [
                hold.id.0.into(),
                hold.owner.0.into(),
                (*position).into(),
                passage.page.map(|page| page as i32).into(),
                (passage.start as i64).into(),
                (passage.end as i64).into(),
                (passage.tokens as i32).into(),
                json!(passage.headings).into(),
                passage.table_header.clone().map(storable).into(),
                passage.places.clone().into(),
                storable(passage.text.clone()).into(),
                now.into(),
            ]
        });
        tx.execute_raw(self.db.sql(sql, values)).await?;
        Ok(())
    }

    /// Gives up on a document: it has failed.
    pub async fn fail(&self, hold: DocumentHold, error: &DocumentError) -> Result<bool> {
        let sql = "UPDATE documents SET status = $3, error = $4, stage = '', lease_until = NULL, updated_at = $5 \
                   WHERE id = $1 AND epoch = $2";
        let error = serde_json::to_value(error).map_err(StoreError::corrupt)?;
        let values = [
            hold.id.0.into(),
            hold.epoch.into(),
            DocumentStatus::Failed.as_str().into(),
            error.into(),
            now().into(),
        ];
        Ok(self.db.write.execute_raw(self.db.sql(sql, values)).await?.rows_affected() > 0)
    }

    /// Lets go of a document; it is due again after `pause`. `counts`: as an attempt that failed.
    pub async fn release(&self, hold: DocumentHold, pause: Duration, counts: bool) -> Result<()> {
        let sql = "UPDATE documents SET lease_until = NULL, next_attempt_at = $3, \
                   attempts = CASE WHEN $4 OR attempts = 0 THEN attempts ELSE attempts - 1 END \
                   WHERE id = $1 AND epoch = $2";
        let values = [hold.id.0.into(), hold.epoch.into(), until(now(), pause).into(), counts.into()];
        self.db.write.execute_raw(self.db.sql(sql, values)).await?;
        Ok(())
    }

    /// Lets go of all documents that workers whose names begin with `prefix` hold; how many. For whoever knows
    /// that all of them are gone. Their attempts count: one may have been ended by a document.
    pub async fn let_go_of(&self, prefix: &str) -> Result<u64> {
        let sql = "UPDATE documents SET lease_until = NULL WHERE lease_until IS NOT NULL \
                   AND substr(worker, 1, $2) = $1";
        let values = [prefix.into(), (prefix.chars().count() as i32).into()];
        Ok(self.db.write.execute_raw(self.db.sql(sql, values)).await?.rows_affected())
    }

    /// A document whose content is kept is ready, whatever becomes of its vectors: they are tried again
    /// after `pause`.
    pub async fn ready_without_vectors(&self, hold: DocumentHold, pause: Duration) -> Result<bool> {
        let sql = "UPDATE documents SET status = 'ready', stage = '', lease_until = NULL, \
                   next_attempt_at = $3 WHERE id = $1 AND epoch = $2";
        let values = [hold.id.0.into(), hold.epoch.into(), until(now(), pause).into()];
        Ok(self.db.write.execute_raw(self.db.sql(sql, values)).await?.rows_affected() > 0)
    }

    /// What is to be embedded next: passages from `from` on that have no vector of `model`, as their
    /// positions and the texts to embed.
    pub async fn to_embed(&self, hold: DocumentHold, model: &str, from: u32) -> Result<Vec<(u32, String)>> {
        let sql = format!(
            "SELECT c.position, c.headings, c.table_header, c.text FROM chunks c \
             WHERE c.document_id = $1 AND c.user_id = $2 AND c.position >= $3 AND NOT EXISTS \
             (SELECT 1 FROM chunk_vectors v WHERE v.document_id = c.document_id AND v.model = $4 \
              AND v.position = c.position) ORDER BY c.position LIMIT {AT_ONCE}"
        );
        let values = [hold.id.0.into(), hold.owner.0.into(), (from as i32).into(), model.into()];
        let rows = self.db.write.query_all_raw(self.db.sql(sql, values)).await?;
        rows.iter()
            .map(|row| {
                let position: i32 = row.try_get("", "position")?;
                let headings: serde_json::Value = row.try_get("", "headings")?;
                let headings: Vec<String> = serde_json::from_value(headings).map_err(StoreError::corrupt)?;
                let header: Option<String> = row.try_get("", "table_header")?;
                let text: String = row.try_get("", "text")?;
                let mut whole = headings.join(" › ");
                for part in header.iter().chain([&text]) {
                    if !whole.is_empty() {
                        whole.push('\n');
                    }
                    whole.push_str(part);
                }
                Ok((position.unsigned_abs(), whole))
            })
            .collect()
    }

    /// How many passages a document has.
    pub async fn passages(&self, hold: DocumentHold) -> Result<Option<u32>> {
        let sql = "SELECT chunk_count FROM documents WHERE id = $1 AND epoch = $2";
        let row =
            self.db.write.query_one_raw(self.db.sql(sql, [hold.id.0.into(), hold.epoch.into()])).await?;
        Ok(row.map(|row| row.try_get::<i32>("", "chunk_count")).transpose()?.map(i32::unsigned_abs))
    }

    /// Keeps vectors of passages.
    pub async fn keep_vectors(
        &self,
        hold: DocumentHold,
        model: &str,
        rows: &[(u32, Vec<f32>)],
    ) -> Result<bool> {
        let support = vectors::support(self.db).await?;
        let tx = self.db.begin().await?;
        if !self.holds(&tx, hold).await? {
            return Ok(false);
        }
        for rows in batch::of(rows) {
            let mut bound = Bound::default();
            let values: Vec<String> = rows
                .iter()
                .map(|(position, vector)| {
                    let fixed = [
                        bound.add(hold.id.0),
                        bound.add(*position as i32),
                        bound.add(hold.owner.0),
                        bound.add(model),
                        bound.add(vector.len() as i32),
                    ];
                    format!("({}, {})", fixed.join(", "), vectors::bind(support, vector, &mut bound))
                })
                .collect();
            let sql = format!(
                "INSERT INTO chunk_vectors (document_id, position, user_id, model, dimensions, vector) \
                 VALUES {} ON CONFLICT (document_id, model, position) DO NOTHING",
                values.join(", ")
            );
            tx.execute_raw(self.db.sql(sql, bound.0)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// All vectors of `model` are there: those of other models go, and the document is ready and let go.
    pub async fn embedded(&self, hold: DocumentHold, model: &str) -> Result<bool> {
        let tx = self.db.begin().await?;
        let sql = "UPDATE documents SET embedding_model = $3, status = 'ready', stage = '', \
                   lease_until = NULL, next_attempt_at = NULL, attempts = 0 WHERE id = $1 AND epoch = $2";
        let values = [hold.id.0.into(), hold.epoch.into(), model.into()];
        if tx.execute_raw(self.db.sql(sql, values)).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM chunk_vectors WHERE document_id = $1 AND model <> $2";
        tx.execute_raw(self.db.sql(sql, [hold.id.0.into(), model.into()])).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn holds(&self, tx: &DatabaseTransaction, hold: DocumentHold) -> Result<bool> {
        let sql = "SELECT 1 FROM documents WHERE id = $1 AND epoch = $2";
        Ok(tx.query_one_raw(self.db.sql(sql, [hold.id.0.into(), hold.epoch.into()])).await?.is_some())
    }
}

impl Document {
    /// The right to work on it, as it was claimed.
    pub fn hold(&self) -> DocumentHold {
        DocumentHold { id: self.id, owner: self.user_id, epoch: self.epoch }
    }
}

/// PostgreSQL's text cannot hold NUL, and no document needs it.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', " ") } else { text }
}

fn until(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    now + chrono::Duration::from_std(lease).unwrap_or_else(|_| chrono::Duration::hours(1))
}
