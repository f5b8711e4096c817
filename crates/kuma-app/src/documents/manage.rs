//! Documents as their owners see and change them.

use std::ops::Range;

use kuma_store::{Document, DocumentFilter, Page, Storage, StoreError};
use kuma_types::{ChatId, DocumentId, FileKey, UserId};

use super::NAME_MAX_CHARS;
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};
use crate::files::FileStream;

/// One document.
pub async fn get(app: &App, owner: UserId, id: DocumentId) -> Result<Document> {
    app.store().documents().get(owner, id).await.map_err(theirs)
}

/// A page of a person's documents, the newest first.
pub async fn list(
    app: &App,
    owner: UserId,
    filter: &DocumentFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Document>> {
    Ok(app.store().documents().list(owner, filter, cursor, limit).await?)
}

/// The room that a person's documents take.
pub async fn storage(app: &App, owner: UserId) -> Result<Storage> {
    Ok(app.store().documents().storage(owner).await?)
}

/// Gives a document another name.
pub async fn rename(app: &App, owner: UserId, id: DocumentId, name: &str) -> Result<Document> {
    let mut errors = FieldErrors::default();
    let name = name.trim();
    if name.is_empty() {
        errors.add("displayName", "Give the document a name.");
    } else if name.chars().count() > NAME_MAX_CHARS {
        errors.add("displayName", format!("A name has at most {NAME_MAX_CHARS} characters."));
    } else if name.chars().any(char::is_control) {
        errors.add("displayName", "A name cannot contain line breaks or control characters.");
    }
    errors.finish()?;
    app.store().documents().rename(owner, id, name).await.map_err(theirs)
}

/// Deletes a document with everything that was made of it. Its file goes too, unless another document
/// of the same person is the same file.
pub async fn delete(app: &App, owner: UserId, id: DocumentId) -> Result<()> {
    app.store().documents().delete(owner, id).await.map_err(theirs)?;
    app.erase_now().notify_one();
    Ok(())
}

/// Has a document read once more that could not be read.
pub async fn retry(app: &App, owner: UserId, id: DocumentId) -> Result<Document> {
    let document = app.store().documents().retry(owner, id).await.map_err(|error| match error {
        StoreError::Conflict(_) => AppError::new(
            ErrorKind::Conflict,
            "not_failed",
            "This document has not failed: there is nothing to try again.",
        ),
        error => theirs(error),
    })?;
    app.documents().uploaded.notify_one();
    Ok(document)
}

/// A document's file, or a part of it.
pub struct FileOf {
    /// Whose file it is.
    pub document: Document,
    /// Its bytes.
    pub file: FileStream,
}

/// The file as it was uploaded; `range` are bytes of it.
pub async fn file(app: &App, owner: UserId, id: DocumentId, range: Option<Range<u64>>) -> Result<FileOf> {
    let document = get(app, owner, id).await?;
    let key = FileKey::document(owner, document.file_id);
    let file = match range {
        Some(range) => app.files().range(&key, range).await?,
        None => app.files().get(&key).await?,
    };
    Ok(FileOf { document, file })
}

/// The text of a document, as it was read.
pub async fn text(app: &App, owner: UserId, id: DocumentId) -> Result<String> {
    app.store().documents().text(owner, id).await.map_err(theirs)
}

/// Notes the chat in which a document was uploaded, when it has none yet.
pub async fn note_chat(app: &App, owner: UserId, id: DocumentId, chat: ChatId) -> Result<Document> {
    crate::chats::get(app, owner, chat).await?;
    app.store().documents().note_chat(owner, &[id], chat).await?;
    get(app, owner, id).await
}

/// What is not theirs is not there.
pub(super) fn theirs(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("document"),
        error => error.into(),
    }
}
