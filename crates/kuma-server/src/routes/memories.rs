//! `/memories`: what is remembered of the person who asks.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use kuma_app::memory::{self, Exported, MemoryHit, MemoryRecord, PastMemory, Saving, Settings};
use kuma_types::{ChatId, MessageId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::{CurrentUser, JsonBody, PageQuery, Paged, PathOf};
use crate::problem::{ApiError, ApiResult};
use crate::state::ServerState;

/// How many memories a search finds when nobody says.
const FOUND: usize = 10;
const MOST_FOUND: usize = 100;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, add, clear))
        .routes(routes!(search))
        .routes(routes!(export))
        .routes(routes!(settings, change_settings))
        .routes(routes!(get, edit, forget))
        .routes(routes!(history))
        .routes(routes!(undo))
        .routes(routes!(chat_setting, change_chat_setting))
}

/// One sentence about you.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Memory)]
pub struct MemoryView {
    /// Its id; the same for life.
    id: String,
    /// The sentence.
    content: String,
    /// Who wrote it down: `user` (you), `chat` (noticed in a chat) or `agent` (by its tool).
    source: &'static str,
    /// Text from outside was read when it was saved: answers that use it ask before every write.
    tainted: bool,
    /// The chat it comes from, while there is that chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_id: Option<ChatId>,
    /// The message it comes from, while there is that message.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<MessageId>,
    /// When it was first saved.
    created_at: DateTime<Utc>,
    /// When it got its present content.
    updated_at: DateTime<Utc>,
}

impl From<MemoryRecord> for MemoryView {
    fn from(memory: MemoryRecord) -> Self {
        Self {
            id: memory.id,
            content: memory.content,
            source: memory.source.as_str(),
            tainted: memory.tainted,
            chat_id: memory.chat,
            message_id: memory.message,
            created_at: memory.created_at,
            updated_at: memory.updated_at,
        }
    }
}

/// A memory, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryBody {
    /// The memory.
    memory: MemoryView,
}

/// What is left of a memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryLeftBody {
    /// What it says again; null when it is forgotten.
    #[schema(required)]
    memory: Option<MemoryView>,
}

/// What a memory shall say.
#[derive(Deserialize, ToSchema)]
pub struct MemoryContentBody {
    /// At most 1000 characters, kept on one line.
    content: String,
}

/// List my memories
///
/// Those that changed last first.
#[utoipa::path(get, path = "/memories", tag = "memories", operation_id = "listMemories", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "One page", body = Paged<MemoryView>),
))]
async fn list(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    page: PageQuery,
) -> ApiResult<Json<Paged<MemoryView>>> {
    let found = memory::list(&state.app, user.id, page.cursor(), page.limit()?).await?;
    let items = found.items.into_iter().map(MemoryView::from).collect();
    Ok(Json(Paged { items, next_cursor: found.next_cursor }))
}

/// Write a memory
#[utoipa::path(post, path = "/memories", tag = "memories", operation_id = "createMemory", security(("bearer" = [])), request_body = MemoryContentBody, responses(
    (status = 201, description = "The new memory", body = MemoryBody),
))]
async fn add(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<MemoryContentBody>,
) -> ApiResult<(StatusCode, Json<MemoryBody>)> {
    let memory = memory::add(&state.app, user.id, &body.content).await?.into();
    Ok((StatusCode::CREATED, Json(MemoryBody { memory })))
}

/// Forget everything about me
///
/// All memories with all that they ever said.
#[utoipa::path(delete, path = "/memories", tag = "memories", operation_id = "clearMemories", security(("bearer" = [])), responses(
    (status = 204, description = "Nothing is remembered"),
))]
async fn clear(State(state): State<ServerState>, CurrentUser(user): CurrentUser) -> ApiResult<StatusCode> {
    memory::clear(&state.app, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a memory
#[utoipa::path(get, path = "/memories/{id}", tag = "memories", operation_id = "getMemory", security(("bearer" = [])), params(("id" = String, Path, description = "The memory")), responses(
    (status = 200, description = "The memory", body = MemoryBody),
))]
async fn get(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<String>,
) -> ApiResult<Json<MemoryBody>> {
    Ok(Json(MemoryBody { memory: memory::get(&state.app, user.id, &id).await?.into() }))
}

/// Change a memory
///
/// What it said before is kept in its history.
#[utoipa::path(patch, path = "/memories/{id}", tag = "memories", operation_id = "updateMemory", security(("bearer" = [])), params(("id" = String, Path, description = "The memory")), request_body = MemoryContentBody, responses(
    (status = 200, description = "The changed memory", body = MemoryBody),
))]
async fn edit(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<String>,
    JsonBody(body): JsonBody<MemoryContentBody>,
) -> ApiResult<Json<MemoryBody>> {
    Ok(Json(MemoryBody { memory: memory::edit(&state.app, user.id, &id, &body.content).await?.into() }))
}

/// Forget a memory
///
/// With all that it ever said.
#[utoipa::path(delete, path = "/memories/{id}", tag = "memories", operation_id = "deleteMemory", security(("bearer" = [])), params(("id" = String, Path, description = "The memory")), responses(
    (status = 204, description = "It is forgotten"),
))]
async fn forget(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<String>,
) -> ApiResult<StatusCode> {
    memory::forget(&state.app, user.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take back what was last done to a memory
///
/// A memory that was changed says again what it said before; a new one is forgotten.
#[utoipa::path(post, path = "/memories/{id}/undo", tag = "memories", operation_id = "undoMemory", security(("bearer" = [])), params(("id" = String, Path, description = "The memory")), responses(
    (status = 200, description = "What is left of it", body = MemoryLeftBody),
))]
async fn undo(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<String>,
) -> ApiResult<Json<MemoryLeftBody>> {
    let memory = memory::undo(&state.app, user.id, &id).await?.map(MemoryView::from);
    Ok(Json(MemoryLeftBody { memory }))
}

/// What a memory said before.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastMemoryView {
    /// The sentence.
    content: String,
    /// From when.
    written_at: DateTime<Utc>,
    /// Until when.
    replaced_at: DateTime<Utc>,
}

impl From<PastMemory> for PastMemoryView {
    fn from(past: PastMemory) -> Self {
        Self { content: past.content, written_at: past.from, replaced_at: past.until }
    }
}

/// A memory's past.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryHistoryBody {
    /// The newest first.
    items: Vec<PastMemoryView>,
}

/// Read what a memory said before
#[utoipa::path(get, path = "/memories/{id}/history", tag = "memories", operation_id = "memoryHistory", security(("bearer" = [])), params(("id" = String, Path, description = "The memory")), responses(
    (status = 200, description = "Its past", body = MemoryHistoryBody),
))]
async fn history(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<String>,
) -> ApiResult<Json<MemoryHistoryBody>> {
    let past = memory::history(&state.app, user.id, &id).await?;
    Ok(Json(MemoryHistoryBody { items: past.into_iter().map(PastMemoryView::from).collect() }))
}

/// What to look for.
#[derive(Deserialize, ToSchema)]
pub struct MemorySearchBody {
    /// Words, or a question.
    query: String,
    /// How many at most, 1 to 100; 10 when none.
    limit: Option<usize>,
}

/// A memory that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemoryHit)]
pub struct HitView {
    /// How well it fits, 0 to 1.
    score: f32,
    /// The memory.
    #[serde(flatten)]
    memory: MemoryView,
}

impl From<MemoryHit> for HitView {
    fn from(hit: MemoryHit) -> Self {
        Self { score: hit.score, memory: hit.memory.into() }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryHitsBody {
    /// The best first.
    items: Vec<HitView>,
}

/// Search my memories
///
/// By words and by meaning; newer ones a little before older.
#[utoipa::path(post, path = "/memories/search", tag = "memories", operation_id = "searchMemories", security(("bearer" = [])), request_body = MemorySearchBody, responses(
    (status = 200, description = "What was found", body = MemoryHitsBody),
))]
async fn search(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<MemorySearchBody>,
) -> ApiResult<Json<MemoryHitsBody>> {
    let limit = body.limit.unwrap_or(FOUND);
    if !(1..=MOST_FOUND).contains(&limit) {
        let why = format!("A limit is a number from 1 to {MOST_FOUND}.");
        return Err(ApiError(kuma_app::AppError::field("limit", why)));
    }
    let hits = memory::search(&state.app, user.id, &body.query, limit).await?;
    Ok(Json(MemoryHitsBody { items: hits.into_iter().map(HitView::from).collect() }))
}

/// A memory with its past.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMemoryView {
    /// The memory.
    #[serde(flatten)]
    memory: MemoryView,
    /// What it said before, the newest first.
    history: Vec<PastMemoryView>,
}

impl From<Exported> for ExportedMemoryView {
    fn from(exported: Exported) -> Self {
        let history = exported.history.into_iter().map(PastMemoryView::from).collect();
        Self { memory: exported.memory.into(), history }
    }
}

/// All memories.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemoryExportBody {
    /// When they were read.
    exported_at: DateTime<Utc>,
    /// Those that changed last first.
    memories: Vec<ExportedMemoryView>,
}

/// Export my memories
///
/// All of them with their past, as a file.
#[utoipa::path(get, path = "/memories/export", tag = "memories", operation_id = "exportMemories", security(("bearer" = [])), responses(
    (status = 200, description = "A JSON file", body = MemoryExportBody),
))]
async fn export(State(state): State<ServerState>, CurrentUser(user): CurrentUser) -> ApiResult<Response> {
    let all = memory::export(&state.app, user.id).await?;
    let memories = all.into_iter().map(ExportedMemoryView::from).collect();
    let file = "attachment; filename=\"kuma-memories.json\"";
    let body = MemoryExportBody { exported_at: Utc::now(), memories };
    Ok(([(header::CONTENT_DISPOSITION, file)], Json(body)).into_response())
}

/// How memory works for you.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MemorySettings)]
pub struct SettingsView {
    /// Nothing is saved and nothing recalled.
    paused: bool,
    /// Where memories are kept: `built-in` or `Supermemory`.
    service: &'static str,
    /// `noticed`: what you say of yourself in chats is saved. `asked`: only what you ask to have remembered,
    /// because no model of this server can tell the rest.
    saving: &'static str,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        let saving = match settings.saving {
            Saving::Noticed => "noticed",
            Saving::Asked => "asked",
        };
        Self { paused: settings.paused, service: settings.service, saving }
    }
}

/// The settings, wrapped.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemorySettingsBody {
    /// The settings.
    settings: SettingsView,
}

/// Read how memory works for me
#[utoipa::path(get, path = "/memories/settings", tag = "memories", operation_id = "memorySettings", security(("bearer" = [])), responses(
    (status = 200, description = "The settings", body = MemorySettingsBody),
))]
async fn settings(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
) -> ApiResult<Json<MemorySettingsBody>> {
    Ok(Json(MemorySettingsBody { settings: memory::settings(&state.app, user.id).await?.into() }))
}

/// What to change.
#[derive(Deserialize, ToSchema)]
pub struct ChangeMemorySettings {
    /// Pause memory, or go on.
    paused: bool,
}

/// Pause memory, or go on
///
/// While it is paused nothing is saved and nothing recalled; what is remembered stays.
#[utoipa::path(patch, path = "/memories/settings", tag = "memories", operation_id = "updateMemorySettings", security(("bearer" = [])), request_body = ChangeMemorySettings, responses(
    (status = 200, description = "The settings", body = MemorySettingsBody),
))]
async fn change_settings(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<ChangeMemorySettings>,
) -> ApiResult<Json<MemorySettingsBody>> {
    Ok(Json(MemorySettingsBody {
        settings: memory::set_paused(&state.app, user.id, body.paused).await?.into(),
    }))
}

/// Whether memory is on in a chat.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatMemoryBody {
    /// Whether answers of this chat use memories and what is said in it is remembered.
    enabled: bool,
}

/// Read whether memory is on in a chat
#[utoipa::path(get, path = "/chat/{id}/memory", tag = "memories", operation_id = "chatMemory", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat")), responses(
    (status = 200, description = "Whether it is on", body = ChatMemoryBody),
))]
async fn chat_setting(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
) -> ApiResult<Json<ChatMemoryBody>> {
    Ok(Json(ChatMemoryBody { enabled: memory::chat_setting(&state.app, user.id, id).await? }))
}

/// Switch memory on or off in a chat
#[utoipa::path(patch, path = "/chat/{id}/memory", tag = "memories", operation_id = "updateChatMemory", security(("bearer" = [])), params(("id" = ChatId, Path, description = "The chat")), request_body = ChatMemoryBody, responses(
    (status = 200, description = "Whether it is on", body = ChatMemoryBody),
))]
async fn change_chat_setting(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<ChatId>,
    JsonBody(body): JsonBody<ChatMemoryBody>,
) -> ApiResult<Json<ChatMemoryBody>> {
    Ok(Json(ChatMemoryBody { enabled: memory::set_chat(&state.app, user.id, id, body.enabled).await? }))
}
