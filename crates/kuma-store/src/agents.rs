//! Agents. The first four are seeded by the migrations.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::agent::{Column, Entity, Model};
use crate::entity::chat;
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

/// An agent to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAgent {
    /// The word in the API; unique.
    pub name: String,
    /// What to call it.
    pub display_name: String,
    /// What it is good for.
    pub description: String,
    /// What it is told before everything else.
    pub system_prompt: String,
    /// Its model; `None`: the default one.
    pub model: Option<String>,
    /// Its temperature; `None`: the model's own.
    pub temperature: Option<f32>,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// Whether it can be chosen.
    pub is_active: bool,
}

/// What to change of an agent; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentPatch {
    /// A new display name.
    pub display_name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new system prompt.
    pub system_prompt: Option<String>,
    /// Another model; `Some(None)`: the default one.
    pub model: Option<Option<String>>,
    /// Another temperature; `Some(None)`: the model's own.
    pub temperature: Option<Option<f32>>,
    /// Other tools, in place of all of the old.
    pub tools: Option<Vec<String>>,
    /// Whether it can be chosen.
    pub is_active: Option<bool>,
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

    /// All of them, oldest first.
    pub async fn list_all(&self) -> Result<Vec<Agent>> {
        let rows = Entity::find().order_by_asc(Column::Id).all(&self.db.read).await?;
        rows.into_iter().map(record).collect()
    }

    /// Makes one. [`StoreError::Conflict`] `"name"` when the name is taken.
    pub async fn create(&self, new: NewAgent) -> Result<Agent> {
        let now = now();
        let row = Model {
            id: Uuid::now_v7(),
            name: new.name,
            display_name: new.display_name,
            description: new.description,
            system_prompt: new.system_prompt,
            model: new.model,
            temperature: new.temperature,
            tools: json!(new.tools),
            is_active: new.is_active,
            created_at: now,
            updated_at: now,
        };
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&self.db.write)
            .await
            .map_err(|error| StoreError::unique(error, &["name"]))?;
        record(row)
    }

    /// Changes one.
    pub async fn update(&self, name: &str, patch: AgentPatch) -> Result<Agent> {
        let mut update =
            Entity::update_many().filter(Column::Name.eq(name)).col_expr(Column::UpdatedAt, now().into());
        for (column, text) in [
            (Column::DisplayName, patch.display_name),
            (Column::Description, patch.description),
            (Column::SystemPrompt, patch.system_prompt),
        ] {
            if let Some(text) = text {
                update = update.col_expr(column, text.into());
            }
        }
        if let Some(model) = patch.model {
            update = update.col_expr(Column::Model, Expr::value(model));
        }
        if let Some(temperature) = patch.temperature {
            update = update.col_expr(Column::Temperature, Expr::value(temperature));
        }
        if let Some(tools) = patch.tools {
            update = update.col_expr(Column::Tools, Expr::value(json!(tools)));
        }
        if let Some(is_active) = patch.is_active {
            update = update.col_expr(Column::IsActive, is_active.into());
        }
        let rows = update.exec_with_returning(&self.db.write).await?;
        record(rows.into_iter().next().ok_or(StoreError::NotFound)?)
    }

    /// Removes one. Its chats go on with `heir`.
    pub async fn delete(&self, name: &str, heir: &str) -> Result<()> {
        let tx = self.db.begin().await?;
        if Entity::delete_many().filter(Column::Name.eq(name)).exec(&tx).await?.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        chat::Entity::update_many()
            .filter(chat::Column::AgentType.eq(name))
            .col_expr(chat::Column::AgentType, heir.into())
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
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
