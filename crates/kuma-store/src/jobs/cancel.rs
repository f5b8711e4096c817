//! Stopping a run.

use kuma_types::{JobId, JobStatus, MessageStatus, UserId};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::{Job, Jobs};
use crate::db::now;
use crate::entity::{
    message,
    message_job::{Column, Entity},
};
use crate::{Result, StoreError};

impl Jobs<'_> {
    /// Asks for a run to be stopped. One that nobody works on (waiting in line, for an approval or
    /// for its next attempt) is cancelled at once, with its message; one at work is marked, and
    /// its holder must look; one that is over stays as it is. Gives the job as it is now.
    pub async fn request_cancel(&self, owner: UserId, id: JobId) -> Result<Job> {
        let own = Condition::all().add(Column::JobId.eq(id.0)).add(Column::UserId.eq(owner.0));
        self.cancel_where(own).await
    }

    /// The same for anybody's run: for admins.
    pub async fn request_cancel_any(&self, id: JobId) -> Result<Job> {
        self.cancel_where(Condition::all().add(Column::JobId.eq(id.0))).await
    }

    async fn cancel_where(&self, own: Condition) -> Result<Job> {
        let now = now();
        let idle = Condition::any()
            .add(Column::Status.is_in([JobStatus::Pending.as_str(), JobStatus::WaitingApproval.as_str()]))
            .add(
                Condition::all()
                    .add(Column::Status.eq(JobStatus::Failed.as_str()))
                    .add(Column::NextAttemptAt.is_not_null()),
            );
        let tx = self.db.begin().await?;
        let cancelled = Entity::update_many()
            .filter(own.clone())
            .filter(idle)
            .col_expr(Column::Status, JobStatus::Cancelled.as_str().into())
            .col_expr(Column::CancelRequested, true.into())
            .col_expr(Column::NextAttemptAt, Option::<chrono::DateTime<chrono::Utc>>::None.into())
            .col_expr(Column::UpdatedAt, now.into())
            .col_expr(Column::FinishedAt, now.into())
            .exec_with_returning(&tx)
            .await?;
        let job = if let Some(row) = cancelled.into_iter().next() {
            message::Entity::update_many()
                .filter(message::Column::Id.eq(row.assistant_message_id))
                .col_expr(message::Column::Status, MessageStatus::Cancelled.as_str().into())
                .exec(&tx)
                .await?;
            row
        } else {
            let marked = Entity::update_many()
                .filter(own.clone())
                .filter(Column::Status.eq(JobStatus::Processing.as_str()))
                .col_expr(Column::CancelRequested, true.into())
                .col_expr(Column::UpdatedAt, now.into())
                .exec_with_returning(&tx)
                .await?;
            match marked.into_iter().next() {
                Some(row) => row,
                None => Entity::find().filter(own).one(&tx).await?.ok_or(StoreError::NotFound)?,
            }
        };
        tx.commit().await?;
        job.try_into()
    }
}
