//! Decisions about calls that wait for a person.

use axum::extract::State;
use http::StatusCode;
use kuma_app::chats;
use kuma_app::error::FieldErrors;
use kuma_types::{Decision, JobId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::{CurrentUser, JsonBody, PathOf};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// Longest reason, in characters.
const REASON_MAX_CHARS: usize = 2_000;

/// What can be decided.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionWord {
    /// Make the call.
    Approve,
    /// Do not.
    Deny,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionBody {
    /// Whether the call is made.
    decision: DecisionWord,
    /// Approved: what to call it with instead of the model's arguments.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    arguments: Option<Value>,
    /// Denied: why, for the model.
    #[serde(default)]
    reason: Option<String>,
    /// Approved: this tool need not ask any more, except in runs that have read text from outside.
    #[serde(default)]
    remember: bool,
}

/// Decide about a call
///
/// The run goes on when nothing else of it waits.
#[utoipa::path(post, path = "/chat/jobs/{jobId}/approvals/{callId}", tag = "chat", operation_id = "decide", security(("bearer" = [])),
    params(("jobId" = JobId, Path, description = "The run"), ("callId" = String, Path, description = "The call that waits")),
    request_body = DecisionBody, responses(
    (status = 202, description = "It is decided"),
))]
pub async fn decide(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf((job, call)): PathOf<(JobId, String)>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> ApiResult<StatusCode> {
    let mut errors = FieldErrors::default();
    if body.reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_MAX_CHARS) {
        errors.add("reason", format!("A reason has at most {REASON_MAX_CHARS} characters."));
    }
    if body.arguments.as_ref().is_some_and(|arguments| !arguments.is_object()) {
        errors.add("arguments", "The arguments of a call are an object.");
    }
    errors.finish()?;
    let decision = match body.decision {
        DecisionWord::Approve => Decision::Approve { arguments: body.arguments },
        DecisionWord::Deny => {
            Decision::Deny { reason: body.reason.filter(|reason| !reason.trim().is_empty()) }
        }
    };
    chats::decide(&state.app, &user, job, &call, decision, body.remember).await?;
    Ok(StatusCode::ACCEPTED)
}
