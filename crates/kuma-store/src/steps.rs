//! The finished steps of runs: what a new owner continues from. For the code that drives runs.

use kuma_types::{JobId, RunStep, Step};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, SqlErr,
};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::job_step::{Column, Entity, Model};
use crate::jobs::Hold;
use crate::{Result, StoreError};

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
        let row = Model {
            id: Uuid::now_v7(),
            job_id: hold.job_id.0,
            number: i32::try_from(step.number).map_err(StoreError::corrupt)?,
            kind: kind(&step.step).to_owned(),
            // Unique in the run: no write is ever begun twice under one key.
            call_key: match &step.step {
                Step::Intent(intent) => Some(intent.idempotency_key.clone()),
                _ => None,
            },
            payload: serde_json::to_value(step).map_err(StoreError::corrupt)?,
            created_at: now(),
        };
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(false);
        }
        match Entity::insert(row.into_active_model()).exec_without_returning(&tx).await {
            Ok(_) => {}
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        tx.commit().await?;
        Ok(true)
    }

    /// All steps of a run, in their order.
    pub async fn of_run(&self, job: JobId) -> Result<Vec<RunStep>> {
        let find = Entity::find().filter(Column::JobId.eq(job.0)).order_by_asc(Column::Number);
        let rows = find.all(&self.db.read).await?;
        rows.into_iter().map(|row| RunStep::from_value(row.payload).map_err(StoreError::corrupt)).collect()
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
