//! Runs and their jobs. For the chat use cases, the code that drives runs, and admins.
//!
//! The rules of a job's life are in SQL, so that they hold among many servers: [`Jobs::submit`]
//! makes it, [`Jobs::claim`] gives it to one worker under a new epoch, [`Jobs::finish`] ends it
//! only for the holder of that epoch. In between it may fail and be due again, be handed back, or
//! wait for a decision (`pause.rs`).

pub(crate) mod batch;
mod cancel;
mod claim;
mod finish;
mod hold;
mod pause;
mod query;
mod submit;
mod wishes;

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, JobId, JobStatus, MessageId, RunFailure, UserId};
use serde_json::Value;

use crate::db::Db;
use crate::entity::message_job::Model;
use crate::{Result, StoreError};

pub use claim::Claim;
pub use finish::FinishRun;
pub use hold::Hold;
pub(crate) use hold::for_update;
pub use pause::Pause;
pub use query::Backlog;
pub use submit::{NewRun, RunChat, RunMessage, Submitted};

/// The states of a job that is not over, for SQL; one that failed and will be tried again is not
/// over either ([`unfinished`]).
const UNFINISHED: &str = "'PENDING', 'PROCESSING', 'WAITING_APPROVAL'";

/// Whether the job `table` is not over, for SQL. The states come first: they are in the indexes.
pub(crate) fn unfinished(table: &str) -> String {
    format!(
        "{table}.status IN ({UNFINISHED}, 'FAILED') \
         AND ({table}.status <> 'FAILED' OR {table}.next_attempt_at IS NOT NULL)"
    )
}

/// The record of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id, in the API `jobId`.
    pub id: JobId,
    /// The chat it answers in.
    pub chat_id: ChatId,
    /// Whose it is.
    pub user_id: UserId,
    /// The message it answers.
    pub user_message_id: MessageId,
    /// The message that holds the answer.
    pub assistant_message_id: MessageId,
    /// Where it stands.
    pub status: JobStatus,
    /// The agent that answers.
    pub agent_type: String,
    /// The model that was asked for, as `provider/model`; `None`: the agent's or the default one.
    pub model: Option<String>,
    /// The text of the message it answers.
    pub message: String,
    /// What came of it: `{finishReason, usage, model}`.
    pub result: Option<Value>,
    /// Why it failed.
    pub error: Option<RunFailure>,
    /// How many attempts failed before this one.
    pub retry_count: i32,
    /// Grows with each claim; who holds an older one no longer holds the job.
    pub epoch: i32,
    /// Who holds it, or held it last.
    pub worker: Option<String>,
    /// Until when its holder has it; anybody may take it after that.
    pub lease_until: Option<DateTime<Utc>>,
    /// When it is tried again, if it failed and will be.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Its owner wants it stopped.
    pub cancel_requested: bool,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Job {
    /// Whether nothing will be added to the run: one that failed may have another attempt before it.
    pub fn is_over(&self) -> bool {
        self.status.is_final() && self.next_attempt_at.is_none()
    }
}

impl TryFrom<Model> for Job {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: JobId(row.job_id),
            chat_id: ChatId(row.chat_id),
            user_id: UserId(row.user_id),
            user_message_id: MessageId(row.user_message_id),
            assistant_message_id: MessageId(row.assistant_message_id),
            status: row.status.parse().map_err(StoreError::corrupt)?,
            agent_type: row.agent_type,
            model: row.model,
            message: row.message,
            result: row.result,
            error: row.error.map(serde_json::from_value).transpose().map_err(StoreError::corrupt)?,
            retry_count: row.retry_count,
            epoch: row.epoch,
            worker: row.worker,
            lease_until: row.lease_until,
            next_attempt_at: row.next_attempt_at,
            cancel_requested: row.cancel_requested,
            created_at: row.created_at,
            updated_at: row.updated_at,
            finished_at: row.finished_at,
        })
    }
}

/// Runs.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'a> {
    db: &'a Db,
}

impl<'a> Jobs<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unfinished_states_are_those_that_are_not_final() {
        let listed: Vec<&str> = UNFINISHED.split(", ").map(|word| word.trim_matches('\'')).collect();
        let not_final: Vec<&str> =
            JobStatus::ALL.into_iter().filter(|status| !status.is_final()).map(JobStatus::as_str).collect();
        assert_eq!(listed, not_final);
    }
}
