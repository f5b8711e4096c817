//! Secrets at rest: AES-256-GCM under keys from the environment or the data directory.
//!
//! A sealed secret is `version (1) ‖ key id (4) ‖ nonce (12) ‖ ciphertext`. The key id is the start
//! of the key's hash, so that rotated keys are told apart without trying each. The purpose is
//! authenticated with it: what was sealed as one thing cannot be opened as another.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 12;

/// Seals and opens secrets.
pub struct Sealer {
    keys: Vec<([u8; KEY_ID], Aes256Gcm)>,
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A key is not 32 bytes in base64.
    #[error("ENCRYPTION_KEY must be 32 bytes in base64 (make one with: openssl rand -base64 32)")]
    BadKey,
    /// No key was given.
    #[error("no encryption key")]
    NoKey,
    /// The key it was sealed with is not among ours.
    #[error("sealed with a key that this server does not have (was ENCRYPTION_KEY changed?)")]
    UnknownKey,
    /// Damaged, or sealed for another purpose.
    #[error("the sealed secret is damaged")]
    Damaged,
}

impl Sealer {
    /// From keys in base64: the first seals, all open.
    pub fn new(keys: &[SecretString]) -> Result<Self, SealError> {
        let keys = keys
            .iter()
            .map(|key| {
                let bytes = STANDARD.decode(key.expose_secret().trim()).map_err(|_| SealError::BadKey)?;
                let id = Sha256::digest(&bytes).first_chunk::<KEY_ID>().copied().ok_or(SealError::BadKey)?;
                let key: [u8; 32] = bytes.try_into().map_err(|_| SealError::BadKey)?;
                Ok((id, Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))))
            })
            .collect::<Result<Vec<_>, SealError>>()?;
        if keys.is_empty() { Err(SealError::NoKey) } else { Ok(Self { keys }) }
    }

    /// Seals a secret for one purpose, such as `model_providers/openai`.
    pub fn seal(&self, purpose: &str, secret: &str) -> Result<Vec<u8>, SealError> {
        let (id, cipher) = self.keys.first().ok_or(SealError::NoKey)?;
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: secret.as_bytes(), aad: purpose.as_bytes() };
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Damaged)?;
        Ok([&[VERSION][..], id, &nonce, &sealed].concat())
    }

    /// Opens what [`Sealer::seal`] made for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<SecretString, SealError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(SealError::Damaged)?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID>().ok_or(SealError::Damaged)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Damaged)?;
        let (_, cipher) = self.keys.iter().find(|(key, _)| key == id).ok_or(SealError::UnknownKey)?;
        let payload = Payload { msg: text, aad: purpose.as_bytes() };
        let secret = cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealError::Damaged)?;
        String::from_utf8(secret).map(SecretString::from).map_err(|_| SealError::Damaged)
    }
}

/// A fresh key in the form that [`Sealer::new`] takes.
pub fn new_key() -> SecretString {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    STANDARD.encode(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_what_it_sealed_and_nothing_else(secret in ".*", purpose in "[a-z/]{1,20}", flip in 0usize..2_000) {
            let sealer = Sealer::new(&[new_key()]).unwrap();
            let sealed = sealer.seal(&purpose, &secret).unwrap();
            let opened = sealer.open(&purpose, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), secret.as_str());
            prop_assert!(sealer.open("other purpose", &sealed).is_err());
            let mut damaged = sealed.clone();
            let at = flip % damaged.len();
            damaged[at] ^= 1;
            prop_assert!(sealer.open(&purpose, &damaged).is_err());
            prop_assert!(sealer.open(&purpose, &sealed[..at]).is_err());
        }
    }

    #[test]
    fn keys_rotate() {
        let (old, new) = (new_key(), new_key());
        let sealed = Sealer::new(std::slice::from_ref(&old)).unwrap().seal("p", "secret").unwrap();
        let both = Sealer::new(&[new.clone(), old]).unwrap();
        assert_eq!(both.open("p", &sealed).unwrap().expose_secret(), "secret");
        let resealed = both.seal("p", "secret").unwrap();
        let only_new = Sealer::new(&[new]).unwrap();
        assert_eq!(only_new.open("p", &resealed).unwrap().expose_secret(), "secret");
        assert!(matches!(only_new.open("p", &sealed), Err(SealError::UnknownKey)));
        assert!(matches!(Sealer::new(&["short".into()]), Err(SealError::BadKey)));
        assert!(matches!(Sealer::new(&[]), Err(SealError::NoKey)));
    }
}
