//! Who asks.

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::header;
use http::request::Parts;
use kuma_app::rows::{Role, User};
use kuma_app::{AppError, ErrorKind, auth};

use crate::limits::Limit;
use crate::problem::ApiError;
use crate::state::ServerState;

/// The signed-in user. Taking it is what protects a route.
pub struct CurrentUser(pub User);

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let state = ServerState::from_ref(state);
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let user = auth::authenticate(&state.app, token.unwrap_or_default())
            .await
            .map_err(|error| ApiError(error).into_response())?;
        state.limits.check_user(Limit::Api, user.id).map_err(|error| ApiError(error).into_response())?;
        tracing::Span::current().record("user", tracing::field::display(user.id));
        Ok(Self(user))
    }
}

/// The signed-in user, who is an administrator.
pub struct Admin(pub User);

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        if user.role == Role::Admin {
            return Ok(Self(user));
        }
        let detail = "Only an administrator of this server can do this.";
        Err(ApiError(AppError::new(ErrorKind::Forbidden, "admin_only", detail)).into_response())
    }
}

/// The number of the last event that a reader has, from `Last-Event-ID`; 0 when none.
pub struct LastEventId(pub u64);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let Some(value) = parts.headers.get("last-event-id") else { return Ok(Self(0)) };
        let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
        number.map(Self).ok_or_else(|| {
            ApiError(AppError::field("Last-Event-ID", "This is the number of an event.")).into_response()
        })
    }
}
