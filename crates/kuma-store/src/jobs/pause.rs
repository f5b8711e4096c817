//! Runs that stop without being over, and runs that were over and go on.

use std::time::Duration;

use kuma_types::{JobId, JobStatus, MessageStatus, RunFailure, UserId};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _,
    FromQueryResult as _, IntoActiveModel as _, QueryFilter as _,
};

use super::claim::until;
use super::hold::for_update;
use super::query::replace_log;
use super::{Hold, Job, Jobs, batch};
use crate::db::now;
use crate::entity::message_job::{Column, Entity, Model};
use crate::entity::{job_event, message};
use crate::{Result, StoreError};

/// What came of a run's wish to wait for a decision.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one is made per pause and taken apart at once")]
pub enum Pause {
    /// It waits now; nobody holds it.
    Waits(Job),
    /// Everything was decided meanwhile: the caller still holds it and goes on.
    Decided,
    /// Its owner wants it stopped: the caller still holds it and ends it.
    Cancelled,
    /// The caller does not hold it any more.
    Lost,
}

impl Jobs<'_> {
    /// An attempt failed and there will be another in `again_in`: the run is `FAILED` until then,
    /// its message keeps the text of its last checkpoint. `None`: the caller holds it no more.
    pub async fn fail_attempt(
        &self,
        hold: Hold,
        error: &RunFailure,
        again_in: Duration,
    ) -> Result<Option<Job>> {
        let now = now();
        let sql = "UPDATE message_jobs SET status = 'FAILED', error = $3, next_attempt_at = $4, updated_at = $5, \
                   lease_until = NULL WHERE job_id = $1 AND epoch = $2 AND status = 'PROCESSING' RETURNING *";
        let error = serde_json::to_value(error).map_err(StoreError::corrupt)?;
        let values =
            [hold.job_id.0.into(), hold.epoch.into(), error.into(), until(now, again_in).into(), now.into()];
        let row = Model::find_by_statement(self.db.sql(sql, values)).one(&self.db.write).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Gives runs back that the caller cannot finish, which is no failed attempt: they wait in line
    /// again, and their messages keep the text of their last checkpoint. Gives those that were its.
    pub async fn hand_back(&self, held: &[Hold]) -> Result<Vec<JobId>> {
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let now = now();
        let tx = self.db.begin().await?;
        let mut back = Vec::with_capacity(held.len());
        for batch in batch::of(held) {
            let rows = batch::values(batch.len(), 2);
            let now_at = batch.len() * 2 + 1;
            let sql = format!(
                "UPDATE message_jobs SET status = 'PENDING', worker = NULL, lease_until = NULL, \
                 next_attempt_at = NULL, updated_at = ${now_at} WHERE status = 'PROCESSING' \
                 AND (job_id, epoch) IN (VALUES {rows}) RETURNING job_id"
            );
            let mut values: Vec<sea_orm::Value> =
                batch.iter().flat_map(|hold| [hold.job_id.0.into(), hold.epoch.into()]).collect();
            values.push(now.into());
            for row in tx.query_all_raw(self.db.sql(sql, values)).await? {
                back.push(JobId(row.try_get_by_index(0)?));
            }
        }
        tx.commit().await?;
        Ok(back)
    }

    /// Lets a run wait until its approvals are decided: it then is rows, and costs nothing. `events`
    /// are what was told so far, as [`kuma_types::run_log`] writes them: the journal may not live as
    /// long. Approvals are decided, and runs cancelled, at any moment: see [`Pause`].
    pub async fn wait_for_approval(&self, hold: Hold, events: Option<String>) -> Result<Pause> {
        let now = now();
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(Pause::Lost);
        }
        let open = "SELECT 1 FROM approvals WHERE job_id = $1 AND decision IS NULL LIMIT 1";
        if tx.query_one_raw(self.db.sql(open, [hold.job_id.0.into()])).await?.is_none() {
            return Ok(Pause::Decided);
        }
        let sql = "UPDATE message_jobs SET status = 'WAITING_APPROVAL', worker = NULL, lease_until = NULL, \
                   updated_at = $2 WHERE job_id = $1 AND NOT cancel_requested RETURNING *";
        let values = [hold.job_id.0.into(), now.into()];
        let Some(row) = Model::find_by_statement(self.db.sql(sql, values)).one(&tx).await? else {
            return Ok(Pause::Cancelled);
        };
        if let Some(log) = events {
            let kept = job_event::Model { job_id: hold.job_id.0, log, created_at: now };
            let insert = job_event::Entity::insert(kept.into_active_model()).on_conflict(replace_log());
            insert.exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(Pause::Waits(row.try_into()?))
    }

    /// Puts a run that waits for a decision back into the line. `false`: it does not wait for one.
    pub(crate) async fn resume_in(&self, tx: &DatabaseTransaction, id: JobId) -> Result<bool> {
        let sql = "UPDATE message_jobs SET status = 'PENDING', next_attempt_at = NULL, updated_at = $2 \
                   WHERE job_id = $1 AND status = 'WAITING_APPROVAL'";
        Ok(tx.execute_raw(self.db.sql(sql, [id.0.into(), now().into()])).await?.rows_affected() == 1)
    }

    /// Begins a run of the owner's again that failed, was given up or cancelled: it waits in line,
    /// with all attempts before it, and its message streams again. Its epoch, steps and kept events
    /// stay, so that it goes on from them and their numbers.
    ///
    /// [`StoreError::Conflict`]`("status")`: it is complete, or not over.
    pub async fn retry(&self, owner: UserId, id: JobId) -> Result<Job> {
        self.retry_where(Condition::all().add(Column::JobId.eq(id.0)).add(Column::UserId.eq(owner.0))).await
    }

    /// The same for anybody's run: for admins.
    pub async fn retry_any(&self, id: JobId) -> Result<Job> {
        self.retry_where(Condition::all().add(Column::JobId.eq(id.0))).await
    }

    async fn retry_where(&self, which: Condition) -> Result<Job> {
        let over = [JobStatus::Failed, JobStatus::Dead, JobStatus::Cancelled].map(JobStatus::as_str);
        let nothing = || sea_orm::sea_query::Expr::val(None::<sea_orm::JsonValue>);
        let tx = self.db.begin().await?;
        let update = Entity::update_many()
            .filter(which.clone())
            .filter(Column::Status.is_in(over))
            .col_expr(Column::Status, JobStatus::Pending.as_str().into())
            .col_expr(Column::RetryCount, 0.into())
            .col_expr(Column::CancelRequested, false.into())
            .col_expr(Column::Error, nothing())
            .col_expr(Column::Result, nothing())
            .col_expr(Column::NextAttemptAt, Option::<chrono::DateTime<chrono::Utc>>::None.into())
            .col_expr(Column::FinishedAt, Option::<chrono::DateTime<chrono::Utc>>::None.into())
            .col_expr(Column::LeaseUntil, Option::<chrono::DateTime<chrono::Utc>>::None.into())
            .col_expr(Column::UpdatedAt, now().into());
        let Some(row) = update.exec_with_returning(&tx).await?.into_iter().next() else {
            let there = Entity::find().filter(which).one(&tx).await?;
            return Err(there.map_or(StoreError::NotFound, |_| StoreError::Conflict("status")));
        };
        message::Entity::update_many()
            .filter(message::Column::Id.eq(row.assistant_message_id))
            .col_expr(message::Column::Status, MessageStatus::Streaming.as_str().into())
            .col_expr(message::Column::Error, nothing())
            .col_expr(message::Column::FinishReason, Option::<String>::None.into())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        row.try_into()
    }

    /// Forgets a run that is over, with its steps, kept events and approvals; its messages stay:
    /// for admins. Gives what it was.
    ///
    /// [`StoreError::Conflict`]`("status")`: it is not over; it can be cancelled.
    pub async fn drop_any(&self, id: JobId) -> Result<Job> {
        let tx = self.db.begin().await?;
        let sql = format!("SELECT * FROM message_jobs WHERE job_id = $1{}", for_update(self.db));
        let row = Model::find_by_statement(self.db.sql(sql, [id.0.into()])).one(&tx).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let job: Job = row.try_into()?;
        if !job.is_over() {
            return Err(StoreError::Conflict("status"));
        }
        Entity::delete_by_id(id.0).exec(&tx).await?;
        tx.commit().await?;
        Ok(job)
    }
}
