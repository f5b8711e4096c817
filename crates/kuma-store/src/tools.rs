//! What an admin set about tools. The tools themselves are code; a tool without a row is on.

use std::collections::HashSet;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::Result;
use crate::db::{Db, now};
use crate::entity::tool::{Column, Entity, Model};

/// A tool as it is kept for those who read the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRow {
    /// Its name; unique.
    pub name: String,
    /// What it is about.
    pub category: String,
    /// What to call it.
    pub display_name: String,
    /// What it does.
    pub description: String,
    /// Whether it needs an app of the user's.
    pub requires_auth: bool,
    /// Whether anybody can use it.
    pub is_active: bool,
}

/// What an admin set about tools.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    db: &'a Db,
}

impl<'a> Tools<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// The names of those that nobody can use.
    pub async fn switched_off(&self) -> Result<HashSet<String>> {
        let find = Entity::find().select_only().column(Column::Name).filter(Column::IsActive.eq(false));
        Ok(find.into_tuple::<String>().all(&self.db.read).await?.into_iter().collect())
    }

    /// Keeps a tool as it is now.
    pub async fn put(&self, row: ToolRow) -> Result<()> {
        let now = now();
        let row = Model {
            id: Uuid::now_v7(),
            name: row.name,
            category: row.category,
            display_name: row.display_name,
            description: row.description,
            requires_auth: row.requires_auth,
            is_active: row.is_active,
            created_at: now,
            updated_at: now,
        };
        let replaced = [
            Column::Category,
            Column::DisplayName,
            Column::Description,
            Column::RequiresAuth,
            Column::IsActive,
            Column::UpdatedAt,
        ];
        Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(Column::Name).update_columns(replaced).to_owned())
            .exec_without_returning(&self.db.write)
            .await?;
        Ok(())
    }
}
