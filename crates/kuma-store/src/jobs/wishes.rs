//! Which runs at work their owners want to stop.

use std::collections::HashSet;

use kuma_types::JobId;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{Jobs, batch};
use crate::Result;
use crate::entity::message_job::{Column, Entity};

impl Jobs<'_> {
    /// Those of `jobs` that somebody asked to stop.
    pub async fn cancel_requested(&self, jobs: &[JobId]) -> Result<HashSet<JobId>> {
        let mut found = HashSet::new();
        for part in batch::of(jobs) {
            let find = Entity::find()
                .select_only()
                .column(Column::JobId)
                .filter(Column::JobId.is_in(part.iter().map(|job| job.0)))
                .filter(Column::CancelRequested.eq(true));
            // Not from a replica: the wish may be a moment old.
            found.extend(find.into_tuple::<Uuid>().all(&self.db.read).await?.into_iter().map(JobId));
        }
        Ok(found)
    }
}
