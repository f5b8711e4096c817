//! Who sends a request, and what with: a session's token or an API key.

use kuma_store::{StoreError, User};
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};
use crate::keys::{self, Scope};

/// Somebody who is known.
#[derive(Clone, Debug)]
pub struct Identity {
    user: User,
    key: Option<Key>,
}

/// The key that somebody is known by.
#[derive(Clone, Debug)]
struct Key {
    id: Uuid,
    scopes: Vec<Scope>,
}

impl Identity {
    /// Who it is, whatever they may do here.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Whether they are signed in themselves and no program acts for them.
    pub fn is_in_person(&self) -> bool {
        self.key.is_none()
    }

    /// The API key's id; none for a session.
    pub fn key_id(&self) -> Option<Uuid> {
        self.key.as_ref().map(|key| key.id)
    }

    /// The user, if this token may be used for that. A session may be used for everything. 403.
    pub fn allowed(self, wanted: Scope) -> Result<User> {
        match &self.key {
            Some(key) if !key.scopes.iter().any(|scope| scope.covers(wanted)) => Err(AppError::new(
                ErrorKind::Forbidden,
                "key_scope",
                format!(
                    "This API key may not be used here: that takes a key with the scope \"{}\". Make one in Settings → API keys.",
                    wanted.as_str()
                ),
            )),
            _ => Ok(self.user),
        }
    }

    /// The user, if they are signed in themselves and no program acts for them. 403.
    pub fn in_person(self) -> Result<User> {
        match self.key {
            None => Ok(self.user),
            Some(_) => Err(AppError::new(
                ErrorKind::Forbidden,
                "session_only",
                "An API key cannot do this. Sign in and do it there.",
            )),
        }
    }
}

/// Whose token or key this is. One answer for every way in which a token is no good, one for keys; 401.
pub async fn identify(app: &App, token: &str) -> Result<Identity> {
    if keys::looks_like_one(token) {
        let (key, scopes) = keys::find(app, token).await?;
        // A key goes with its owner.
        let user = match app.store().users().get(key.user_id).await {
            Err(StoreError::NotFound) => return Err(keys::no_good()),
            found => found?,
        };
        return Ok(Identity { user, key: Some(Key { id: key.id, scopes }) });
    }
    let over = || {
        AppError::new(
            ErrorKind::Unauthorized,
            "session_over",
            "You are not signed in, or your session has ended. Sign in again; what you typed is kept.",
        )
    };
    let claims = app.tokens().read(token).ok_or_else(over)?;
    let user = match app.store().users().get(claims.user_id).await {
        Err(StoreError::NotFound) => return Err(over()),
        found => found?,
    };
    if user.token_version == claims.ver { Ok(Identity { user, key: None }) } else { Err(over()) }
}
