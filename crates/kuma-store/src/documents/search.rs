//! Finding passages: by words, by meaning, and by where they stand. Always one owner's.

use kuma_types::{DocumentId, UserId};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;

use super::Passage;
use crate::db::Db;
use crate::search::ranking::{self, Ranking};
use crate::search::vectors::{self, Nearest};
use crate::search::{Bound, words};
use crate::{Result, StoreError};

/// How many words of a question are looked for.
const MOST_WORDS: usize = 32;
/// How many rows of the word index are read for a question: words that are everywhere are left out.
const MOST_ROWS: i64 = 8_000;

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Whose documents.
    pub owner: UserId,
    /// Only in these; in all of them when none.
    pub documents: Option<&'a [DocumentId]>,
}

/// A passage that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The document.
    pub document_id: DocumentId,
    /// The passage's number in it.
    pub position: u32,
    /// The more the better; comparable within one search.
    pub score: f64,
}

/// Finding passages.
#[derive(Clone, Copy, Debug)]
pub struct DocumentSearch<'a> {
    db: &'a Db,
}

impl<'a> DocumentSearch<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// The passages that have the words of `query`, ranked by BM25 within the owner's documents.
    pub async fn by_words(&self, scope: Scope<'_>, query: &str, limit: usize) -> Result<Vec<Found>> {
        let mut wanted = words::wanted_words(query);
        wanted.truncate(MOST_WORDS);
        if wanted.is_empty() || scope.is_empty() {
            return Ok(Vec::new());
        }
        let (passages, total) = self.size(scope.owner).await?;
        let chosen = self.choose(scope, &wanted).await?;
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let mut bound = Bound::default();
        let filter = scope.filter(&mut bound);
        let list = list(&chosen, &mut bound);
        let sql = format!(
            "SELECT word, document_id, postings FROM chunk_words WHERE {filter} AND word IN ({list})"
        );
        let rows = self.db.replica.query_all_raw(self.db.sql(sql, bound.0)).await?;
        let mut occurrences: std::collections::HashMap<String, Vec<_>> = std::collections::HashMap::new();
        for row in &rows {
            let word: String = row.try_get("", "word")?;
            let document: Uuid = row.try_get("", "document_id")?;
            let postings: Vec<u8> = row.try_get("", "postings")?;
            let all = occurrences.entry(word).or_default();
            all.extend(
                ranking::postings(&postings)
                    .into_iter()
                    .map(|posting| ((document, posting.position), posting)),
            );
        }
        let mut ranking = Ranking::new(passages, total);
        for word in &chosen {
            if let Some(all) = occurrences.get(word) {
                ranking.add(all);
            }
        }
        let best = ranking.best(limit);
        Ok(best
            .into_iter()
            .map(|((document, position), score)| Found { document_id: DocumentId(document), position, score })
            .collect())
    }

    /// The passages nearest in meaning, by vectors of one model. The score is the cosine.
    pub async fn by_meaning(
        &self,
        scope: Scope<'_>,
        model: &str,
        vector: &[f32],
        limit: usize,
    ) -> Result<Vec<Found>> {
        if scope.is_empty() {
            return Ok(Vec::new());
        }
        let mut bound = Bound::default();
        let condition = scope.documents.map(|ids| {
            let list: Vec<String> = ids.iter().map(|id| bound.add(id.0)).collect();
            format!("document_id IN ({})", list.join(", "))
        });
        let wanted = Nearest {
            table: "chunk_vectors",
            key: "document_id, position",
            owner: scope.owner,
            model,
            vector,
            condition,
            bound,
            limit,
        };
        let near = vectors::nearest(self.db, wanted, |row| {
            Ok((row.try_get::<Uuid>("", "document_id")?, row.try_get::<i32>("", "position")?))
        });
        let found = near.await?.into_iter().map(|((document, position), cosine)| Found {
            document_id: DocumentId(document),
            position: position.unsigned_abs(),
            score: f64::from(cosine),
        });
        Ok(found.collect())
    }

    /// How many documents are looked through for words alone, because they have no vectors of this model yet.
    pub async fn without_vectors(&self, scope: Scope<'_>, model: &str) -> Result<u64> {
        if scope.is_empty() {
            return Ok(0);
        }
        let mut bound = Bound::default();
        let owner = bound.add(scope.owner.0);
        let mut filter = format!(
            "user_id = {owner} AND status = 'ready' AND chunk_count > 0 \
             AND (embedding_model IS NULL OR embedding_model <> {})",
            bound.add(model)
        );
        if let Some(ids) = scope.documents {
            let list: Vec<String> = ids.iter().map(|id| bound.add(id.0)).collect();
            filter = format!("{filter} AND id IN ({})", list.join(", "));
        }
        let sql = format!("SELECT CAST(count(*) AS bigint) AS documents FROM documents WHERE {filter}");
        let row = self.db.replica.query_one_raw(self.db.sql(sql, bound.0)).await?;
        let count = row.map(|row| row.try_get::<i64>("", "documents")).transpose()?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    /// Passages by document and number; those that are not there are left out.
    pub async fn passages(&self, owner: UserId, wanted: &[(DocumentId, u32)]) -> Result<Vec<Passage>> {
        let mut passages = Vec::with_capacity(wanted.len());
        for wanted in wanted.chunks(200) {
            let mut bound = Bound::default();
            let owner = bound.add(owner.0);
            let pairs: Vec<String> = wanted
                .iter()
                .map(|(document, position)| {
                    format!("({}, {})", bound.add(document.0), bound.add(*position as i32))
                })
                .collect();
            let sql = format!(
                "{PASSAGE} WHERE user_id = {owner} AND (document_id, position) IN (VALUES {}) \
                 ORDER BY document_id, position",
                pairs.join(", ")
            );
            let rows = self.db.read.query_all_raw(self.db.sql(sql, bound.0)).await?;
            for row in &rows {
                passages.push(read_passage(row)?);
            }
        }
        Ok(passages)
    }

    /// The first passages of a document, up to `tokens` of them by their estimate.
    pub async fn beginning(&self, owner: UserId, document: DocumentId, tokens: u64) -> Result<Vec<Passage>> {
        let sql = format!("{PASSAGE} WHERE user_id = $1 AND document_id = $2 ORDER BY position LIMIT 400");
        let values = [owner.0.into(), document.0.into()];
        let rows = self.db.read.query_all_raw(self.db.sql(sql, values)).await?;
        let mut left = tokens;
        let mut passages = Vec::new();
        for row in &rows {
            let passage = read_passage(row)?;
            let Some(rest) = left.checked_sub(u64::from(passage.tokens)) else { break };
            left = rest;
            passages.push(passage);
        }
        Ok(passages)
    }

    /// How many passages an owner has, with how many words in all.
    async fn size(&self, owner: UserId) -> Result<(u64, u64)> {
        let sql = "SELECT CAST(coalesce(sum(chunk_count), 0) AS bigint) AS passages, \
                   CAST(coalesce(sum(word_count), 0) AS bigint) AS words FROM documents WHERE user_id = $1";
        let row = self.db.replica.query_one_raw(self.db.sql(sql, [owner.0.into()])).await?;
        let Some(row) = row else { return Ok((0, 0)) };
        let number = |name: &str| row.try_get::<i64>("", name).map(i64::unsigned_abs);
        Ok((number("passages")?, number("words")?))
    }

    /// The words that tell most: from the rarest on, as many as can be read in no time.
    async fn choose(&self, scope: Scope<'_>, wanted: &[String]) -> Result<Vec<String>> {
        let mut bound = Bound::default();
        let filter = scope.filter(&mut bound);
        let list = list(wanted, &mut bound);
        let sql = format!(
            "SELECT word, CAST(count(*) AS bigint) AS documents FROM chunk_words \
             WHERE {filter} AND word IN ({list}) GROUP BY word ORDER BY documents, word"
        );
        let rows = self.db.replica.query_all_raw(self.db.sql(sql, bound.0)).await?;
        let mut left = MOST_ROWS;
        let mut chosen = Vec::new();
        for row in &rows {
            let documents: i64 = row.try_get("", "documents")?;
            if documents > left && !chosen.is_empty() {
                break;
            }
            left -= documents;
            chosen.push(row.try_get("", "word")?);
        }
        Ok(chosen)
    }
}

/// The placeholders of words.
fn list(words: &[String], bound: &mut Bound) -> String {
    let places: Vec<String> = words.iter().map(|word| bound.add(word.as_str())).collect();
    places.join(", ")
}

impl Scope<'_> {
    fn is_empty(&self) -> bool {
        self.documents.is_some_and(<[_]>::is_empty)
    }

    /// The condition on `user_id` and `document_id`.
    fn filter(&self, bound: &mut Bound) -> String {
        let owner = format!("user_id = {}", bound.add(self.owner.0));
        let Some(ids) = self.documents else { return owner };
        let list: Vec<String> = ids.iter().map(|id| bound.add(id.0)).collect();
        format!("{owner} AND document_id IN ({})", list.join(", "))
    }
}

const PASSAGE: &str = "SELECT document_id, position, page, start_at, end_at, tokens, headings, table_header, \
                       places, text FROM chunks";

fn read_passage(row: &QueryResult) -> Result<Passage> {
    let headings: serde_json::Value = row.try_get("", "headings")?;
    let number = |name: &str| -> Result<u64, DbErr> { Ok(row.try_get::<i64>("", name)?.unsigned_abs()) };
    Ok(Passage {
        document_id: DocumentId(row.try_get("", "document_id")?),
        position: row.try_get::<i32>("", "position")?.unsigned_abs(),
        page: row.try_get::<Option<i32>>("", "page")?.map(i32::unsigned_abs),
        start: number("start_at")?,
        end: number("end_at")?,
        tokens: row.try_get::<i32>("", "tokens")?.unsigned_abs(),
        headings: serde_json::from_value(headings).map_err(StoreError::corrupt)?,
        table_header: row.try_get("", "table_header")?,
        places: row.try_get("", "places")?,
        text: row.try_get("", "text")?,
    })
}
