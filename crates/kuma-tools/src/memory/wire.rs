//! What Supermemory answers, as far as it is read here.

use chrono::{DateTime, Utc};
use kuma_agent::memory::MemoryRecord;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::source_of;

/// A document that was put.
#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "id")]
    _id: String,
}

/// A document.
#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) id: String,
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
    system: Times,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl Document {
    /// A text of the metadata; empty ones count as none.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text(&self.metadata, name)
    }

    pub(super) fn created_at(&self) -> DateTime<Utc> {
        at(&self.metadata, "createdAt").or(self.system.created_at).unwrap_or(self.system.updated_at)
    }

    /// When it got its content.
    pub(super) fn said_at(&self) -> DateTime<Utc> {
        at(&self.metadata, "saidAt").unwrap_or(self.system.updated_at)
    }

    /// What it said before, the newest first, as it is kept.
    pub(super) fn past(&self) -> Vec<String> {
        let lines = self.metadata.get("past").and_then(Value::as_array);
        lines.into_iter().flatten().filter_map(|line| line.as_str().map(str::to_owned)).collect()
    }

    pub(super) fn record(&self) -> MemoryRecord {
        let words = [&self.content, &self.summary, &self.title];
        let content = words.into_iter().flatten().find(|text| !text.trim().is_empty());
        let created = self.created_at();
        of(&self.metadata, self.id.clone(), content.cloned().unwrap_or_default(), created, self.said_at())
    }
}

/// One page of documents.
#[derive(Default, Deserialize)]
pub(super) struct Listed {
    pub(super) documents: Vec<Document>,
    pub(super) pagination: Pagination,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pagination {
    pub(super) total_pages: f64,
}

/// What a search found.
#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) results: Vec<Hit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hit {
    id: String,
    #[serde(default)]
    memory: Option<String>,
    #[serde(default)]
    chunk: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
    pub(super) similarity: f32,
    pub(super) is_latest: bool,
    system: HitTimes,
    #[serde(default)]
    included: Option<Included>,
}

/// Times of a hit have no promised form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HitTimes {
    #[serde(default)]
    created_at: Option<String>,
    updated_at: String,
}

#[derive(Deserialize)]
struct Included {
    #[serde(default)]
    document: Option<IncludedDocument>,
}

#[derive(Deserialize)]
struct IncludedDocument {
    id: String,
    #[serde(default)]
    metadata: Map<String, Value>,
}

impl Hit {
    /// The memory of Kuma's that was found; what has no text is none.
    pub(super) fn record(self) -> Option<MemoryRecord> {
        let content = self.memory.or(self.chunk).filter(|text| !text.trim().is_empty())?;
        let updated = self.system.updated_at.parse().unwrap_or_default();
        let created = self.system.created_at.and_then(|at| at.parse().ok()).unwrap_or(updated);
        let document = self.included.and_then(|included| included.document);
        let (id, metadata) = match document {
            Some(document) => (document.id, document.metadata),
            None => (self.id, self.metadata),
        };
        let (created, said) =
            (at(&metadata, "createdAt").unwrap_or(created), at(&metadata, "saidAt").unwrap_or(updated));
        Some(of(&metadata, id, content, created, said))
    }
}

/// How many went.
#[derive(Default, Deserialize)]
pub(super) struct Deleted {
    pub(super) count: u64,
}

fn of(
    metadata: &Map<String, Value>,
    id: String,
    content: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
) -> MemoryRecord {
    MemoryRecord {
        id,
        content,
        source: source_of(text(metadata, "source")),
        tainted: metadata.get("tainted").and_then(Value::as_bool).unwrap_or(false),
        chat: text(metadata, "chatId").and_then(|id| id.parse().ok()),
        message: text(metadata, "messageId").and_then(|id| id.parse().ok()),
        created_at,
        updated_at,
    }
}

fn text<'a>(metadata: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    metadata.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn at(metadata: &Map<String, Value>, name: &str) -> Option<DateTime<Utc>> {
    text(metadata, name)?.parse().ok()
}
