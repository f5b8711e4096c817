//! The end of a run.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use kuma_types::{FinishReason, JobId, JobStatus, MessageStatus, Provenance, RunFailure, Usage};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult as _, IdenStatic as _,
    IntoActiveModel as _, Iterable as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::query::replace_log;
use super::{Jobs, batch};
use crate::db::{Db, now};
use crate::entity::{job_event, message, usage};
use crate::error::Tries;
use crate::messages::Message;
use crate::{Result, StoreError};

/// How a run ended, with all that it leaves behind.
#[derive(Clone, Debug)]
pub struct FinishRun {
    /// The run.
    pub job_id: JobId,
    /// The epoch under which the caller holds it.
    pub epoch: i32,
    /// A final status.
    pub status: JobStatus,
    /// All of the answer.
    pub content: String,
    /// All of the reasoning.
    pub reasoning: Option<String>,
    /// A list of [`kuma_types::ToolCallRecord`].
    pub tool_calls: Value,
    /// A list of citations.
    pub citations: Value,
    /// The model that answered, as `provider/model`.
    pub model: Option<String>,
    /// What it cost.
    pub usage: Usage,
    /// Why the answer ends where it ends.
    pub finish_reason: FinishReason,
    /// What becomes of the message.
    pub message_status: MessageStatus,
    /// Why it failed.
    pub error: Option<RunFailure>,
    /// Where the text from outside came from that it had read.
    pub taint: Option<Provenance>,
    /// Its events as [`kuma_types::run_log`] writes them; `None`: they are lost.
    pub events: Option<String>,
}

impl Jobs<'_> {
    /// Ends a run and gives its message as it is now. `None`, and nothing is written, when the
    /// caller no longer holds the run or it is over already.
    pub async fn finish(&self, run: FinishRun) -> Result<Option<Message>> {
        Ok(self.finish_many(vec![run]).await?.pop().flatten())
    }

    /// Ends many runs in one transaction; the results are in the order of `runs`.
    pub async fn finish_many(&self, runs: Vec<FinishRun>) -> Result<Vec<Option<Message>>> {
        if let Some(run) = runs.iter().find(|run| !run.status.is_final()) {
            return Err(StoreError::Unsupported(format!("a run cannot end as {}", run.status)));
        }
        // Of two ends of one run, the first counts.
        let mut seen = HashSet::new();
        let first: Vec<&FinishRun> = runs.iter().filter(|run| seen.insert(run.job_id)).collect();

        let mut tries = Tries::default();
        let mut messages = loop {
            match self.finish_once(&first).await {
                Err(error) if tries.again(&error) => {}
                done => break done?,
            }
        };
        Ok(runs.iter().map(|run| messages.remove(&run.job_id)).collect())
    }

    async fn finish_once(&self, runs: &[&FinishRun]) -> Result<HashMap<JobId, Message>> {
        let now = now();
        let tx = self.db.begin().await?;
        let mut messages = HashMap::new();
        for batch in batch::of(runs) {
            finish_batch(self.db, &tx, batch, now, &mut messages).await?;
        }
        tx.commit().await?;
        Ok(messages)
    }
}

/// Ends a batch of runs and adds the messages of those that the caller still held.
async fn finish_batch(
    db: &Db,
    tx: &DatabaseTransaction,
    batch: &[&FinishRun],
    now: DateTime<Utc>,
    messages: &mut HashMap<JobId, Message>,
) -> Result<()> {
    let ended = end_jobs(db, tx, batch, now).await?;
    let won: Vec<(&FinishRun, &Ended)> =
        batch.iter().filter_map(|run| Some((*run, ended.get(&run.job_id)?))).collect();

    let mut by_message = HashMap::new();
    for part in batch::of(&won) {
        for row in write_messages(db, tx, part).await? {
            by_message.insert(row.id, row);
        }
    }
    let mut logs = Vec::new();
    let mut costs = Vec::new();
    for (run, ended) in won {
        if let Some(log) = &run.events {
            logs.push(job_event::Model { job_id: run.job_id.0, log: log.clone(), created_at: now });
        }
        costs.push(usage::Model {
            id: Uuid::now_v7(),
            user_id: ended.user_id,
            job_id: Some(run.job_id.0),
            model: run.model.clone(),
            input_tokens: tokens(run.usage.input_tokens),
            output_tokens: tokens(run.usage.output_tokens),
            created_at: now,
        });
        let row = by_message.remove(&ended.assistant_message_id).ok_or_else(|| {
            StoreError::Corrupt(format!("the run {} has no message for its answer", run.job_id))
        })?;
        messages.insert(run.job_id, row.try_into()?);
    }
    for part in batch::of(&logs) {
        let rows = part.iter().map(|row| row.clone().into_active_model());
        job_event::Entity::insert_many(rows).on_conflict(replace_log()).exec_without_returning(tx).await?;
    }
    for part in batch::of(&costs) {
        let rows = part.iter().map(|row| row.clone().into_active_model());
        usage::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// What is needed of a job that has just ended.
#[derive(Debug)]
struct Ended {
    user_id: Uuid,
    assistant_message_id: Uuid,
}

async fn end_jobs(
    db: &Db,
    tx: &DatabaseTransaction,
    batch: &[&FinishRun],
    now: DateTime<Utc>,
) -> Result<HashMap<JobId, Ended>> {
    let rows = batch::values(batch.len(), 5);
    let now_at = batch.len() * 5 + 1;
    let sql = format!(
        "UPDATE message_jobs SET status = v.column3, result = v.column4, error = v.column5, \
         lease_until = NULL, next_attempt_at = NULL, updated_at = ${now_at}, finished_at = ${now_at} \
         FROM (VALUES {rows}) AS v \
         WHERE message_jobs.job_id = v.column1 AND message_jobs.epoch = v.column2 \
         AND message_jobs.status = 'PROCESSING' \
         RETURNING message_jobs.job_id, message_jobs.user_id, message_jobs.assistant_message_id"
    );
    let mut values: Vec<sea_orm::Value> = Vec::with_capacity(now_at);
    for run in batch {
        let result = json!({
            "finishReason": run.finish_reason,
            "usage": run.usage,
            "model": run.model,
        });
        values.extend([
            run.job_id.0.into(),
            run.epoch.into(),
            run.status.as_str().into(),
            result.into(),
            failure(run)?.into(),
        ]);
    }
    values.push(now.into());
    let mut ended = HashMap::with_capacity(batch.len());
    for row in tx.query_all_raw(db.sql(sql, values)).await? {
        let (user_id, assistant_message_id) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        ended.insert(JobId(row.try_get_by_index(0)?), Ended { user_id, assistant_message_id });
    }
    Ok(ended)
}

async fn write_messages(
    db: &Db,
    tx: &DatabaseTransaction,
    part: &[(&FinishRun, &Ended)],
) -> Result<Vec<message::Model>> {
    let rows = batch::values(part.len(), 11);
    let columns: Vec<&str> = message::Column::iter().map(|column| column.as_str()).collect();
    let sql = format!(
        "UPDATE messages SET content = v.column2, reasoning = v.column3, tool_calls = v.column4, \
         citations = v.column5, model = COALESCE(v.column6, messages.model), usage = v.column7, \
         finish_reason = v.column8, status = v.column9, error = v.column10, taint = v.column11 \
         FROM (VALUES {rows}) AS v WHERE messages.id = v.column1 RETURNING {}",
        columns.join(", ")
    );
    let mut values: Vec<sea_orm::Value> = Vec::with_capacity(part.len() * 11);
    for (run, ended) in part {
        values.extend([
            ended.assistant_message_id.into(),
            run.content.clone().into(),
            run.reasoning.clone().into(),
            run.tool_calls.clone().into(),
            run.citations.clone().into(),
            run.model.clone().into(),
            json!(run.usage).into(),
            run.finish_reason.as_str().into(),
            run.message_status.as_str().into(),
            failure(run)?.into(),
            run.taint.as_ref().map(serde_json::to_value).transpose().map_err(StoreError::corrupt)?.into(),
        ]);
    }
    Ok(message::Model::find_by_statement(db.sql(sql, values)).all(tx).await?)
}

fn failure(run: &FinishRun) -> Result<Option<Value>> {
    run.error.as_ref().map(serde_json::to_value).transpose().map_err(StoreError::corrupt)
}

fn tokens(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
