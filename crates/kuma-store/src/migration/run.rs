//! Bringing a database to this version.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::MigratorTrait as _;

use super::{APPLICATION_ID, Migrator};
use crate::db::{Backend, Db, Lock, now};
use crate::{Result, StoreError};

/// The migrations that have not been applied, oldest first.
pub(crate) async fn pending(db: &Db, connection: &impl ConnectionTrait) -> Result<Vec<String>> {
    let applied = applied(db, connection).await?;
    check_versions(&applied)?;
    let applied: HashSet<String> = applied.into_iter().collect();
    Ok(known().into_iter().filter(|name| !applied.contains(name)).collect())
}

/// Applies what is pending and says what it was.
pub(crate) async fn migrate(db: &Db) -> Result<Vec<String>> {
    if pending(db, &db.write).await?.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(file) = &db.file {
        recognise(db).await?;
        snapshot(db, file).await?;
    }
    let tx = db.begin().await?;
    db.lock(&tx, Lock::Migration).await?;
    // Another process may have done it while this one waited for the lock.
    let todo = pending(db, &tx).await?;
    if !todo.is_empty() {
        apply(db, &tx).await?;
    }
    tx.commit().await?;
    for name in &todo {
        tracing::info!(migration = %name, "migration applied");
    }
    Ok(todo)
}

async fn apply(db: &Db, tx: &DatabaseTransaction) -> Result<()> {
    match db.backend {
        Backend::Sqlite => {
            tx.execute_unprepared(&format!("PRAGMA application_id = {APPLICATION_ID}")).await?;
        }
        Backend::Postgres => {
            tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            check_encoding(db, tx).await?;
        }
    }
    Ok(Migrator::up(tx, None).await?)
}

/// Refuses a database that a newer Kuma has changed: this one could damage what it cannot read.
pub(crate) fn check_versions(applied: &[String]) -> Result<()> {
    let known = known();
    match applied.iter().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(StoreError::Unsupported(format!(
            "This database was made by a newer version of Kuma (it has had the migration {name}). \
             Start that version or a later one, or restore a backup from before the upgrade."
        ))),
    }
}

fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The migrations that a database has had: one small query when it has had any.
async fn applied(db: &Db, connection: &impl ConnectionTrait) -> Result<Vec<String>> {
    let exists = match db.backend {
        Backend::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
        Backend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
    };
    if connection.query_one_raw(db.sql(exists, [])).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = connection.query_all_raw(db.sql("SELECT version FROM seaql_migrations ORDER BY version", [])).await?;
    let names: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(names?)
}

/// Refuses to put Kuma's tables into some other program's SQLite file.
async fn recognise(db: &Db) -> Result<()> {
    let id: i64 = scalar(db, "SELECT application_id FROM pragma_application_id").await?;
    let tables: i64 = scalar(db, "SELECT count(*) FROM sqlite_master").await?;
    if id == APPLICATION_ID || (id == 0 && tables == 0) {
        return Ok(());
    }
    Err(StoreError::Unsupported(
        "This SQLite file belongs to another program, so Kuma leaves it as it is. \
         Point DATABASE_URL at a file that does not exist yet."
            .to_owned(),
    ))
}

/// Copies a database that has data before it is changed.
async fn snapshot(db: &Db, file: &Path) -> Result<()> {
    let applied = applied(db, &db.write).await?;
    let Some(version) = applied.last() else { return Ok(()) };
    let stamp = now().format("%Y%m%dT%H%M%S%6f");
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".before-upgrade-from-{version}-{stamp}"));
    let copy = PathBuf::from(name);
    crate::backup::copy_to(file, &copy).await?;
    tracing::info!(file = %copy.display(), "kept a copy of the database before the upgrade");
    Ok(())
}

/// Text is searched without regard to case, which PostgreSQL does by the database's locale.
async fn check_encoding(db: &Db, tx: &DatabaseTransaction) -> Result<()> {
    let row = tx
        .query_one_raw(db.sql(
            "SELECT current_setting('server_encoding') = 'UTF8', lower('\u{c4}\u{42f}') = '\u{e4}\u{44f}'",
            [],
        ))
        .await?
        .ok_or_else(|| StoreError::Corrupt("PostgreSQL did not tell its encoding".to_owned()))?;
    if !row.try_get_by_index::<bool>(0)? {
        return Err(StoreError::Unsupported(
            "Kuma needs a PostgreSQL database in UTF-8. Make one with: \
             CREATE DATABASE kuma ENCODING 'UTF8' TEMPLATE template0"
                .to_owned(),
        ));
    }
    if !row.try_get_by_index::<bool>(1)? {
        tracing::warn!(
            "this PostgreSQL database has a locale without letters beyond a-z: search will tell \u{c4} from \u{e4}. \
             To change that, make the database with a UTF-8 locale such as C.UTF-8"
        );
    }
    Ok(())
}

async fn scalar(db: &Db, sql: &str) -> Result<i64> {
    let row = db.write.query_one_raw(db.sql(sql, [])).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt(format!("no answer to {sql}")))?;
    Ok(row.try_get_by_index(0)?)
}
