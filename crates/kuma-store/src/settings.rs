//! Settings an admin changed, as key and JSON value.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::Value;

use crate::Result;
use crate::db::{Db, now};
use crate::entity::setting::{Column, Entity, Model};

/// Settings an admin changed.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    db: &'a Db,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// All of them.
    pub async fn all(&self) -> Result<BTreeMap<String, Value>> {
        let rows = Entity::find().all(&self.db.read).await?;
        Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
    }

    /// Sets one, or removes it with `None`.
    pub async fn set(&self, key: &str, value: Option<Value>) -> Result<()> {
        let Some(value) = value else {
            Entity::delete_by_id(key).exec(&self.db.write).await?;
            return Ok(());
        };
        let row = Model { key: key.to_owned(), value, updated_at: now() };
        Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(Column::Key).update_columns([Column::Value, Column::UpdatedAt]).to_owned(),
            )
            .exec_without_returning(&self.db.write)
            .await?;
        Ok(())
    }
}
