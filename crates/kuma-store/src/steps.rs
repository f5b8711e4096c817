//! The finished steps of runs: what a new owner continues from. For the code that drives runs.

use chrono::{DateTime, Utc};
use kuma_types::{JobId, RunStep, Step};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, SqlErr, Value,
};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::job_step::{Column, Entity};
use crate::jobs::Hold;
use crate::{Result, StoreError};

/// One step of a run without anything that was said in it: for admins.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct StepOutline {
    /// Its place in the run, from 1.
    pub number: i32,
    /// `reply`, `asked`, `intent` (a write was about to be made) or `result`.
    pub kind: String,
    /// When it was kept.
    pub created_at: DateTime<Utc>,
}

/// Steps of runs.
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a> {
    db: &'a Db,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Keeps a step. `false`, and nothing is written: the caller does not hold the run any more, or
    /// somebody else has kept a step of this number.
    pub async fn record(&self, hold: Hold, step: &RunStep) -> Result<bool> {
        let number = i32::try_from(step.number).map_err(StoreError::corrupt)?;
        // Unique in the run: no write is ever begun twice under one key.
        let call_key = match &step.step {
            Step::Intent(intent) => Some(intent.idempotency_key.clone()),
            _ => None,
        };
        let payload = serde_json::to_value(step).map_err(StoreError::corrupt)?;
        let sql = format!(
            "INSERT INTO job_steps (id, job_id, number, kind, call_key, payload, created_at) \
             SELECT $1, job_id, $2, $3, $4, $5, $6 FROM message_jobs {}",
            Hold::only_while(self.db, 7)
        );
        let mut values: Vec<Value> = vec![
            Uuid::now_v7().into(),
            number.into(),
            kind(&step.step).into(),
            call_key.into(),
            payload.into(),
            now().into(),
        ];
        values.extend(hold.values());
        match self.db.write.execute_raw(self.db.sql(sql, values)).await {
            Ok(done) => Ok(done.rows_affected() == 1),
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// All steps of a run, in their order.
    pub async fn of_run(&self, job: JobId) -> Result<Vec<RunStep>> {
        let find = Entity::find().filter(Column::JobId.eq(job.0)).order_by_asc(Column::Number);
        let rows = find.all(&self.db.read).await?;
        rows.into_iter().map(|row| RunStep::from_value(row.payload).map_err(StoreError::corrupt)).collect()
    }

    /// The same without their contents, which are not even read: for admins.
    pub async fn outline(&self, job: JobId) -> Result<Vec<StepOutline>> {
        let find = Entity::find()
            .select_only()
            .columns([Column::Number, Column::Kind, Column::CreatedAt])
            .filter(Column::JobId.eq(job.0))
            .order_by_asc(Column::Number);
        Ok(find.into_model::<StepOutline>().all(&self.db.read).await?)
    }
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Reply(_) => "reply",
        Step::Asked(_) => "asked",
        Step::Intent(_) => "intent",
        Step::Result(_) => "result",
    }
}
