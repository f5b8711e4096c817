//! `kuma backup` and `kuma restore`, for SQLite. PostgreSQL has its own tools.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

pub async fn backup(settings: &Settings, to: &Path) -> anyhow::Result<()> {
    file(settings)?;
    wire::open(settings).await?.backup_to(to).await.context("the backup cannot be written")?;
    say(&format!("backed up to {}", to.display()));
    Ok(())
}

pub async fn restore(settings: &Settings, from: &Path) -> anyhow::Result<()> {
    let database = file(settings)?;
    settings.make_data_dir()?;
    kuma_store::restore(from, Path::new(database)).await.context("the backup cannot be restored")?;
    say(&format!("restored {} from {}", database, from.display()));
    Ok(())
}

fn file(settings: &Settings) -> anyhow::Result<&str> {
    match settings.database_url.strip_prefix("sqlite://") {
        Some(path) => Ok(path.split('?').next().unwrap_or(path)),
        None => bail!("the database is PostgreSQL: back it up with pg_dump and restore it with pg_restore"),
    }
}
