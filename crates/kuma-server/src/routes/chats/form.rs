//! The form of a chat message: fields of text, and files as they come.
//!
//! Files are looked at one after the other while the form is read, so that no more than one is in memory. What a
//! file is, its first bytes say: images are taken here, everything else is a [`document`].

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart};
use futures::StreamExt as _;
use kuma_app::documents::{self, MOST_DOCUMENTS, NewUpload};
use kuma_app::rows::User;
use kuma_app::{AppError, ErrorKind, images};
use kuma_types::DocumentId;

use super::CHAT_FIELDS;
use crate::extract::form_error;
use crate::limits::Limit;
use crate::problem::{ApiError, ApiResult};
use crate::state::ServerState;

/// The most fields of text.
const FIELDS_MAX: usize = 100;
/// The longest that all fields of text can be together.
const TEXT_MAX_BYTES: usize = 2 * 1024 * 1024;
/// What tells what a file is.
const HEAD_BYTES: usize = 16;
/// The longest part of a file's name that is told.
const NAME_MAX_CHARS: usize = 80;

/// How long the rest of a refused form is waited for.
const REST_WITHIN: Duration = Duration::from_secs(20);

/// What a form brought.
#[derive(Default)]
pub(super) struct Received {
    /// Name and value, in the order sent; names with `[]` behind them are the same names.
    pub(super) fields: Vec<(String, String)>,
    /// In the order sent.
    pub(super) images: Vec<images::NewImage>,
    /// Files that are no images, uploaded by now.
    pub(super) documents: Vec<DocumentId>,
}

/// Reads a form to its end, even when something in it is refused: whoever is still sending would not hear why.
pub(super) async fn receive(state: &ServerState, user: &User, mut form: Multipart) -> ApiResult<Received> {
    let received = read(state, user, &mut form).await;
    if received.is_err() && tokio::time::timeout(REST_WITHIN, skip(&mut form)).await.is_err() {
        tracing::debug!("the rest of a refused form did not come in time");
    }
    received
}

async fn skip(form: &mut Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(_)) = field.chunk().await {}
    }
}

async fn read(state: &ServerState, user: &User, form: &mut Multipart) -> ApiResult<Received> {
    let mut received = Received::default();
    while let Some(mut field) = form.next_field().await.map_err(|error| form_error(&error))? {
        let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
        if name == "files" || field.file_name().is_some() {
            file(state, user, field, &mut received).await?;
            continue;
        }
        if !CHAT_FIELDS.contains(&name.as_str()) {
            while next(&mut field).await?.is_some() {}
            continue;
        }
        if received.fields.len() == FIELDS_MAX {
            return Err(ApiError::malformed(format!("A form can have at most {FIELDS_MAX} fields of text.")));
        }
        let held: usize = received.fields.iter().map(|(_, value)| value.len()).sum();
        let bytes = collect(&mut field, Vec::new(), TEXT_MAX_BYTES.saturating_sub(held)).await?;
        let Some(bytes) = bytes else { return Err(ApiError(too_long(&name))) };
        let text = String::from_utf8(bytes)
            .map_err(|_| ApiError::malformed(format!("The field {name:?} is not text in UTF-8.")))?;
        received.fields.push((name, text));
    }
    Ok(received)
}

async fn file(
    state: &ServerState,
    user: &User,
    mut field: Field<'_>,
    received: &mut Received,
) -> ApiResult<()> {
    let name: String = field.file_name().unwrap_or_default().chars().take(NAME_MAX_CHARS).collect();
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES
        && let Some(piece) = next(&mut field).await?
    {
        head.extend_from_slice(&piece);
    }
    // Forms send an empty file for a field that was left empty.
    if head.is_empty() && name.is_empty() {
        return Ok(());
    }
    state.limits.check_user(Limit::Upload, user.id)?;
    if !images::is_image(&head) {
        return document(state, user, head, field, received).await;
    }
    if received.images.len() == images::IMAGES_MAX {
        let most = format!(
            "A message can have at most {} images. Send the others with the next one.",
            images::IMAGES_MAX
        );
        return Err(ApiError(AppError::field("files", most)));
    }
    let most = usize::try_from(images::IMAGE_MAX_BYTES).unwrap_or(usize::MAX);
    let Some(bytes) = collect(&mut field, head, most).await? else {
        return Err(ApiError(images::too_large(&name)));
    };
    received.images.push(images::read(&name, bytes.into()).await?);
    Ok(())
}

/// A file that is no image: it goes by into storage and is read while the answer waits.
async fn document(
    state: &ServerState,
    user: &User,
    head: Vec<u8>,
    field: Field<'_>,
    received: &mut Received,
) -> ApiResult<()> {
    if received.documents.len() == MOST_DOCUMENTS {
        let most = format!(
            "A message can have at most {MOST_DOCUMENTS} documents. Send the others with the next one."
        );
        return Err(ApiError(AppError::field("files", most)));
    }
    let new = NewUpload { filename: field.file_name().unwrap_or_default().to_owned(), chat_id: None };
    let bytes = futures::stream::iter([Ok(Bytes::from(head))]).chain(field);
    let document = documents::upload(&state.app, user, new, bytes).await?;
    received.documents.push(document.id);
    Ok(())
}

/// The rest of a field behind what was read of it; `None` when it is longer than `most`.
async fn collect(field: &mut Field<'_>, mut bytes: Vec<u8>, most: usize) -> ApiResult<Option<Vec<u8>>> {
    while let Some(piece) = next(field).await? {
        if bytes.len() + piece.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes))
}

async fn next(field: &mut Field<'_>) -> ApiResult<Option<Bytes>> {
    field.chunk().await.map_err(|error| form_error(&error))
}

fn too_long(name: &str) -> AppError {
    AppError::new(
        ErrorKind::TooLarge,
        "too_large",
        format!("The field {name:?} is longer than this address takes. Send less at once."),
    )
}
