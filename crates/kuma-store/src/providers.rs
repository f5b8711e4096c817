//! Model providers that an admin saved in Settings. Keys are sealed by the caller.

use std::fmt;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, IntoActiveModel as _, QueryOrder as _};

use crate::Result;
use crate::db::{Db, now};
use crate::entity::model_provider::{Column, Entity, Model};

/// A saved provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderRow {
    /// The part before the `/` of its models' ids; unique.
    pub name: String,
    /// How it is talked to, such as `openai`.
    pub kind: String,
    /// What to call it.
    pub display_name: String,
    /// Where it is, when not where its kind usually is.
    pub base_url: Option<String>,
    /// The key, sealed; opaque here.
    pub sealed_key: Option<Vec<u8>>,
    /// The end of the key, to recognise it by.
    pub key_hint: Option<String>,
    /// When it was saved first. Set by the store.
    pub created_at: DateTime<Utc>,
    /// When it was saved last. Set by the store.
    pub updated_at: DateTime<Utc>,
}

impl fmt::Debug for ProviderRow {
    /// Even a sealed key stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderRow")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("base_url", &self.base_url)
            .field("has_key", &self.sealed_key.is_some())
            .finish_non_exhaustive()
    }
}

/// Model providers saved in Settings.
#[derive(Clone, Copy, Debug)]
pub struct Providers<'a> {
    db: &'a Db,
}

impl<'a> Providers<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// All of them, by name.
    pub async fn list(&self) -> Result<Vec<ProviderRow>> {
        let rows = Entity::find().order_by_asc(Column::Name).all(&self.db.read).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// Saves one, replacing what had its name, and gives it as it is now. The two times of `row`
    /// are ignored: the store sets them.
    pub async fn upsert(&self, row: ProviderRow) -> Result<ProviderRow> {
        let now = now();
        let row = Model {
            name: row.name,
            kind: row.kind,
            display_name: row.display_name,
            base_url: row.base_url,
            sealed_key: row.sealed_key,
            key_hint: row.key_hint,
            created_at: now,
            updated_at: now,
        };
        let replaced = [
            Column::Kind,
            Column::DisplayName,
            Column::BaseUrl,
            Column::SealedKey,
            Column::KeyHint,
            Column::UpdatedAt,
        ];
        let saved = Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(Column::Name).update_columns(replaced).to_owned())
            .exec_with_returning(&self.db.write)
            .await?;
        Ok(record(saved))
    }

    /// Removes one; whether there was one.
    pub async fn delete(&self, name: &str) -> Result<bool> {
        Ok(Entity::delete_by_id(name).exec(&self.db.write).await?.rows_affected > 0)
    }
}

fn record(row: Model) -> ProviderRow {
    ProviderRow {
        name: row.name,
        kind: row.kind,
        display_name: row.display_name,
        base_url: row.base_url,
        sealed_key: row.sealed_key,
        key_hint: row.key_hint,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
