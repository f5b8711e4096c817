//! Documents and passages as clients see them.

use chrono::{DateTime, Utc};
use kuma_app::rows::{Document, DocumentError, DocumentStatus};
use kuma_types::{ChatId, DocumentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DocumentStatus)]
pub enum StatusView {
    /// Being read, or waiting for it.
    Processing,
    /// It can be searched and attached.
    Ready,
    /// It could not be read.
    Failed,
}

impl From<DocumentStatus> for StatusView {
    fn from(status: DocumentStatus) -> Self {
        match status {
            DocumentStatus::Processing => Self::Processing,
            DocumentStatus::Ready => Self::Ready,
            DocumentStatus::Failed => Self::Failed,
        }
    }
}

impl From<StatusView> for DocumentStatus {
    fn from(status: StatusView) -> Self {
        match status {
            StatusView::Processing => Self::Processing,
            StatusView::Ready => Self::Ready,
            StatusView::Failed => Self::Failed,
        }
    }
}

/// Why a document could not be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentError)]
pub struct ErrorView {
    /// A stable word: `encrypted`, `damaged`, `too_many_pages`, `no_ocr`, `no_text` and so on.
    code: String,
    /// What it means and what to do.
    detail: String,
    /// Whether `POST /documents/{id}/retry` may help.
    retryable: bool,
}

impl From<DocumentError> for ErrorView {
    fn from(error: DocumentError) -> Self {
        Self { code: error.code, detail: error.detail, retryable: error.retryable }
    }
}

/// How far the work on a document is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentProgress)]
pub struct ProgressView {
    /// `waiting`, `parse`, `ocr`, `chunk`, `index` or `embed`.
    pub(super) stage: String,
    /// How much of it is done: pages, pictures or passages.
    pub(super) done: u32,
    /// How much there is; null when that is not known.
    #[schema(required)]
    pub(super) total: Option<u32>,
}

/// An uploaded document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentView {
    id: DocumentId,
    /// The chat it was uploaded in or attached to first.
    #[schema(required)]
    chat_id: Option<ChatId>,
    /// The file's name.
    filename: String,
    /// What you call it.
    display_name: String,
    /// What the file is, by its content.
    mime_type: String,
    /// Bytes of the file.
    file_size: u64,
    /// Pages, slides, sheets or chapters; null before it was read and for what has none.
    #[schema(required)]
    page_count: Option<u32>,
    status: StatusView,
    /// How far it is, while it is being read.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressView>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
    /// What it is about, when somebody has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// The title that the file states about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What is missing from its text, in sentences.
    warnings: Vec<String>,
    /// Whether it is found by meaning too; until then, and after a change of the embedding model, by its words alone.
    has_vectors: bool,
    created_at: DateTime<Utc>,
}

impl DocumentView {
    /// A document as clients see it. `model` is the one that vectors are made by now: those of another one
    /// are of no use until they are made anew.
    pub fn of(document: Document, model: &str) -> Self {
        let progress = (document.status == DocumentStatus::Processing).then_some(ProgressView {
            stage: document.stage,
            done: document.stage_done,
            total: document.stage_total,
        });
        Self {
            id: document.id,
            chat_id: document.chat_id,
            filename: document.filename,
            display_name: document.display_name,
            mime_type: document.mime_type,
            file_size: document.file_size,
            page_count: document.page_count,
            status: document.status.into(),
            progress,
            error: document.error.map(ErrorView::from),
            summary: document.summary,
            title: document.title,
            warnings: document.warnings,
            has_vectors: document.embedding_model.as_deref() == Some(model),
            created_at: document.created_at,
        }
    }
}

/// A document, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentBody {
    /// The document.
    pub document: DocumentView,
}

impl DocumentBody {
    /// A document as clients see it.
    pub fn of(document: Document, model: &str) -> Self {
        Self { document: DocumentView::of(document, model) }
    }
}

/// Where a passage stands on one page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DocumentPlace)]
pub struct PlaceView {
    /// The page's number, from 1.
    page: u32,
    /// What the page is: `page`, `slide`, `sheet`, `chapter`, `attachment`, or `whole` for what has no pages.
    label: String,
    /// First byte in the document's text.
    start: u64,
    /// Past the last byte on this page.
    end: u64,
    /// The boxes of its lines, where the format has such (PDF, pictures).
    #[serde(default)]
    boxes: Vec<BoxView>,
}

/// A box on a page in points (pixels of a picture), from the upper left corner of the page as displayed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DocumentBox)]
pub struct BoxView {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

/// Places as they are stored; one that cannot be read any more is left out.
pub(super) fn places(stored: Vec<Value>) -> Vec<PlaceView> {
    let read = |place| {
        serde_json::from_value(place)
            .map_err(|error| tracing::error!(%error, "a stored place is not readable"))
            .ok()
    };
    stored.into_iter().filter_map(read).collect()
}
