//! Logging in at servers that ask for it: the person's browser goes there and comes back with a code.
//!
//! Anybody can be led to the address where browsers come back, with anybody's code. So that address does nothing but
//! hand what was brought to the web app, which ends the login as the person who is signed in there; and a login is
//! ended by the person who began it, or by nobody.

use chrono::{TimeDelta, Utc};
use kuma_mcp::{Callback, Identity, McpError, McpErrorKind, PendingLogin};
use kuma_store::{McpAddress, McpLogin, User};
use kuma_types::UserId;
use secrecy::ExposeSecret as _;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;
use uuid::Uuid;

use super::{secrets, servers};
use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// How long a person may take to log in.
const MINUTES: i64 = 15;
/// The longest of what a browser brings back, in bytes.
const LONGEST: usize = 8 * 1024;
/// How long a login server may take to take a grant back.
const REVOKE: Duration = Duration::from_secs(5);

/// What the browser brought back.
#[derive(Clone, Default)]
pub struct CallbackQuery {
    /// The code, when the person agreed.
    pub code: Option<String>,
    /// The state that the login was begun with.
    pub state: Option<String>,
    /// Who says that they sent it.
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// Begins a login; gives the address for the person's browser.
pub async fn begin_login(app: &App, user: &User, id: Uuid) -> Result<String> {
    let server = app.store().mcp().get(user.id, id).await.map_err(servers::not_found)?;
    let McpAddress::Http { url, .. } = &server.address else {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "no_login",
            "A program on this server needs no login. What it needs goes into its variables.",
        ));
    };
    let challenge = server.challenge.as_deref().filter(|challenge| !challenge.is_empty());
    let begun = app.mcp().connector().begin_login(url, challenge, &identity(app)).await;
    let (address, state, pending) = begun.map_err(|error| upstream(&error))?;
    let kept = serde_json::to_string(&pending).map_err(AppError::internal)?;
    let sealed = app.sealer().seal(&purpose(&state), &kept).map_err(AppError::internal)?;
    let login = McpLogin { server: id, user: user.id, sealed };
    app.store().mcp().begin_login(&digest(&state), login, Utc::now() + TimeDelta::minutes(MINUTES)).await?;
    Ok(address)
}

/// Where a browser that comes back goes on to: the web app's page that ends the login. Nothing is looked at here.
pub fn login_page(app: &App, query: &CallbackQuery) -> String {
    let page = format!("{}/settings/mcp/login", app.config().mcp.frontend_url);
    let brought = [
        ("code", query.code.as_deref()),
        ("state", query.state.as_deref()),
        ("iss", query.iss.as_deref()),
        ("error", query.error.as_deref()),
    ];
    let brought = brought.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let brought = brought.filter(|(_, value)| value.len() <= LONGEST);
    url::Url::parse_with_params(&page, brought).map_or(page, Into::into)
}

/// Ends a login that the user began; gives its server. Whoever else brings it ends it for good, and nothing is kept.
pub async fn finish_login(app: &App, user: &User, query: CallbackQuery) -> Result<super::McpServerView> {
    let expired = || {
        AppError::new(
            ErrorKind::NotFound,
            "login_expired",
            "This login took too long or was used before. Begin it again in Settings → MCP servers.",
        )
    };
    let state = query.state.filter(|state| state.len() <= 512).ok_or_else(expired)?;
    let login = app.store().mcp().take_login(&digest(&state)).await?.ok_or_else(expired)?;
    if login.user != user.id {
        tracing::warn!(server = %login.server, "a login at an MCP server was brought back by somebody who did not begin it");
        return Err(AppError::new(
            ErrorKind::Forbidden,
            "login_of_another",
            "Another account began this login, so it was stopped and nothing was changed. If you want to use the server, begin your own login in Settings → MCP servers.",
        ));
    }
    let Some(code) = query.code.filter(|code| query.error.is_none() && code.len() <= LONGEST) else {
        return Err(AppError::new(
            ErrorKind::Forbidden,
            "login_denied",
            "You did not let Kuma in, so nothing was changed.",
        ));
    };
    let opened = app.sealer().open(&purpose(&state), &login.sealed).map_err(AppError::internal)?;
    let pending: PendingLogin = serde_json::from_str(opened.expose_secret()).map_err(AppError::internal)?;
    let server = app.store().mcp().get(user.id, login.server).await.map_err(servers::not_found)?;
    let McpAddress::Http { url, .. } = &server.address else { return Err(expired()) };
    let callback = Callback { code, state, issuer: query.iss };
    let finished = app.mcp().connector().finish_login(url, pending, &callback).await;
    let grant = finished.map_err(|error| upstream(&error))?;
    let sealed = secrets::seal_grant(app, server.id, user.id, &grant)?;
    app.store().mcp().put_grant(server.id, user.id, sealed).await?;
    servers::audit(app, user, "mcp.logged_in", &server, json!({})).await?;
    // Whether it can be used is told by its status.
    drop(app.mcp().ready(app, &server, user.id).await?);
    servers::seen(app, user, server.id).await
}

/// Has the login servers take back all that a person granted, before their account goes.
pub(crate) async fn revoke_all(app: &App, user: UserId) -> Result<()> {
    let granted = app.store().mcp().granted(user).await?;
    futures::future::join_all(granted.into_iter().map(|server| revoke(app, server, user))).await;
    Ok(())
}

/// Has the login server take back what a person granted. What is kept here goes in any case, so a login server that
/// is away is told nothing and keeps nobody waiting.
pub(super) async fn revoke(app: &App, server: Uuid, user: UserId) {
    let grant = match secrets::grants(app, server, user).load().await {
        Ok(Some(grant)) => grant,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%server, %error, "a grant cannot be read and is not revoked"),
    };
    match tokio::time::timeout(REVOKE, app.mcp().connector().revoke(&grant)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%server, kind = ?error.kind, "a grant could not be revoked"),
        Err(_) => tracing::warn!(%server, "a grant could not be revoked in time"),
    }
}

/// Takes back what the user granted on a server.
pub async fn log_out(app: &App, user: &User, id: Uuid) -> Result<super::McpServerView> {
    let server = app.store().mcp().get(user.id, id).await.map_err(servers::not_found)?;
    revoke(app, id, user.id).await;
    if !app.store().mcp().delete_grant(id, user.id).await? {
        return Err(AppError::not_found("login"));
    }
    app.mcp().forget(id).await;
    servers::audit(app, user, "mcp.logged_out", &server, json!({})).await?;
    servers::seen(app, user, id).await
}

fn identity(app: &App) -> Identity {
    let public = &app.config().mcp.public_url;
    Identity {
        redirect_uri: format!("{public}/api/mcp/callback"),
        client_name: "Kuma".to_owned(),
        metadata_url: public.starts_with("https://").then(|| format!("{public}/mcp-client.json")),
    }
}

/// What Kuma is to login servers that read who their clients are: the document at `/mcp-client.json`.
pub fn client_metadata(app: &App) -> serde_json::Value {
    let identity = identity(app);
    json!({
        "client_id": format!("{}/mcp-client.json", app.config().mcp.public_url),
        "client_name": identity.client_name,
        "client_uri": app.config().mcp.frontend_url,
        "redirect_uris": [identity.redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
    })
}

fn purpose(state: &str) -> String {
    format!("mcp_logins/{}", digest(state))
}

/// The state is as good as a password for a moment: the table does not hold it.
fn digest(state: &str) -> String {
    Sha256::digest(state).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn upstream(error: &McpError) -> AppError {
    let kind = match error.kind {
        McpErrorKind::Refused => return AppError::field("url", error.sentence.clone()),
        McpErrorKind::TimedOut => ErrorKind::UpstreamTimeout,
        _ => ErrorKind::Upstream,
    };
    AppError::new(kind, "login_failed", error.sentence.clone())
}
