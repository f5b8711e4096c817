//! Logging in at servers that ask for it: discovery, registration, PKCE, and the renewal of what was granted.
//!
//! The protocol is the library's; kept are a [`PendingLogin`] between the two halves, which may happen in two
//! processes, and a [`Grant`] afterwards. Both hold secrets and are sealed by the caller.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::auth::{
    AuthError, AuthorizationManager, AuthorizationMetadata, CredentialRefreshGuard, CredentialStore,
    InMemoryCredentialStore, InMemoryStateStore, OAuthClientConfig, OAuthHttpClient, StateStore,
    StoredAuthorizationState, StoredCredentials,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::{McpError, McpErrorKind};
use crate::http_client::Guarded;

/// Who Kuma is to a login server.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Where the person's browser comes back to.
    pub redirect_uri: String,
    /// The name that the person is shown.
    pub client_name: String,
    /// Where Kuma describes itself, when that is an https address that others can reach.
    pub metadata_url: Option<String>,
}

/// The client that a login server knows Kuma as.
#[derive(Clone, Serialize, Deserialize)]
struct Client {
    id: String,
    secret: Option<String>,
}

/// A login that was begun.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingLogin {
    state: StoredAuthorizationState,
    client: Client,
    scopes: Vec<String>,
    redirect_uri: String,
    challenge: Option<String>,
    issuer: Option<String>,
}

/// What a person granted on a server.
#[derive(Clone, Serialize, Deserialize)]
pub struct Grant {
    client: Client,
    credentials: StoredCredentials,
    metadata: AuthorizationMetadata,
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingLogin(…)")
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Grant(…)")
    }
}

/// What the browser brought back.
#[derive(Clone)]
pub struct Callback {
    /// The code that is exchanged for tokens.
    pub code: String,
    /// The state that the login was begun with.
    pub state: String,
    /// Who says that they sent it.
    pub issuer: Option<String>,
}

/// The store of grants cannot be used right now; why, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GrantStoreError(pub String);

/// Keeps one person's grant on one server.
#[async_trait]
pub trait GrantStore: Send + Sync {
    /// What was granted.
    async fn load(&self) -> Result<Option<Grant>, GrantStoreError>;

    /// Keeps what was renewed.
    async fn save(&self, grant: Grant) -> Result<(), GrantStoreError>;

    /// Waits for the right to renew: one renewal at a time, among all processes. Given back when
    /// what it gives is dropped.
    async fn lease(&self) -> Result<Box<dyn Send>, GrantStoreError>;
}

/// Begins a login; gives the address for the person's browser and the state it will come back with.
pub(crate) async fn begin(
    http: Arc<dyn OAuthHttpClient>,
    url: &Url,
    challenge: Option<&str>,
    identity: &Identity,
) -> Result<(String, String, PendingLogin), McpError> {
    let host = url.host_str().unwrap_or_default();
    let failed = |error: AuthError| McpError::of_auth(&error, host);
    let mut manager =
        AuthorizationManager::new_with_oauth_http_client(url.as_str(), http).await.map_err(failed)?;
    let states = InMemoryStateStore::new();
    manager.set_state_store(states.clone());
    let found = manager.resolve_metadata_from_challenge(challenge).await.map_err(failed)?;
    let metadata = found.metadata.clone();
    manager.set_metadata(metadata.clone());
    let scopes = manager.select_initial_scopes(&[]).await;
    let borrowed: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let kind = if identity.redirect_uri.starts_with("https://") { "web" } else { "native" };
    let config = |id: &str| {
        OAuthClientConfig::new(id, identity.redirect_uri.as_str())
            .with_scopes(scopes.clone())
            .with_application_type(kind)
    };
    let takes_urls = metadata.additional_fields.get("client_id_metadata_document_supported");
    let described =
        identity.metadata_url.as_deref().filter(|_| takes_urls.and_then(Value::as_bool) == Some(true));
    let client = if let Some(metadata_url) = described {
        manager.configure_client(config(metadata_url)).map_err(failed)?;
        Client { id: metadata_url.to_owned(), secret: None }
    } else {
        // The kind of application goes with the manager, which takes it from a configuration.
        manager.configure_client(config("unregistered")).map_err(failed)?;
        let made = manager.register_client(&identity.client_name, &identity.redirect_uri, &borrowed).await;
        let made = made.map_err(|error| {
            if found.source.is_discovered() {
                return failed(error);
            }
            let says = format!(
                "{host} does not say where one can log in. If it wants a key, give that as a header."
            );
            McpError::new(McpErrorKind::Answered, says)
        })?;
        Client { id: made.client_id, secret: made.client_secret }
    };
    let address = manager.get_authorization_url(&borrowed).await.map_err(failed)?;
    let parsed = Url::parse(&address).ok().filter(|address| matches!(address.scheme(), "http" | "https"));
    let Some(parsed) = parsed else {
        return Err(McpError::malformed("its login page is no web address"));
    };
    let state = parsed.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
    let Some(state) = state else { return Err(McpError::malformed("its login page lost the state")) };
    let Some(kept) = states.load(&state).await.map_err(failed)? else {
        return Err(McpError::malformed("the login was not kept"));
    };
    let pending = PendingLogin {
        state: kept,
        client,
        scopes,
        redirect_uri: identity.redirect_uri.clone(),
        challenge: challenge.map(str::to_owned),
        issuer: metadata.issuer,
    };
    Ok((address, state, pending))
}

/// Exchanges what the browser brought back.
pub(crate) async fn finish(
    http: Arc<dyn OAuthHttpClient>,
    url: &Url,
    pending: PendingLogin,
    callback: &Callback,
) -> Result<Grant, McpError> {
    let host = url.host_str().unwrap_or_default();
    let failed = |error: AuthError| McpError::of_auth(&error, host);
    let mut manager =
        AuthorizationManager::new_with_oauth_http_client(url.as_str(), http).await.map_err(failed)?;
    // Once more, because the resource that tokens are for is only known from here.
    let found =
        manager.resolve_metadata_from_challenge(pending.challenge.as_deref()).await.map_err(failed)?;
    let metadata = found.metadata;
    if metadata.issuer != pending.issuer {
        return Err(McpError::new(
            McpErrorKind::Answered,
            "The server names another login server than when you began. Begin again.",
        ));
    }
    manager.set_metadata(metadata.clone());
    let states = InMemoryStateStore::new();
    states.save(&callback.state, pending.state).await.map_err(failed)?;
    manager.set_state_store(states);
    let kept = InMemoryCredentialStore::new();
    manager.set_credential_store(kept.clone());
    let config = configuration(&pending.client, &pending.redirect_uri).with_scopes(pending.scopes);
    manager.configure_client(config).map_err(failed)?;
    manager
        .exchange_code_for_token_with_issuer(&callback.code, &callback.state, callback.issuer.as_deref())
        .await
        .map_err(failed)?;
    let credentials = kept.load().await.map_err(failed)?;
    let Some(credentials) = credentials else { return Err(McpError::malformed("it gave no token")) };
    Ok(Grant { client: pending.client, credentials, metadata })
}

fn configuration(client: &Client, redirect_uri: &str) -> OAuthClientConfig {
    let config = OAuthClientConfig::new(client.id.as_str(), redirect_uri);
    match &client.secret {
        Some(secret) => config.with_client_secret(secret.as_str()),
        None => config,
    }
}

/// Asks the login server to take a grant back, where it offers that.
pub(crate) async fn revoke(http: &Guarded, grant: &Grant) -> Result<(), McpError> {
    let endpoint = grant.metadata.additional_fields.get("revocation_endpoint");
    let Some(endpoint) = endpoint.and_then(Value::as_str) else { return Ok(()) };
    let tokens = serde_json::to_value(&grant.credentials.token_response).unwrap_or_default();
    // With the token that renews, those that it made are over too.
    let kinds = ["refresh_token", "access_token"];
    let found = kinds.iter().find_map(|kind| Some((*kind, tokens.get(*kind)?.as_str()?)));
    let Some((kind, token)) = found else { return Ok(()) };
    let secret = grant.client.secret.as_ref().map(|secret| ("client_secret", secret.as_str()));
    let fields = [("token", token), ("token_type_hint", kind), ("client_id", &grant.client.id)];
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.into_iter().chain(secret))
        .finish();
    http.post_form(endpoint, form).await
}

/// What carries a person's grant into requests, and renews it; none when they granted nothing.
pub(crate) async fn manager(
    http: Arc<dyn OAuthHttpClient>,
    url: &Url,
    store: Arc<dyn GrantStore>,
) -> Result<Option<AuthorizationManager>, McpError> {
    let host = url.host_str().unwrap_or_default();
    let failed = |error: AuthError| McpError::of_auth(&error, host);
    let grant = store.load().await.map_err(|error| failed(AuthError::CredentialStoreError(error.0)))?;
    let Some(grant) = grant else { return Ok(None) };
    let mut manager =
        AuthorizationManager::new_with_oauth_http_client(url.as_str(), http).await.map_err(failed)?;
    let metadata = match manager.resolve_metadata().await {
        Ok(found) if found.source.is_discovered() => found.metadata,
        // Away for now: what it said at the login still serves.
        _ => grant.metadata.clone(),
    };
    if let (Some(now), Some(then)) = (&metadata.issuer, &grant.metadata.issuer)
        && now != then
    {
        // A token of one login server is nobody else's business.
        return Err(McpError::needs_auth(None));
    }
    manager.set_metadata(metadata);
    manager.set_credential_store(Kept(store));
    manager.configure_client(configuration(&grant.client, url.as_str())).map_err(failed)?;
    Ok(Some(manager))
}

/// A grant as the library sees it.
struct Kept(Arc<dyn GrantStore>);

impl Kept {
    async fn grant(&self) -> Result<Option<Grant>, AuthError> {
        self.0.load().await.map_err(|error| AuthError::CredentialStoreError(error.0))
    }
}

#[async_trait]
impl CredentialStore for Kept {
    async fn load(&self) -> Result<Option<StoredCredentials>, AuthError> {
        Ok(self.grant().await?.map(|grant| grant.credentials))
    }

    async fn save(&self, credentials: StoredCredentials) -> Result<(), AuthError> {
        let Some(grant) = self.grant().await? else {
            // Taken back in the meantime: what was renewed is not kept.
            return Ok(());
        };
        let saved = self.0.save(Grant { credentials, ..grant }).await;
        saved.map_err(|error| AuthError::CredentialStoreError(error.0))
    }

    async fn clear(&self) -> Result<(), AuthError> {
        // The person takes a grant back, and nobody else.
        Ok(())
    }

    async fn acquire_refresh_guard(&self) -> Result<Option<CredentialRefreshGuard>, AuthError> {
        let lease = self.0.lease().await.map_err(|error| AuthError::CredentialStoreError(error.0))?;
        Ok(Some(CredentialRefreshGuard::new(lease)))
    }
}
