//! A file comes in. It goes by as a stream and is never whole in memory.

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use http::{StatusCode, header};
use kuma_app::documents::{self, FILE_MAX_BYTES, NewUpload};
use kuma_app::rows::Document;
use kuma_app::{AppError, ErrorKind};
use kuma_types::ChatId;
use utoipa::ToSchema;

use super::UPLOAD_MAX_BYTES;
use super::view::DocumentBody;
use crate::extract::CurrentUser;
use crate::limits::Limit;
use crate::problem::{ApiError, ApiResult};
use crate::state::ServerState;

/// No id is longer.
const ID_MAX_BYTES: usize = 64;

/// The form.
#[expect(dead_code, reason = "describes the request in the OpenAPI document")]
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct UploadForm {
    /// The file, at most 50 MiB. What it is is decided from its content.
    #[schema(value_type = String, format = Binary)]
    file: String,
    /// The chat it is uploaded in.
    chat_id: Option<ChatId>,
}

/// Upload a document
///
/// Accepted at once; reading it goes on in the background. Follow it with
/// `GET /api/documents/{id}/events`.
#[utoipa::path(post, path = "/documents", tag = "documents", operation_id = "uploadDocument", security(("bearer" = [])),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, description = "It waits to be read", body = DocumentBody)))]
pub async fn upload(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    request: Request,
) -> Result<Response, Response> {
    state.limits.check_user(Limit::Upload, user.id).map_err(|error| ApiError(error).into_response())?;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > UPLOAD_MAX_BYTES)
    {
        return Err(too_large().into_response());
    }
    let mut form = Multipart::from_request(request, &state).await.map_err(|error| {
        let detail = "Send the file as multipart/form-data, in the field `file`.";
        if error.status() == StatusCode::BAD_REQUEST {
            let kind = ErrorKind::UnsupportedMedia;
            return ApiError(AppError::new(kind, "unsupported_media_type", detail)).into_response();
        }
        ApiError::malformed(error.body_text()).into_response()
    })?;
    let done = read(&state, &user, &mut form).await;
    if done.is_err() {
        // A sender that is cut off does not hear why.
        drain(form).await;
    }
    let document = done.map_err(IntoResponse::into_response)?;
    let body = DocumentBody::of(document, state.app.embedding_model());
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

async fn read(state: &ServerState, user: &kuma_app::rows::User, form: &mut Multipart) -> ApiResult<Document> {
    let mut chat_id = None;
    let mut uploaded: Option<Document> = None;
    while let Some(field) = form.next_field().await.map_err(|error| form_error(&error))? {
        let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
        match name.as_str() {
            "chatId" => {
                let text = id_text(field).await?;
                if !text.is_empty() {
                    let id = text.parse().map_err(|_| AppError::field("chatId", "This is not an id."))?;
                    chat_id = Some(id);
                }
            }
            "file" if uploaded.is_some() => {
                return Err(AppError::field("file", "Send one file at a time.").into());
            }
            "file" => uploaded = Some(take(state, user, field, chat_id).await?),
            _ => {}
        }
    }
    let Some(document) = uploaded else {
        return Err(AppError::field("file", "Choose a file.").into());
    };
    match chat_id.filter(|chat| document.chat_id != Some(*chat)) {
        // The field came behind the file.
        Some(chat) => Ok(documents::note_chat(&state.app, user.id, document.id, chat).await?),
        None => Ok(document),
    }
}

/// A field that holds an id; of what is longer, no more than shows that it is none.
async fn id_text(mut field: Field<'_>) -> ApiResult<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| form_error(&error))? {
        let room = ID_MAX_BYTES - bytes.len();
        bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// One file of a form.
pub(crate) async fn take(
    state: &ServerState,
    user: &kuma_app::rows::User,
    field: Field<'_>,
    chat_id: Option<ChatId>,
) -> ApiResult<Document> {
    let new = NewUpload { filename: field.file_name().unwrap_or_default().to_owned(), chat_id };
    Ok(documents::upload(&state.app, user, new, field).await?)
}

/// Reads what is still coming, within the limits of the body.
async fn drain(mut form: Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Some(Ok(_)) = field.next().await {}
    }
}

fn form_error(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    ApiError::malformed(format!("The form cannot be read: {}", error.body_text()))
}

fn too_large() -> ApiError {
    let most = FILE_MAX_BYTES / 1024 / 1024;
    let detail = format!("A file can have at most {most} MiB. Split it, or send a smaller one.");
    ApiError(AppError::new(ErrorKind::TooLarge, "file_too_large", detail))
}
