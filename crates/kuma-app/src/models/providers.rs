//! Providers in Settings: keys are tested live before they are saved, and sealed.

use chrono::Utc;
use kuma_llm::{
    ModelError, ModelErrorKind, Provider, ProviderKind, ProviderSetupError, RemoteConfig, RemoteProvider,
};
use kuma_store::{NewAudit, ProviderRow, User};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::registry::rebuild;
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// Where a provider's settings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The environment; cannot be changed here.
    Environment,
    /// Settings.
    Settings,
    /// Found running.
    Detected,
    /// This process.
    Local,
}

impl Source {
    /// The spelling in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Settings => "settings",
            Self::Detected => "detected",
            Self::Local => "local",
        }
    }
}

/// A provider as an administrator sees it; never its key.
pub struct ProviderView {
    /// Its name in model ids.
    pub name: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// For people.
    pub display_name: String,
    /// Where it is; none: the vendor's own address.
    pub base_url: Option<String>,
    /// Where its settings come from.
    pub source: Source,
    /// The end of its key.
    pub key_hint: Option<String>,
    /// Whether it was asked yet.
    pub asked: bool,
    /// Why it did not tell its models.
    pub error: Option<ModelError>,
    /// How many models it has.
    pub models: usize,
}

/// A provider to be saved.
#[derive(Debug)]
pub struct NewProvider {
    /// How it is spoken to.
    pub kind: String,
    /// For people; the name when none.
    pub display_name: Option<String>,
    /// Where it is.
    pub base_url: Option<String>,
    /// Its key; none keeps the saved one, as long as the address stays.
    pub api_key: Option<SecretString>,
}

/// All providers with their state.
pub async fn providers(app: &App) -> Result<Vec<ProviderView>> {
    let rows = app.store().providers().list().await?;
    let states = app.models().registry().providers();
    let views = states.into_iter().map(|state| {
        let row = rows.iter().find(|row| row.name == state.name);
        let environment = app.config().providers.iter().find(|provider| provider.name == state.name);
        let (source, base_url, key_hint) = match (environment, row) {
            (Some(env), _) => (Source::Environment, env.base_url.clone(), env.key.as_ref().map(hint)),
            (None, Some(row)) => (Source::Settings, row.base_url.clone(), row.key_hint.clone()),
            (None, None) if state.kind == ProviderKind::Local => (Source::Local, None, None),
            (None, None) => (Source::Detected, Some(app.config().ollama_url.clone()), None),
        };
        ProviderView {
            display_name: row
                .map_or_else(|| display_name(&state.name, state.kind), |row| row.display_name.clone()),
            name: state.name,
            kind: state.kind,
            base_url,
            source,
            key_hint,
            asked: state.asked,
            error: state.error,
            models: state.models.len(),
        }
    });
    let mut views: Vec<ProviderView> = views.collect();
    // What is saved but cannot be used is shown all the same, or nobody could mend it.
    for row in rows {
        if views.iter().any(|view| view.name == row.name) {
            continue;
        }
        let message = "Its saved settings cannot be used. Enter its key again.";
        views.push(ProviderView {
            kind: row_kind(&row).unwrap_or(ProviderKind::OpenAiCompatible),
            display_name: row.display_name,
            base_url: row.base_url,
            source: Source::Settings,
            key_hint: row.key_hint,
            asked: true,
            error: Some(ModelError::new(ModelErrorKind::BadRequest, &*row.name, message)),
            models: 0,
            name: row.name,
        });
    }
    Ok(views)
}

/// Tests a provider with one live call and saves it.
pub async fn put(app: &App, admin: &User, name: &str, new: NewProvider) -> Result<ProviderView> {
    if app.config().providers.iter().any(|provider| provider.name == name) || name == "local" {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "provider_from_environment",
            format!("{name} is set by this server's environment and can only be changed there."),
        ));
    }
    let Some(kind) = ProviderKind::parse(&new.kind).filter(|kind| *kind != ProviderKind::Local) else {
        return Err(AppError::field(
            "kind",
            "One of openai, openai_responses, anthropic, gemini, ollama, openai_compatible.",
        ));
    };
    let saved = app.store().providers().list().await?.into_iter().find(|row| row.name == name);
    let base_url = new.base_url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    let key = match (new.api_key.filter(|key| !key.expose_secret().trim().is_empty()), &saved) {
        (Some(key), _) => Some(SecretString::from(key.expose_secret().trim())),
        // A saved key goes to the address that it was saved for, and nowhere else.
        (None, Some(row)) if row.base_url == base_url => opened_key(app, row).flatten(),
        (None, _) => None,
    };
    let config = RemoteConfig { name: name.to_owned(), kind, base_url: base_url.clone(), key: key.clone() };
    let provider = RemoteProvider::new(config, app.models().http()?).map_err(setup_error)?;
    provider.list_models().await.map_err(|error| test_error(error, base_url.is_some()))?;

    let sealed_key = key
        .as_ref()
        .map(|key| app.sealer().seal(&purpose(name), key.expose_secret()))
        .transpose()
        .map_err(AppError::internal)?;
    let display_name = new.display_name.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let now = Utc::now();
    let row = ProviderRow {
        name: name.to_owned(),
        kind: kind.as_str().to_owned(),
        display_name: display_name.unwrap_or_else(|| self::display_name(name, kind)),
        base_url,
        sealed_key,
        key_hint: key.as_ref().map(hint),
        created_at: now,
        updated_at: now,
    };
    app.store().providers().upsert(row).await?;
    audit(app, admin, "models.provider_saved", name).await?;
    rebuild(app).await?;
    app.models().registry().refresh_provider(name).await;
    let view = providers(app).await?.into_iter().find(|view| view.name == name);
    view.ok_or_else(|| AppError::internal("a provider that was just saved is not there"))
}

/// Forgets a provider and its key.
pub async fn delete(app: &App, admin: &User, name: &str) -> Result<()> {
    if app.config().providers.iter().any(|provider| provider.name == name) {
        return Err(AppError::new(
            ErrorKind::Conflict,
            "provider_from_environment",
            format!("{name} is set by this server's environment and can only be removed there."),
        ));
    }
    if !app.store().providers().delete(name).await? {
        return Err(AppError::not_found("provider"));
    }
    audit(app, admin, "models.provider_removed", name).await?;
    rebuild(app).await
}

/// The kind of a saved provider; none when a newer version saved it.
pub(super) fn row_kind(row: &ProviderRow) -> Option<ProviderKind> {
    let kind = ProviderKind::parse(&row.kind);
    if kind.is_none() {
        tracing::error!(provider = row.name, kind = row.kind, "a saved provider is of an unknown kind");
    }
    kind
}

/// A saved provider's key: `Some(None)` when it has none, `None` when it cannot be opened.
#[expect(clippy::option_option, reason = "no key and no longer readable are different things")]
pub(super) fn opened_key(app: &App, row: &ProviderRow) -> Option<Option<SecretString>> {
    let Some(sealed) = &row.sealed_key else { return Some(None) };
    match app.sealer().open(&purpose(&row.name), sealed) {
        Ok(key) => Some(Some(key)),
        Err(error) => {
            tracing::error!(provider = row.name, %error, "a saved key cannot be opened");
            None
        }
    }
}

fn purpose(name: &str) -> String {
    format!("model_providers/{name}")
}

fn hint(key: &SecretString) -> String {
    let key = key.expose_secret();
    // Of a short key nothing is shown: four characters would be most of it.
    if key.len() < 16 {
        return "…".to_owned();
    }
    let end: Vec<char> = key.chars().rev().take(4).collect();
    format!("…{}", end.into_iter().rev().collect::<String>())
}

fn display_name(name: &str, kind: ProviderKind) -> String {
    match kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => "OpenAI".to_owned(),
        ProviderKind::Anthropic => "Anthropic".to_owned(),
        ProviderKind::Gemini => "Google Gemini".to_owned(),
        ProviderKind::Ollama => "Ollama".to_owned(),
        ProviderKind::Local => "This server".to_owned(),
        ProviderKind::OpenAiCompatible => name.to_owned(),
    }
}

fn setup_error(error: ProviderSetupError) -> AppError {
    let field = match &error {
        ProviderSetupError::Name(_) | ProviderSetupError::NotRemote(_) => "name",
        ProviderSetupError::BaseUrl { .. } => "baseUrl",
        ProviderSetupError::KeyMissing(_) | ProviderSetupError::KeyMalformed(_) => "apiKey",
    };
    AppError::field(field, error.to_string())
}

/// What the live test says about which field.
fn test_error(error: ModelError, own_address: bool) -> AppError {
    let mut fields = FieldErrors::default();
    match error.kind {
        ModelErrorKind::KeyRejected => {
            fields
                .add("apiKey", format!("The provider does not accept this key. It says: {}", error.message));
        }
        ModelErrorKind::QuotaExhausted => {
            fields.add("apiKey", format!("The key works, but its account has no credit: {}", error.message));
        }
        ModelErrorKind::Unreachable if own_address => {
            fields
                .add("baseUrl", "Nothing answers at this address. Check it, and that the server there runs.");
        }
        ModelErrorKind::ModelNotFound | ModelErrorKind::BadResponse | ModelErrorKind::BadRequest
            if own_address =>
        {
            fields.add("baseUrl", "What answers at this address does not speak this provider's protocol.");
        }
        _ => return error.into(),
    }
    fields.finish().err().unwrap_or_else(|| error.into())
}

async fn audit(app: &App, admin: &User, action: &str, name: &str) -> Result<()> {
    let entry = NewAudit {
        user_id: Some(admin.id),
        action: action.to_owned(),
        subject: Some(name.to_owned()),
        details: json!({}),
    };
    Ok(app.store().audit().add(entry).await?)
}
