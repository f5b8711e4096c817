//! Agents. The first four are seeded by the migrations.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use crate::db::Db;
use crate::entity::agent::{Column, Entity, Model};
use crate::{Result, StoreError};

/// Who answers, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Its id.
    pub id: Uuid,
    /// The word in the API; unique.
    pub name: String,
    /// What to call it.
    pub display_name: String,
    /// What it is good for, in a sentence.
    pub description: String,
    /// What it is told before everything else.
    pub system_prompt: String,
    /// Its model as `provider/model`; `None`: the default one.
    pub model: Option<String>,
    /// Its temperature; `None`: the model's own.
    pub temperature: Option<f32>,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// Whether it can be chosen.
    pub is_active: bool,
}

/// Agents.
#[derive(Clone, Copy, Debug)]
pub struct Agents<'a> {
    db: &'a Db,
}

impl<'a> Agents<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Those that can be chosen, oldest first, so the default one (`router`) leads.
    pub async fn list_active(&self) -> Result<Vec<Agent>> {
        let find = Entity::find().filter(Column::IsActive.eq(true)).order_by_asc(Column::Id);
        find.all(&self.db.read).await?.into_iter().map(record).collect()
    }

    /// The one of that name, whether it can be chosen or not.
    pub async fn by_name(&self, name: &str) -> Result<Option<Agent>> {
        let row = Entity::find().filter(Column::Name.eq(name)).one(&self.db.read).await?;
        row.map(record).transpose()
    }
}

fn record(row: Model) -> Result<Agent> {
    Ok(Agent {
        id: row.id,
        name: row.name,
        display_name: row.display_name,
        description: row.description,
        system_prompt: row.system_prompt,
        model: row.model,
        temperature: row.temperature,
        tools: serde_json::from_value(row.tools).map_err(StoreError::corrupt)?,
        is_active: row.is_active,
    })
}
