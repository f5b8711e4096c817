//! Whole copies of a SQLite database: made while the server works, put back while it does not.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{Connection as _, Row as _};
use uuid::Uuid;

use crate::db::{Backend, Db, now, sqlite_options};
use crate::migration::{APPLICATION_ID, Migrator, check_versions};
use crate::{Result, StoreError};

/// Writes a copy of the open database to `path`.
pub(crate) async fn backup(db: &Db, path: &Path) -> Result<()> {
    match (&db.backend, &db.file) {
        (Backend::Sqlite, Some(file)) => copy_to(file, path).await,
        _ => Err(StoreError::Unsupported(
            "Kuma backs up SQLite databases itself; for PostgreSQL use its own tool: \
             pg_dump --format=custom --file=kuma.dump \"$DATABASE_URL\""
                .to_owned(),
        )),
    }
}

/// Writes a consistent copy of `file` to `to`, which must not exist. It appears whole or not at all.
pub(crate) async fn copy_to(file: &Path, to: &Path) -> Result<()> {
    if exists(to).await? {
        return Err(StoreError::Unsupported(format!(
            "{} exists already and is left as it is. Choose another name for the backup.",
            to.display()
        )));
    }
    let part = beside(to, "part");
    create_private(&part).await?;
    let copied = vacuum_into(file, &part).await;
    let copied = match copied {
        Ok(()) => settle(&part, to).await,
        Err(error) => Err(error),
    };
    if copied.is_err() {
        discard(&part).await;
    }
    copied
}

/// Replaces the SQLite database `database` with `backup`. No server may be running on it. The
/// backup is checked first: that it is whole, Kuma's, and not of a newer version (an older one is
/// fine: the next start upgrades it). What was there before is kept beside it.
pub async fn restore(backup: &Path, database: &Path) -> Result<()> {
    if !exists(backup).await? {
        return Err(StoreError::Unsupported(format!("There is no file {}.", backup.display())));
    }
    // The copy is checked, not the backup: opening a database can change its file.
    let part = beside(database, "restore");
    let restored = async {
        create_private(&part).await?;
        let (from, to) = (backup.to_owned(), part.clone());
        blocking("the backup cannot be copied", move || std::fs::copy(from, to)).await?;
        check(&part).await?;
        replace(&part, database).await
    }
    .await;
    if restored.is_err() {
        discard(&part).await;
    }
    restored
}

async fn vacuum_into(file: &Path, to: &Path) -> Result<()> {
    let options = sqlite_options(file).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let name = to.to_str().ok_or_else(|| {
        StoreError::Unsupported(format!("The name {} is not valid UTF-8. Choose another.", to.display()))
    })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    Ok(())
}

/// Checks that `file` is a whole database of a Kuma that this one can follow.
async fn check(file: &Path) -> Result<()> {
    let foreign = |why: &str| {
        StoreError::Unsupported(format!(
            "This file is not a backup of a Kuma database ({why}). Nothing was changed."
        ))
    };
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
    let options = options.journal_mode(SqliteJournalMode::Delete);
    let not_sqlite = |error: sqlx::Error| match &error {
        // SQLITE_NOTADB and SQLITE_CORRUPT.
        sqlx::Error::Database(cause) if matches!(cause.code().as_deref(), Some("26" | "11")) => {
            foreign(cause.message())
        }
        _ => StoreError::from(error),
    };
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(not_sqlite)?;
    let checked = async {
        let id = sqlx::query("PRAGMA application_id").fetch_one(&mut connection).await.map_err(not_sqlite)?;
        if id.try_get::<i64, _>(0)? != APPLICATION_ID {
            return Err(foreign("it lacks Kuma's mark"));
        }
        let rows =
            sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await.map_err(not_sqlite)?;
        let verdict: String = rows.try_get(0)?;
        if verdict != "ok" {
            return Err(StoreError::Corrupt(format!("the backup is damaged: {verdict}")));
        }
        if sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut connection).await?.is_some() {
            return Err(StoreError::Corrupt("the backup is damaged: rows lack their owners".to_owned()));
        }
        let applied: Vec<String> =
            sqlx::query_scalar("SELECT version FROM seaql_migrations").fetch_all(&mut connection).await?;
        check_versions::<Migrator>(&applied)
    }
    .await;
    connection.close().await?;
    checked
}

/// Puts `part` in the place of `database`, which nobody may have open.
async fn replace(part: &Path, database: &Path) -> Result<()> {
    let there = exists(database).await?;
    // Leaving WAL needs the file for oneself: it fails while any other connection is open, and it
    // takes the write-ahead log, which belongs to the old content, away.
    let mut held = None;
    if there {
        let options = SqliteConnectOptions::new()
            .filename(database)
            .create_if_missing(false)
            .busy_timeout(Duration::ZERO)
            .pragma("locking_mode", "exclusive")
            .journal_mode(SqliteJournalMode::Delete);
        let mut connection =
            SqliteConnection::connect_with(&options).await.map_err(|error| in_use(error, database))?;
        sqlx::query("BEGIN EXCLUSIVE")
            .execute(&mut connection)
            .await
            .map_err(|error| in_use(error, database))?;
        let previous = beside(database, &format!("before-restore-{}", now().format("%Y%m%dT%H%M%S%6f")));
        let from = database.to_owned();
        blocking("the present database cannot be kept", move || {
            std::fs::hard_link(&from, &previous).or_else(|_| std::fs::copy(&from, &previous).map(|_| ()))
        })
        .await?;
        held = Some(connection);
    }
    let settled = settle(part, database).await;
    if let Some(connection) = held {
        connection.close().await?;
    }
    settled
}

fn in_use(error: sqlx::Error, database: &Path) -> StoreError {
    match &error {
        // SQLITE_BUSY and SQLITE_LOCKED, whatever their detail.
        sqlx::Error::Database(cause)
            if cause
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .is_some_and(|code| matches!(code & 0xff, 5 | 6)) =>
        {
            StoreError::Unavailable(format!(
                "{} is in use. Stop every Kuma that runs on it, then restore again. Nothing was changed",
                database.display()
            ))
        }
        _ => StoreError::from(error),
    }
}

/// Gives a finished file its name, so that the name never stands for half of it.
async fn settle(part: &Path, to: &Path) -> Result<()> {
    let (part, to) = (part.to_owned(), to.to_owned());
    blocking("the copy cannot be put in its place", move || {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &to)?;
        match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => std::fs::File::open(".")?.sync_all(),
        }
    })
    .await
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{what}-{}", Uuid::now_v7().simple()));
    PathBuf::from(name)
}

async fn exists(path: &Path) -> Result<bool> {
    let path = path.to_owned();
    blocking("the file cannot be looked at", move || path.try_exists()).await
}

/// An empty file that only its owner may read.
async fn create_private(path: &Path) -> Result<()> {
    let path = path.to_owned();
    blocking("the file cannot be created", move || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    })
    .await?;
    Ok(())
}

/// Removes what a failed copy left; its own failure would only hide the first.
async fn discard(part: &Path) {
    if let Err(error) = tokio::fs::remove_file(part).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(file = %part.display(), %error, "an unfinished copy could not be removed");
    }
}

async fn blocking<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| StoreError::Unavailable(format!("{what} ({error})")))?;
    done.map_err(|error| StoreError::Unavailable(format!("{what} ({error})")))
}
