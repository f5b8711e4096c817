//! Jobs that were given up: `dlq_stream`, for operators.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kuma_types::JobId;

use super::{Shared, away};
use crate::redis::lua;
use crate::{DeadLetter, QueueError};

/// An entry of a stream: its id and fields.
type Entry = (String, HashMap<String, String>);

/// `None` when it is not one of ours.
fn letter((receipt, fields): Entry) -> Option<DeadLetter> {
    let job = fields.get("job")?.parse().ok()?;
    let reason = fields.get("reason")?.clone();
    let at = UNIX_EPOCH + Duration::from_millis(fields.get("at")?.parse().ok()?);
    Some(DeadLetter { receipt, job, reason, at })
}

impl Shared {
    pub(super) async fn bury(&self, job: JobId, reason: &str) -> Result<(), QueueError> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (job, at, most) = (job.to_string(), super::millis(at), self.most());
        let keys = [self.keys.dead.as_str(), &self.keys.dead_jobs];
        let args = [job.as_bytes(), reason.as_bytes(), at.as_bytes(), most.as_bytes()];
        self.link.run::<String>(&lua::BURY, &keys, &args).await.map_err(away)?;
        Ok(())
    }

    pub(super) async fn dead(
        &self,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        let mut cmd = redis::cmd("XREVRANGE");
        cmd.arg(&self.keys.dead);
        match before {
            Some(id) => cmd.arg(format!("({id}")),
            None => cmd.arg("+"),
        };
        cmd.arg("-").arg("COUNT").arg(limit);
        let entries: Vec<Entry> = self.link.call(&cmd).await.map_err(away)?;
        Ok(entries.into_iter().filter_map(letter).collect())
    }

    /// Looks a job up, and takes it out with `take`.
    pub(super) async fn exhume(&self, job: JobId, take: bool) -> Result<Option<DeadLetter>, QueueError> {
        let job = job.to_string();
        let keys = [self.keys.dead.as_str(), &self.keys.dead_jobs];
        let args: [&[u8]; 2] = [job.as_bytes(), if take { b"1" } else { b"0" }];
        let entry: Option<Entry> = self.link.run(&lua::EXHUME, &keys, &args).await.map_err(away)?;
        Ok(entry.and_then(letter))
    }

    pub(super) async fn count_dead(&self) -> Result<u64, QueueError> {
        let mut cmd = redis::cmd("XLEN");
        cmd.arg(&self.keys.dead);
        self.link.call(&cmd).await.map_err(away)
    }
}
