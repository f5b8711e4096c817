//! Documents, one by one and as a list.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use kuma_app::documents;
use kuma_app::rows::DocumentFilter;
use kuma_types::{ChatId, DocumentId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{DocumentBody, DocumentView, StatusView};
use crate::extract::{CurrentUser, JsonBody, PageQuery, Paged, PathOf, QueryOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// Only those with this text in their name or title.
    q: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    status: Option<StatusView>,
    /// Only those of this chat.
    chat_id: Option<ChatId>,
}

/// List documents
///
/// The newest first.
#[utoipa::path(get, path = "/documents", tag = "documents", operation_id = "listDocuments", security(("bearer" = [])), params(PageQuery, ListQuery), responses(
    (status = 200, description = "A page of them", body = Paged<DocumentView>),
))]
pub async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    page: PageQuery,
    QueryOf(query): QueryOf<ListQuery>,
) -> ApiResult<Json<Paged<DocumentView>>> {
    let filter = DocumentFilter { query: query.q, status: query.status.map(Into::into), chat: query.chat_id };
    let found = documents::list(&state.app, user.id, &filter, page.cursor(), page.limit()?).await?;
    let model = state.app.embedding_model();
    Ok(Json(Paged::of(found, |document| DocumentView::of(document, model))))
}

/// The room that documents take.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DocumentStorage)]
pub struct StorageBody {
    /// Documents.
    documents: u64,
    /// Different files: the same file is kept once.
    files: u64,
    /// Bytes of those files.
    bytes: u64,
    /// Bytes that a file has at most.
    max_file_bytes: u64,
}

/// Read how much room documents take
#[utoipa::path(get, path = "/documents/storage", tag = "documents", operation_id = "documentStorage", security(("bearer" = [])), responses(
    (status = 200, description = "The room", body = StorageBody),
))]
pub async fn storage(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
) -> ApiResult<Json<StorageBody>> {
    let storage = documents::storage(&state.app, user.id).await?;
    Ok(Json(StorageBody {
        documents: storage.documents,
        files: storage.files,
        bytes: storage.bytes,
        max_file_bytes: documents::FILE_MAX_BYTES,
    }))
}

/// Read a document's record
#[utoipa::path(get, path = "/documents/{id}", tag = "documents", operation_id = "getDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), responses(
    (status = 200, description = "The record", body = DocumentBody),
))]
pub async fn get(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
) -> ApiResult<Json<DocumentBody>> {
    let document = documents::get(&state.app, user.id, id).await?;
    Ok(Json(DocumentBody::of(document, state.app.embedding_model())))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenameBody {
    /// What to call it, at most 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    display_name: String,
}

/// Rename a document
#[utoipa::path(patch, path = "/documents/{id}", tag = "documents", operation_id = "renameDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), request_body = RenameBody, responses(
    (status = 200, description = "The document", body = DocumentBody),
))]
pub async fn rename(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
    JsonBody(body): JsonBody<RenameBody>,
) -> ApiResult<Json<DocumentBody>> {
    let document = documents::rename(&state.app, user.id, id, &body.display_name).await?;
    Ok(Json(DocumentBody::of(document, state.app.embedding_model())))
}

/// Delete a document
///
/// With its file, its text, its vectors and its entries in the index.
#[utoipa::path(delete, path = "/documents/{id}", tag = "documents", operation_id = "deleteDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), responses(
    (status = 204, description = "It is gone"),
))]
pub async fn delete(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
) -> ApiResult<StatusCode> {
    documents::delete(&state.app, user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a failed document read once more
#[utoipa::path(post, path = "/documents/{id}/retry", tag = "documents", operation_id = "retryDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), responses(
    (status = 202, description = "It waits to be read", body = DocumentBody),
))]
pub async fn retry(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
) -> ApiResult<(StatusCode, Json<DocumentBody>)> {
    let document = documents::retry(&state.app, user.id, id).await?;
    Ok((StatusCode::ACCEPTED, Json(DocumentBody::of(document, state.app.embedding_model()))))
}
