//! The finished steps of runs: what a new owner continues from.
//!
//! A model's reply is stored when it is whole. A tool call is stored before it is made, under a key
//! of its own, and its outcome after: a call without an outcome may or may not have happened, and a
//! write among those is never made again by itself. For the code that drives runs.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use kuma_types::JobId;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::job_step::{Column, Entity, Model};
use crate::jobs::Hold;
use crate::{Result, StoreError};

/// What kind of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A whole reply of a model.
    Reply,
    /// A tool call.
    Call,
}

impl StepKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Call => "call",
        }
    }
}

impl std::str::FromStr for StepKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reply" => Ok(Self::Reply),
            "call" => Ok(Self::Call),
            _ => Err(format!("unknown kind of step {text:?}")),
        }
    }
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its place in the run, from 1.
    pub number: i32,
    /// What kind of step it is.
    pub kind: StepKind,
    /// For a call: its key, which a tool that knows such keys never obeys twice.
    pub call_key: Option<String>,
    /// The reply, or what is called with which arguments; opaque here.
    pub payload: Value,
    /// What came of a call. `None`: nobody knows; it may have happened.
    pub outcome: Option<Value>,
    /// When the reply was whole, or the call was about to be made.
    pub created_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// One step of a run without anything that was said in it: for admins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOutline {
    /// Its place in the run, from 1.
    pub number: i32,
    /// What kind of step it is.
    pub kind: StepKind,
    /// When the reply was whole, or the call was about to be made.
    pub created_at: DateTime<Utc>,
    /// When it was over. `None`: what came of the call is not known; it may have happened.
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct OutlineRow {
    number: i32,
    kind: String,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<OutlineRow> for StepOutline {
    type Error = StoreError;
    fn try_from(row: OutlineRow) -> Result<Self> {
        let kind = StepKind::from_str(&row.kind).map_err(StoreError::corrupt)?;
        Ok(Self { number: row.number, kind, created_at: row.created_at, finished_at: row.finished_at })
    }
}

impl TryFrom<Model> for Step {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            number: row.number,
            kind: StepKind::from_str(&row.kind).map_err(StoreError::corrupt)?,
            call_key: row.call_key,
            payload: row.payload,
            outcome: row.outcome,
            created_at: row.created_at,
            finished_at: row.finished_at,
        })
    }
}

/// What came of the wish to make a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// It is written down for the first time: make it.
    New(Step),
    /// It was written down before: see its outcome.
    Known(Step),
    /// The caller does not hold the run any more: it must not be made.
    Lost,
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

    /// Stores a model's whole reply. `None`: the caller does not hold the run any more.
    pub async fn add_reply(&self, hold: Hold, payload: Value) -> Result<Option<Step>> {
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(None);
        }
        let row = self.add(&tx, hold.job_id, StepKind::Reply, None, payload).await?;
        tx.commit().await?;
        Ok(Some(row.try_into()?))
    }

    /// Stores that a call is about to be made, before it is. `call_key` is unique in the run and
    /// the same whenever the same call is meant.
    pub async fn begin_call(&self, hold: Hold, call_key: &str, payload: Value) -> Result<Intent> {
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(Intent::Lost);
        }
        let known = Entity::find()
            .filter(Column::JobId.eq(hold.job_id.0))
            .filter(Column::CallKey.eq(call_key))
            .one(&tx)
            .await?;
        if let Some(known) = known {
            return Ok(Intent::Known(known.try_into()?));
        }
        let row = self.add(&tx, hold.job_id, StepKind::Call, Some(call_key.to_owned()), payload).await?;
        tx.commit().await?;
        Ok(Intent::New(row.try_into()?))
    }

    /// Stores what came of a call. `false`, and nothing is written: the caller does not hold the
    /// run any more, no such call was begun, or its outcome is known already.
    pub async fn finish_call(&self, hold: Hold, call_key: &str, outcome: Value) -> Result<bool> {
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(false);
        }
        let updated = Entity::update_many()
            .filter(Column::JobId.eq(hold.job_id.0))
            .filter(Column::CallKey.eq(call_key))
            .filter(Column::FinishedAt.is_null())
            .col_expr(Column::Outcome, outcome.into())
            .col_expr(Column::FinishedAt, now().into())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(updated.rows_affected == 1)
    }

    /// All steps of a run, in their order.
    pub async fn list(&self, job: JobId) -> Result<Vec<Step>> {
        let find = Entity::find().filter(Column::JobId.eq(job.0)).order_by_asc(Column::Number);
        find.all(&self.db.read).await?.into_iter().map(TryInto::try_into).collect()
    }

    /// The same without their contents, which are not even read: for admins.
    pub async fn outline(&self, job: JobId) -> Result<Vec<StepOutline>> {
        let find = Entity::find()
            .select_only()
            .columns([Column::Number, Column::Kind, Column::CreatedAt, Column::FinishedAt])
            .filter(Column::JobId.eq(job.0))
            .order_by_asc(Column::Number);
        let rows = find.into_model::<OutlineRow>().all(&self.db.read).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn add(
        &self,
        tx: &DatabaseTransaction,
        job: JobId,
        kind: StepKind,
        call_key: Option<String>,
        payload: Value,
    ) -> Result<Model> {
        // The run is locked: there is no other one to take this number.
        let sql = "SELECT COALESCE(max(number), 0) FROM job_steps WHERE job_id = $1";
        let row = tx.query_one_raw(self.db.sql(sql, [job.0.into()])).await?;
        let last: i32 = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        let now = now();
        let row = Model {
            id: Uuid::now_v7(),
            job_id: job.0,
            number: last + 1,
            kind: kind.as_str().to_owned(),
            call_key,
            payload,
            outcome: None,
            created_at: now,
            finished_at: (kind == StepKind::Reply).then_some(now),
        };
        Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        Ok(row)
    }
}
