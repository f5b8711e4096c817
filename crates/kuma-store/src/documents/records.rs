//! What the rows of documents and passages are to callers.

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, DocumentId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StoreError;
use crate::entity::document::Model;

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentStatus {
    /// Being read, or waiting for it.
    Processing,
    /// It can be searched and attached.
    Ready,
    /// It could not be read.
    Failed,
}

impl DocumentStatus {
    /// The spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// The status of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Processing, Self::Ready, Self::Failed].into_iter().find(|status| status.as_str() == text)
    }
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentError {
    /// A stable word for programs.
    pub code: String,
    /// What it means and what to do, for people.
    pub detail: String,
    /// Whether trying again may help.
    pub retryable: bool,
}

/// An uploaded document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Whose it is.
    pub user_id: UserId,
    /// The chat it was uploaded in or attached to first.
    pub chat_id: Option<ChatId>,
    /// The name of the file.
    pub filename: String,
    /// What the person calls it.
    pub display_name: String,
    /// What the file is, by its content.
    pub mime_type: String,
    /// Bytes of the file.
    pub file_size: u64,
    /// Pages, slides, sheets or chapters, once it was read.
    pub page_count: Option<u32>,
    /// How far it is.
    pub status: DocumentStatus,
    /// Why it could not be read.
    pub error: Option<DocumentError>,
    /// What it is about.
    pub summary: Option<String>,
    /// The title that the file states about itself.
    pub title: Option<String>,
    /// What is missing from its text, in sentences.
    pub warnings: Vec<String>,
    /// Passages.
    pub chunk_count: u32,
    /// Tokens of its text, by an estimate that errs high.
    pub text_tokens: u64,
    /// The model whose vectors it has, once it has all of them.
    pub embedding_model: Option<String>,
    /// What is being done to it: `waiting`, `parse`, `chunk`, `index`, `embed`, or nothing.
    pub stage: String,
    /// How much of that is done.
    pub stage_done: u32,
    /// How much there is to do, when that is known.
    pub stage_total: Option<u32>,
    /// How often it was begun.
    pub epoch: i32,
    /// How often it was begun since something came of it.
    pub attempts: i32,
    /// SHA-256 of the file, in hexadecimal.
    pub file_hash: String,
    /// The document under whose id the file is kept: this one, or an earlier one with the same file.
    pub file_id: DocumentId,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl TryFrom<Model> for Document {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self, StoreError> {
        let status = DocumentStatus::parse(&row.status)
            .ok_or_else(|| StoreError::corrupt(format_args!("the document status {:?}", row.status)))?;
        Ok(Self {
            id: DocumentId(row.id),
            user_id: UserId(row.user_id),
            chat_id: row.chat_id.map(ChatId),
            filename: row.filename,
            display_name: row.display_name,
            mime_type: row.mime_type,
            file_size: row.file_size.unsigned_abs(),
            page_count: row.page_count.map(i32::unsigned_abs),
            status,
            error: row.error.map(serde_json::from_value).transpose().map_err(StoreError::corrupt)?,
            summary: row.summary,
            title: row.title,
            warnings: serde_json::from_value(row.warnings).map_err(StoreError::corrupt)?,
            chunk_count: row.chunk_count.unsigned_abs(),
            text_tokens: row.text_tokens.unsigned_abs(),
            embedding_model: row.embedding_model,
            stage: row.stage,
            stage_done: row.stage_done.unsigned_abs(),
            stage_total: row.stage_total.map(i32::unsigned_abs),
            epoch: row.epoch,
            attempts: row.attempts,
            file_hash: row.file_hash,
            file_id: DocumentId(row.file_id.unwrap_or(row.id)),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A document to be written.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// Whose it will be.
    pub user_id: UserId,
    /// The chat it is uploaded in.
    pub chat_id: Option<ChatId>,
    /// The name of the file.
    pub filename: String,
    /// What the file seems to be.
    pub mime_type: String,
    /// Bytes of the file.
    pub file_size: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub file_hash: String,
}

/// Which documents to list.
#[derive(Clone, Debug, Default)]
pub struct DocumentFilter {
    /// Those with this text in their name or title.
    pub query: Option<String>,
    /// Those in this state.
    pub status: Option<DocumentStatus>,
    /// Those of this chat.
    pub chat: Option<ChatId>,
}

/// The room that an owner's documents take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Documents.
    pub documents: u64,
    /// Different files.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
}

/// A passage with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The document it is from.
    pub document_id: DocumentId,
    /// Counted from 0 through the document.
    pub position: u32,
    /// The page it begins on, where there are pages.
    pub page: Option<u32>,
    /// First byte in the document's text.
    pub start: u64,
    /// Past its last byte.
    pub end: u64,
    /// Tokens, by the estimate by which it was cut.
    pub tokens: u32,
    /// The headings over it, the outermost first.
    pub headings: Vec<String>,
    /// The header of the table in the middle of which it begins.
    pub table_header: Option<String>,
    /// Where it stands, page by page, with the boxes of its lines.
    pub places: Value,
    /// Its text.
    pub text: String,
}
