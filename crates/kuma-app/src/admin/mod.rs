//! For administrators and operators: settings, users, runs, the queue, the audit log, readiness, figures.

mod figures;
mod jobs;
mod ready;

use kuma_store::{AuditEntry, NewAudit, Page, Role, Stats, User};
use kuma_types::UserId;
use serde_json::{Value, json};

use crate::App;
use crate::config::Signup;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};
use crate::mcp;

pub use figures::keep_figures;
pub use jobs::{JobDetails, QueueView, cancel_job, drop_job, job, jobs, queue, retry_job};
pub use ready::{QueueState, Readiness, readiness};

/// What an administrator can set while the server runs.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// `provider/model` for chats; none: the best there is.
    pub default_model: Option<String>,
    /// `provider/model` for titles and summaries; none: a cheap one of the same provider.
    pub small_model: Option<String>,
    /// Who may sign up.
    pub signup: Signup,
}

/// A change of settings; an empty text goes back to the default.
#[derive(Debug, Default)]
pub struct SettingsChange {
    /// See [`ServerSettings::default_model`].
    pub default_model: Option<String>,
    /// See [`ServerSettings::small_model`].
    pub small_model: Option<String>,
    /// See [`ServerSettings::signup`].
    pub signup: Option<String>,
}

/// The settings as they are.
pub async fn settings(app: &App) -> Result<ServerSettings> {
    let set = app.store().settings().all().await?;
    let text = |key: &str| set.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(ServerSettings {
        default_model: text("defaultModel").or_else(|| app.config().default_model.clone()),
        small_model: text("smallModel").or_else(|| app.config().small_model.clone()),
        signup: app.signup_mode().await?,
    })
}

/// Changes settings.
pub async fn update_settings(app: &App, admin: &User, change: SettingsChange) -> Result<ServerSettings> {
    let mut errors = FieldErrors::default();
    for (field, model) in [("defaultModel", &change.default_model), ("smallModel", &change.small_model)] {
        if let Some(id) = model.as_deref().filter(|id| !id.is_empty())
            && app.models().resolve(id).is_none()
        {
            errors.add(field, format!("There is no model {id:?}. GET /api/models lists them."));
        }
    }
    if change.signup.as_deref().is_some_and(|mode| Signup::parse(mode).is_none()) {
        errors.add("signup", "One of open, invite, closed.");
    }
    errors.finish()?;
    let settings = app.store().settings();
    for (key, value) in [
        ("defaultModel", change.default_model),
        ("smallModel", change.small_model),
        ("signup", change.signup),
    ] {
        let Some(value) = value else { continue };
        settings.set(key, (!value.is_empty()).then(|| Value::from(value.clone()))).await?;
        audit(app, admin, "settings.changed", Some(key), json!({ "value": value })).await?;
    }
    crate::models::reload(app).await?;
    self::settings(app).await
}

/// One page of the accounts.
pub async fn users(app: &App, cursor: Option<&str>, limit: u32) -> Result<Page<User>> {
    Ok(app.store().users().list(cursor, limit).await?)
}

/// Gives a user another role. The last administrator stays one.
pub async fn set_role(app: &App, admin: &User, user: UserId, role: Role) -> Result<User> {
    if user == admin.id && role != Role::Admin {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "own_role",
            "You cannot take the administrator's role from yourself. Another administrator can.",
        ));
    }
    app.store().users().set_role(user, role).await?;
    if role != Role::Admin {
        mcp::stop_programs(app, user).await?;
    }
    audit(app, admin, "user.role", Some(&user.to_string()), json!({ "role": role.as_str() })).await?;
    Ok(app.store().users().get(user).await?)
}

/// One page of the audit log.
pub async fn audit_log(app: &App, cursor: Option<&str>, limit: u32) -> Result<Page<AuditEntry>> {
    Ok(app.store().audit().list(cursor, limit).await?)
}

/// How much there is of everything.
pub async fn stats(app: &App) -> Result<Stats> {
    Ok(app.store().stats().await?)
}

async fn audit(app: &App, admin: &User, action: &str, subject: Option<&str>, details: Value) -> Result<()> {
    let entry = NewAudit {
        user_id: Some(admin.id),
        action: action.to_owned(),
        subject: subject.map(str::to_owned),
        details,
    };
    Ok(app.store().audit().add(entry).await?)
}
