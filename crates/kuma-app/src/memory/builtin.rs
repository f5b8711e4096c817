//! Memories in Kuma's own database: found by words and by meaning, newer ones a little before older.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use kuma_agent::memory::{
    MemoryDraft, MemoryError, MemoryHit, MemoryPage, MemoryRecord, MemoryService, MemorySource, PastMemory,
};
use kuma_llm::Embedder;
use kuma_store::{NewMemory, Scored, Store, StoreError};
use kuma_types::UserId;
use uuid::Uuid;

use super::rank::{self, Ranked};
use crate::app::WeakApp;

/// How many each of the two searches finds.
const CANDIDATES: usize = 40;
/// A question is embedded by so many characters of it.
const ASKED: usize = 1_000;
/// How long the vector of a question may take before words alone have to do.
const EMBED_PATIENCE: Duration = Duration::from_millis(600);
/// Memories embedded at a time.
const BATCH: u32 = 32;

/// Where vectors come from.
#[derive(Clone)]
enum Embedders {
    /// The one of the whole server.
    Server(WeakApp),
    /// This one, or none: then memories are found by their words.
    Fixed(Option<Arc<dyn Embedder>>),
}

/// A question's vector, and what is near to it.
struct Meaning {
    model: String,
    question: Vec<f32>,
    near: Vec<Scored>,
}

/// Kuma's own memory. Cheap to clone.
#[derive(Clone)]
pub struct BuiltIn {
    store: Store,
    embedders: Embedders,
    /// People whose memories are being embedded.
    filling: Arc<Mutex<HashSet<UserId>>>,
}

impl BuiltIn {
    /// In that database, with that embedder; without one, memories are found by their words.
    pub fn new(store: Store, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { store, embedders: Embedders::Fixed(embedder), filling: Arc::default() }
    }

    /// In the server's database, with the server's embedder.
    pub(crate) fn of_server(store: Store, app: WeakApp) -> Self {
        Self { store, embedders: Embedders::Server(app), filling: Arc::default() }
    }

    async fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        match &self.embedders {
            Embedders::Fixed(embedder) => embedder.clone(),
            // It says itself, and not every time, why it cannot be had.
            Embedders::Server(app) => app.upgrade()?.embedder().await.ok(),
        }
    }

    /// Gives every memory of a person its vector. What fails is tried again with the next search.
    pub async fn embed_all(&self, owner: UserId) -> Result<(), MemoryError> {
        let Some(embedder) = self.embedder().await else { return Ok(()) };
        let memories = self.store.memories();
        loop {
            let without = memories.unembedded(owner, embedder.model(), BATCH).await.map_err(failed)?;
            if without.is_empty() {
                return Ok(());
            }
            let texts = without.iter().map(|memory| memory.content.clone()).collect();
            let vectors =
                embedder.embed(texts).await.map_err(|error| MemoryError::Internal(Box::new(error)))?;
            if vectors.len() != without.len() {
                return Err(MemoryError::Internal(
                    "the embedder gave another number of vectors than texts".into(),
                ));
            }
            for (memory, vector) in without.iter().zip(&vectors) {
                memories.keep_vector(memory, embedder.model(), vector).await.map_err(failed)?;
            }
        }
    }

    /// The same in the background, once at a time for each person.
    fn embed_later(&self, owner: UserId) {
        if matches!(self.embedders, Embedders::Fixed(None)) || !self.filling().insert(owner) {
            return;
        }
        let memory = self.clone();
        tokio::spawn(async move {
            let done = memory.embed_all(owner).await;
            memory.filling().remove(&owner);
            if let Err(error) = done {
                tracing::warn!(%error, "memories could not be embedded; they are found by their words until then");
            }
        });
    }

    fn filling(&self) -> std::sync::MutexGuard<'_, HashSet<UserId>> {
        self.filling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is near in meaning; none when that cannot be told.
    async fn by_meaning(&self, owner: UserId, query: &str) -> Result<Option<Meaning>, MemoryError> {
        let asked: String = query.chars().take(ASKED).collect();
        let embedding = async {
            let embedder = self.embedder().await?;
            let vectors = embedder.embed(vec![asked]).await;
            Some((embedder, vectors))
        };
        let (embedder, vector) = match tokio::time::timeout(EMBED_PATIENCE, embedding).await {
            Ok(None) => return Ok(None),
            Ok(Some((embedder, Ok(vectors)))) => (embedder, vectors.into_iter().next()),
            Ok(Some((_, Err(error)))) => {
                tracing::warn!(kind = ?error.kind, "a question could not be embedded; memories are found by their words");
                return Ok(None);
            }
            Err(_) => {
                tracing::info!("the embedder was too slow; memories are found by their words");
                self.embed_later(owner);
                return Ok(None);
            }
        };
        let Some(vector) = vector else { return Ok(None) };
        let memories = self.store.memories();
        let near = memories.by_vector(owner, embedder.model(), &vector, CANDIDATES).await.map_err(failed)?;
        self.embed_later(owner);
        Ok(Some(Meaning { model: embedder.model().to_owned(), question: vector, near }))
    }

    /// What both searches found, in one order.
    async fn together(
        &self,
        owner: UserId,
        words: &[Scored],
        meaning: Option<&Meaning>,
    ) -> Result<Vec<Ranked>, MemoryError> {
        let ranked = rank::fuse(words, meaning.map(|meaning| meaning.near.as_slice()));
        let Some(Meaning { model, question, .. }) = meaning else { return Ok(ranked) };
        let ids: Vec<Uuid> = ranked.iter().map(|hit| hit.id).collect();
        let vectors = self.store.memories().vectors(owner, model, &ids).await.map_err(failed)?;
        Ok(rank::lean(ranked, question, &vectors))
    }

    /// What one or both searches find, each apart and together: for measuring.
    pub async fn compare(
        &self,
        owner: UserId,
        query: &str,
        limit: usize,
    ) -> Result<[Vec<String>; 3], MemoryError> {
        let words = self.store.memories().by_words(owner, query, CANDIDATES).await.map_err(failed)?;
        let meaning = self.by_meaning(owner, query).await?;
        let ids = |hits: &[Scored]| hits.iter().take(limit).map(|hit| hit.id.to_string()).collect();
        let near = meaning.as_ref().map(|meaning| ids(&meaning.near)).unwrap_or_default();
        let together = self.together(owner, &words, meaning.as_ref()).await?;
        let together = together.iter().take(limit).map(|hit| hit.id.to_string()).collect();
        Ok([ids(&words), near, together])
    }

    async fn records(
        &self,
        owner: UserId,
        ranked: Vec<Ranked>,
        limit: usize,
    ) -> Result<Vec<MemoryHit>, MemoryError> {
        let ids: Vec<Uuid> = ranked.iter().map(|hit| hit.id).collect();
        let rows = self.store.memories().some(owner, &ids).await.map_err(failed)?;
        let mut rows: HashMap<Uuid, kuma_store::Memory> = rows.into_iter().map(|row| (row.id, row)).collect();
        let now = Utc::now();
        let mut hits: Vec<(Ranked, kuma_store::Memory)> = ranked
            .into_iter()
            .filter_map(|hit| {
                let row = rows.remove(&hit.id)?;
                let score = rank::aged(hit.score, row.updated_at, now);
                Some((Ranked { score, ..hit }, row))
            })
            .collect();
        hits.sort_by(|a, b| rank::order(&a.0, &b.0));
        let hit = |(hit, row): (Ranked, kuma_store::Memory)| MemoryHit {
            memory: record(row),
            score: hit.score,
            relevant: hit.relevant,
        };
        Ok(rank::first(hits, limit).into_iter().map(hit).collect())
    }
}

#[async_trait]
impl MemoryService for BuiltIn {
    fn name(&self) -> &'static str {
        "built-in"
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn add(&self, owner: UserId, draft: MemoryDraft) -> Result<MemoryRecord, MemoryError> {
        let replaced = draft.replaces.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let new = NewMemory {
            user_id: owner,
            content: draft.content,
            source: draft.source.as_str(),
            tainted: draft.tainted,
            chat_id: draft.chat,
            message_id: draft.message,
            origin: draft.origin,
        };
        let memories = self.store.memories();
        let kept = match replaced {
            Some(id) => match memories.replace(id, new.clone()).await {
                Err(StoreError::NotFound) => memories.add(new).await,
                replaced => replaced,
            },
            None => memories.add(new).await,
        };
        let kept = kept.map_err(failed)?;
        self.embed_later(owner);
        Ok(record(kept))
    }

    async fn get(&self, owner: UserId, id: &str) -> Result<MemoryRecord, MemoryError> {
        Ok(record(self.store.memories().get(owner, parse(id)?).await.map_err(failed)?))
    }

    async fn list(&self, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<MemoryPage, MemoryError> {
        let page = self.store.memories().list(owner, cursor, limit).await.map_err(failed)?;
        Ok(MemoryPage { items: page.items.into_iter().map(record).collect(), next_cursor: page.next_cursor })
    }

    async fn search(&self, owner: UserId, query: &str, limit: usize) -> Result<Vec<MemoryHit>, MemoryError> {
        let words = async { self.store.memories().by_words(owner, query, CANDIDATES).await.map_err(failed) };
        let (words, meaning) = tokio::try_join!(words, self.by_meaning(owner, query))?;
        let ranked = self.together(owner, &words, meaning.as_ref()).await?;
        self.records(owner, ranked, limit).await
    }

    async fn history(&self, owner: UserId, id: &str) -> Result<Vec<PastMemory>, MemoryError> {
        let versions = self.store.memories().versions(owner, parse(id)?).await.map_err(failed)?;
        let past = |version: kuma_store::MemoryVersion| PastMemory {
            content: version.content,
            from: version.written_at,
            until: version.created_at,
        };
        Ok(versions.into_iter().map(past).collect())
    }

    async fn undo(&self, owner: UserId, id: &str) -> Result<Option<MemoryRecord>, MemoryError> {
        let left = self.store.memories().undo(owner, parse(id)?).await.map_err(failed)?;
        if left.is_some() {
            self.embed_later(owner);
        }
        Ok(left.map(record))
    }

    async fn delete(&self, owner: UserId, id: &str) -> Result<(), MemoryError> {
        self.store.memories().delete(owner, parse(id)?).await.map_err(failed)
    }

    async fn clear(&self, owner: UserId) -> Result<(), MemoryError> {
        self.store.memories().clear(owner).await.map(drop).map_err(failed)
    }
}

fn record(row: kuma_store::Memory) -> MemoryRecord {
    MemoryRecord {
        id: row.id.to_string(),
        content: row.content,
        source: MemorySource::parse(&row.source),
        tainted: row.tainted,
        chat: row.chat_id,
        message: row.message_id,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn parse(id: &str) -> Result<Uuid, MemoryError> {
    Uuid::parse_str(id).map_err(|_| MemoryError::NotFound)
}

fn failed(error: StoreError) -> MemoryError {
    match error {
        StoreError::NotFound => MemoryError::NotFound,
        StoreError::BadCursor => MemoryError::BadCursor,
        other => MemoryError::Internal(Box::new(other)),
    }
}
