//! Values of headers and variables, and grants, sealed: each for its server, its place and its name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, Utc};
use kuma_mcp::{Grant, GrantStore, GrantStoreError};
use kuma_store::{McpAddress, McpServer};
use kuma_types::UserId;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// How long one renewal of a grant may take.
const RENEWAL_SECONDS: i64 = 30;
/// How long to wait for another's renewal.
const PATIENCE: Duration = Duration::from_secs(20);

fn purpose(server: Uuid, place: &str, name: &str) -> String {
    format!("mcp_servers/{server}/{place}/{name}")
}

/// A value as it is kept.
pub(super) fn seal(app: &App, server: Uuid, place: &str, name: &str, value: &str) -> Result<String> {
    let sealed = app.sealer().seal(&purpose(server, place, name), value).map_err(AppError::internal)?;
    Ok(STANDARD.encode(sealed))
}

/// A server's headers or variables.
pub(super) fn open_all(app: &App, server: &McpServer) -> Result<Vec<(String, SecretString)>> {
    let (place, values): (_, &BTreeMap<String, String>) = match &server.address {
        McpAddress::Http { headers, .. } => ("headers", headers),
        McpAddress::Stdio { env, .. } => ("env", env),
    };
    let open = |(name, kept): (&String, &String)| -> Result<(String, SecretString)> {
        let sealed = STANDARD.decode(kept).map_err(AppError::internal)?;
        let opened = app.sealer().open(&purpose(server.id, place, name), &sealed).map_err(|error| AppError {
            source: Some(Box::new(error)),
            ..AppError::new(
                ErrorKind::Internal,
                "sealed_with_another_key",
                format!("The saved value of {name} cannot be read any more. Enter it again in Settings → MCP servers."),
            )
        })?;
        Ok((name.clone(), opened))
    };
    values.iter().map(open).collect()
}

fn grant_purpose(server: Uuid, user: UserId) -> String {
    format!("mcp_grants/{server}/{user}")
}

/// A grant as it is kept.
pub(super) fn seal_grant(app: &App, server: Uuid, user: UserId, grant: &Grant) -> Result<Vec<u8>> {
    let text = serde_json::to_string(grant).map_err(AppError::internal)?;
    app.sealer().seal(&grant_purpose(server, user), &text).map_err(AppError::internal)
}

/// One person's grant on one server.
pub(super) struct UserGrant {
    pub(super) app: App,
    pub(super) server: Uuid,
    pub(super) user: UserId,
}

#[async_trait]
impl GrantStore for UserGrant {
    async fn load(&self) -> std::result::Result<Option<Grant>, GrantStoreError> {
        let kept = self.app.store().mcp().grant(self.server, self.user).await.map_err(failed)?;
        let Some(sealed) = kept else { return Ok(None) };
        let purpose = grant_purpose(self.server, self.user);
        let text = self.app.sealer().open(&purpose, &sealed).map_err(failed)?;
        serde_json::from_str(text.expose_secret()).map(Some).map_err(failed)
    }

    async fn save(&self, grant: Grant) -> std::result::Result<(), GrantStoreError> {
        let sealed = seal_grant(&self.app, self.server, self.user, &grant).map_err(failed)?;
        self.app.store().mcp().put_grant(self.server, self.user, sealed).await.map_err(failed)
    }

    async fn lease(&self) -> std::result::Result<Box<dyn Send>, GrantStoreError> {
        let take = async {
            loop {
                let until = Utc::now() + TimeDelta::seconds(RENEWAL_SECONDS);
                let leased = self.app.store().mcp().lease_grant(self.server, self.user, until).await;
                if leased.map_err(failed)? {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let taken: std::result::Result<(), GrantStoreError> = tokio::time::timeout(PATIENCE, take)
            .await
            .map_err(|_| GrantStoreError("another process is renewing it".to_owned()))?;
        taken?;
        Ok(Box::new(Lease { app: self.app.clone(), server: self.server, user: self.user }))
    }
}

fn failed(error: impl std::fmt::Display) -> GrantStoreError {
    GrantStoreError(error.to_string())
}

/// The right to renew a grant.
struct Lease {
    app: App,
    server: Uuid,
    user: UserId,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (app, server, user) = (self.app.clone(), self.server, self.user);
        tokio::spawn(async move {
            if let Err(error) = app.store().mcp().release_grant(server, user).await {
                tracing::warn!(%error, "the right to renew a grant could not be given back; it runs out");
            }
        });
    }
}

/// The store of a person's grant, for a connection.
pub(super) fn grants(app: &App, server: Uuid, user: UserId) -> Arc<dyn GrantStore> {
    Arc::new(UserGrant { app: app.clone(), server, user })
}
