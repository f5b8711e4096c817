//! Messages that ask for an answer. All answer with the run's event stream.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use kuma_app::chats::{self, NewMessage};
use kuma_app::error::FieldErrors;
use kuma_app::rows::Job;
use kuma_types::{ChatId, DocumentId, MessageId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::form::{self, Received};
use crate::extract::{ChatBody, CurrentUser, JsonBody, LastEventId, PathOf};
use crate::limits::Limit;
use crate::problem::ApiResult;
use crate::sse;
use crate::state::ServerState;

/// The fields that a message is made of; others are ignored.
pub(crate) const CHAT_FIELDS: [&str; 8] =
    ["message", "chatId", "agentType", "model", "parentId", "documentIds", "files", "alts"];

/// What the document shows of the fields of a form; they are read by name.
#[expect(dead_code, reason = "describes the request in the OpenAPI document")]
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct StreamForm {
    /// The text, at most 256 KiB; may be empty when images come with it.
    message: String,
    /// The chat it goes to; a new one when none.
    chat_id: Option<ChatId>,
    /// Who shall answer; the chat's agent when none.
    agent_type: Option<String>,
    /// With which model, an id of `GET /api/models`; the default one when none.
    model: Option<String>,
    /// The message it follows; the end of the shown branch when none.
    parent_id: Option<MessageId>,
    /// Images (PNG, JPEG, WebP, GIF), at most 10 of 20 MiB each, and documents, at most 50 MiB each; an answer waits
    /// until they are read.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
    /// Documents to answer from: whole when they fit the model's context, otherwise the passages that fit.
    document_ids: Option<Vec<DocumentId>>,
    /// What the images show, for people who cannot see them: the first is the first image's, and so on.
    alts: Vec<String>,
}

/// What the document shows of the fields of JSON; they are read by name.
#[expect(dead_code, reason = "describes the request in the OpenAPI document")]
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct StreamBody {
    /// The text, at most 256 KiB.
    #[schema(min_length = 1)]
    message: String,
    /// The chat it goes to; a new one when none.
    chat_id: Option<ChatId>,
    /// Who shall answer; the chat's agent when none.
    agent_type: Option<String>,
    /// With which model, an id of `GET /api/models`; the default one when none.
    model: Option<String>,
    /// The message it follows; the end of the shown branch when none.
    parent_id: Option<MessageId>,
    /// Documents to answer from: whole when they fit the model's context, otherwise the passages that fit.
    document_ids: Option<Vec<DocumentId>>,
}

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    // What is not text is refused by the use case like any other bad key.
    headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default().to_owned())
}

async fn followed(state: &ServerState, job: Job, after: u64) -> ApiResult<Response> {
    Ok(sse::response(chats::follow_job(&state.app, job, after).await?))
}

/// Send a message and follow its answer
///
/// Takes multipart/form-data or JSON. The answer is made whoever listens: a closed connection stops
/// nothing. Resume with `GET /api/chat/jobs/{jobId}/events`. A message that is sent while another
/// is being answered in the same chat is answered after it. The same `Idempotency-Key` gives the
/// same job.
#[utoipa::path(post, path = "/chat/stream", tag = "chat", operation_id = "sendMessage", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this message, so that it can be sent again without being answered twice")),
    request_body(content((StreamBody = "application/json"), (StreamForm = "multipart/form-data"))),
    responses((status = 200, description = "The run's events (see `RunEvent`)", body = sse::Frame, content_type = "text/event-stream")))]
pub async fn stream(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    LastEventId(after): LastEventId,
    headers: HeaderMap,
    body: ChatBody,
) -> ApiResult<Response> {
    state.limits.check_user(Limit::Chat, user.id)?;
    let Received { fields, images, documents } = match body {
        ChatBody::Form(form) => form::receive(&state, &user, form).await?,
        ChatBody::Fields(fields) => Received { fields, ..Received::default() },
    };
    let mut new = NewMessage {
        idempotency_key: idempotency_key(&headers),
        images,
        document_ids: documents,
        ..NewMessage::default()
    };
    let mut errors = FieldErrors::default();
    let mut described = 0;
    for (name, value) in fields {
        match name.as_str() {
            "message" => new.message = value,
            "chatId" => new.chat_id = id(&name, &value, &mut errors),
            "parentId" => new.parent_id = id(&name, &value, &mut errors),
            "agentType" => new.agent_type = Some(value).filter(|text| !text.is_empty()),
            "model" => new.model = Some(value).filter(|text| !text.is_empty()),
            // Forms send fields that were left empty.
            "files" | "documentIds" if value.is_empty() => {}
            "files" => errors.add("files", "Files can only be sent in a form (multipart/form-data)."),
            "alts" => {
                let alt = Some(value.trim().to_owned()).filter(|alt| !alt.is_empty());
                match new.images.get_mut(described) {
                    Some(image) => image.alt = alt,
                    None if alt.is_some() => {
                        errors.add("alts", "There are more descriptions than images.");
                    }
                    None => {}
                }
                described += 1;
            }
            "documentIds" => match value.parse() {
                Ok(id) if !new.document_ids.contains(&id) => new.document_ids.push(id),
                Ok(_) => {}
                Err(_) => errors.add("documentIds", "This is not an id."),
            },
            _ => {}
        }
    }
    errors.finish()?;
    let job = chats::submit(&state.app, &user, new).await?;
    followed(&state, job, after).await
}

/// An id in a form field; an empty field is no id.
fn id<T: std::str::FromStr>(field: &str, value: &str, errors: &mut FieldErrors) -> Option<T> {
    if value.is_empty() {
        return None;
    }
    let parsed = value.parse().ok();
    if parsed.is_none() {
        errors.add(field, "This is not an id.");
    }
    parsed
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RegenerateBody {
    /// With which model; the one of the chat's agent or the default one when none.
    model: Option<String>,
}

/// Answer a message again
///
/// The new answer is a sibling of the old one, which stays.
#[utoipa::path(post, path = "/chat/{id}/messages/{messageId}/regenerate", tag = "chat", operation_id = "regenerateMessage", security(("bearer" = [])),
    params(("id" = ChatId, Path, description = "The chat"), ("messageId" = MessageId, Path, description = "The answer, or the question"),
        ("Idempotency-Key" = Option<String>, Header, description = "As for `POST /api/chat/stream`")),
    request_body = Option<RegenerateBody>,
    responses((status = 200, description = "The run's events (see `RunEvent`)", body = sse::Frame, content_type = "text/event-stream")))]
pub async fn regenerate(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf((chat, message)): PathOf<(ChatId, MessageId)>,
    LastEventId(after): LastEventId,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> ApiResult<Response> {
    state.limits.check_user(Limit::Chat, user.id)?;
    // A body is optional here: clients often send none at all.
    let body = if body.is_empty() { RegenerateBody::default() } else { crate::extract::parse_json(&body)? };
    let key = idempotency_key(&headers);
    let job = chats::regenerate(&state.app, &user, chat, message, body.model, key).await?;
    followed(&state, job, after).await
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EditBody {
    /// What to ask instead, at most 256 KiB.
    #[schema(required, min_length = 1)]
    message: String,
    /// With which model; the default one when none.
    model: Option<String>,
}

/// Edit a message and have it answered
///
/// The edited message is a sibling of the old one, which stays with all that followed it.
#[utoipa::path(put, path = "/chat/{id}/messages/{messageId}", tag = "chat", operation_id = "editMessage", security(("bearer" = [])),
    params(("id" = ChatId, Path, description = "The chat"), ("messageId" = MessageId, Path, description = "The user's message"),
        ("Idempotency-Key" = Option<String>, Header, description = "As for `POST /api/chat/stream`")),
    request_body = EditBody,
    responses((status = 200, description = "The run's events (see `RunEvent`)", body = sse::Frame, content_type = "text/event-stream")))]
pub async fn edit(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf((chat, message)): PathOf<(ChatId, MessageId)>,
    LastEventId(after): LastEventId,
    headers: HeaderMap,
    JsonBody(body): JsonBody<EditBody>,
) -> ApiResult<Response> {
    state.limits.check_user(Limit::Chat, user.id)?;
    let key = idempotency_key(&headers);
    let job = chats::edit(&state.app, &user, chat, message, body.message, body.model, key).await?;
    followed(&state, job, after).await
}
