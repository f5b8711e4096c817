//! Files that are to be erased from object storage: what the database no longer knows must not stay there.
//!
//! Storage is no part of a transaction. So a row here is written in the transaction that deletes, and goes when
//! the files are gone ([`Erasures::done`]). A new file is treated the same way: it is noted before it is put
//! ([`Erasures::stage`]) and the note goes in the transaction that makes use of the file ([`keep`]), so that
//! a crash in between leaves nothing behind.

use chrono::{DateTime, TimeDelta, Utc};
use kuma_types::FileKey;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::file_erasure::{Column, Entity, Model};
use crate::{Result, StoreError};

/// How long a new file may lie in storage before something makes use of it.
const STAGED_FOR: TimeDelta = TimeDelta::hours(2);
/// When a deleted folder is looked at once more: an upload that was under way has come to its end by then.
const AGAIN_AFTER: TimeDelta = TimeDelta::hours(3);

/// Something to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Names the row.
    pub id: Uuid,
    /// A file's key, or a folder, which ends with `/`.
    pub place: String,
    /// How often it was tried in vain.
    pub tries: i32,
    again: bool,
}

/// Files that are to be erased. For whoever puts files, and the task that erases them.
#[derive(Clone, Copy, Debug)]
pub struct Erasures<'a> {
    db: &'a Db,
}

impl<'a> Erasures<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Notes files that are about to be put: they go by themselves unless they are kept within two hours.
    pub async fn stage(&self, keys: &[FileKey]) -> Result<()> {
        let tx = self.db.begin().await?;
        for key in keys {
            add(&tx, key.as_str(), now() + STAGED_FOR, false).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Files that were staged are not going to be used: they go now. Those that are used all the same (when it is
    /// not known how a transaction ended) stay.
    pub async fn unstage(&self, keys: &[FileKey]) -> Result<()> {
        let update = Entity::update_many()
            .filter(Column::Place.is_in(keys.iter().map(FileKey::as_str)))
            .col_expr(Column::DueAt, now().into());
        update.exec(&self.db.write).await?;
        Ok(())
    }

    /// What is to be erased by that time, the oldest first.
    pub async fn due(&self, at: DateTime<Utc>, limit: u64) -> Result<Vec<Erasure>> {
        let find = Entity::find().filter(Column::DueAt.lte(at)).order_by_asc(Column::DueAt).limit(limit);
        let rows = find.all(&self.db.read).await?;
        let erasure =
            |row: Model| Erasure { id: row.id, place: row.place, tries: row.tries, again: row.again };
        Ok(rows.into_iter().map(erasure).collect())
    }

    /// The files are gone. A deleted folder is looked at once more, later.
    pub async fn done(&self, erasure: &Erasure) -> Result<()> {
        if !erasure.again {
            Entity::delete_by_id(erasure.id).exec(&self.db.write).await?;
            return Ok(());
        }
        let update = Entity::update_many()
            .filter(Column::Id.eq(erasure.id))
            .col_expr(Column::Again, false.into())
            .col_expr(Column::Tries, 0.into())
            .col_expr(Column::DueAt, (now() + AGAIN_AFTER).into());
        update.exec(&self.db.write).await?;
        Ok(())
    }

    /// They could not be erased now.
    pub async fn put_off(&self, erasure: &Erasure, until: DateTime<Utc>) -> Result<()> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(erasure.id))
            .col_expr(Column::Tries, (erasure.tries.saturating_add(1)).into())
            .col_expr(Column::DueAt, until.into());
        update.exec(&self.db.write).await?;
        Ok(())
    }
}

/// Notes in a transaction that a place is to be erased; `again`: and once more, later.
pub(crate) async fn add(
    tx: &impl ConnectionTrait,
    place: &str,
    due_at: DateTime<Utc>,
    again: bool,
) -> Result<()> {
    let row =
        Model { id: Uuid::now_v7(), place: place.to_owned(), again, tries: 0, due_at, created_at: now() };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Keeps staged files: to be called in the transaction that makes use of them.
///
/// [`StoreError::Conflict`]`("upload")`: one of them was not staged, or so long ago that it may be erased already.
pub(crate) async fn keep(tx: &impl ConnectionTrait, keys: &[FileKey]) -> Result<()> {
    for key in keys {
        let staged =
            Entity::delete_many().filter(Column::Place.eq(key.as_str())).filter(Column::DueAt.gt(now()));
        if staged.exec(tx).await?.rows_affected == 0 {
            return Err(StoreError::Conflict("upload"));
        }
    }
    Ok(())
}
