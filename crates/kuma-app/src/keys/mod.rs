//! API keys: how a program acts for its owner.
//!
//! A key is `kuma_` and 43 random letters and digits, 256 bits. It is told once; kept is its SHA-256,
//! which needs neither salt nor slowness, because nobody can guess 256 random bits. It lasts until it
//! expires, is revoked, or its owner's account is erased; a new password leaves it alone.
//!
//! A key does what its scopes say and never more than its owner may. Whatever its scopes, it cannot
//! make or revoke keys, change the password, end sessions, erase the account or give roles: who finds a
//! key must not be able to keep what they found. `kuma-server` asks [`crate::auth::Identity`] for both.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, Utc};
use kuma_store::{ApiKey, NewApiKey, NewAudit, Page, StoreError, User};
use kuma_types::UserId;
use rand::Rng as _;
use rand::distr::Alphanumeric;
pub use secrecy::ExposeSecret;
use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// What every key begins with.
const PREFIX: &str = "kuma_";
/// Random characters behind it: 43 of 62 are 256 bits.
const RANDOM: usize = 43;
/// How many of them are shown to recognise a key by. The rest still has 232 bits.
const SHOWN: usize = 4;
/// The most keys of one user.
const MOST_KEYS: u64 = 50;
/// Longest name, in characters.
const NAME_MAX_CHARS: usize = 80;
/// How exact the time of last use is: a write a minute, not one a request.
const LAST_USED_EXACT: Duration = Duration::from_mins(1);

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything that its owner can do, but for what asks for the owner in person.
    Full,
    /// The OpenAI-compatible API under `/v1`: answers. It sees no chats and no settings.
    Chat,
    /// The MCP server at `/mcp`: tools that only read.
    Mcp,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Chat, Self::Mcp];

    /// The spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Chat => "chat",
            Self::Mcp => "mcp",
        }
    }

    /// The scope of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// Whether a key with this scope may be used where that one is wanted.
    pub fn covers(self, wanted: Self) -> bool {
        self == Self::Full || self == wanted
    }
}

/// A key to be made.
#[derive(Debug, Default)]
pub struct KeyWish {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for; none: everything.
    pub scopes: Option<Vec<String>>,
    /// From when on it is no good; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was just made: the only time that it is told.
#[derive(Debug)]
pub struct MadeKey {
    /// The key itself.
    pub key: SecretString,
    /// What is kept of it.
    pub row: ApiKey,
}

/// Makes a key for its owner.
pub async fn create(app: &App, owner: &User, wish: KeyWish) -> Result<MadeKey> {
    let mut errors = FieldErrors::default();
    let name = wish.name.trim().to_owned();
    if name.is_empty() {
        errors.add("name", "Give the key a name, such as the program that will use it.");
    } else if name.chars().count() > NAME_MAX_CHARS {
        errors.add("name", format!("A name has at most {NAME_MAX_CHARS} characters."));
    } else if name.chars().any(char::is_control) {
        errors.add("name", "A name is one line of text.");
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in wish.scopes.unwrap_or_else(|| vec![Scope::Full.as_str().to_owned()]) {
        if Scope::parse(&scope).is_none() {
            let known = Scope::ALL.map(Scope::as_str).join(", ");
            errors.add("scopes", format!("There is no scope {scope:?}. There are: {known}."));
        } else if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if let Some(at) = wish.expires_at {
        if at <= Utc::now() {
            errors.add(
                "expiresAt",
                "This time is over. Give a later one, or none for a key that does not expire.",
            );
        } else if at.year() > 9999 {
            errors.add("expiresAt", "That is too far away. Give an earlier time, or none at all.");
        }
    }
    errors.finish()?;
    if scopes.is_empty() {
        return Err(AppError::field("scopes", "Choose at least one scope."));
    }
    let random: String = rand::rng().sample_iter(Alphanumeric).take(RANDOM).map(char::from).collect();
    let key = SecretString::from(format!("{PREFIX}{random}"));
    let new = NewApiKey {
        user_id: owner.id,
        name,
        hint: format!("{PREFIX}{}", random.chars().take(SHOWN).collect::<String>()),
        hash: hash(key.expose_secret()),
        scopes,
        expires_at: wish.expires_at,
    };
    let row = app.store().api_keys().create(new, MOST_KEYS).await.map_err(|error| match error {
        StoreError::Conflict("limit") => AppError::new(
            ErrorKind::Conflict,
            "too_many_keys",
            format!("You have {MOST_KEYS} API keys, which is the most. Revoke one that is no longer used."),
        ),
        error => error.into(),
    })?;
    audit(app, owner, "key.created", &row).await?;
    Ok(MadeKey { key, row })
}

/// One page of somebody's keys, newest first.
pub async fn list(app: &App, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<Page<ApiKey>> {
    Ok(app.store().api_keys().list(owner, cursor, limit).await?)
}

/// Ends a key at once.
pub async fn revoke(app: &App, owner: &User, id: Uuid) -> Result<()> {
    let row = app.store().api_keys().delete(owner.id, id).await.map_err(|error| match error {
        StoreError::NotFound => AppError::not_found("API key"),
        error => error.into(),
    })?;
    audit(app, owner, "key.revoked", &row).await
}

/// Whether a token claims to be a key.
pub fn looks_like_one(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The key of that text, if it is one that works, and what it may be used for.
pub(crate) async fn find(app: &App, key: &str) -> Result<(ApiKey, Vec<Scope>)> {
    let keys = app.store().api_keys();
    let row = keys.by_hash(&hash(key)).await?.ok_or_else(no_good)?;
    let now = Utc::now();
    if row.expires_at.is_some_and(|at| at <= now) {
        return Err(no_good());
    }
    let fresh = |at: DateTime<Utc>| (now - at).to_std().is_ok_and(|ago| ago < LAST_USED_EXACT);
    if !row.last_used_at.is_some_and(fresh)
        && let Err(error) = keys.touch(row.id, LAST_USED_EXACT).await
    {
        // Only shown in Settings: no reason to refuse what was asked.
        tracing::warn!(%error, "the last use of an API key could not be noted");
    }
    // A scope of a later version grants nothing here.
    let scopes = row.scopes.iter().filter_map(|scope| Scope::parse(scope)).collect();
    Ok((row, scopes))
}

/// The one answer for keys that do not work.
pub(crate) fn no_good() -> AppError {
    AppError::new(
        ErrorKind::Unauthorized,
        "bad_api_key",
        "This API key does not work: it is mistyped, has expired, or was revoked. Make a new one in Settings → API keys.",
    )
}

fn hash(key: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(key.as_bytes()) {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

async fn audit(app: &App, owner: &User, action: &str, row: &ApiKey) -> Result<()> {
    let entry = NewAudit {
        user_id: Some(owner.id),
        action: action.to_owned(),
        subject: Some(row.id.to_string()),
        details: json!({ "key": row.hint, "scopes": row.scopes, "expiresAt": row.expires_at }),
    };
    Ok(app.store().audit().add(entry).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_covers_everything_and_the_others_only_themselves() {
        for wanted in Scope::ALL {
            assert!(Scope::Full.covers(wanted));
            assert_eq!(Scope::parse(wanted.as_str()), Some(wanted));
        }
        assert!(!Scope::Chat.covers(Scope::Mcp) && !Scope::Mcp.covers(Scope::Chat));
        assert!(!Scope::Chat.covers(Scope::Full));
        assert_eq!(Scope::parse("FULL"), None);
    }

    #[test]
    fn the_hash_is_the_standard_one() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
