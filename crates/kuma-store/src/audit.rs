//! The record of what was done, by whom: only ever added to.

use chrono::{DateTime, Utc};
use kuma_types::UserId;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::audit_log::{Column, Entity, Model};
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::{Page, Result};

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Sorts by time.
    pub id: Uuid,
    /// Who did it; `None` for the system and for deleted accounts.
    pub user_id: Option<UserId>,
    /// What was done, such as `user.role`.
    pub action: String,
    /// What it was done to.
    pub subject: Option<String>,
    /// The particulars, never secrets.
    pub details: Value,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Something to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAudit {
    /// Who did it; `None` for the system.
    pub user_id: Option<UserId>,
    /// What was done, such as `user.role`.
    pub action: String,
    /// What it was done to.
    pub subject: Option<String>,
    /// The particulars, never secrets.
    pub details: Value,
}

/// The record of what was done.
#[derive(Clone, Copy, Debug)]
pub struct Audit<'a> {
    db: &'a Db,
}

impl<'a> Audit<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Records something.
    pub async fn add(&self, new: NewAudit) -> Result<()> {
        let row = Model {
            id: Uuid::now_v7(),
            user_id: new.user_id.map(|id| id.0),
            action: new.action,
            subject: new.subject,
            details: new.details,
            created_at: now(),
        };
        Entity::insert(row.into_active_model()).exec_without_returning(&self.db.write).await?;
        Ok(())
    }

    /// All of it, newest first.
    pub async fn list(&self, cursor: Option<&str>, limit: u32) -> Result<Page<AuditEntry>> {
        let limit = bounded(limit);
        let mut find = Entity::find().order_by_desc(Column::Id).limit(limit + 1);
        if let Some(before) = read_id_cursor(List::Audit, cursor)? {
            find = find.filter(Column::Id.lt(before));
        }
        let rows = find.all(&self.db.replica).await?;
        let entries = rows.into_iter().map(|row| AuditEntry {
            id: row.id,
            user_id: row.user_id.map(UserId),
            action: row.action,
            subject: row.subject,
            details: row.details,
            created_at: row.created_at,
        });
        Ok(Page::cut(entries.collect(), limit, |entry| id_cursor(List::Audit, entry.id)))
    }
}
