//! Secrets that the server makes for itself when nobody gives it any.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use crate::settings::Settings;

/// The secret that signs session tokens.
pub fn jwt(settings: &Settings) -> anyhow::Result<SecretString> {
    match &settings.jwt_secret {
        Some(secret) if secret.expose_secret().len() >= 32 => Ok(secret.clone()),
        Some(_) => bail!(
            "JWT_SECRET is too short; at least 32 bytes are needed (make one with: openssl rand -base64 48)"
        ),
        None => made_here(settings, "JWT_SECRET", "jwt_secret"),
    }
}

/// The keys that seal stored secrets: the first seals, all open.
pub fn encryption_keys(settings: &Settings) -> anyhow::Result<Vec<SecretString>> {
    match &settings.encryption_key {
        Some(keys) => Ok(keys.expose_secret().split(',').map(|key| key.trim().to_owned().into()).collect()),
        None => Ok(vec![made_here(settings, "ENCRYPTION_KEY", "encryption_key")?]),
    }
}

/// Kept in the data directory, for its owner alone.
fn made_here(settings: &Settings, name: &str, file: &str) -> anyhow::Result<SecretString> {
    if settings.database_url.starts_with("postgres") {
        bail!(
            "{name} is not set; with PostgreSQL every server and worker needs the same one (make one with: openssl rand -base64 32)"
        );
    }
    let path = settings.data_dir.join(file);
    match std::fs::read_to_string(&path) {
        Ok(secret) => return Ok(secret.trim().to_owned().into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
    let secret = kuma_app::seal::new_key();
    write_private(&path, secret.expose_secret())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    tracing::info!(name, file = %path.display(), "a secret was made");
    Ok(secret)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
