//! Accounts. For the auth and admin use cases.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use kuma_types::{FileFolder, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;

use crate::db::{Db, Lock, now};
use crate::entity::user::{Column, Entity, Model};
use crate::erasures;
use crate::error::Tries;
use crate::page::{List, bounded, id_cursor, read_id_cursor};
use crate::{Page, Result, StoreError};

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, for everybody.
    Admin,
    /// Everything with what is their own.
    User,
}

impl Role {
    /// The spelling in SQL and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "admin" => Ok(Self::Admin),
            "user" => Ok(Self::User),
            _ => Err(StoreError::Corrupt(format!("unknown role {text:?}"))),
        }
    }
}

/// An account.
#[derive(Clone, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Lower-cased, unique.
    pub email: String,
    /// What to call them.
    pub name: String,
    /// The bcrypt hash of the password.
    pub password: String,
    /// What they may do.
    pub role: Role,
    /// What they set for themselves: a JSON object.
    pub preferences: Value,
    /// Tokens that carry another version no longer work.
    pub token_version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl fmt::Debug for User {
    /// Emails, names and hashes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl TryFrom<Model> for User {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: UserId(row.id),
            email: row.email,
            name: row.name,
            password: row.password,
            role: row.role.parse()?,
            preferences: row.preferences,
            token_version: row.token_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// An account to be made.
#[derive(Clone)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// Lower-cased by the caller.
    pub email: String,
    /// What to call them.
    pub name: String,
    /// The bcrypt hash of the password.
    pub password: String,
    /// `None`: admin if this is the first account, else user.
    pub role: Option<Role>,
}

impl fmt::Debug for NewUser {
    /// Emails, names and hashes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What to change of an account; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// A new name.
    pub name: Option<String>,
    /// New preferences, replacing all of the old.
    pub preferences: Option<Value>,
}

/// Accounts.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a> {
    db: &'a Db,
}

impl<'a> Users<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Makes an account. [`StoreError::Conflict`] `"email"` when the email has one. However many
    /// sign up at once, exactly one of the first becomes the admin.
    pub async fn create(&self, new: NewUser) -> Result<User> {
        let now = now();
        let tx = self.db.begin().await?;
        let role = if let Some(role) = new.role {
            role
        } else {
            self.db.lock(&tx, Lock::FirstUser).await?;
            if any_exist(&tx).await? { Role::User } else { Role::Admin }
        };
        let row = Model {
            id: new.id.0,
            email: new.email,
            name: new.name,
            password: new.password,
            role: role.as_str().to_owned(),
            preferences: Value::Object(serde_json::Map::new()),
            token_version: 0,
            created_at: now,
            updated_at: now,
        };
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await
            .map_err(|error| StoreError::unique(error, &["email", "id"]))?;
        tx.commit().await?;
        row.try_into()
    }

    /// One account.
    pub async fn get(&self, id: UserId) -> Result<User> {
        Entity::find_by_id(id.0).one(&self.db.read).await?.ok_or(StoreError::NotFound)?.try_into()
    }

    /// The account of a lower-cased email.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>> {
        let row = Entity::find().filter(Column::Email.eq(email)).one(&self.db.read).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Whether there is any account.
    pub async fn any_exist(&self) -> Result<bool> {
        any_exist(&self.db.read).await
    }

    /// How many accounts there are.
    pub async fn count(&self) -> Result<u64> {
        Ok(Entity::find().count(&self.db.read).await?)
    }

    /// Changes name or preferences.
    pub async fn update(&self, id: UserId, patch: UserPatch) -> Result<User> {
        let mut update =
            Entity::update_many().filter(Column::Id.eq(id.0)).col_expr(Column::UpdatedAt, now().into());
        if let Some(name) = patch.name {
            update = update.col_expr(Column::Name, name.into());
        }
        if let Some(preferences) = patch.preferences {
            update = update.col_expr(Column::Preferences, Expr::value(preferences));
        }
        let rows = update.exec_with_returning(&self.db.write).await?;
        rows.into_iter().next().ok_or(StoreError::NotFound)?.try_into()
    }

    /// Sets the password's hash. Every earlier token stops working; gives the new token version.
    pub async fn set_password(&self, id: UserId, hash: &str) -> Result<i32> {
        self.end_sessions(id, Some(hash)).await
    }

    /// Ends every session; gives the new token version.
    pub async fn bump_token_version(&self, id: UserId) -> Result<i32> {
        self.end_sessions(id, None).await
    }

    async fn end_sessions(&self, id: UserId, hash: Option<&str>) -> Result<i32> {
        let mut update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .col_expr(Column::UpdatedAt, now().into())
            .col_expr(Column::TokenVersion, Expr::col(Column::TokenVersion).add(1));
        if let Some(hash) = hash {
            update = update.col_expr(Column::Password, hash.into());
        }
        let rows = update.exec_with_returning(&self.db.write).await?;
        Ok(rows.first().ok_or(StoreError::NotFound)?.token_version)
    }

    /// Makes somebody an admin or a user.
    pub async fn set_role(&self, id: UserId, role: Role) -> Result<()> {
        let update = Entity::update_many()
            .filter(Column::Id.eq(id.0))
            .col_expr(Column::UpdatedAt, now().into())
            .col_expr(Column::Role, role.as_str().into());
        match update.exec(&self.db.write).await?.rows_affected {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Deletes an account and every row it owns, and notes that its files are to be erased. What it did
    /// stays in the audit log, without the account.
    pub async fn delete(&self, id: UserId) -> Result<()> {
        let mut tries = Tries::default();
        loop {
            match self.delete_once(id).await {
                Err(error) if tries.again(&error) => {}
                done => return done,
            }
        }
    }

    async fn delete_once(&self, id: UserId) -> Result<()> {
        let tx = self.db.begin().await?;
        self.db.lock_user(&tx, id).await?;
        self.db.lock_jobs(&tx, id, None).await?;
        if Entity::delete_by_id(id.0).exec(&tx).await?.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        erasures::add(&tx, FileFolder::of_user(id).as_str(), now(), true).await?;
        Ok(tx.commit().await?)
    }

    /// All accounts, oldest first.
    pub async fn list(&self, cursor: Option<&str>, limit: u32) -> Result<Page<User>> {
        let limit = bounded(limit);
        let mut find = Entity::find().order_by_asc(Column::Id).limit(limit + 1);
        if let Some(after) = read_id_cursor(List::Users, cursor)? {
            find = find.filter(Column::Id.gt(after));
        }
        let rows = find.all(&self.db.replica).await?;
        let users: Result<Vec<User>> = rows.into_iter().map(TryInto::try_into).collect();
        Ok(Page::cut(users?, limit, |user| id_cursor(List::Users, user.id.0)))
    }
}

async fn any_exist(connection: &impl ConnectionTrait) -> Result<bool> {
    let id = Entity::find().select_only().column(Column::Id).limit(1).into_tuple::<uuid::Uuid>();
    Ok(id.one(connection).await?.is_some())
}
