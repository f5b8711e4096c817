//! Memories kept by Supermemory (API v5), for the port of `kuma-agent`.
//!
//! Every person has a namespace, `user-{userId}`. One memory is one document there: its id is Kuma's, so
//! that a saving that is done again does nothing; its text is the sentence; its metadata say where it is from.
//! What Supermemory makes of it is what its search finds, by way of the document. What another program put
//! into the namespace is listed and can be forgotten like Kuma's own.
//!
//! Adding is asynchronous over there: a search may miss what was saved a moment ago, a list does not.

mod wire;

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use kuma_agent::memory::{
    MemoryDraft, MemoryError, MemoryHit, MemoryPage, MemoryRecord, MemoryService, MemorySource, PastMemory,
};
use kuma_net::{ClientError, ClientOptions, build_client};
use kuma_types::UserId;
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::upstream::{self, UpstreamError, UpstreamErrorKind};
use wire::{Deleted, Document, Found, Listed, Reference};

const SERVICE: &str = "Supermemory";
/// How long one call may take.
const TIME: Duration = Duration::from_secs(10);
/// How long a search before a run may take.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Below this likeness a memory has nothing to do with what was said.
const RELEVANT: f32 = 0.5;
/// What a memory said before goes into its metadata, which have little room.
const MOST_PAST: usize = 10;
/// The most that are listed at a time.
const PAGE: u32 = 100;

/// How Supermemory is reached.
#[derive(Clone, Debug)]
pub struct SupermemorySettings {
    /// `SUPERMEMORY_API_KEY`.
    pub key: SecretString,
    /// `SUPERMEMORY_BASE_URL`.
    pub base_url: String,
}

impl SupermemorySettings {
    /// Supermemory's own address.
    pub const BASE_URL: &'static str = "https://api.supermemory.ai";
}

/// Memories at Supermemory.
pub struct Supermemory {
    client: Client,
    base: String,
    key: SecretString,
}

impl Supermemory {
    /// Makes no call.
    pub fn new(settings: SupermemorySettings) -> Result<Self, ClientError> {
        let client = build_client(&ClientOptions::default())?;
        let base = settings.base_url.trim_end_matches('/').to_owned();
        Ok(Self { client, base, key: settings.key })
    }

    fn request(&self, method: Method, owner: UserId, path: &str) -> RequestBuilder {
        let url = format!("{}/ns/user-{owner}{path}", self.base);
        self.client.request(method, url).bearer_auth(self.key.expose_secret())
    }

    async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, MemoryError> {
        upstream::json(SERVICE, request, TIME).await.map_err(failed)
    }

    /// The document of that id.
    async fn document(&self, owner: UserId, id: &str) -> Result<Document, MemoryError> {
        let path = format!("/document/{}", segment(id)?);
        self.call(self.request(Method::GET, owner, &path)).await
    }

    async fn put(&self, owner: UserId, id: &str, document: &Value, is_new: bool) -> Result<(), MemoryError> {
        let request = if is_new {
            self.request(Method::POST, owner, "/document")
        } else {
            self.request(Method::PATCH, owner, &format!("/document/{}", segment(id)?))
        };
        self.call::<Reference>(request.json(document)).await.map(drop)
    }

    async fn page(&self, owner: UserId, page: u32, limit: u32) -> Result<Listed, MemoryError> {
        let request = self.request(Method::POST, owner, "/list/documents");
        let request = request.query(&[
            ("page", page.to_string()),
            ("limit", limit.to_string()),
            ("sort", "updatedAt".to_owned()),
            ("order", "desc".to_owned()),
        ]);
        match self.call(request.json(&json!({}))).await {
            // Nobody has ever put anything there.
            Err(MemoryError::NotFound) => Ok(Listed::default()),
            listed => listed,
        }
    }

    async fn delete_documents(&self, owner: UserId, ids: &[&str]) -> Result<Deleted, MemoryError> {
        self.call(self.request(Method::DELETE, owner, "/document").json(&json!({ "ids": ids }))).await
    }
}

#[async_trait]
impl MemoryService for Supermemory {
    fn name(&self) -> &'static str {
        SERVICE
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    async fn add(&self, owner: UserId, draft: MemoryDraft) -> Result<MemoryRecord, MemoryError> {
        let now = Utc::now();
        // What is saved under a name has an id made of it: saved again, it is there.
        let id = match &draft.origin {
            Some(origin) => named(origin),
            None => uuid_of(now),
        };
        let replaced = match &draft.replaces {
            Some(id) => match self.document(owner, id).await {
                Ok(document) => Some(document),
                Err(MemoryError::NotFound) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        if let Some(before) = replaced {
            let again = draft.origin.as_deref().is_some_and(|origin| before.text("origin") == Some(origin));
            if again || before.content.as_deref() == Some(draft.content.as_str()) {
                return Ok(before.record());
            }
            let mut past = before.past();
            past.insert(0, line_of(before.content.as_deref().unwrap_or_default(), before.said_at(), now));
            past.truncate(MOST_PAST);
            let metadata = metadata(&draft, before.created_at(), now, past);
            let id = before.id.clone();
            let body = json!({ "content": draft.content, "metadata": metadata });
            self.put(owner, &id, &body, false).await?;
            return Ok(record(id, &draft, before.created_at(), now));
        }
        if draft.origin.is_some() {
            match self.document(owner, &id).await {
                Ok(known) => return Ok(known.record()),
                Err(MemoryError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        let body = json!({
            "id": id,
            "content": draft.content,
            "metadata": metadata(&draft, now, now, Vec::new()),
            "date": time(now),
            "taskType": "memory",
        });
        self.put(owner, &id, &body, true).await?;
        Ok(record(id, &draft, now, now))
    }

    async fn get(&self, owner: UserId, id: &str) -> Result<MemoryRecord, MemoryError> {
        Ok(self.document(owner, id).await?.record())
    }

    async fn list(&self, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<MemoryPage, MemoryError> {
        let page = match cursor {
            None => 1,
            Some(cursor) => cursor
                .strip_prefix("page-")
                .and_then(|page| page.parse().ok())
                .ok_or(MemoryError::BadCursor)?,
        };
        let listed = self.page(owner, page, limit.clamp(1, PAGE)).await?;
        let more = f64::from(page) < listed.pagination.total_pages;
        Ok(MemoryPage {
            items: listed.documents.iter().map(Document::record).collect(),
            next_cursor: more.then(|| format!("page-{}", page + 1)),
        })
    }

    async fn search(&self, owner: UserId, query: &str, limit: usize) -> Result<Vec<MemoryHit>, MemoryError> {
        let asked: String = query.chars().take(1_000).collect();
        let body = json!({
            "query": asked,
            "searchMode": "memories",
            "limit": limit.clamp(1, 50),
            "include": { "documents": true },
        });
        let request = self.request(Method::POST, owner, "/search").json(&body);
        let found: Found = match self.call(request).await {
            Err(MemoryError::NotFound) => return Ok(Vec::new()),
            found => found?,
        };
        let mut seen = HashSet::new();
        let hits = found.results.into_iter().filter(|hit| hit.is_latest).filter_map(|hit| {
            let (similarity, memory) = (hit.similarity, hit.record()?);
            seen.insert(memory.id.clone()).then(|| MemoryHit {
                memory,
                score: similarity.clamp(0.0, 1.0),
                relevant: similarity >= RELEVANT,
            })
        });
        Ok(hits.take(limit).collect())
    }

    async fn history(&self, owner: UserId, id: &str) -> Result<Vec<PastMemory>, MemoryError> {
        let document = self.document(owner, id).await?;
        Ok(document.past().iter().filter_map(|line| past_of(line)).collect())
    }

    async fn undo(&self, owner: UserId, id: &str) -> Result<Option<MemoryRecord>, MemoryError> {
        let document = self.document(owner, id).await?;
        let mut past = document.past();
        let before = if past.is_empty() { None } else { past_of(&past.remove(0)) };
        let Some(before) = before else {
            self.delete(owner, id).await?;
            return Ok(None);
        };
        let record = document.record();
        let draft = MemoryDraft {
            content: before.content,
            source: record.source,
            tainted: record.tainted,
            chat: record.chat,
            message: record.message,
            origin: None,
            replaces: None,
        };
        let metadata = metadata(&draft, record.created_at, before.from, past);
        self.put(owner, id, &json!({ "content": draft.content, "metadata": metadata }), false).await?;
        Ok(Some(self::record(id.to_owned(), &draft, record.created_at, before.from)))
    }

    async fn delete(&self, owner: UserId, id: &str) -> Result<(), MemoryError> {
        let deleted = match self.delete_documents(owner, &[id]).await {
            Err(MemoryError::NotFound) => Deleted::default(),
            deleted => deleted?,
        };
        if deleted.count > 0 {
            return Ok(());
        }
        // No document: a memory that Supermemory holds by itself.
        let request = self.request(Method::DELETE, owner, "/memories").json(&json!({ "ids": [id] }));
        let forgotten: Deleted = self.call(request).await?;
        if forgotten.count > 0 { Ok(()) } else { Err(MemoryError::NotFound) }
    }

    async fn clear(&self, owner: UserId) -> Result<(), MemoryError> {
        // The namespace goes with all that is in it.
        match self.call::<Value>(self.request(Method::DELETE, owner, "")).await {
            Err(MemoryError::NotFound) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// An id in a path. Kuma's own are safe; what a client sends may be anything.
fn segment(id: &str) -> Result<&str, MemoryError> {
    let safe = !id.is_empty()
        && id.len() <= 100
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b));
    if safe { Ok(id) } else { Err(MemoryError::NotFound) }
}

/// An id made of a name.
fn named(origin: &str) -> String {
    let safe: String =
        origin.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(90).collect();
    format!("kuma-{safe}")
}

fn uuid_of(now: DateTime<Utc>) -> String {
    format!("kuma-{}-{:016x}", now.timestamp_micros(), rand::random::<u64>())
}

fn metadata(
    draft: &MemoryDraft,
    created: DateTime<Utc>,
    said: DateTime<Utc>,
    past: Vec<String>,
) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("source".to_owned(), draft.source.as_str().into());
    metadata.insert("tainted".to_owned(), draft.tainted.into());
    metadata.insert("createdAt".to_owned(), time(created).into());
    metadata.insert("saidAt".to_owned(), time(said).into());
    // All values are there, so that a change leaves none of the old ones behind.
    metadata.insert("chatId".to_owned(), draft.chat.map(|chat| chat.to_string()).unwrap_or_default().into());
    metadata.insert(
        "messageId".to_owned(),
        draft.message.map(|message| message.to_string()).unwrap_or_default().into(),
    );
    metadata.insert("origin".to_owned(), draft.origin.clone().unwrap_or_default().into());
    metadata.insert("past".to_owned(), past.into());
    metadata
}

fn record(
    id: String,
    draft: &MemoryDraft,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
) -> MemoryRecord {
    MemoryRecord {
        id,
        content: draft.content.clone(),
        source: draft.source,
        tainted: draft.tainted,
        chat: draft.chat,
        message: draft.message,
        created_at,
        updated_at,
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A past content as one line of metadata.
fn line_of(content: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    format!("{} {} {content}", time(from), time(until))
}

fn past_of(line: &str) -> Option<PastMemory> {
    let mut parts = line.splitn(3, ' ');
    let (from, until) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(PastMemory { content: parts.next()?.to_owned(), from, until })
}

fn failed(error: UpstreamError) -> MemoryError {
    match error.kind {
        UpstreamErrorKind::NotFound => MemoryError::NotFound,
        _ => MemoryError::Unavailable(error.to_string()),
    }
}

/// The source that metadata name.
fn source_of(text: Option<&str>) -> MemorySource {
    text.map_or(MemorySource::User, MemorySource::parse)
}
