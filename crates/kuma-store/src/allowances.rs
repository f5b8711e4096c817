//! Write tools that people have allowed for good.

use std::collections::{HashMap, HashSet};

use kuma_types::UserId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};

use crate::Result;
use crate::db::{Db, now};
use crate::entity::tool_allowance::{Column, Entity, Model};

/// Tools that need not ask this user any more, except in tainted runs.
#[derive(Clone, Copy, Debug)]
pub struct Allowances<'a> {
    db: &'a Db,
}

impl<'a> Allowances<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// The names of the user's allowed tools.
    pub async fn of_user(&self, user: UserId) -> Result<HashSet<String>> {
        Ok(self.with_fingerprints(user).await?.into_keys().collect())
    }

    /// The user's allowed tools, and which definition of each was allowed, where that can change.
    pub async fn with_fingerprints(&self, user: UserId) -> Result<HashMap<String, Option<String>>> {
        let find = Entity::find()
            .select_only()
            .columns([Column::Tool, Column::Fingerprint])
            .filter(Column::UserId.eq(user.0));
        let rows = find.into_tuple::<(String, Option<String>)>().all(&self.db.read).await?;
        Ok(rows.into_iter().collect())
    }

    /// Allows a tool; allowing it again changes nothing.
    pub async fn add(&self, user: UserId, tool: &str) -> Result<()> {
        self.add_as(user, tool, None).await
    }

    /// Allows a tool as it is defined now; allowing it again allows what it has become.
    pub async fn add_as(&self, user: UserId, tool: &str, fingerprint: Option<&str>) -> Result<()> {
        let row = Model {
            user_id: user.0,
            tool: tool.to_owned(),
            fingerprint: fingerprint.map(str::to_owned),
            created_at: now(),
        };
        let once =
            OnConflict::columns([Column::UserId, Column::Tool]).update_column(Column::Fingerprint).to_owned();
        Entity::insert(row.into_active_model())
            .on_conflict(once)
            .exec_without_returning(&self.db.write)
            .await?;
        Ok(())
    }

    /// Takes back all whose names begin with `prefix`: of one user, or of everybody.
    pub async fn remove_all(&self, user: Option<UserId>, prefix: &str) -> Result<()> {
        let mut delete = Entity::delete_many().filter(Column::Tool.starts_with(prefix));
        if let Some(user) = user {
            delete = delete.filter(Column::UserId.eq(user.0));
        }
        delete.exec(&self.db.write).await?;
        Ok(())
    }

    /// Takes it back; whether it was allowed.
    pub async fn remove(&self, user: UserId, tool: &str) -> Result<bool> {
        let delete = Entity::delete_by_id((user.0, tool.to_owned()));
        Ok(delete.exec(&self.db.write).await?.rows_affected == 1)
    }
}
