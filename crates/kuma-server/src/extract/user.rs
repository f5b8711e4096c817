//! Who asks.

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::header;
use http::request::Parts;
use kuma_app::auth::{self, Identity};
use kuma_app::keys::Scope;
use kuma_app::rows::{Role, User};
use kuma_app::{AppError, ErrorKind};

use crate::limits::Limit;
use crate::problem::ApiError;
use crate::state::ServerState;

/// Who sends a request: its token or key is valid, and they do not come too often.
async fn identity(parts: &Parts, state: &ServerState) -> Result<Identity, AppError> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let identity = auth::identify(&state.app, token.unwrap_or_default()).await?;
    let user = identity.user().id;
    state.limits.check_user(Limit::Api, user)?;
    tracing::Span::current().record("user", tracing::field::display(user));
    Ok(identity)
}

/// The user of a request whose token may be used for that. For surfaces with errors of their own.
pub async fn user_for(parts: &Parts, state: &ServerState, scope: Scope) -> Result<User, AppError> {
    identity(parts, state).await?.allowed(scope)
}

/// The signed-in user, or the owner of an API key that may do everything. Taking it is what protects a
/// route.
pub struct CurrentUser(pub User);

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Caller { user, .. } = Caller::from_request_parts(parts, state).await?;
        Ok(Self(user))
    }
}

/// The same, and whether they are here themselves: for routes of which an API key may not do all.
pub struct Caller {
    pub user: User,
    /// No program acts for them.
    pub in_person: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let state = ServerState::from_ref(state);
        let identity = identity(parts, &state).await.map_err(|error| ApiError(error).into_response())?;
        let in_person = identity.is_in_person();
        let user = identity.allowed(Scope::Full);
        user.map(|user| Self { user, in_person }).map_err(|error| ApiError(error).into_response())
    }
}

/// The signed-in user, and no program that acts for them: for what whoever finds a key must not do.
pub struct InPerson(pub User);

impl<S: Send + Sync> FromRequestParts<S> for InPerson
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let state = ServerState::from_ref(state);
        let user = identity(parts, &state).await.and_then(Identity::in_person);
        user.map(Self).map_err(|error| ApiError(error).into_response())
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
        administrator(user).map(Self).map_err(IntoResponse::into_response)
    }
}

/// The signed-in user, who is an administrator, and no program that acts for them.
pub struct AdminInPerson(pub User);

impl<S: Send + Sync> FromRequestParts<S> for AdminInPerson
where
    ServerState: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let InPerson(user) = InPerson::from_request_parts(parts, state).await?;
        administrator(user).map(Self).map_err(IntoResponse::into_response)
    }
}

fn administrator(user: User) -> Result<User, ApiError> {
    if user.role == Role::Admin {
        return Ok(user);
    }
    let detail = "Only an administrator of this server can do this.";
    Err(ApiError(AppError::new(ErrorKind::Forbidden, "admin_only", detail)))
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
