//! Bodies, paths and queries.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use kuma_app::{AppError, ErrorKind};
use serde::de::DeserializeOwned;

use crate::problem::{self, ApiError};

const TOO_LARGE: &str = "The request is larger than this address takes. Send less at once.";

/// A JSON body. Not JSON: 415; broken: 400; a field of the wrong shape: 422 that names it.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !is_type(request.headers(), "application/json") {
            return Err(problem::response(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send the body as application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| body_error(&error))?;
        parse_json(&bytes).map(Self).map_err(IntoResponse::into_response)
    }
}

fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(wanted)
}

/// Reads JSON: broken is 400, a field of the wrong shape is 422 and named.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() && path != "." {
            ApiError(AppError::field(&path, plain(&inner)))
        } else if inner.is_data() {
            ApiError(AppError::field("body", plain(&inner)))
        } else {
            ApiError::malformed(format!("The body is not valid JSON: {inner}"))
        }
    })?;
    json.end().map_err(|error| ApiError::malformed(format!("The body is not valid JSON: {error}")))?;
    Ok(value)
}

/// The message without the position, which means nothing to a person.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

fn body_error(error: &BytesRejection) -> Response {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    ApiError::malformed("The request's body broke off or cannot be read.").into_response()
}

fn too_large() -> Response {
    problem::response(StatusCode::PAYLOAD_TOO_LARGE, "too_large", TOO_LARGE)
}

/// Typed parts of the path; what does not parse names nothing: 404.
pub struct PathOf<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiError(AppError::not_found("object")).into_response()),
        }
    }
}

/// A typed query string; what does not parse: 422.
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(error) => {
                let detail = error.body_text();
                let detail = detail.rsplit(": ").next().unwrap_or_default().to_owned();
                Err(ApiError(AppError::field("query", detail)).into_response())
            }
        }
    }
}

/// The largest form: as many of the largest files as a message can have.
const FORM_MAX_BYTES: usize = 256 * 1024 * 1024;

/// A chat message on its way in.
pub enum ChatBody {
    /// A form, nothing of which has been read yet: it can hold files.
    Form(Multipart),
    /// The fields of JSON as those of a form: name and value in the order sent.
    Fields(Vec<(String, String)>),
}

impl<S: Send + Sync> FromRequest<S> for ChatBody {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        if is_type(request.headers(), "multipart/form-data") {
            DefaultBodyLimit::max(FORM_MAX_BYTES).apply(&mut request);
            let form = Multipart::from_request(request, state).await;
            return match form {
                Ok(form) => Ok(Self::Form(form)),
                Err(error) => Err(ApiError::malformed(error.body_text()).into_response()),
            };
        }
        let JsonBody(value) =
            JsonBody::<serde_json::Map<String, serde_json::Value>>::from_request(request, state)
                .await
                .map_err(|response| {
                    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                        problem::response(
                            StatusCode::UNSUPPORTED_MEDIA_TYPE,
                            "unsupported_media_type",
                            "Send the message as multipart/form-data or application/json.",
                        )
                    } else {
                        response
                    }
                })?;
        flatten(value).map(Self::Fields).map_err(IntoResponse::into_response)
    }
}

/// What broke a form.
pub fn form_error(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError(AppError::new(ErrorKind::TooLarge, "too_large", TOO_LARGE));
    }
    ApiError::malformed(format!("The form cannot be read: {}", error.body_text()))
}

/// JSON fields as form fields: strings as they are, lists repeated, null as absent.
fn flatten(object: serde_json::Map<String, serde_json::Value>) -> Result<Vec<(String, String)>, ApiError> {
    use serde_json::Value;
    let mut fields = Vec::new();
    for (name, value) in object {
        match value {
            Value::Null => {}
            Value::String(text) => fields.push((name, text)),
            Value::Array(items) => {
                for item in items {
                    let Value::String(text) = item else {
                        return Err(ApiError(AppError::field(&name, "A list of strings is wanted.")));
                    };
                    fields.push((name.clone(), text));
                }
            }
            // Of fields that nobody reads, any shape is as good as another.
            _ if !super::super::routes::chats::CHAT_FIELDS.contains(&name.as_str()) => {}
            _ => return Err(ApiError(AppError::field(&name, "A string is wanted."))),
        }
    }
    Ok(fields)
}
