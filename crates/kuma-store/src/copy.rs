//! A whole database brought to the other kind: how Kuma moves from one machine's SQLite file to
//! PostgreSQL, or back. Both have the same tables and columns, made by the same migrations; what a
//! column holds is asked of PostgreSQL, whose types say more. For `kuma db copy`.

use futures::TryStreamExt as _;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, StreamTrait as _, Value};
use serde_json::Value as Json;

use crate::db::{Backend, Db};
use crate::search::vectors;
use crate::{Result, Store, StoreError};

/// Rows written with one statement. PostgreSQL takes 65,535 values at once.
const BATCH: usize = 200;

/// Where the migrations keep their names.
const MIGRATIONS: &str = "seaql_migrations";

/// A table and how many rows of it were copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// Copies every row of `from` into `to`, in one transaction: all of it is there afterwards, or
/// nothing. One of them must be SQLite and the other PostgreSQL; both must be migrated to this
/// version, and nobody may have signed up in `to`. Nothing else may write to either meanwhile.
pub async fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>> {
    let (from, to) = (&from.db, &to.db);
    let postgres = match (from.backend, to.backend) {
        (Backend::Sqlite, Backend::Postgres) => to,
        (Backend::Postgres, Backend::Sqlite) => from,
        (Backend::Sqlite, Backend::Sqlite) => {
            return Err(unsupported("Both are SQLite: use kuma backup and kuma restore."));
        }
        (Backend::Postgres, Backend::Postgres) => {
            return Err(unsupported("Both are PostgreSQL: use pg_dump and pg_restore."));
        }
    };
    let tables = tables(postgres).await?;
    let tx = to.begin().await?;
    let used = "SELECT CASE WHEN EXISTS (SELECT 1 FROM users) THEN 1 ELSE 0 END AS used";
    if let Some(row) = tx.query_one_raw(to.sql(used, [])).await?
        && row.try_get::<i32>("", "used")? == 1
    {
        return Err(unsupported(
            "The database to copy into has accounts already. Nothing was changed; give an empty one.",
        ));
    }
    let references = hold_references(to, &tx).await?;
    // What the migrations put there is among what is copied.
    for table in tables.iter().rev() {
        tx.execute_raw(to.sql(format!("DELETE FROM {}", table.name), [])).await?;
    }
    let mut copied = Vec::with_capacity(tables.len());
    for table in &tables {
        let rows = table.copy(from, to, &tx).await?;
        copied.push(Copied { table: table.name.clone(), rows });
    }
    for statement in vectors::MADE_ANEW {
        tx.execute_unprepared(statement).await?;
    }
    check_references(&tx, &references).await?;
    tx.commit().await?;
    Ok(copied)
}

fn unsupported(sentence: &str) -> StoreError {
    StoreError::Unsupported(sentence.to_owned())
}

/// What a column holds, which decides how it is read and bound.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Uuid,
    Text,
    Json,
    Time,
    Bool,
    Small,
    Int,
    Big,
    Float,
    Double,
    Bytes,
}

struct Column {
    name: String,
    kind: Kind,
    /// Its values count up by themselves, so the counter must know the highest.
    counts: bool,
}

struct Table {
    name: String,
    columns: Vec<Column>,
}

/// Every table but that of the migrations and those of vectors, which each database keeps in a way of
/// its own: they are made anew.
async fn tables(postgres: &Db) -> Result<Vec<Table>> {
    const SQL: &str = "
        SELECT c.table_name, c.column_name, c.data_type,
               (c.is_identity = 'YES' OR coalesce(c.column_default, '') LIKE 'nextval(%') AS counts
        FROM information_schema.columns c
        JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
          AND c.is_generated = 'NEVER' AND c.table_name <> $1
          AND c.table_name NOT IN (SELECT v.table_name FROM information_schema.columns v
            WHERE v.table_schema = current_schema() AND v.column_name = 'vector')
        ORDER BY c.table_name, c.ordinal_position";
    let mut tables: Vec<Table> = Vec::new();
    for row in postgres.write.query_all_raw(postgres.sql(SQL, [MIGRATIONS.into()])).await? {
        let table: String = row.try_get("", "table_name")?;
        let column = column(&table, &row)?;
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.push(column),
            None => tables.push(Table { name: table, columns: vec![column] }),
        }
    }
    Ok(tables)
}

fn column(table: &str, row: &QueryResult) -> Result<Column> {
    let name: String = row.try_get("", "column_name")?;
    let data_type: String = row.try_get("", "data_type")?;
    let kind = match data_type.as_str() {
        "uuid" => Kind::Uuid,
        "text" | "character varying" => Kind::Text,
        "jsonb" => Kind::Json,
        "timestamp with time zone" => Kind::Time,
        "boolean" => Kind::Bool,
        "smallint" => Kind::Small,
        "integer" => Kind::Int,
        "bigint" => Kind::Big,
        "real" => Kind::Float,
        "double precision" => Kind::Double,
        "bytea" => Kind::Bytes,
        other => {
            return Err(StoreError::Unsupported(format!(
                "The column {name} of {table} is of the type {other}, which cannot be copied yet. Nothing was \
                 changed. Please report this."
            )));
        }
    };
    Ok(Column { name, kind, counts: row.try_get("", "counts")? })
}

impl Table {
    async fn copy(&self, from: &Db, to: &Db, tx: &DatabaseTransaction) -> Result<u64> {
        let names: Vec<_> = self.columns.iter().map(|column| Alias::new(&column.name)).collect();
        let mut select = Query::select();
        select.columns(names.clone()).from(Alias::new(&self.name));
        let mut rows = from.read.stream(&select).await?;
        let mut batch: Vec<Vec<Value>> = Vec::with_capacity(BATCH);
        let mut copied = 0;
        while let Some(row) = rows.try_next().await? {
            let values: Result<Vec<Value>> = self.columns.iter().map(|column| column.value(&row)).collect();
            batch.push(values?);
            copied += 1;
            if batch.len() == BATCH {
                self.insert(tx, &names, std::mem::take(&mut batch)).await?;
            }
        }
        if !batch.is_empty() {
            self.insert(tx, &names, batch).await?;
        }
        for column in self.columns.iter().filter(|column| column.counts) {
            self.count_on(to, tx, &column.name).await?;
        }
        Ok(copied)
    }

    async fn insert(&self, tx: &DatabaseTransaction, names: &[Alias], rows: Vec<Vec<Value>>) -> Result<()> {
        let mut insert = Query::insert();
        insert.into_table(Alias::new(&self.name)).columns(names.iter().cloned());
        for row in rows {
            insert.values_panic(row.into_iter().map(Into::into));
        }
        tx.execute(&insert).await?;
        Ok(())
    }

    /// New rows come after the copied ones. SQLite looks at the rows by itself.
    async fn count_on(&self, to: &Db, tx: &DatabaseTransaction, column: &str) -> Result<()> {
        if to.backend == Backend::Postgres {
            let table = &self.name;
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), \
                 coalesce((SELECT max({column}) FROM {table}), 0) + 1, false)"
            );
            tx.query_one_raw(to.sql(sql, [])).await?;
        }
        Ok(())
    }
}

impl Column {
    fn value(&self, row: &QueryResult) -> Result<Value> {
        let name = self.name.as_str();
        Ok(match self.kind {
            Kind::Uuid => row.try_get::<Option<uuid::Uuid>>("", name)?.into(),
            Kind::Text => row.try_get::<Option<String>>("", name)?.into(),
            Kind::Json => row.try_get::<Option<Json>>("", name)?.into(),
            Kind::Time => row.try_get::<Option<chrono::DateTime<chrono::Utc>>>("", name)?.into(),
            Kind::Bool => row.try_get::<Option<bool>>("", name)?.into(),
            Kind::Small => row.try_get::<Option<i16>>("", name)?.into(),
            Kind::Int => row.try_get::<Option<i32>>("", name)?.into(),
            Kind::Big => row.try_get::<Option<i64>>("", name)?.into(),
            Kind::Float => row.try_get::<Option<f32>>("", name)?.into(),
            Kind::Double => row.try_get::<Option<f64>>("", name)?.into(),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.into(),
        })
    }
}

/// A foreign key of PostgreSQL.
struct Reference {
    table: String,
    name: String,
}

/// Lets rows point to rows that come later, until [`check_references`]. On PostgreSQL the foreign keys
/// that were changed for it.
async fn hold_references(to: &Db, tx: &DatabaseTransaction) -> Result<Vec<Reference>> {
    if to.backend == Backend::Sqlite {
        tx.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
        return Ok(Vec::new());
    }
    tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    let sql = "SELECT conrelid::regclass::text AS table_name, conname FROM pg_constraint \
               WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace";
    let mut references = Vec::new();
    for row in tx.query_all_raw(to.sql(sql, [])).await? {
        let reference =
            Reference { table: row.try_get("", "table_name")?, name: row.try_get("", "conname")? };
        let Reference { table, name } = &reference;
        let sql = format!("ALTER TABLE {table} ALTER CONSTRAINT \"{name}\" DEFERRABLE INITIALLY DEFERRED");
        tx.execute_unprepared(&sql).await?;
        references.push(reference);
    }
    Ok(references)
}

/// Checks what was held, and makes the foreign keys as strict as they were. SQLite checks with the
/// commit.
async fn check_references(tx: &DatabaseTransaction, references: &[Reference]) -> Result<()> {
    if references.is_empty() {
        return Ok(());
    }
    tx.execute_unprepared("SET CONSTRAINTS ALL IMMEDIATE").await?;
    for Reference { table, name } in references {
        tx.execute_unprepared(&format!("ALTER TABLE {table} ALTER CONSTRAINT \"{name}\" NOT DEFERRABLE"))
            .await?;
    }
    Ok(())
}
