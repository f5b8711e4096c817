//! Looking at runs, and tidying up after them.

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, JobId, JobStatus, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
};
use uuid::Uuid;

use super::claim::{BLOCKED, CLAIMABLE};
use super::{Hold, Job, Jobs, unfinished};
use crate::db::now;
use crate::entity::message_job::{Column, Entity};
use crate::entity::{idempotency_key, job_event};
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::{Page, Result, StoreError};

/// The runs that are not over, for the metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many there are in each state; states without a run are left out. Those that failed are
    /// those that will be tried again.
    pub by_status: Vec<(JobStatus, u64)>,
    /// Since when the run in line that waits longest has waited.
    pub oldest_waiting: Option<DateTime<Utc>>,
    /// Runs at work whose holder's lease has run out, and which nobody has taken over yet.
    pub abandoned: u64,
}

impl Jobs<'_> {
    /// One job of the owner's.
    pub async fn get(&self, owner: UserId, id: JobId) -> Result<Job> {
        let find = Entity::find_by_id(id.0).filter(Column::UserId.eq(owner.0));
        find.one(&self.db.read).await?.ok_or(StoreError::NotFound)?.try_into()
    }

    /// One job, whoever's it is: for the code that drives runs and for admins.
    pub async fn get_any(&self, id: JobId) -> Result<Job> {
        Entity::find_by_id(id.0).one(&self.db.read).await?.ok_or(StoreError::NotFound)?.try_into()
    }

    /// What may begin when a run of this chat and user is over: the next job of the chat's line, and the next of
    /// the user's for which no other run of its chat comes first.
    pub async fn next_waiting(&self, chat: ChatId, user: UserId) -> Result<Vec<JobId>> {
        let sql = format!(
            "SELECT job_id FROM (SELECT job_id FROM message_jobs WHERE chat_id = $1 AND status = 'PENDING' \
               ORDER BY job_id LIMIT 1) AS of_chat \
             UNION SELECT job_id FROM (SELECT job_id FROM message_jobs WHERE user_id = $2 \
               AND status = 'PENDING' AND NOT {BLOCKED} ORDER BY job_id LIMIT 1) AS of_user ORDER BY job_id"
        );
        let rows = self.db.read.query_all_raw(self.db.sql(sql, [chat.0.into(), user.0.into()])).await?;
        rows.iter().map(|row| Ok(JobId(row.try_get_by_index(0)?))).collect()
    }

    /// Jobs that wait in line, oldest first.
    pub async fn pending(&self, limit: u32) -> Result<Vec<JobId>> {
        let find = pending().order_by_asc(Column::JobId).limit(u64::from(limit));
        let ids = find.into_tuple::<Uuid>().all(&self.db.read).await?;
        Ok(ids.into_iter().map(JobId).collect())
    }

    /// What can be claimed now: jobs that wait in line, that failed and are due, and whose holder's
    /// lease has run out, without those for which another run of their chat comes first. The oldest
    /// `per_user` of each user, so that nobody's long line hides the others', and `limit` in all.
    pub async fn due(&self, per_user: u32, limit: u32) -> Result<Vec<JobId>> {
        let sql = format!(
            "SELECT job_id FROM (SELECT job_id, \
               row_number() OVER (PARTITION BY user_id ORDER BY job_id) AS place FROM message_jobs \
               WHERE status IN ('PENDING', 'FAILED', 'PROCESSING') AND {CLAIMABLE} AND NOT {BLOCKED}) AS due \
             WHERE place <= $1 ORDER BY place, job_id LIMIT $3"
        );
        let values = [i64::from(per_user).into(), now().into(), i64::from(limit).into()];
        let rows = self.db.read.query_all_raw(self.db.sql(sql, values)).await?;
        rows.iter().map(|row| Ok(JobId(row.try_get_by_index(0)?))).collect()
    }

    /// Jobs at work whose holder is gone: the lease has run out or, given the prefix of the names
    /// of workers that are known to be dead (this process's, before it begins), theirs. Oldest first.
    pub async fn orphans(&self, dead_worker_prefix: Option<&str>, limit: u32) -> Result<Vec<Job>> {
        let mut abandoned =
            Condition::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lt(now()));
        if let Some(prefix) = dead_worker_prefix {
            let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
            let start =
                Func::cust("substr").args([Expr::col(Column::Worker), Expr::val(1i32), Expr::val(length)]);
            abandoned = abandoned.add(Expr::expr(start).eq(prefix));
        }
        let find = Entity::find()
            .filter(Column::Status.eq(JobStatus::Processing.as_str()))
            .filter(abandoned)
            .order_by_asc(Column::JobId)
            .limit(u64::from(limit));
        find.all(&self.db.read).await?.into_iter().map(TryInto::try_into).collect()
    }

    /// The kept events of a run that is over.
    pub async fn events(&self, job: JobId) -> Result<Option<String>> {
        Ok(job_event::Entity::find_by_id(job.0).one(&self.db.read).await?.map(|row| row.log))
    }

    /// Forgets the kept events of a run that goes on: what it tells from here on is not among them, so
    /// that whoever takes it next must not go on from their numbers. Nothing is done, and nothing is to
    /// be done, when the caller holds the run no more.
    pub async fn forget_events(&self, hold: Hold) -> Result<()> {
        let sql = "DELETE FROM job_events WHERE job_id = $1 AND EXISTS (SELECT 1 FROM message_jobs j \
                   WHERE j.job_id = $1 AND j.epoch = $2 AND j.status = 'PROCESSING')";
        self.db.write.execute_raw(self.db.sql(sql, [hold.job_id.0.into(), hold.epoch.into()])).await?;
        Ok(())
    }

    /// Keeps the events of a run that ended without ever being claimed, replacing what was kept.
    pub async fn keep_events(&self, job: JobId, log: String) -> Result<()> {
        let row = job_event::Model { job_id: job.0, log, created_at: now() };
        job_event::Entity::insert(row.into_active_model())
            .on_conflict(replace_log())
            .exec_without_returning(&self.db.write)
            .await
            .map_err(|error| match error.sql_err() {
                // The chat was deleted meanwhile, and the run with it.
                Some(SqlErr::ForeignKeyConstraintViolation(_)) => StoreError::NotFound,
                _ => error.into(),
            })?;
        Ok(())
    }

    /// The place of a job in the line of its chat, from 1: 1 + those that are not over and came before it.
    pub async fn position(&self, id: JobId) -> Result<u32> {
        let sql = format!(
            "SELECT 1 + (SELECT count(*) FROM message_jobs j \
                         WHERE j.chat_id = m.chat_id AND j.job_id < m.job_id AND {}) \
             FROM message_jobs m WHERE m.job_id = $1",
            unfinished("j")
        );
        let row = self.db.read.query_one_raw(self.db.sql(sql, [id.0.into()])).await?;
        let place: i64 = row.ok_or(StoreError::NotFound)?.try_get_by_index(0)?;
        Ok(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Forgets event logs and clients' keys older than `before`; how many. The log of a run that is
    /// not over stays, however long it waits.
    pub async fn prune(&self, before: DateTime<Utc>) -> Result<u64> {
        let sql = format!(
            "DELETE FROM job_events WHERE created_at < $1 AND NOT EXISTS (\
               SELECT 1 FROM message_jobs j WHERE j.job_id = job_events.job_id AND {})",
            unfinished("j")
        );
        let logs = self.db.write.execute_raw(self.db.sql(sql, [before.into()])).await?.rows_affected();
        let keys = idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::CreatedAt.lt(before))
            .exec(&self.db.write);
        Ok(logs + keys.await?.rows_affected)
    }

    /// All jobs, newest first, for admins.
    pub async fn list(
        &self,
        status: Option<JobStatus>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Job>> {
        let limit = bounded(limit);
        let mut find = Entity::find().order_by_desc(Column::JobId).limit(limit + 1);
        if let Some(status) = status {
            find = find.filter(Column::Status.eq(status.as_str()));
        }
        if let Some(before) = read_id_cursor(List::Jobs, cursor)? {
            find = find.filter(Column::JobId.lt(before));
        }
        let rows = find.all(&self.db.replica).await?;
        let jobs: Result<Vec<Job>> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::cut(jobs?, limit, |job| id_cursor(List::Jobs, job.id.0)))
    }

    /// What is not over, for the metrics. Runs that were answered cost it nothing, however many there are.
    pub async fn backlog(&self) -> Result<Backlog> {
        let sql = format!(
            "SELECT status, count(*) FROM message_jobs WHERE {} GROUP BY status ORDER BY status",
            unfinished("message_jobs")
        );
        let oldest = Entity::find()
            .select_only()
            .column(Column::UpdatedAt)
            .filter(Column::Status.eq(JobStatus::Pending.as_str()))
            .order_by_asc(Column::UpdatedAt)
            .limit(1);
        let abandoned = Entity::find()
            .filter(Column::Status.eq(JobStatus::Processing.as_str()))
            .filter(Condition::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lt(now())));
        // Not from a replica: leases there are as old as it lags behind.
        Ok(Backlog {
            by_status: counts(self.db.read.query_all_raw(self.db.sql(sql, [])).await?)?,
            oldest_waiting: oldest.into_tuple::<DateTime<Utc>>().one(&self.db.read).await?,
            abandoned: abandoned.count(&self.db.read).await?,
        })
    }

    /// How many jobs there are in each state, for admins; states without a job are left out.
    pub(crate) async fn by_status(&self) -> Result<Vec<(JobStatus, u64)>> {
        let sql = "SELECT status, count(*) FROM message_jobs GROUP BY status ORDER BY status";
        counts(self.db.replica.query_all_raw(self.db.sql(sql, [])).await?)
    }
}

/// Rows of a state and how many there are in it.
fn counts(rows: Vec<sea_orm::QueryResult>) -> Result<Vec<(JobStatus, u64)>> {
    let count = |row: sea_orm::QueryResult| {
        let status: String = row.try_get_by_index(0)?;
        let count: i64 = row.try_get_by_index(1)?;
        Ok((status.parse().map_err(StoreError::corrupt)?, count.unsigned_abs()))
    };
    rows.into_iter().map(count).collect()
}

/// A newer log takes the place of an older one.
pub(super) fn replace_log() -> OnConflict {
    OnConflict::column(job_event::Column::JobId)
        .update_columns([job_event::Column::Log, job_event::Column::CreatedAt])
        .to_owned()
}

/// The ids of the jobs that wait in line.
fn pending() -> sea_orm::Select<Entity> {
    Entity::find().select_only().column(Column::JobId).filter(Column::Status.eq(JobStatus::Pending.as_str()))
}
