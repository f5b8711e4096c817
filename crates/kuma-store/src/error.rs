//! What can go wrong between Kuma and its database.

use sea_orm::{DbErr, RuntimeErr, SqlErr};
use sqlx::error::DatabaseError;

/// The result of every repository call.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A repository call that did not do what was asked. Nothing is half-written: every call is one
/// transaction.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or it belongs to somebody else: callers cannot tell which.
    #[error("not found")]
    NotFound,
    /// Something that must be unique exists already; the word says which, such as `email`.
    #[error("{0} already exists")]
    Conflict(&'static str),
    /// The user has as many unfinished runs as they may have.
    #[error("too many unfinished runs")]
    QueueFull,
    /// The cursor of a list was not made by that list.
    #[error("the cursor is damaged or belongs to another list")]
    BadCursor,
    /// The database cannot be reached or is too busy to answer in time. Trying again can help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A stored value is not one this version knows.
    #[error("the database holds something this version of Kuma cannot read: {0}")]
    Corrupt(String),
    /// This database or file cannot do what was asked; the sentence says what to do instead.
    #[error("{0}")]
    Unsupported(String),
    /// Everything else the database said.
    #[error(transparent)]
    Internal(DbErr),
}

impl StoreError {
    /// Turns the violation of a unique index into [`StoreError::Conflict`]. `what` are the words
    /// to look for in the name of the index, in order; the last is taken when none is found.
    pub(crate) fn unique(error: DbErr, what: &[&'static str]) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => {
                let found = what.iter().find(|word| message.contains(*word)).or(what.last());
                Self::Conflict(found.copied().unwrap_or("id"))
            }
            _ => Self::from(error),
        }
    }

    /// Whether PostgreSQL ended the transaction because it and another waited for each other.
    fn is_deadlock(&self) -> bool {
        match self {
            Self::Internal(
                DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)),
            ) => cause.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "40P01"),
            _ => false,
        }
    }

    pub(crate) fn corrupt(error: impl std::fmt::Display) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// How often a transaction is begun again after a deadlock. Deletes and the ends of runs take their
/// locks in one order, but a single statement takes those of many rows in any.
#[derive(Debug, Default)]
pub(crate) struct Tries(u8);

impl Tries {
    /// Whether `error` is a deadlock and there is another try.
    pub(crate) fn again(&mut self, error: &StoreError) -> bool {
        self.0 += 1;
        self.0 < 5 && error.is_deadlock()
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::RecordNotFound(_) => Self::NotFound,
            DbErr::ConnectionAcquire(_) => Self::Unavailable(error.to_string()),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => match unavailable(cause) {
                Some(sentence) => Self::Unavailable(sentence),
                None => Self::Internal(error),
            },
            _ => Self::Internal(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match unavailable(&error) {
            Some(sentence) => Self::Unavailable(sentence),
            None => Self::Internal(DbErr::Query(RuntimeErr::SqlxError(error.into()))),
        }
    }
}

/// A sentence when the error says that the database is away or busy, not that the query is wrong.
fn unavailable(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(error.to_string()),
        sqlx::Error::Database(cause) => {
            let code = cause.code()?;
            let away = if cause.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
                // Connection, authorisation, no such database, resources, shutdown, timeout.
                ["08", "28", "3D", "53", "57"].iter().any(|class| code.starts_with(class))
            } else {
                // The primary SQLite codes BUSY, LOCKED, IOERR, FULL and CANTOPEN.
                code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
            };
            away.then(|| cause.message().to_owned())
        }
        _ => None,
    }
}
