//! Keys of programs that act for somebody. Only a key's hash is here; the key itself is nowhere.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kuma_types::UserId;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::json;
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::api_key::{Column, Entity, Model};
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::{Page, Result, StoreError};

/// A key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Sorts by time.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// The beginning of the key, to recognise it by.
    pub hint: String,
    /// What it may be used for, in the caller's words.
    pub scopes: Vec<String>,
    /// When it was used last, about a minute exact.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From when on it is no good.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A key to be kept.
#[derive(Clone)]
pub struct NewApiKey {
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// The beginning of the key.
    pub hint: String,
    /// The hash of the whole key; unique.
    pub hash: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// From when on it is no good.
    pub expires_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for NewApiKey {
    /// Hashes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApiKey").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// Keys of programs.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeys<'a> {
    db: &'a Db,
}

impl<'a> ApiKeys<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Keeps a key. [`StoreError::Conflict`] `"limit"` when its owner has `most` already.
    pub async fn create(&self, new: NewApiKey, most: u64) -> Result<ApiKey> {
        let tx = self.db.begin().await?;
        self.db.lock_user(&tx, new.user_id).await?;
        if Entity::find().filter(Column::UserId.eq(new.user_id.0)).count(&tx).await? >= most {
            return Err(StoreError::Conflict("limit"));
        }
        let row = Model {
            id: Uuid::now_v7(),
            user_id: new.user_id.0,
            name: new.name,
            hint: new.hint,
            hash: new.hash,
            scopes: json!(new.scopes),
            last_used_at: None,
            expires_at: new.expires_at,
            created_at: now(),
        };
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await
            .map_err(|error| StoreError::unique(error, &["hash", "id"]))?;
        tx.commit().await?;
        record(row)
    }

    /// The key of that hash, whoever's it is and whether it has expired or not.
    pub async fn by_hash(&self, hash: &str) -> Result<Option<ApiKey>> {
        let row = Entity::find().filter(Column::Hash.eq(hash)).one(&self.db.read).await?;
        row.map(record).transpose()
    }

    /// Notes that a key is used now, unless that was noted less than `exact` ago.
    pub async fn touch(&self, id: Uuid, exact: Duration) -> Result<()> {
        let now = now();
        let stale =
            Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(now - exact));
        Entity::update_many()
            .filter(Column::Id.eq(id))
            .filter(stale)
            .col_expr(Column::LastUsedAt, now.into())
            .exec(&self.db.write)
            .await?;
        Ok(())
    }

    /// One user's keys, newest first.
    pub async fn list(&self, owner: UserId, cursor: Option<&str>, limit: u32) -> Result<Page<ApiKey>> {
        let limit = bounded(limit);
        let mut find =
            Entity::find().filter(Column::UserId.eq(owner.0)).order_by_desc(Column::Id).limit(limit + 1);
        if let Some(before) = read_id_cursor(List::ApiKeys, cursor)? {
            find = find.filter(Column::Id.lt(before));
        }
        // Not the replica: who has just made a key looks for it.
        let rows = find.all(&self.db.read).await?;
        let keys: Result<Vec<ApiKey>> = rows.into_iter().map(record).collect();
        Ok(Page::cut(keys?, limit, |key| id_cursor(List::ApiKeys, key.id)))
    }

    /// Removes one of its owner's keys; gives what it was.
    pub async fn delete(&self, owner: UserId, id: Uuid) -> Result<ApiKey> {
        let mine = Column::Id.eq(id).and(Column::UserId.eq(owner.0));
        let gone = Entity::delete_many().filter(mine).exec_with_returning(&self.db.write).await?;
        record(gone.into_iter().next().ok_or(StoreError::NotFound)?)
    }
}

fn record(row: Model) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id,
        user_id: UserId(row.user_id),
        name: row.name,
        hint: row.hint,
        scopes: serde_json::from_value(row.scopes).map_err(StoreError::corrupt)?,
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
        created_at: row.created_at,
    })
}
