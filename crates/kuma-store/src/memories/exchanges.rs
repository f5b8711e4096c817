//! Messages that may say something lasting about a person. Each is looked at once, whoever comes first:
//! the run that answers it, or, after a crash, whoever finds it left behind.

use std::time::Duration;

use chrono::TimeDelta;
use kuma_types::{ChatId, JobId, MessageId, UserId};
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

use super::Memories;
use crate::db::now;
use crate::{Result, StoreError};

/// One that is looked at too often has something that kills its reader.
const MOST_ATTEMPTS: i32 = 5;
/// How long an exchange waits for its answer.
const WAITS: TimeDelta = TimeDelta::days(2);

/// An exchange that somebody has to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The message in which the person said something.
    pub message_id: MessageId,
    /// Its answer.
    pub answer_id: MessageId,
    /// The run that answered.
    pub job_id: JobId,
    /// Whose it is.
    pub user_id: UserId,
    /// Where.
    pub chat_id: ChatId,
    /// What was said.
    pub content: String,
    /// Text from outside was in the run.
    pub tainted: bool,
    /// What was found in it, when somebody got that far.
    pub facts: Option<Value>,
}

#[derive(FromQueryResult)]
struct Row {
    message_id: Uuid,
    answer_id: Uuid,
    job_id: Uuid,
    user_id: Uuid,
    chat_id: Uuid,
    content: String,
    tainted: bool,
    facts: Option<Value>,
}

impl From<Row> for Exchange {
    fn from(row: Row) -> Self {
        Self {
            message_id: MessageId(row.message_id),
            answer_id: MessageId(row.answer_id),
            job_id: JobId(row.job_id),
            user_id: UserId(row.user_id),
            chat_id: ChatId(row.chat_id),
            content: row.content,
            tainted: row.tainted,
            facts: row.facts,
        }
    }
}

impl Memories<'_> {
    /// Takes an exchange on, for `lease`. `false`: it is done, or somebody else is at it under another run.
    pub async fn begin_exchange(
        &self,
        message: MessageId,
        answer: MessageId,
        job: JobId,
        lease: Duration,
    ) -> Result<bool> {
        let until = until(lease)?;
        let sql = "INSERT INTO memory_exchanges (message_id, answer_id, job_id, state, lease_until, created_at) \
                   VALUES ($1, $2, $3, 'due', $4, $5) ON CONFLICT (message_id) DO UPDATE \
                   SET lease_until = excluded.lease_until, answer_id = excluded.answer_id, job_id = excluded.job_id \
                   WHERE memory_exchanges.state = 'due' \
                     AND (memory_exchanges.job_id = excluded.job_id OR memory_exchanges.lease_until < excluded.created_at)";
        let values = [message.0.into(), answer.0.into(), job.0.into(), until.into(), now().into()];
        match self.db.write.execute_raw(self.db.sql(sql, values)).await {
            Ok(done) => Ok(done.rows_affected() == 1),
            // The chat was deleted meanwhile.
            Err(error)
                if matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Notes, before the run ends, whether text from outside was in it.
    pub async fn taint_exchange(&self, message: MessageId) -> Result<()> {
        let sql = "UPDATE memory_exchanges SET tainted = $2 WHERE message_id = $1";
        self.db.write.execute_raw(self.db.sql(sql, [message.0.into(), true.into()])).await?;
        Ok(())
    }

    /// Keeps what was found, so that nobody asks again. `false`: it is done already.
    pub async fn keep_facts(&self, message: MessageId, facts: &Value) -> Result<bool> {
        let sql = "UPDATE memory_exchanges SET facts = $2 WHERE message_id = $1 AND state = 'due'";
        let values = [message.0.into(), facts.clone().into()];
        Ok(self.db.write.execute_raw(self.db.sql(sql, values)).await?.rows_affected() == 1)
    }

    /// It is done: nobody looks again, and what was found is kept no longer.
    pub async fn end_exchange(&self, message: MessageId) -> Result<()> {
        let sql = "UPDATE memory_exchanges SET state = 'done', facts = NULL WHERE message_id = $1";
        self.db.write.execute_raw(self.db.sql(sql, [message.0.into()])).await?;
        Ok(())
    }

    /// Takes on exchanges whose answer is there and whose reader is gone. Those that were taken too often
    /// are ended, and those that got no answer forgotten: an answer that comes later begins them anew.
    pub async fn left_exchanges(&self, lease: Duration, limit: u32) -> Result<Vec<Exchange>> {
        let old = "DELETE FROM memory_exchanges WHERE state = 'due' AND lease_until < $1";
        self.db.write.execute_raw(self.db.sql(old, [(now() - WAITS).into()])).await?;
        let sql = format!(
            "SELECT e.message_id, e.answer_id, e.job_id, c.user_id, m.chat_id, m.content, e.tainted, e.facts \
             FROM memory_exchanges e JOIN messages m ON m.id = e.message_id JOIN chats c ON c.id = m.chat_id \
             JOIN message_jobs j ON j.job_id = e.job_id \
             WHERE e.state = 'due' AND e.lease_until < $1 AND j.status = 'COMPLETED' ORDER BY e.lease_until LIMIT {limit}"
        );
        let found = Row::find_by_statement(self.db.sql(sql, [now().into()])).all(&self.db.read).await?;
        let mut taken = Vec::with_capacity(found.len());
        for row in found {
            let sql = "UPDATE memory_exchanges SET lease_until = $2, attempts = attempts + 1, \
                       state = CASE WHEN attempts >= $3 THEN 'done' ELSE state END \
                       WHERE message_id = $1 AND state = 'due' AND lease_until < $4 RETURNING state";
            let values = [row.message_id.into(), until(lease)?.into(), MOST_ATTEMPTS.into(), now().into()];
            let Some(claimed) = self.db.write.query_one_raw(self.db.sql(sql, values)).await? else {
                continue;
            };
            if claimed.try_get_by_index::<String>(0)? == "due" {
                taken.push(row.into());
            }
        }
        Ok(taken)
    }
}

fn until(lease: Duration) -> Result<chrono::DateTime<chrono::Utc>> {
    Ok(now() + TimeDelta::from_std(lease).map_err(StoreError::corrupt)?)
}
