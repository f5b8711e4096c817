//! What runs ask before they write, and what was decided.
//!
//! The question is a row before anybody can see it, so a decision is never too early; it is made
//! once, and the run goes on from whichever moment comes last: the decision, or its own wish to wait.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use kuma_types::{Decision, Effect, JobId, UserId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::approval::{Column, Entity, Model};
use crate::entity::message_job;
use crate::jobs::{Hold, Job, Jobs, for_update};
use crate::{Result, StoreError};

/// A question to be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct NewApproval {
    /// The call that waits.
    pub call_id: String,
    /// The tool.
    pub tool: String,
    /// What the model calls it with.
    pub arguments: Value,
    /// What it does to the world.
    pub effect: Effect,
    /// Why it asks.
    pub reason: String,
    /// What would happen, for people.
    pub preview: Value,
}

/// A question, and its answer once there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// The run that asks.
    pub job_id: JobId,
    /// The call that waits.
    pub call_id: String,
    /// The tool.
    pub tool: String,
    /// What the model calls it with.
    pub arguments: Value,
    /// What it does to the world.
    pub effect: Effect,
    /// Why it asks.
    pub reason: String,
    /// What would happen, for people.
    pub preview: Value,
    /// What was decided; `None`: nothing yet.
    pub decision: Option<Decision>,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

impl TryFrom<Model> for Approval {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self> {
        let decision = match row.decision.as_deref() {
            None => None,
            Some("approve") => Some(Decision::Approve { arguments: row.decided_arguments }),
            Some("deny") => Some(Decision::Deny { reason: row.deny_reason }),
            Some(other) => return Err(StoreError::corrupt(format_args!("unknown decision {other:?}"))),
        };
        Ok(Self {
            job_id: JobId(row.job_id),
            call_id: row.call_id,
            tool: row.tool,
            arguments: row.arguments,
            effect: Effect::from_str(&row.effect).map_err(StoreError::corrupt)?,
            reason: row.reason,
            preview: row.preview,
            decision,
            created_at: row.created_at,
            decided_at: row.decided_at,
        })
    }
}

/// A decision that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The question with its answer.
    pub approval: Approval,
    /// The run as it is now.
    pub job: Job,
    /// It waited for nothing else and is in line again: announce it. Otherwise its driver looks by
    /// itself before it waits, or other questions are still open.
    pub resumed: bool,
}

/// Questions of runs.
#[derive(Clone, Copy, Debug)]
pub struct Approvals<'a> {
    db: &'a Db,
}

impl<'a> Approvals<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Writes questions down before they are told; one that is there already stays as it is, with
    /// its answer. `false`, and nothing is written: the caller does not hold the run any more.
    pub async fn ask(&self, hold: Hold, questions: Vec<NewApproval>) -> Result<bool> {
        let now = now();
        let tx = self.db.begin().await?;
        if !hold.stands(self.db, &tx).await? {
            return Ok(false);
        }
        for question in questions {
            let row = Model {
                id: Uuid::now_v7(),
                job_id: hold.job_id.0,
                call_id: question.call_id,
                tool: question.tool,
                arguments: question.arguments,
                effect: question.effect.as_str().to_owned(),
                reason: question.reason,
                preview: question.preview,
                decision: None,
                decided_arguments: None,
                deny_reason: None,
                created_at: now,
                decided_at: None,
            };
            let once = OnConflict::columns([Column::JobId, Column::CallId]).do_nothing().to_owned();
            Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// All questions of a run, in their order: for the code that drives it.
    pub async fn of_run(&self, job: JobId) -> Result<Vec<Approval>> {
        let find = Entity::find().filter(Column::JobId.eq(job.0)).order_by_asc(Column::Id);
        find.all(&self.db.read).await?.into_iter().map(TryInto::try_into).collect()
    }

    /// One question of a run of the owner's.
    pub async fn get(&self, owner: UserId, job: JobId, call_id: &str) -> Result<Approval> {
        let sql = "SELECT a.* FROM approvals a JOIN message_jobs j ON j.job_id = a.job_id \
                   WHERE a.job_id = $1 AND a.call_id = $2 AND j.user_id = $3";
        let values = [job.0.into(), call_id.into(), owner.0.into()];
        let row = Model::find_by_statement(self.db.sql(sql, values)).one(&self.db.read).await?;
        row.ok_or(StoreError::NotFound)?.try_into()
    }

    /// Decides a question of a run of the owner's, once; a run that waited for nothing else is in
    /// line again.
    ///
    /// [`StoreError::NotFound`]: no such question. [`StoreError::Conflict`]`("decision")`: it was
    /// decided before; `("run")`: the run is over.
    pub async fn decide(
        &self,
        owner: UserId,
        job: JobId,
        call_id: &str,
        decision: Decision,
    ) -> Result<Decided> {
        let tx = self.db.begin().await?;
        // First the run, as everybody does: then it neither ends nor begins to wait meanwhile.
        let sql =
            format!("SELECT * FROM message_jobs WHERE job_id = $1 AND user_id = $2{}", for_update(self.db));
        let run = message_job::Model::find_by_statement(self.db.sql(sql, [job.0.into(), owner.0.into()]));
        let run: Job = run.one(&tx).await?.ok_or(StoreError::NotFound)?.try_into()?;
        let this = Entity::find().filter(Column::JobId.eq(job.0)).filter(Column::CallId.eq(call_id));
        let before = this.clone().one(&tx).await?.ok_or(StoreError::NotFound)?;
        if before.decision.is_some() {
            return Err(StoreError::Conflict("decision"));
        }
        if run.is_over() {
            return Err(StoreError::Conflict("run"));
        }
        let (word, arguments, reason) = match decision {
            Decision::Approve { arguments } => ("approve", arguments, None),
            Decision::Deny { reason } => ("deny", None, reason),
        };
        let row = Model {
            decision: Some(word.to_owned()),
            decided_arguments: arguments,
            deny_reason: reason,
            decided_at: Some(now()),
            ..before
        };
        Entity::update(row.clone().into_active_model().reset_all()).exec(&tx).await?;

        let open = "SELECT 1 FROM approvals WHERE job_id = $1 AND decision IS NULL LIMIT 1";
        let all_decided = tx.query_one_raw(self.db.sql(open, [job.0.into()])).await?.is_none();
        let resumed = all_decided && Jobs::new(self.db).resume_in(&tx, job).await?;
        let run = if resumed {
            let find = message_job::Entity::find_by_id(job.0);
            find.one(&tx).await?.ok_or(StoreError::NotFound)?.try_into()?
        } else {
            run
        };
        tx.commit().await?;
        Ok(Decided { approval: row.try_into()?, job: run, resumed })
    }
}
