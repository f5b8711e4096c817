//! Whose a run is: what every write of a run's driver is checked against.

use kuma_types::JobId;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Value};

use super::Job;
use crate::Result;
use crate::db::{Backend, Db};

/// A run as its driver holds it. What is written under it counts only while the run is at work
/// under this very epoch: whoever lost it writes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hold {
    /// The run.
    pub job_id: JobId,
    /// The epoch under which it was claimed.
    pub epoch: i32,
}

impl Job {
    /// This run under the epoch it has here.
    pub fn hold(&self) -> Hold {
        Hold { job_id: self.id, epoch: self.epoch }
    }
}

impl Hold {
    /// Whether it still holds; nobody else can take the run until the transaction ends.
    pub(crate) async fn stands(self, db: &Db, tx: &DatabaseTransaction) -> Result<bool> {
        let sql = format!("SELECT 1 FROM message_jobs {}", Self::only_while(db, 1));
        Ok(tx.query_one_raw(db.sql(sql, self.values())).await?.is_some())
    }

    /// The end of a statement that selects from `message_jobs`: the run's row while this holds, and
    /// nothing after. [`Hold::values`] belong to it, from the number `at`.
    pub(crate) fn only_while(db: &Db, at: usize) -> String {
        let lock = for_update(db);
        format!("WHERE job_id = ${at} AND epoch = ${} AND status = 'PROCESSING'{lock}", at + 1)
    }

    /// What [`Hold::only_while`] asks for.
    pub(crate) fn values(self) -> [Value; 2] {
        [self.job_id.0.into(), self.epoch.into()]
    }
}

/// Locks the selected rows, where there can be other writers.
pub(crate) fn for_update(db: &Db) -> &'static str {
    match db.backend {
        Backend::Sqlite => "",
        Backend::Postgres => " FOR NO KEY UPDATE",
    }
}
