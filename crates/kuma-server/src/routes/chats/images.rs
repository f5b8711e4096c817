//! Images of chats, for their owner alone.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kuma_app::images;
use kuma_types::ImageId;
use serde::Deserialize;

use crate::extract::{CurrentUser, PathOf, QueryOf};
use crate::problem::{ApiError, ApiResult};
use crate::state::ServerState;

/// An image never changes under its id.
const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

#[derive(Deserialize)]
pub struct ImageQuery {
    size: Option<String>,
}

/// One image of a chat
///
/// As it is kept: at most 2048 pixels wide and high, without the metadata of the file that was sent. Needs the
/// token like everything else, so a page fetches it and shows it from a `blob:` address.
#[utoipa::path(get, path = "/chat/images/{id}", tag = "chat", operation_id = "chatImage", security(("bearer" = [])),
    params(("id" = ImageId, Path, description = "The image"),
        ("size" = Option<String>, Query, description = "`small`: at most 512 pixels wide and high")),
    responses((status = 200, description = "The image", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
        (status = 304, description = "It has not changed: it never does")))]
pub async fn get(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ImageId>,
    QueryOf(query): QueryOf<ImageQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let small = match query.size.as_deref() {
        None => false,
        Some("small") => true,
        Some(_) => return Err(ApiError(kuma_app::AppError::field("size", "Only `small` is known."))),
    };
    let image = images::open(&state.app, user.id, id, small).await?;
    let tag = format!("\"{id}{}\"", if small { "-small" } else { "" });
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from_stream(image.file.bytes).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, image.file.size.into());
        response
    };
    let headers = response.headers_mut();
    if let (Ok(kind), Ok(tag)) = (HeaderValue::from_str(&image.mime_type), HeaderValue::from_str(&tag)) {
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok(response)
}
