//! The connections: which one to read from, which one to write with.
//!
//! SQLite has one writer connection and a pool of readers that cannot write, so a reader never
//! waits for a writer and two writers never meet. PostgreSQL has one pool, and a second one when
//! there is a replica to read from.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};
use kuma_types::{ChatId, UserId};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::OnceCell;

use crate::search::vectors::{self, VectorSupport};
use crate::{Result, StoreError, StoreOptions};

/// SQLite readers. Each is a thread and a page cache, so they are opened when needed and closed
/// when idle.
const SQLITE_READERS: u32 = 8;
/// How much of the write-ahead log's file is kept after a burst of writes, in bytes.
const WAL_KEPT: &str = "16777216";
/// How long an idle reader stays open.
const READER_IDLE: Duration = Duration::from_mins(1);
/// How long SQLite waits for another process (a backup, `kuma user …`) to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection before it hears that the database is too busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// PostgreSQL gives up on a statement after this long, in milliseconds.
const STATEMENT_TIMEOUT_MS: &str = "30000";

/// The two databases Kuma runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The open connections.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pub(crate) backend: Backend,
    /// SQLite's file.
    pub(crate) file: Option<PathBuf>,
    /// Reads that see everything committed before them.
    pub(crate) read: DatabaseConnection,
    /// Reads that may be a moment old: lists for admins, search. The replica when there is one.
    pub(crate) replica: DatabaseConnection,
    /// Everything that writes.
    pub(crate) write: DatabaseConnection,
    /// How vectors are kept on PostgreSQL, once it was looked up.
    pub(crate) vectors: Arc<OnceCell<VectorSupport>>,
}

impl Db {
    pub(crate) async fn open(options: &StoreOptions) -> Result<Self> {
        if options.url.starts_with("sqlite:") {
            Self::open_sqlite(&options.url).await
        } else if is_postgres(&options.url) {
            Self::open_postgres(options).await
        } else {
            Err(StoreError::Unsupported(
                "The database address must begin with sqlite:// or postgres://. Check DATABASE_URL."
                    .to_owned(),
            ))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self> {
        let file = sqlite_file(url)?;
        create_private(&file)?;
        vectors::register();
        let connect = sqlite_options(&file);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(connect.clone().pragma("cache_size", "-4096").optimize_on_close(true, None))
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .min_connections(0)
            .max_lifetime(None)
            .idle_timeout(READER_IDLE)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_lazy_with(connect.pragma("cache_size", "-1024").pragma("query_only", "1"));
        let read = DatabaseConnection::from(read);
        Ok(Self {
            backend: Backend::Sqlite,
            file: Some(file),
            replica: read.clone(),
            read,
            write: write.into(),
            vectors: Arc::default(),
        })
    }

    async fn open_postgres(options: &StoreOptions) -> Result<Self> {
        let pool = |url: &str| -> Result<(PgConnectOptions, PgPoolOptions)> {
            let connect = PgConnectOptions::from_str(url)
                .map_err(|_| {
                    StoreError::Unsupported(
                        "The PostgreSQL address cannot be read. It has the form \
                         postgres://user:password@host:5432/database. Check DATABASE_URL and DATABASE_READ_URL."
                            .to_owned(),
                    )
                })?
                .application_name("kuma")
                .options([("statement_timeout", STATEMENT_TIMEOUT_MS)]);
            let pool = PoolOptions::new()
                .max_connections(options.max_connections.max(1))
                .acquire_timeout(ACQUIRE_TIMEOUT);
            Ok((connect, pool))
        };
        let (connect, primary) = pool(&options.url)?;
        let write = DatabaseConnection::from(primary.connect_with(connect).await?);
        let replica = match &options.read_url {
            Some(url) => {
                let (connect, replica) = pool(url)?;
                replica.connect_with(connect).await?.into()
            }
            None => write.clone(),
        };
        let vectors = Arc::default();
        Ok(Self { backend: Backend::Postgres, file: None, read: write.clone(), replica, write, vectors })
    }

    /// Begins a transaction that may write. SQLite takes the write lock at once: a transaction
    /// that read first and wrote later would fail when another wrote in between.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// One holder at a time, among all processes, until the transaction ends. SQLite needs
    /// nothing: there is one writer anyway.
    pub(crate) async fn lock(&self, tx: &DatabaseTransaction, lock: Lock) -> Result<()> {
        if self.backend == Backend::Postgres {
            let statement = self.sql("SELECT pg_advisory_xact_lock($1)", [lock.key().into()]);
            tx.query_one_raw(statement).await?;
        }
        Ok(())
    }

    /// Locks a user's row against other deletes, submissions and claims, on PostgreSQL. Whoever
    /// needs more locks takes this one first.
    pub(crate) async fn lock_user(&self, tx: &DatabaseTransaction, user: UserId) -> Result<()> {
        if self.backend == Backend::Postgres {
            let sql = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE";
            tx.query_one_raw(self.sql(sql, [user.0.into()])).await?;
        }
        Ok(())
    }

    /// Waits for the ends of a user's runs that are being written, on PostgreSQL, and holds up later
    /// ones: the end of a run locks its job and then its message, a cascade the other way round.
    pub(crate) async fn lock_jobs(
        &self,
        tx: &DatabaseTransaction,
        user: UserId,
        chat: Option<ChatId>,
    ) -> Result<()> {
        if self.backend == Backend::Postgres {
            let sql = "SELECT 1 FROM message_jobs WHERE user_id = $1 AND ($2::uuid IS NULL OR chat_id = $2) \
                       ORDER BY job_id FOR UPDATE";
            tx.query_all_raw(self.sql(sql, [user.0.into(), chat.map(|chat| chat.0).into()])).await?;
        }
        Ok(())
    }

    /// A statement in the words both databases understand, with `$1`… for its values.
    pub(crate) fn sql(&self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        let backend = match self.backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        Statement::from_sql_and_values(backend, sql, values)
    }
}

/// What the advisory locks on PostgreSQL guard. The numbers are arbitrary and for good.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// Changes to the schema.
    Migration,
    /// The question whether a new account is the first one.
    FirstUser,
}

impl Lock {
    fn key(self) -> i64 {
        match self {
            Self::Migration => 0x6b75_6d61_0001,
            Self::FirstUser => 0x6b75_6d61_0002,
        }
    }
}

/// The time as both databases keep it: microseconds.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The file an address such as `sqlite:///var/lib/kuma/kuma.db` names.
fn sqlite_file(url: &str) -> Result<PathBuf> {
    let options = SqliteConnectOptions::from_str(url).map_err(|error| {
        StoreError::Unsupported(format!("The SQLite address cannot be read ({error}). Check DATABASE_URL."))
    })?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Unsupported(
            "Kuma keeps its SQLite database in a file: several connections share it. \
             Check DATABASE_URL."
                .to_owned(),
        ));
    }
    Ok(options.get_filename().to_owned())
}

/// What every connection to a Kuma file has in common. There is no memory map: its pages would
/// count as the server's memory, and the system's file cache does the same job.
pub(crate) fn sqlite_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", WAL_KEPT)
        .pragma("mmap_size", "0")
}

/// Makes the file if there is none, readable by its owner only: it holds password hashes and
/// everything people wrote.
fn create_private(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unavailable(format!(
            "the database file {} cannot be created ({error}). Check that its folder exists and may be written",
            file.display()
        ))),
    }
}
