//! Who sends a request.

use kuma_store::User;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// The user whose valid token this is. One answer for every way in which it is not, 401.
pub async fn authenticate(app: &App, token: &str) -> Result<User> {
    let over = || {
        AppError::new(
            ErrorKind::Unauthorized,
            "session_over",
            "You are not signed in, or your session has ended. Sign in again; what you typed is kept.",
        )
    };
    let claims = app.tokens().read(token).ok_or_else(over)?;
    let user = match app.store().users().get(claims.user_id).await {
        Ok(user) => user,
        Err(kuma_store::StoreError::NotFound) => return Err(over()),
        Err(error) => return Err(error.into()),
    };
    if user.token_version == claims.ver { Ok(user) } else { Err(over()) }
}
