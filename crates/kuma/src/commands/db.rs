//! `kuma db copy`: from SQLite to PostgreSQL when one machine is no longer enough, or back.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use kuma_store::{Store, StoreOptions};

use crate::telemetry::say;

/// What can be done with databases.
#[derive(Subcommand)]
pub enum Db {
    /// Copy everything from SQLite to an empty PostgreSQL database, or back; stop Kuma first
    Copy {
        /// The database to read: sqlite://… or postgres://…
        #[arg(long)]
        from: String,
        /// The database to fill; it is migrated first and must have no accounts
        #[arg(long)]
        to: String,
    },
}

pub async fn run(command: Db) -> anyhow::Result<()> {
    let Db::Copy { from, to } = command;
    if let Some(file) = from.strip_prefix("sqlite://").map(|path| path.split('?').next().unwrap_or(path))
        && !std::path::Path::new(file).exists()
    {
        bail!("--from: there is no database {file}");
    }
    let from = open(&from).await.context("--from")?;
    let pending = from.pending_migrations().await.context("--from")?;
    if !pending.is_empty() {
        bail!("--from is a database of an older version of Kuma: run kuma migrate on it first");
    }
    let to = open(&to).await.context("--to")?;
    to.migrate().await.context("--to")?;
    let copied = kuma_store::copy(&from, &to).await.context("nothing was copied")?;
    for table in copied.iter().filter(|table| table.rows > 0) {
        say(&format!("{:>9}  {}", table.rows, table.table));
    }
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    say(&format!("copied {rows} rows of {} tables", copied.len()));
    say(
        "Keys in it open only with the same ENCRYPTION_KEY, and sessions go on only with the same JWT_SECRET.",
    );
    say("Uploaded files are not in the database: copy them, or let STORAGE_URL point to where they are.");
    from.close().await?;
    to.close().await?;
    Ok(())
}

async fn open(url: &str) -> anyhow::Result<Store> {
    let options = StoreOptions { url: url.to_owned(), read_url: None, max_connections: 4 };
    Ok(Store::open(&options).await?)
}
