//! Finding memories: by words, and by vectors. Both look at the memories of one person alone, so that
//! nobody's ranking says anything about somebody else's.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use kuma_types::UserId;
use sea_orm::{ConnectionTrait as _, FromQueryResult, QueryResult};
use uuid::Uuid;

use super::Memories;
use crate::Result;
use crate::search::ranking::{Posting, Ranking};
use crate::search::vectors::{self, Nearest};
use crate::search::{Bound, words};

/// The most memories of one person that are looked through for words, the newest first.
const MOST: u32 = 5_000;

/// Words that tell no memory from another: questions are made of them, and memories begin with them.
const SILENT: &str = "a about again all also am an and any are as at be been but by can could did do doe for from get give had \
    has have he hello help her hi his how i if in is it just know like ll m make me my need no not now of ok \
    on or our please re remember s she should so some t tell than thank that the their them then there they \
    thi this to up us user ve want was we were what when where which who why will with would yes you your";

/// A memory and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The memory.
    pub id: Uuid,
    /// Greater fits better; the scale is that of the search.
    pub score: f32,
}

#[derive(FromQueryResult)]
struct Text {
    id: Uuid,
    content: String,
}

/// A memory without a vector of the embedder that is in use.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Unembedded {
    /// The memory.
    pub id: Uuid,
    /// What is to be embedded.
    pub content: String,
    /// The content's time: a vector counts only for what it was made of.
    pub updated_at: DateTime<Utc>,
}

impl Memories<'_> {
    /// The memories that share words with `query`, the best first: rare words of this person's memories
    /// count more than frequent ones (BM25).
    pub async fn by_words(&self, owner: UserId, query: &str, limit: usize) -> Result<Vec<Scored>> {
        let wanted = wanted(query);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, content FROM memories WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT {MOST}"
        );
        let rows = Text::find_by_statement(self.db.sql(sql, [owner.0.into()])).all(&self.db.read).await?;
        Ok(ranked(&rows, &wanted, limit))
    }

    /// The memories nearest to a vector, with their cosine, the nearest first.
    pub async fn by_vector(
        &self,
        owner: UserId,
        model: &str,
        vector: &[f32],
        limit: usize,
    ) -> Result<Vec<Scored>> {
        let wanted = Nearest {
            table: "memory_vectors",
            key: "memory_id",
            owner,
            model,
            vector,
            condition: None,
            bound: Bound::default(),
            limit,
        };
        let near = vectors::nearest(self.db, wanted, |row| row.try_get::<Uuid>("", "memory_id")).await?;
        Ok(near.into_iter().map(|(id, score)| Scored { id, score }).collect())
    }

    /// The vectors of those of a person's memories that have one of this model.
    pub async fn vectors(&self, owner: UserId, model: &str, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<f32>>> {
        let table = ("memory_vectors", "memory_id");
        let read = |row: &QueryResult| row.try_get::<Uuid>("", "memory_id");
        Ok(vectors::of(self.db, table, (owner, model), ids, read).await?.into_iter().collect())
    }

    /// Memories without a vector of this model, the newest first.
    pub async fn unembedded(&self, owner: UserId, model: &str, limit: u32) -> Result<Vec<Unembedded>> {
        let sql = format!(
            "SELECT m.id, m.content, m.updated_at FROM memories m WHERE m.user_id = $1 AND NOT EXISTS (\
               SELECT 1 FROM memory_vectors v WHERE v.memory_id = m.id AND v.model = $2) \
             ORDER BY m.updated_at DESC, m.id DESC LIMIT {limit}"
        );
        let statement = self.db.sql(sql, [owner.0.into(), model.into()]);
        Ok(Unembedded::find_by_statement(statement).all(&self.db.read).await?)
    }

    /// Keeps the vector of what a memory said at that time, in place of those of other models. When it
    /// says something else by now, nothing is kept.
    pub async fn keep_vector(&self, of: &Unembedded, model: &str, vector: &[f32]) -> Result<()> {
        let support = vectors::support(self.db).await?;
        let tx = self.db.begin().await?;
        let mut bound = Bound::default();
        let (model_place, dimensions) = (bound.add(model), bound.add(vector.len() as i32));
        let vector = vectors::bind(support, vector, &mut bound);
        let sql = format!(
            "INSERT INTO memory_vectors (memory_id, user_id, model, dimensions, vector) \
             SELECT id, user_id, {model_place}, {dimensions}, {vector} FROM memories WHERE id = {} AND updated_at = {} \
             ON CONFLICT DO NOTHING",
            bound.add(of.id),
            bound.add(of.updated_at)
        );
        tx.execute_raw(self.db.sql(sql, bound.0)).await?;
        let others = "DELETE FROM memory_vectors WHERE memory_id = $1 AND model <> $2";
        tx.execute_raw(self.db.sql(others, [of.id.into(), model.into()])).await?;
        Ok(tx.commit().await?)
    }
}

fn wanted(query: &str) -> HashSet<String> {
    words::wanted_words(query)
        .into_iter()
        .filter(|word| !SILENT.split_ascii_whitespace().any(|silent| silent == word))
        .collect()
}

fn ranked(rows: &[Text], wanted: &HashSet<String>, limit: usize) -> Vec<Scored> {
    let mut occurrences: HashMap<String, Vec<(usize, Posting)>> = HashMap::new();
    let mut total = 0;
    for (place, row) in rows.iter().enumerate() {
        let words = words::words(&row.content);
        let length = words.len() as u32;
        total += u64::from(length);
        let mut counts: HashMap<String, u32> = HashMap::new();
        for word in words.into_iter().filter(|word| wanted.contains(word)) {
            *counts.entry(word).or_default() += 1;
        }
        for (word, count) in counts {
            occurrences.entry(word).or_default().push((place, Posting { position: 0, count, length }));
        }
    }
    let mut ranking = Ranking::new(rows.len() as u64, total);
    for of_word in occurrences.values() {
        ranking.add(of_word);
    }
    let best = ranking.best(limit).into_iter();
    best.filter_map(|(place, score)| rows.get(place).map(|row| Scored { id: row.id, score: score as f32 }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Text> {
        texts.iter().map(|text| Text { id: Uuid::now_v7(), content: (*text).to_owned() }).collect()
    }

    fn find(rows: &[Text], query: &str) -> Vec<usize> {
        let ranked = ranked(rows, &wanted(query), 10);
        ranked.iter().map(|hit| rows.iter().position(|row| row.id == hit.id).unwrap()).collect()
    }

    #[test]
    fn rare_words_count_more() {
        let rows = rows(&[
            "The user drinks tea in the morning.",
            "The user goes for long walks in the morning.",
            "The user is called Max and is allergic to peanuts.",
            "ユーザーは東京に住んでいる。",
        ]);
        assert_eq!(find(&rows, "Which tea is good in the morning?"), [0, 1]);
        assert_eq!(find(&rows, "Is there peanut in it?"), [2]);
        assert_eq!(find(&rows, "東京の天気"), [3]);
        assert_eq!(find(&rows, "What is my user?"), Vec::<usize>::new());
    }
}
