//! Signing up, in and out; profile, password, farewell.

use chrono::Utc;
use kuma_store::{NewAudit, NewUser, Role, StoreError, User, UserPatch};
use kuma_types::UserId;
use serde_json::{Value, json};

use super::validate;
use crate::App;
use crate::config::Signup;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// Preferences are the web app's; this bounds them.
const PREFERENCES_MAX_BYTES: usize = 16 * 1024;

/// A signed-in user and their token.
pub struct Session {
    /// For the `Authorization` header.
    pub token: String,
    /// Whose it is.
    pub user: User,
}

fn session(app: &App, user: User) -> Result<Session> {
    Ok(Session { token: app.tokens().issue(&user, Utc::now())?, user })
}

/// Creates an account; the first one becomes the administrator's.
pub async fn signup(app: &App, email: &str, password: &str, name: &str) -> Result<Session> {
    // The first account is always allowed: a server that nobody can enter helps nobody.
    if app.signup_mode().await? != Signup::Open && app.store().users().any_exist().await? {
        return Err(AppError::new(
            ErrorKind::Forbidden,
            "signup_closed",
            "New accounts are closed on this server. Ask its administrator for one.",
        ));
    }
    let user = create(app, email, password, name, None).await?;
    tracing::info!(user = %user.id, role = user.role.as_str(), "account created");
    session(app, user)
}

async fn create(app: &App, email: &str, password: &str, name: &str, role: Option<Role>) -> Result<User> {
    let mut errors = FieldErrors::default();
    let email = validate::email(email, &mut errors);
    let name = validate::name(name, &mut errors);
    validate::password("password", password, &mut errors);
    errors.finish()?;
    let password = app.passwords().hash(password.to_owned()).await?;
    let id = UserId::new();
    match app.store().users().create(NewUser { id, email, name, password, role }).await {
        Ok(user) => Ok(user),
        Err(StoreError::Conflict(_)) => Err(AppError::new(
            ErrorKind::Conflict,
            "email_taken",
            "There is an account with this email already. Sign in instead.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Signs in. One message, in about one time, for a wrong address and a wrong password.
pub async fn login(app: &App, email: &str, password: &str) -> Result<Session> {
    let email = email.trim().to_lowercase();
    let user = app.store().users().by_email(&email).await?;
    let hash = user.as_ref().map(|user| user.password.clone());
    let fits = app.passwords().verify(password.to_owned(), hash).await?;
    match user {
        Some(user) if fits => session(app, user),
        _ => Err(AppError::new(ErrorKind::Unauthorized, "bad_credentials", "Email or password is wrong.")),
    }
}

/// Changes what a user says of themselves.
pub async fn update_profile(
    app: &App,
    user: &User,
    name: Option<&str>,
    preferences: Option<Value>,
) -> Result<User> {
    let mut errors = FieldErrors::default();
    let name = name.map(|name| validate::name(name, &mut errors));
    if let Some(preferences) = &preferences {
        if !preferences.is_object() {
            errors.add("preferences", "Preferences are a JSON object.");
        } else if preferences.to_string().len() > PREFERENCES_MAX_BYTES {
            errors.add("preferences", format!("Preferences take at most {PREFERENCES_MAX_BYTES} bytes."));
        }
    }
    errors.finish()?;
    Ok(app.store().users().update(user.id, UserPatch { name, preferences }).await?)
}

/// Sets a new password; every earlier token stops working.
pub async fn change_password(app: &App, user: &User, current: &str, new: &str) -> Result<()> {
    let mut errors = FieldErrors::default();
    validate::password("newPassword", new, &mut errors);
    if !app.passwords().verify(current.to_owned(), Some(user.password.clone())).await? {
        errors.add("currentPassword", "This is not your current password.");
    }
    errors.finish()?;
    let hash = app.passwords().hash(new.to_owned()).await?;
    app.store().users().set_password(user.id, &hash).await?;
    audit(app, Some(user.id), "auth.password_changed", user.id).await
}

/// Ends every session.
pub async fn sign_out_everywhere(app: &App, user: &User) -> Result<()> {
    app.store().users().bump_token_version(user.id).await?;
    audit(app, Some(user.id), "auth.signed_out_everywhere", user.id).await
}

/// Erases the user and all that they own. Asks for the password once more.
pub async fn delete_account(app: &App, user: &User, password: &str) -> Result<()> {
    if !app.passwords().verify(password.to_owned(), Some(user.password.clone())).await? {
        return Err(AppError::field("password", "This is not your password."));
    }
    crate::chats::stop_all(app, user.id).await?;
    // Their files are noted in the same transaction and removed by `files::keep_erased`.
    app.store().users().delete(user.id).await?;
    app.erase_now().notify_one();
    tracing::info!(user = %user.id, "account erased");
    // The record keeps that it happened, and nothing of the person.
    audit(app, None, "auth.account_erased", user.id).await
}

/// Creates an account from the shell.
pub async fn create_by_operator(
    app: &App,
    email: &str,
    password: &str,
    name: &str,
    role: Role,
) -> Result<User> {
    let user = create(app, email, password, name, Some(role)).await?;
    audit(app, None, "operator.user_created", user.id).await?;
    Ok(user)
}

/// Sets somebody's password from the shell; their sessions end.
pub async fn set_password_by_operator(app: &App, email: &str, password: &str) -> Result<()> {
    let user = by_email(app, email).await?;
    let mut errors = FieldErrors::default();
    validate::password("password", password, &mut errors);
    errors.finish()?;
    let hash = app.passwords().hash(password.to_owned()).await?;
    app.store().users().set_password(user.id, &hash).await?;
    audit(app, None, "operator.password_set", user.id).await
}

/// Sets somebody's role from the shell.
pub async fn set_role_by_operator(app: &App, email: &str, role: Role) -> Result<()> {
    let user = by_email(app, email).await?;
    app.store().users().set_role(user.id, role).await?;
    audit(app, None, "operator.role_set", user.id).await
}

async fn by_email(app: &App, email: &str) -> Result<User> {
    let email = email.trim().to_lowercase();
    let user = app.store().users().by_email(&email).await?;
    user.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "not_found", "There is no account with this email.")
    })
}

async fn audit(app: &App, actor: Option<UserId>, action: &str, subject: UserId) -> Result<()> {
    let entry = NewAudit {
        user_id: actor,
        action: action.to_owned(),
        subject: Some(subject.to_string()),
        details: json!({}),
    };
    Ok(app.store().audit().add(entry).await?)
}
