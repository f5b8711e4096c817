//! Session tokens: JWT, HS256, seven days, tied to the user's token version.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kuma_types::UserId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};

const LIFETIME_DAYS: i64 = 7;
/// HS256 wants a key at least as long as its output (RFC 7518, section 3.2).
const SECRET_MIN_BYTES: usize = 32;

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// Whose it is.
    pub user_id: UserId,
    /// Their address when it was issued.
    pub email: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Expires at, seconds since 1970.
    pub exp: i64,
    /// The user's token version when it was issued: an older one is dead.
    pub ver: i32,
}

/// The secret is too short.
#[derive(Debug, thiserror::Error)]
#[error("JWT_SECRET must be at least {SECRET_MIN_BYTES} bytes")]
pub struct TokenError;

/// Issues and reads session tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Tokens {
    /// With this secret.
    pub fn new(secret: &SecretString) -> std::result::Result<Self, TokenError> {
        let secret = secret.expose_secret().as_bytes();
        if secret.len() < SECRET_MIN_BYTES {
            return Err(TokenError);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 5;
        validation.set_required_spec_claims(&["exp"]);
        Ok(Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
        })
    }

    /// A token for that user.
    pub fn issue(&self, user: &kuma_store::User, now: DateTime<Utc>) -> Result<String> {
        let claims = Claims {
            user_id: user.id,
            email: user.email.clone(),
            iat: now.timestamp(),
            exp: (now + chrono::TimeDelta::days(LIFETIME_DAYS)).timestamp(),
            ver: user.token_version,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(AppError::internal)
    }

    /// What a token says, if it is ours and not expired.
    pub fn read(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok().map(|data| data.claims)
    }
}
