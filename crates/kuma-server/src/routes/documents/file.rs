//! A document's file and its text.

use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kuma_app::documents;
use kuma_types::DocumentId;

use crate::extract::{CurrentUser, PathOf};
use crate::problem::{self, ApiError, ApiResult};
use crate::state::ServerState;

/// A browser may keep a file for an hour, for whoever asked.
const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// Download a document's file
///
/// As it was uploaded, never to be opened in the browser by itself. One range of bytes can be asked for.
#[utoipa::path(get, path = "/documents/{id}/file", tag = "documents", operation_id = "documentFile", security(("bearer" = [])),
    params(("id" = DocumentId, Path, description = "The document"), ("Range" = Option<String>, Header, description = "`bytes=0-1023`")),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The part of it that was asked for", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "You have it"),
        (status = 416, description = "The range is not in the file"),
    ))]
pub async fn file(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let fail = |error: kuma_app::AppError| ApiError(error).into_response();
    let document = documents::get(&state.app, user.id, id).await.map_err(fail)?;
    let tag = format!("\"{}\"", document.file_hash);
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag)) {
        // What it says of keeping the file takes the place of what was said before.
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        return Ok(response);
    }
    // A range of another file than this is no range.
    let same = text(header::IF_RANGE).is_none_or(|wanted| wanted == tag);
    let range = match text(header::RANGE).filter(|_| same) {
        None => None,
        Some(asked) => match range_of(asked, document.file_size) {
            Asked::All => None,
            Asked::Part(range) => Some(range),
            Asked::Outside => return Err(outside(document.file_size)),
        },
    };
    let is_part = range.is_some();
    let found = documents::file(&state.app, user.id, id, range).await.map_err(fail)?;
    let (document, file) = (found.document, found.file);
    let mut response = Response::new(Body::from_stream(file.bytes));
    let set = response.headers_mut();
    set.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set.insert(header::CONTENT_LENGTH, (file.range.end - file.range.start).into());
    set.insert(header::CACHE_CONTROL, CACHE);
    // Parts of a file are parts of what was uploaded, so nothing on the way may pack it.
    set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    // Whatever is in it, nothing of it runs here.
    set.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let kind =
        if document.mime_type == "text/html" { "text/plain; charset=utf-8" } else { &document.mime_type };
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, &*disposition(&document.filename)),
        (header::ETAG, &*tag),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            set.insert(name, value);
        }
    }
    if is_part {
        let range = format!("bytes {}-{}/{}", file.range.start, file.range.end - 1, file.size);
        if let Ok(range) = HeaderValue::from_str(&range) {
            set.insert(header::CONTENT_RANGE, range);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Read a document's text
///
/// As it was read from the file: what is searched, and what the offsets of passages count in, in bytes.
#[utoipa::path(get, path = "/documents/{id}/text", tag = "documents", operation_id = "documentText", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")),
    responses((status = 200, description = "The text; empty before it was read", body = String, content_type = "text/plain")))]
pub async fn text(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
) -> ApiResult<Response> {
    let text = documents::text(&state.app, user.id, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, text).into_response())
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    /// Nothing that is understood, or several ranges: the whole file is an answer to both.
    All,
    Part(Range<u64>),
    Outside,
}

fn range_of(header: &str, size: u64) -> Asked {
    let Some(range) = header.trim().strip_prefix("bytes=") else { return Asked::All };
    let Some((first, last)) = range.split_once('-') else { return Asked::All };
    let number = |text: &str| -> Option<Option<u64>> {
        if text.trim().is_empty() { Some(None) } else { text.trim().parse().ok().map(Some) }
    };
    let range = match (number(first), number(last)) {
        (Some(Some(first)), Some(Some(last))) if last >= first => first..last.saturating_add(1).min(size),
        (Some(Some(first)), Some(None)) => first..size,
        (Some(None), Some(Some(count))) => size.saturating_sub(count)..size,
        _ => return Asked::All,
    };
    if range.is_empty() { Asked::Outside } else { Asked::Part(range) }
}

fn outside(size: u64) -> Response {
    let detail = "The file has no such bytes.";
    let mut response = problem::response(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail);
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

/// The file's name in ASCII for old clients, and whole for all others.
fn disposition(name: &str) -> String {
    use std::fmt::Write as _;
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(full, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::{Asked, disposition, range_of};

    #[test]
    fn ranges() {
        assert_eq!(range_of("bytes=0-9", 100), Asked::Part(0..10));
        assert_eq!(range_of("bytes=90-", 100), Asked::Part(90..100));
        assert_eq!(range_of("bytes=-5", 100), Asked::Part(95..100));
        assert_eq!(range_of("bytes=50-500", 100), Asked::Part(50..100));
        assert_eq!(range_of("bytes=100-", 100), Asked::Outside);
        assert_eq!(range_of("bytes=-0", 100), Asked::Outside);
        for all in ["lines=1-2", "bytes=9-1", "bytes=0-1,5-6", "bytes=x-", "bytes=-", "bytes"] {
            assert_eq!(range_of(all, 100), Asked::All, "{all}");
        }
    }

    #[test]
    fn names_stay_in_their_header() {
        let header = disposition("Über \"uns\"\r\nX: y.pdf");
        assert!(header.is_ascii() && !header.contains('\n') && !header.contains('\r'));
        assert!(header.contains("filename=\"_ber _uns___X: y.pdf\""), "{header}");
        assert!(header.ends_with("filename*=UTF-8''%C3%9Cber%20%22uns%22%0D%0AX%3A%20y.pdf"));
    }
}
