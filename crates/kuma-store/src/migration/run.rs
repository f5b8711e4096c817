//! Bringing a database to this version.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::MigratorTrait;

use super::APPLICATION_ID;
use crate::db::{Backend, Db, Lock, now};
use crate::{Result, StoreError};

/// The migrations that have not been applied, oldest first.
pub(crate) async fn pending<M: MigratorTrait>(
    db: &Db,
    connection: &impl ConnectionTrait,
) -> Result<Vec<String>> {
    let applied = applied(db, connection).await?;
    check_versions::<M>(&applied)?;
    let applied: HashSet<String> = applied.into_iter().collect();
    Ok(known::<M>().into_iter().filter(|name| !applied.contains(name)).collect())
}

/// Applies what is pending and says what it was.
pub(crate) async fn migrate<M: MigratorTrait>(db: &Db) -> Result<Vec<String>> {
    if pending::<M>(db, &db.write).await?.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(file) = &db.file {
        snapshot(db, file).await?;
    }
    let tx = db.begin().await?;
    db.lock(&tx, Lock::Migration).await?;
    // Another process may have done it while this one waited for the lock.
    let todo = pending::<M>(db, &tx).await?;
    if !todo.is_empty() {
        apply::<M>(db, &tx).await?;
    }
    tx.commit().await?;
    for name in &todo {
        tracing::info!(migration = %name, "migration applied");
    }
    Ok(todo)
}

async fn apply<M: MigratorTrait>(db: &Db, tx: &DatabaseTransaction) -> Result<()> {
    match db.backend {
        Backend::Sqlite => {
            recognise(db, tx).await?;
            tx.execute_unprepared(&format!("PRAGMA application_id = {APPLICATION_ID}")).await?;
        }
        Backend::Postgres => {
            tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            check_encoding(db, tx).await?;
        }
    }
    Ok(M::up(tx, None).await?)
}

/// Refuses a database that a newer Kuma has changed: this one could damage what it cannot read.
pub(crate) fn check_versions<M: MigratorTrait>(applied: &[String]) -> Result<()> {
    let known = known::<M>();
    match applied.iter().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(StoreError::Unsupported(format!(
            "This database was made by a newer version of Kuma (it has had the migration {name}). \
             Start that version or a later one, or restore a backup from before the upgrade."
        ))),
    }
}

fn known<M: MigratorTrait>() -> Vec<String> {
    M::migrations().iter().map(|migration| migration.name().to_owned()).collect()
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
    let rows =
        connection.query_all_raw(db.sql("SELECT version FROM seaql_migrations ORDER BY version", [])).await?;
    let names: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(names?)
}

/// Refuses to put Kuma's tables into some other program's SQLite file.
async fn recognise(db: &Db, tx: &DatabaseTransaction) -> Result<()> {
    let id = scalar(db, tx, "SELECT application_id FROM pragma_application_id").await?;
    let tables = scalar(db, tx, "SELECT count(*) FROM sqlite_master").await?;
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

async fn scalar(db: &Db, connection: &impl ConnectionTrait, sql: &str) -> Result<i64> {
    let row = connection.query_one_raw(db.sql(sql, [])).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt(format!("no answer to {sql}")))?;
    Ok(row.try_get_by_index(0)?)
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

    use super::super::Migrator;
    use super::*;
    use crate::{NewUser, Store, StoreOptions};

    /// A later release, which adds a table and fills it from what is there.
    struct Later;

    /// A later release whose second change fails.
    struct Broken;

    struct Change(&'static str, &'static str);

    impl MigrationName for Change {
        fn name(&self) -> &str {
            self.0
        }
    }

    #[expect(
        elided_lifetimes_in_paths,
        reason = "async_trait tells this signature from the trait's otherwise"
    )]
    #[async_trait::async_trait]
    impl MigrationTrait for Change {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            manager.get_connection().execute_unprepared(self.1).await?;
            Ok(())
        }
    }

    const GOOD: &str = "CREATE TABLE names AS SELECT id, name FROM users";

    impl MigratorTrait for Later {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            let mut all = Migrator::migrations();
            all.push(Box::new(Change("m30000101_000001_names", GOOD)));
            all
        }
    }

    impl MigratorTrait for Broken {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            let mut all = Later::migrations();
            all.push(Box::new(Change("m30000101_000002_broken", "CREATE TABLE users (id INTEGER)")));
            all
        }
    }

    async fn populated() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("kuma.db").display());
        let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
        store.migrate().await.unwrap();
        let new = NewUser {
            id: kuma_types::UserId::new(),
            email: "ada@example.org".to_owned(),
            name: "Ada".to_owned(),
            password: "hash".to_owned(),
            role: None,
        };
        store.users().create(new).await.unwrap();
        (store, folder)
    }

    fn copies(folder: &tempfile::TempDir) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.to_string_lossy().contains(".before-upgrade-from-")).collect()
    }

    #[tokio::test]
    async fn an_upgrade_keeps_the_data_and_a_copy_of_the_old() {
        let (store, folder) = populated().await;
        assert!(copies(&folder).is_empty(), "an empty database needs no copy");
        assert_eq!(migrate::<Later>(&store.db).await.unwrap(), ["m30000101_000001_names"]);
        assert_eq!(
            scalar(&store.db, &store.db.read, "SELECT count(*) FROM names WHERE name = 'Ada'").await.unwrap(),
            1
        );
        let copies = copies(&folder);
        assert_eq!(copies.len(), 1);
        let url = format!("sqlite://{}", copies[0].display());
        let old = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
        assert_eq!(pending::<Later>(&old.db, &old.db.write).await.unwrap(), ["m30000101_000001_names"]);
        assert_eq!(old.users().count().await.unwrap(), 1);
        // The older release sees that it is too old.
        assert!(matches!(store.migrate().await, Err(StoreError::Unsupported(_))));
    }

    #[tokio::test]
    async fn an_upgrade_that_fails_changes_nothing() {
        let (store, folder) = populated().await;
        migrate::<Broken>(&store.db).await.unwrap_err();
        assert_eq!(
            scalar(&store.db, &store.db.read, "SELECT count(*) FROM sqlite_master WHERE name = 'names'")
                .await
                .unwrap(),
            0
        );
        assert!(store.pending_migrations().await.unwrap().is_empty());
        assert_eq!(store.users().count().await.unwrap(), 1);
        assert_eq!(copies(&folder).len(), 1);
    }
}
