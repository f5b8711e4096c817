//! Vectors in tables, and the nearest of one owner's: for every feature that searches by meaning.
//!
//! A table of vectors has the columns of [`create_table`]. Vectors of different models never meet:
//! every search names its model. All of an owner's vectors of that model are compared, exactly; no
//! approximate index can lose some of them to the filter by owner, and there is no second index to
//! keep in step.
//!
//! - SQLite: little-endian BLOBs, compared by sqlite-vec in the database.
//! - PostgreSQL with pgvector: the type `vector`, compared in the database.
//! - PostgreSQL without it: `bytea`, fetched and compared here. The results are the same; a search
//!   takes some ten times as long. [`prepare`] turns such tables into the other kind when the
//!   extension has come.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Once;

use futures::TryStreamExt as _;
use kuma_types::UserId;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, StreamTrait as _};
use sea_orm_migration::SchemaManager;
use uuid::Uuid;

use super::Bound;
use crate::db::{Backend, Db, Lock};
use crate::{Result, StoreError};

/// What has the vectors of every feature made again in the background.
pub(crate) const MADE_ANEW: [&str; 1] =
    ["UPDATE documents SET embedding_model = NULL, next_attempt_at = NULL"];

/// Tables of vectors, each with its statement of [`MADE_ANEW`].
const TABLES: [(&str, &str); 2] = [
    ("chunk_vectors", MADE_ANEW[0]),
    // A memory without a vector is noticed by the next search.
    ("memory_vectors", "SELECT 1"),
];

/// How vectors lie in the tables of this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorSupport {
    /// SQLite with sqlite-vec, which is built in.
    SqliteVec,
    /// PostgreSQL with the extension pgvector.
    PgVector,
    /// PostgreSQL without it: searches by meaning are slow.
    PgPlain,
}

/// Tells SQLite of `vec_distance_cosine`, for every connection that is opened from now on.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    #[expect(
        unsafe_code,
        reason = "the one way to add functions to every connection of a pool; the pointer is that of sqlite-vec's entry point, whose C signature is the one that SQLite calls"
    )]
    ONCE.call_once(|| {
        type Entry = unsafe extern "C" fn(
            *mut libsqlite3_sys::sqlite3,
            *mut *mut std::ffi::c_char,
            *const libsqlite3_sys::sqlite3_api_routines,
        ) -> std::ffi::c_int;
        // SAFETY: the crate declares the function without its parameters; in C it has them.
        let code = unsafe {
            let entry = std::mem::transmute::<*const (), Entry>(sqlite_vec::sqlite3_vec_init as *const ());
            libsqlite3_sys::sqlite3_auto_extension(Some(entry))
        };
        if code != libsqlite3_sys::SQLITE_OK {
            tracing::error!(code, "SQLite did not take the vector functions: searches by meaning will fail");
        }
    });
}

/// Makes a table of vectors: `key` refers to what each is of (and goes when that goes), `part` counts
/// parts of it.
pub(crate) async fn create_table(
    manager: &SchemaManager<'_>,
    table: &str,
    key: &str,
    (owner_table, owner_key): (&str, &str),
    part: Option<&str>,
) -> std::result::Result<(), DbErr> {
    let connection = manager.get_connection();
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    let vector = if sqlite {
        "blob"
    } else if extension_is_there(connection).await? {
        "vector"
    } else {
        "bytea"
    };
    let id = if sqlite { "uuid_text" } else { "uuid" };
    let row_id = if sqlite { "integer PRIMARY KEY AUTOINCREMENT" } else { "bigserial PRIMARY KEY" };
    let part_column = part.map(|part| format!("{part} integer NOT NULL, ")).unwrap_or_default();
    let part_key = part.map(|part| format!(", {part}")).unwrap_or_default();
    let sql = [
        format!(
            "CREATE TABLE {table} (\
             id {row_id}, \
             {key} {id} NOT NULL REFERENCES {owner_table} ({owner_key}) ON DELETE CASCADE, \
             {part_column}\
             user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE, \
             model text NOT NULL, \
             dimensions integer NOT NULL, \
             vector {vector} NOT NULL)"
        ),
        format!("CREATE UNIQUE INDEX uq_{table}_key ON {table} ({key}, model{part_key})"),
        format!("CREATE INDEX ix_{table}_user ON {table} (user_id, model)"),
    ];
    for sql in sql {
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

async fn extension_is_there(connection: &impl ConnectionTrait) -> std::result::Result<bool, DbErr> {
    let sql = "SELECT 1 FROM pg_extension WHERE extname = 'vector'";
    Ok(connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?.is_some())
}

/// Gets pgvector, where the server has it and the account may. To be called before migrations, outside
/// of a transaction; what cannot be had is told once and done without.
pub(crate) async fn get_extension(db: &Db) -> Result<()> {
    if db.backend == Backend::Sqlite || extension_is_there(&db.write).await? {
        return Ok(());
    }
    let sql = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'";
    if db.write.query_one_raw(db.sql(sql, [])).await?.is_none() {
        tracing::warn!(
            "PostgreSQL has no pgvector: searches by meaning work, but slowly. Install the extension on its server and start Kuma again."
        );
        return Ok(());
    }
    // Two processes that start together may both try; the second finds it there.
    if let Err(error) = db.write.execute_unprepared("CREATE EXTENSION IF NOT EXISTS vector").await
        && !extension_is_there(&db.write).await?
    {
        tracing::warn!(
            %error,
            "PostgreSQL has pgvector, but this account may not enable it: searches by meaning work, but slowly. Have an administrator of the database run CREATE EXTENSION vector and start Kuma again."
        );
    }
    Ok(())
}

/// Turns tables that were made without pgvector into such with it, when it has come. Their vectors
/// are made again in the background.
pub(crate) async fn prepare(db: &Db) -> Result<()> {
    if db.backend == Backend::Sqlite || !extension_is_there(&db.write).await? {
        return Ok(());
    }
    for (table, again) in TABLES {
        if !is_plain(db, &db.write, table).await? {
            continue;
        }
        let tx = db.begin().await?;
        db.lock(&tx, Lock::Migration).await?;
        if is_plain(db, &tx, table).await? {
            tx.execute_unprepared(&format!("DELETE FROM {table}")).await?;
            tx.execute_unprepared(&format!(
                "ALTER TABLE {table} ALTER COLUMN vector TYPE vector USING NULL::vector"
            ))
            .await?;
            tx.execute_unprepared(again).await?;
            tracing::info!(table, "vectors are kept by pgvector from now on and are being made again");
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Whether the table is there and its vectors are plain bytes.
async fn is_plain(db: &Db, connection: &impl ConnectionTrait, table: &str) -> Result<bool> {
    let sql = "SELECT udt_name::text AS name FROM information_schema.columns \
               WHERE table_schema = current_schema() AND table_name = $1 AND column_name = 'vector'";
    let Some(row) = connection.query_one_raw(db.sql(sql, [table.into()])).await? else { return Ok(false) };
    Ok(row.try_get::<String>("", "name")? == "bytea")
}

/// How vectors lie in this database; looked up once.
pub(crate) async fn support(db: &Db) -> Result<VectorSupport> {
    if db.backend == Backend::Sqlite {
        return Ok(VectorSupport::SqliteVec);
    }
    let found = db.vectors.get_or_try_init(|| async {
        let plain = is_plain(db, &db.write, "chunk_vectors").await?;
        Ok::<_, crate::StoreError>(if plain { VectorSupport::PgPlain } else { VectorSupport::PgVector })
    });
    found.await.copied()
}

/// Binds a vector and gives the expression to write for it.
pub(crate) fn bind(support: VectorSupport, vector: &[f32], bound: &mut Bound) -> String {
    match support {
        VectorSupport::SqliteVec | VectorSupport::PgPlain => bound.add(bytes(vector)),
        VectorSupport::PgVector => {
            let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
            format!("{}::text::vector", bound.add(format!("[{}]", numbers.join(","))))
        }
    }
}

/// The little-endian bytes of a vector.
fn bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// What is looked for.
pub(crate) struct Nearest<'a> {
    /// The table.
    pub(crate) table: &'static str,
    /// The columns that say what a vector is of.
    pub(crate) key: &'static str,
    /// Whose vectors.
    pub(crate) owner: UserId,
    /// Made by which model.
    pub(crate) model: &'a str,
    /// The vector to be near to.
    pub(crate) vector: &'a [f32],
    /// A further condition on the table's columns, and what it binds. Placeholders begin behind
    /// `bound`'s values.
    pub(crate) condition: Option<String>,
    /// Values of the condition.
    pub(crate) bound: Bound,
    /// How many at most.
    pub(crate) limit: usize,
}

/// The nearest vectors of an owner, the nearest first: what `read` makes of their key columns, and
/// their cosine, 1 for the same direction.
pub(crate) async fn nearest<K>(
    db: &Db,
    wanted: Nearest<'_>,
    read: impl Fn(&QueryResult) -> std::result::Result<K, DbErr>,
) -> Result<Vec<(K, f32)>> {
    let support = support(db).await?;
    let Nearest { table, key, owner, model, vector, condition, mut bound, limit } = wanted;
    let mut filter = format!(
        "user_id = {} AND model = {} AND dimensions = {}",
        bound.add(owner.0),
        bound.add(model),
        bound.add(vector.len() as i32)
    );
    if let Some(condition) = condition {
        filter = format!("{filter} AND {condition}");
    }
    let distance = match support {
        VectorSupport::SqliteVec => {
            format!("vec_distance_cosine(vector, {})", bind(support, vector, &mut bound))
        }
        // Selected, so that it is read once: as a part of the comparison PostgreSQL reads the text for every row.
        VectorSupport::PgVector => {
            format!("(vector <=> (SELECT {}))::float8", bind(support, vector, &mut bound))
        }
        VectorSupport::PgPlain => {
            let sql = format!("SELECT {key}, vector FROM {table} WHERE {filter}");
            return compare_here(db, db.sql(sql, bound.0), vector, limit, read).await;
        }
    };
    let sql = format!(
        "SELECT {key}, {distance} AS distance FROM {table} WHERE {filter} ORDER BY distance LIMIT {limit}"
    );
    let rows = db.replica.query_all_raw(db.sql(sql, bound.0)).await?;
    let near = rows.iter().map(|row| {
        let distance: f64 = row.try_get("", "distance")?;
        Ok((read(row)?, 1.0 - distance as f32))
    });
    Ok(near.collect::<std::result::Result<_, DbErr>>()?)
}

/// The vectors, of one model, of those things of an owner, with what `read` makes of their key columns. Things
/// without one are left out.
pub(crate) async fn of<K>(
    db: &Db,
    (table, key): (&'static str, &'static str),
    (owner, model): (UserId, &str),
    ids: &[Uuid],
    read: impl Fn(&QueryResult) -> std::result::Result<K, DbErr>,
) -> Result<Vec<(K, Vec<f32>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let support = support(db).await?;
    let mut bound = Bound::default();
    let (owner, model) = (bound.add(owner.0), bound.add(model));
    let ids: Vec<String> = ids.iter().map(|id| bound.add(*id)).collect();
    let vector = if support == VectorSupport::PgVector { "vector::text" } else { "vector" };
    let sql = format!(
        "SELECT {key}, {vector} AS vector FROM {table} WHERE user_id = {owner} AND model = {model} AND {key} IN ({})",
        ids.join(", ")
    );
    let rows = db.replica.query_all_raw(db.sql(sql, bound.0)).await?;
    rows.iter()
        .map(|row| {
            let vector = if support == VectorSupport::PgVector {
                let text: String = row.try_get("", "vector")?;
                let numbers = text.trim_matches(['[', ']']).split(',').map(|number| number.trim().parse());
                numbers.collect::<std::result::Result<_, _>>().map_err(StoreError::corrupt)?
            } else {
                let bytes: Vec<u8> = row.try_get("", "vector")?;
                bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            };
            Ok((read(row)?, vector))
        })
        .collect()
}

/// One found vector, ordered so that the farthest is the greatest.
struct Found<K>(f32, usize, K);

impl<K> PartialEq for Found<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<K> Eq for Found<K> {}
impl<K> PartialOrd for Found<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Found<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0).then(self.1.cmp(&other.1))
    }
}

async fn compare_here<K>(
    db: &Db,
    statement: Statement,
    vector: &[f32],
    limit: usize,
    read: impl Fn(&QueryResult) -> std::result::Result<K, DbErr>,
) -> Result<Vec<(K, f32)>> {
    let mut best: BinaryHeap<Found<K>> = BinaryHeap::new();
    let mut rows = db.replica.stream_raw(statement).await?;
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let stored: Vec<u8> = row.try_get("", "vector")?;
        count += 1;
        best.push(Found(cosine(&stored, vector), count, read(&row)?));
        if best.len() > limit {
            best.pop();
        }
    }
    Ok(best.into_sorted_vec().into_iter().map(|Found(cosine, _, key)| (key, cosine)).collect())
}

/// The cosine of a stored vector and another one.
fn cosine(stored: &[u8], vector: &[f32]) -> f32 {
    let (mut dot, mut left, mut right) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (bytes, b) in stored.as_chunks::<4>().0.iter().zip(vector) {
        let a = f32::from_le_bytes(*bytes);
        dot += a * b;
        left += a * a;
        right += b * b;
    }
    let length = (left * right).sqrt();
    if length > 0.0 { dot / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{bytes, cosine};

    #[test]
    fn the_cosine_of_stored_vectors() {
        let stored = bytes(&[3.0, 4.0]);
        assert!((cosine(&stored, &[3.0, 4.0]) - 1.0).abs() < 1e-6);
        assert!((cosine(&stored, &[-4.0, 3.0])).abs() < 1e-6);
        assert!((cosine(&stored, &[0.0, 0.0])).abs() < 1e-6, "a vector without direction is near to none");
    }
}
