//! Chats as things.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use kuma_app::chats::{self, ChatChange};
use kuma_app::rows::{Chat, ChatFilter};
use kuma_types::{ChatId, JobId, MessageId, MessageView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::extract::{CurrentUser, JsonBody, PageQuery, Paged, PathOf, QueryOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// One conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Chat)]
pub struct ChatView {
    /// Its id.
    id: ChatId,
    /// Its title; null until it has one.
    #[schema(required)]
    title: Option<String>,
    /// The agent that answers in it.
    agent_type: String,
    /// Kept on top.
    pinned: bool,
    /// Kept out of the list.
    archived: bool,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When something was last said in it.
    updated_at: DateTime<Utc>,
    /// The run that is at work or in line, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_job_id: Option<JobId>,
    /// Whether one of its runs waits for your decision.
    waits_for_approval: bool,
    /// The last message of the branch that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_message_id: Option<MessageId>,
}

impl From<Chat> for ChatView {
    fn from(chat: Chat) -> Self {
        Self {
            id: chat.id,
            title: chat.title,
            agent_type: chat.agent_type,
            pinned: chat.pinned,
            archived: chat.archived,
            created_at: chat.created_at,
            updated_at: chat.updated_at,
            active_job_id: chat.active_job_id,
            waits_for_approval: chat.waits_for_approval,
            active_message_id: chat.active_message_id,
        }
    }
}

/// A chat, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatBody {
    /// The chat.
    chat: ChatView,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Words to look for in titles and messages.
    q: Option<String>,
    /// Only chats that are kept on top, or only those that are not.
    #[param(value_type = Option<bool>)]
    pinned: Option<bool>,
    /// Only archived chats, or only those that are not. Without `q` the default is those that are not.
    #[param(value_type = Option<bool>)]
    archived: Option<bool>,
}

/// List or search my chats
///
/// Newest activity first.
#[utoipa::path(get, path = "/chat", tag = "chat", operation_id = "listChats", security(("bearer" = [])), params(ListQuery, PageQuery), responses(
    (status = 200, description = "One page", body = Paged<ChatView>),
))]
pub async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    page: PageQuery,
    QueryOf(query): QueryOf<ListQuery>,
) -> ApiResult<Json<Paged<ChatView>>> {
    let words = query.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    let archived = query.archived.or(if words.is_none() { Some(false) } else { None });
    let filter = ChatFilter { query: words, pinned: query.pinned, archived };
    let chats = chats::list(&state.app, user.id, filter, page.cursor(), page.limit()?).await?;
    Ok(Json(Paged::of(chats, ChatView::from)))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateBody {
    /// A title, at most 200 characters.
    title: Option<String>,
    /// The agent that shall answer; `router` when none.
    agent_type: Option<String>,
}

/// Create an empty chat
#[utoipa::path(post, path = "/chat", tag = "chat", operation_id = "createChat", security(("bearer" = [])), request_body = CreateBody, responses(
    (status = 201, description = "The new chat", body = ChatBody),
))]
pub async fn create(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<CreateBody>,
) -> ApiResult<(StatusCode, Json<ChatBody>)> {
    let chat = chats::create(&state.app, user.id, body.title.as_deref(), body.agent_type.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(ChatBody { chat: chat.into() })))
}

/// Read a chat
#[utoipa::path(get, path = "/chat/{id}", tag = "chat", operation_id = "getChat", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat")), responses(
    (status = 200, description = "The chat", body = ChatBody),
))]
pub async fn get(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
) -> ApiResult<Json<ChatBody>> {
    Ok(Json(ChatBody { chat: chats::get(&state.app, user.id, id).await?.into() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateBody {
    /// A title, at most 200 characters.
    title: Option<String>,
    /// Keep it on top.
    pinned: Option<bool>,
    /// Keep it out of the list.
    archived: Option<bool>,
    /// Show the branch that ends with this message.
    active_message_id: Option<MessageId>,
}

/// Change a chat
///
/// Its place in the list stays.
#[utoipa::path(patch, path = "/chat/{id}", tag = "chat", operation_id = "updateChat", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat")), request_body = UpdateBody, responses(
    (status = 200, description = "The changed chat", body = ChatBody),
))]
pub async fn update(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
    JsonBody(body): JsonBody<UpdateBody>,
) -> ApiResult<Json<ChatBody>> {
    let change = ChatChange {
        title: body.title,
        pinned: body.pinned,
        archived: body.archived,
        active_message_id: body.active_message_id,
    };
    Ok(Json(ChatBody { chat: chats::update(&state.app, user.id, id, change).await?.into() }))
}

/// Delete a chat with all its messages
#[utoipa::path(delete, path = "/chat/{id}", tag = "chat", operation_id = "deleteChat", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat")), responses(
    (status = 204, description = "It is gone"),
))]
pub async fn delete(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
) -> ApiResult<StatusCode> {
    chats::delete(&state.app, user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a chat's messages
///
/// The newest page first, each page in reading order. All branches: `parentId` tells which message
/// follows which.
#[utoipa::path(get, path = "/chat/{id}/messages", tag = "chat", operation_id = "listMessages", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat"), PageQuery), responses(
    (status = 200, description = "One page", body = Paged<MessageView>),
))]
pub async fn messages(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
    page: PageQuery,
) -> ApiResult<Json<Paged<MessageView>>> {
    let messages = chats::messages(&state.app, user.id, id, page.cursor(), page.limit()?).await?;
    Ok(Json(Paged::of(messages, chats::message_view)))
}
