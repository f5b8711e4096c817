//! Who works on a job: claiming, keeping and losing it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kuma_types::JobId;
use sea_orm::{ConnectionTrait, FromQueryResult as _};

use super::{Job, Jobs, batch};
use crate::Result;
use crate::db::{Backend, Db, now};
use crate::entity::message_job::Model;

/// What came of a claim.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one is made per claim and taken apart at once")]
pub enum Claim {
    /// It is the claimer's, under the job's new epoch.
    Claimed(Job),
    /// Another run of the same chat comes first.
    Waits,
    /// It is over, somebody else holds it, or it is not due yet.
    Gone,
}

/// Whether the job may be taken at the time `$2`, apart from its chat.
pub(super) const CLAIMABLE: &str = "((message_jobs.status = 'PENDING' \
       AND (message_jobs.next_attempt_at IS NULL OR message_jobs.next_attempt_at <= $2)) \
     OR (message_jobs.status = 'FAILED' AND message_jobs.next_attempt_at <= $2) \
     OR (message_jobs.status = 'PROCESSING' AND message_jobs.lease_until < $2))";

/// Whether another run of the chat comes first: one at work, or an earlier one that is not over.
pub(super) const BLOCKED: &str = "EXISTS (SELECT 1 FROM message_jobs o \
     WHERE o.chat_id = message_jobs.chat_id AND o.job_id <> message_jobs.job_id \
     AND (o.status IN ('PROCESSING', 'WAITING_APPROVAL') \
       OR (o.job_id < message_jobs.job_id \
         AND (o.status = 'PENDING' OR (o.status = 'FAILED' AND o.next_attempt_at IS NOT NULL)))))";

/// How many jobs of the same user are at work.
const OF_USER: &str = "(SELECT count(*) FROM message_jobs u \
     WHERE u.user_id = message_jobs.user_id AND u.status = 'PROCESSING')";

impl Jobs<'_> {
    /// Takes a job that is waiting, due again, or held by somebody whose lease has run out. Only
    /// one of many claimers gets it, and only one job of a chat is at work at a time.
    pub async fn claim(&self, id: JobId, worker: &str, lease: Duration) -> Result<Claim> {
        self.claim_within(id, worker, lease, u32::MAX).await
    }

    /// The same, unless the job's user has `most` jobs at work already: then it waits too.
    /// [`Jobs::next_waiting`] finds it again.
    pub async fn claim_within(&self, id: JobId, worker: &str, lease: Duration, most: u32) -> Result<Claim> {
        let taking = Taking { id, worker, lease, most };
        if self.db.backend == Backend::Sqlite {
            // One writer, and one statement.
            return taking.take(self.db, &self.db.write).await;
        }
        let tx = self.db.begin().await?;
        // One claim of a user at a time: two jobs must not each find the other still waiting,
        // nor each take the last place.
        let sql = "SELECT u.id FROM users u JOIN message_jobs j ON j.user_id = u.id \
                   WHERE j.job_id = $1 FOR NO KEY UPDATE OF u";
        tx.query_one_raw(self.db.sql(sql, [id.0.into()])).await?;
        let claim = taking.take(self.db, &tx).await?;
        tx.commit().await?;
        Ok(claim)
    }

    /// Keeps many jobs for another while; gives those that are still the worker's.
    pub async fn renew(&self, held: &[(JobId, i32)], worker: &str, lease: Duration) -> Result<Vec<JobId>> {
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let now = now();
        let tx = self.db.begin().await?;
        let mut kept = Vec::with_capacity(held.len());
        for batch in batch::of(held) {
            let rows = batch::values(batch.len(), 2);
            let (worker_at, until_at) = (batch.len() * 2 + 1, batch.len() * 2 + 2);
            let sql = format!(
                "UPDATE message_jobs SET lease_until = ${until_at} WHERE status = 'PROCESSING' AND worker = ${worker_at} \
                 AND (job_id, epoch) IN (VALUES {rows}) RETURNING job_id"
            );
            let mut values: Vec<sea_orm::Value> =
                batch.iter().flat_map(|(id, epoch)| [id.0.into(), (*epoch).into()]).collect();
            values.push(worker.into());
            values.push(until(now, lease).into());
            for row in tx.query_all_raw(self.db.sql(sql, values)).await? {
                kept.push(JobId(row.try_get_by_index(0)?));
            }
        }
        tx.commit().await?;
        Ok(kept)
    }
}

/// Who wants which job.
struct Taking<'a> {
    id: JobId,
    worker: &'a str,
    lease: Duration,
    most: u32,
}

impl Taking<'_> {
    async fn take(&self, db: &Db, connection: &impl ConnectionTrait) -> Result<Claim> {
        let (id, now) = (self.id, now());
        let sql = format!(
            "UPDATE message_jobs SET status = 'PROCESSING', epoch = epoch + 1, worker = $3, lease_until = $4, \
             next_attempt_at = NULL, updated_at = $2, \
             retry_count = retry_count + CASE WHEN status = 'FAILED' THEN 1 ELSE 0 END \
             WHERE job_id = $1 AND {CLAIMABLE} AND NOT {BLOCKED} AND {OF_USER} < $5 RETURNING *"
        );
        let until = until(now, self.lease);
        let values = [id.0.into(), now.into(), self.worker.into(), until.into(), i64::from(self.most).into()];
        // To its end: outside of a transaction nothing is kept before.
        let taken = Model::find_by_statement(db.sql(sql, values)).all(connection).await?.pop();
        if let Some(row) = taken {
            return Ok(Claim::Claimed(row.try_into()?));
        }
        let sql = format!("SELECT 1 FROM message_jobs WHERE job_id = $1 AND {CLAIMABLE}");
        Ok(match connection.query_one_raw(db.sql(sql, [id.0.into(), now.into()])).await? {
            Some(_) => Claim::Waits,
            None => Claim::Gone,
        })
    }
}

/// The time that lies `lease` after `now`.
pub(super) fn until(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(lease).ok().and_then(|lease| now.checked_add_signed(lease)).unwrap_or(now)
}
