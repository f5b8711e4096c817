//! What models cost outside of runs. The cost of a run is written with its end.

use kuma_types::{Usage, UserId};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::Result;
use crate::db::{Db, now};
use crate::entity::usage::{Entity, Model};

/// What models cost outside of runs.
#[derive(Clone, Copy, Debug)]
pub struct Costs<'a> {
    db: &'a Db,
}

impl<'a> Costs<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Keeps what an answer cost that no chat holds.
    pub async fn add(&self, user: UserId, model: &str, usage: Usage) -> Result<()> {
        let row = Model {
            id: Uuid::now_v7(),
            user_id: user.0,
            job_id: None,
            model: Some(model.to_owned()),
            input_tokens: i64::try_from(usage.input_tokens).unwrap_or(i64::MAX),
            output_tokens: i64::try_from(usage.output_tokens).unwrap_or(i64::MAX),
            created_at: now(),
        };
        Entity::insert(row.into_active_model()).exec_without_returning(&self.db.write).await?;
        Ok(())
    }
}
