//! `/v1`: the part of OpenAI's API that existing programs need, in OpenAI's own form, errors too.
//!
//! Agents are models, by their names; so are the models of all providers, by `provider/model`. Nothing
//! is kept of what is asked here: see `kuma_app::direct`. What is honoured, what is refused and what
//! is ignored is written down in docs/API-COMPAT.md.

mod error;
mod reply;
mod request;

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::Bytes};
use http::request::Parts;
use http::{HeaderMap, header};
use kuma_app::AppError;
use kuma_app::direct::{self, Answerer};
use kuma_app::keys::Scope;
use kuma_app::rows::User;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::extract::user_for;
use crate::limits::Limit;
use crate::state::ServerState;
use error::{ErrorBody, OpenAiError};

/// A conversation with some pictures in it.
const BODY_MAX_BYTES: usize = 24 * 1024 * 1024;

/// As the document shows it.
pub fn outside_documented() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().nest(
        "/v1",
        OpenApiRouter::new().routes(routes!(models)).routes(routes!(model)).routes(routes!(completions)),
    )
}

/// The routes, with OpenAI's errors for all that is not there.
pub fn outside() -> Router<ServerState> {
    let (router, _) = OpenApiRouter::new()
        .routes(routes!(models))
        .routes(routes!(model))
        .routes(routes!(completions))
        .split_for_parts();
    let router = router
        .fallback(async || OpenAiError::unknown_address())
        .method_not_allowed_fallback(async || OpenAiError::wrong_method())
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES));
    Router::new().nest("/v1", router)
}

/// Who asks: the owner of an API key for answers, or somebody who is signed in.
struct Caller(User);

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    ServerState: FromRef<S>,
{
    type Rejection = OpenAiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, OpenAiError> {
        let state = ServerState::from_ref(state);
        Ok(Self(user_for(parts, &state, Scope::Chat).await?))
    }
}

/// Something that answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
struct ModelObject {
    /// An agent's name, or `provider/model`.
    id: String,
    /// Always `model`.
    object: &'static str,
    /// Seconds since 1970; 0 where it is not known.
    created: u64,
    /// `kuma` for agents, the provider's name for models.
    owned_by: String,
}

impl From<Answerer> for ModelObject {
    fn from(answerer: Answerer) -> Self {
        Self { id: answerer.id, object: "model", created: answerer.created, owned_by: answerer.owner }
    }
}

/// All that answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiModels)]
struct ModelsObject {
    /// Always `list`.
    object: &'static str,
    /// Agents first, the default one in front.
    data: Vec<ModelObject>,
}

/// List who answers
///
/// The agents that can be chosen, by name, then the models of all providers, by `provider/model`.
#[utoipa::path(get, path = "/models", tag = "openai", operation_id = "openaiListModels", security(("bearer" = [])), responses(
    (status = 200, description = "All of them", body = ModelsObject),
    (status = "default", description = "What went wrong", body = ErrorBody),
))]
async fn models(
    State(state): State<ServerState>,
    Caller(_): Caller,
) -> Result<Json<ModelsObject>, OpenAiError> {
    let all = direct::answerers(&state.app).await?;
    Ok(Json(ModelsObject { object: "list", data: all.into_iter().map(ModelObject::from).collect() }))
}

/// Look one up
///
/// The slash of `provider/model` is written `%2F`.
#[utoipa::path(get, path = "/models/{id}", tag = "openai", operation_id = "openaiGetModel", security(("bearer" = [])), params(("id" = String, Path, description = "An agent's name or a model's id")), responses(
    (status = 200, description = "It is there", body = ModelObject),
    (status = "default", description = "What went wrong", body = ErrorBody),
))]
async fn model(
    State(state): State<ServerState>,
    Caller(_): Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ModelObject>, OpenAiError> {
    let Path(id) = id.map_err(|_| AppError::not_found("model"))?;
    Ok(Json(direct::answerer(&state.app, &id).await?.into()))
}

/// Have a conversation answered
///
/// The conversation is the caller's: nothing is kept here but the cost. With an agent's name as the model
/// the agent's instructions come first, and Kuma's own tools that only read run on the server, unless the
/// caller brings tools or says `"tool_choice": "none"`. A caller's tools are passed to the model and its
/// calls given back. The answer stops when the connection is closed.
#[utoipa::path(post, path = "/chat/completions", tag = "openai", operation_id = "openaiChatCompletions", security(("bearer" = [])),
    request_body = request::Body,
    responses(
        (status = 200, description = "The answer: whole, or with `stream` as `data:` lines of chunks that end with `[DONE]`", content(
            (reply::Completion = "application/json"), (String = "text/event-stream"))),
        (status = "default", description = "What went wrong", body = ErrorBody),
    ))]
async fn completions(
    State(state): State<ServerState>,
    Caller(user): Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OpenAiError> {
    state.limits.check_user(Limit::Chat, user.id)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(OpenAiError::wrong_media());
    }
    let body = body.map_err(|error| OpenAiError::unreadable(&error))?;
    let asked = request::read(&body)?;
    let head = reply::Head::new(asked.question.model.clone(), asked.one_call);
    let answer = direct::ask(&state.app, &user, asked.question).await?;
    if asked.stream {
        reply::streamed(head, answer, asked.include_usage).await
    } else {
        Ok(Json(reply::whole(head, answer).await?).into_response())
    }
}
