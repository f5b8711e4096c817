//! MCP servers, what was last seen of them, and what people granted Kuma on them. Secrets are sealed
//! by the caller.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use kuma_types::UserId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::{Db, now};
use crate::entity::mcp_server::{Column, Entity, Model};
use crate::entity::{mcp_grant, mcp_login};
use crate::{Result, StoreError};

/// How a server is reached.
#[derive(Clone, PartialEq, Eq)]
pub enum McpAddress {
    /// Over HTTP.
    Http {
        /// Where.
        url: String,
        /// Headers of every request: name and sealed value.
        headers: BTreeMap<String, String>,
    },
    /// As a child process.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Its environment: name and sealed value.
        env: BTreeMap<String, String>,
    },
}

/// An MCP server.
#[derive(Clone, PartialEq)]
pub struct McpServer {
    /// Its id.
    pub id: Uuid,
    /// Whose it is; `None`: everybody's.
    pub owner: Option<UserId>,
    /// What to call it.
    pub name: String,
    /// Its part of its tools' names; unique among one owner's servers.
    pub slug: String,
    /// How it is reached.
    pub address: McpAddress,
    /// The agents that get its tools; `None`: all.
    pub agents: Option<Vec<String>>,
    /// Whether its word that a tool only reads is believed.
    pub trust_read_only_hint: bool,
    /// Whether it is used at all.
    pub enabled: bool,
    /// Its tools that are switched off.
    pub disabled_tools: Vec<String>,
    /// For tools that not every agent of the server gets: the agents that do not.
    pub disabled_for: BTreeMap<String, Vec<String>>,
    /// Its tools as they were last listed; opaque here.
    pub tools: Value,
    /// How it was when it was last called; a word of the caller's.
    pub status: String,
    /// What was wrong then.
    pub error: Option<String>,
    /// What it said when it asked for a login.
    pub challenge: Option<String>,
    /// When it last answered.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it was added. Set by the store.
    pub created_at: DateTime<Utc>,
    /// When its settings were changed. Set by the store.
    pub updated_at: DateTime<Utc>,
}

impl fmt::Debug for McpServer {
    /// Addresses, even sealed values, stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpServer")
            .field("id", &self.id)
            .field("slug", &self.slug)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What was seen of a server when it was called.
#[derive(Clone, Debug, PartialEq)]
pub struct McpSeen {
    /// How it was.
    pub status: String,
    /// What was wrong.
    pub error: Option<String>,
    /// Its tools, when they were listed.
    pub tools: Option<Value>,
    /// What it said when it asked for a login; `None` keeps what is known.
    pub challenge: Option<String>,
    /// Whether it answered.
    pub answered: bool,
}

/// A grant that was asked for and has not come back yet.
#[derive(Clone, PartialEq, Eq)]
pub struct McpLogin {
    /// On which server.
    pub server: Uuid,
    /// Whose.
    pub user: UserId,
    /// What is needed to finish it, sealed.
    pub sealed: Vec<u8>,
}

/// MCP servers.
#[derive(Clone, Copy, Debug)]
pub struct McpServers<'a> {
    db: &'a Db,
}

impl<'a> McpServers<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Those that the user can use: their own and everybody's, oldest first.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<McpServer>> {
        let find = Entity::find().filter(usable_by(user)).order_by_asc(Column::Id);
        find.all(&self.db.read).await?.into_iter().map(record).collect()
    }

    /// One that the user can use.
    pub async fn get(&self, user: UserId, id: Uuid) -> Result<McpServer> {
        let find = Entity::find_by_id(id).filter(usable_by(user));
        find.one(&self.db.read).await?.ok_or(StoreError::NotFound).and_then(record)
    }

    /// The same as it is at this moment, however far a replica lags behind: what is about to be called must not be
    /// what was meant before.
    pub async fn latest(&self, user: UserId, id: Uuid) -> Result<McpServer> {
        let find = Entity::find_by_id(id).filter(usable_by(user));
        find.one(&self.db.write).await?.ok_or(StoreError::NotFound).and_then(record)
    }

    /// Whether any server has this slug that would be in one person's way: their own, or everybody's;
    /// for one that is everybody's, any at all.
    pub async fn slug_is_taken(&self, owner: Option<UserId>, slug: &str) -> Result<bool> {
        let mut find = Entity::find().filter(Column::Slug.eq(slug));
        if let Some(owner) = owner {
            find = find.filter(usable_by(owner));
        }
        Ok(find.one(&self.db.read).await?.is_some())
    }

    /// Adds one. A second server of that slug of the same owner is a [`StoreError::Conflict`].
    pub async fn create(&self, server: McpServer) -> Result<McpServer> {
        let now = now();
        let row = model(McpServer { created_at: now, updated_at: now, ..server });
        let saved = Entity::insert(row.into_active_model()).exec_with_returning(&self.db.write).await;
        record(saved.map_err(|error| StoreError::unique(error, &["slug"]))?)
    }

    /// Saves a server's settings: everything but its id, owner, slug, tools and state. A
    /// [`StoreError::Conflict`] with `"updated_at"` says that somebody changed it since it was read: what they
    /// switched off must not be switched on by the way.
    pub async fn update(&self, server: &McpServer) -> Result<McpServer> {
        let row = model(server.clone());
        let update = Entity::update_many()
            .filter(Column::Id.eq(row.id))
            .filter(Column::UpdatedAt.eq(row.updated_at))
            .col_expr(Column::Name, Expr::value(row.name))
            .col_expr(Column::Transport, Expr::value(row.transport))
            .col_expr(Column::Url, Expr::value(row.url))
            .col_expr(Column::Command, Expr::value(row.command))
            .col_expr(Column::Args, Expr::value(row.args))
            .col_expr(Column::Headers, Expr::value(row.headers))
            .col_expr(Column::Env, Expr::value(row.env))
            .col_expr(Column::Agents, Expr::value(row.agents))
            .col_expr(Column::TrustReadOnlyHint, Expr::value(row.trust_read_only_hint))
            .col_expr(Column::Enabled, Expr::value(row.enabled))
            .col_expr(Column::DisabledTools, Expr::value(row.disabled_tools))
            .col_expr(Column::DisabledFor, Expr::value(row.disabled_for))
            .col_expr(Column::UpdatedAt, Expr::value(now()));
        let rows = update.exec_with_returning(&self.db.write).await?;
        match rows.into_iter().next() {
            Some(row) => record(row),
            None if Entity::find_by_id(server.id).one(&self.db.write).await?.is_some() => {
                Err(StoreError::Conflict("updated_at"))
            }
            None => Err(StoreError::NotFound),
        }
    }

    /// Notes what was seen of a server with the settings of that moment (`updated_at`); whether they still hold. What
    /// was seen of one that was changed or removed since says nothing about what is meant now, and is not kept.
    pub async fn saw(&self, id: Uuid, settings: DateTime<Utc>, seen: McpSeen) -> Result<bool> {
        let mut update = Entity::update_many()
            .filter(Column::Id.eq(id))
            .filter(Column::UpdatedAt.eq(settings))
            .col_expr(Column::Status, Expr::value(seen.status))
            .col_expr(Column::Error, Expr::value(seen.error));
        if let Some(tools) = seen.tools {
            update = update.col_expr(Column::Tools, Expr::value(tools));
        }
        if let Some(challenge) = seen.challenge {
            update = update.col_expr(Column::Challenge, Expr::value(challenge));
        }
        if seen.answered {
            update = update.col_expr(Column::LastSeenAt, Expr::value(now()));
        }
        Ok(update.exec(&self.db.write).await?.rows_affected > 0)
    }

    /// Forgets everything that was seen of a server and granted on it: another one is meant now.
    pub async fn reset(&self, id: Uuid) -> Result<()> {
        let tx = self.db.begin().await?;
        let nothing = || Expr::value(Option::<String>::None);
        Entity::update_many()
            .filter(Column::Id.eq(id))
            .col_expr(Column::Status, Expr::value("new"))
            .col_expr(Column::Error, nothing())
            .col_expr(Column::Challenge, nothing())
            .col_expr(Column::Tools, Expr::value(json!([])))
            .col_expr(Column::LastSeenAt, Expr::value(Option::<DateTime<Utc>>::None))
            .exec(&tx)
            .await?;
        mcp_grant::Entity::delete_many().filter(mcp_grant::Column::ServerId.eq(id)).exec(&tx).await?;
        mcp_login::Entity::delete_many().filter(mcp_login::Column::ServerId.eq(id)).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Removes one, with everything granted on it; whether there was one.
    pub async fn delete(&self, id: Uuid) -> Result<bool> {
        Ok(Entity::delete_by_id(id).exec(&self.db.write).await?.rows_affected > 0)
    }

    /// What the user granted on the server, sealed.
    pub async fn grant(&self, server: Uuid, user: UserId) -> Result<Option<Vec<u8>>> {
        // What was just renewed elsewhere must be seen: an older token is worth nothing.
        let row = mcp_grant::Entity::find_by_id((server, user.0)).one(&self.db.write).await?;
        Ok(row.map(|row| row.sealed))
    }

    /// Who granted something on the server.
    pub async fn granted_by(&self, server: Uuid) -> Result<Vec<UserId>> {
        let find = mcp_grant::Entity::find().filter(mcp_grant::Column::ServerId.eq(server));
        Ok(find.all(&self.db.read).await?.into_iter().map(|row| UserId(row.user_id)).collect())
    }

    /// The servers on which the user granted something.
    pub async fn granted(&self, user: UserId) -> Result<Vec<Uuid>> {
        let find = mcp_grant::Entity::find().filter(mcp_grant::Column::UserId.eq(user.0));
        Ok(find.all(&self.db.read).await?.into_iter().map(|row| row.server_id).collect())
    }

    /// Keeps what the user granted on the server, in place of what they granted before.
    pub async fn put_grant(&self, server: Uuid, user: UserId, sealed: Vec<u8>) -> Result<()> {
        use mcp_grant::Column as Grant;
        let now = now();
        let row = mcp_grant::Model {
            server_id: server,
            user_id: user.0,
            sealed,
            lease_until: None,
            created_at: now,
            updated_at: now,
        };
        let replace = OnConflict::columns([Grant::ServerId, Grant::UserId])
            .update_columns([Grant::Sealed, Grant::UpdatedAt])
            .to_owned();
        mcp_grant::Entity::insert(row.into_active_model())
            .on_conflict(replace)
            .exec_without_returning(&self.db.write)
            .await?;
        Ok(())
    }

    /// Forgets what the user granted on the server; whether there was something.
    pub async fn delete_grant(&self, server: Uuid, user: UserId) -> Result<bool> {
        let delete = mcp_grant::Entity::delete_by_id((server, user.0));
        Ok(delete.exec(&self.db.write).await?.rows_affected > 0)
    }

    /// Takes the right to renew a grant until a moment; whether it was free. One renewal at a time,
    /// among all processes: a token that renews is often good for one time only.
    pub async fn lease_grant(&self, server: Uuid, user: UserId, until: DateTime<Utc>) -> Result<bool> {
        use mcp_grant::Column as Grant;
        let free = Condition::any().add(Grant::LeaseUntil.is_null()).add(Grant::LeaseUntil.lt(now()));
        let update = mcp_grant::Entity::update_many()
            .filter(Grant::ServerId.eq(server))
            .filter(Grant::UserId.eq(user.0))
            .filter(free)
            .col_expr(Grant::LeaseUntil, Expr::value(until));
        Ok(update.exec(&self.db.write).await?.rows_affected == 1)
    }

    /// Gives the right to renew a grant back.
    pub async fn release_grant(&self, server: Uuid, user: UserId) -> Result<()> {
        use mcp_grant::Column as Grant;
        let update = mcp_grant::Entity::update_many()
            .filter(Grant::ServerId.eq(server))
            .filter(Grant::UserId.eq(user.0))
            .col_expr(Grant::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None));
        update.exec(&self.db.write).await?;
        Ok(())
    }

    /// Keeps a login that was begun, under a state that nobody can guess, and forgets those that are
    /// too old.
    pub async fn begin_login(&self, state: &str, login: McpLogin, expires_at: DateTime<Utc>) -> Result<()> {
        let old = mcp_login::Entity::delete_many().filter(mcp_login::Column::ExpiresAt.lt(now()));
        old.exec(&self.db.write).await?;
        let row = mcp_login::Model {
            state: state.to_owned(),
            server_id: login.server,
            user_id: login.user.0,
            sealed: login.sealed,
            expires_at,
        };
        mcp_login::Entity::insert(row.into_active_model()).exec_without_returning(&self.db.write).await?;
        Ok(())
    }

    /// Takes a login that was begun and is not too old. It is there once.
    pub async fn take_login(&self, state: &str) -> Result<Option<McpLogin>> {
        let delete = mcp_login::Entity::delete_many().filter(mcp_login::Column::State.eq(state));
        let rows = delete.exec_with_returning(&self.db.write).await?;
        let row = rows.into_iter().find(|row| row.expires_at >= now());
        Ok(row.map(|row| McpLogin { server: row.server_id, user: UserId(row.user_id), sealed: row.sealed }))
    }
}

fn usable_by(user: UserId) -> Condition {
    Condition::any().add(Column::UserId.eq(user.0)).add(Column::UserId.is_null())
}

fn model(server: McpServer) -> Model {
    let (transport, url, headers, command, args, env) = match server.address {
        McpAddress::Http { url, headers } => ("http", Some(url), headers, None, Vec::new(), BTreeMap::new()),
        McpAddress::Stdio { command, args, env } => {
            ("stdio", None, BTreeMap::new(), Some(command), args, env)
        }
    };
    Model {
        id: server.id,
        user_id: server.owner.map(|owner| owner.0),
        name: server.name,
        slug: server.slug,
        transport: transport.to_owned(),
        url,
        command,
        args: json!(args),
        headers: json!(headers),
        env: json!(env),
        agents: server.agents.map(|agents| json!(agents)),
        trust_read_only_hint: server.trust_read_only_hint,
        enabled: server.enabled,
        disabled_tools: json!(server.disabled_tools),
        disabled_for: json!(server.disabled_for),
        tools: server.tools,
        status: server.status,
        error: server.error,
        challenge: server.challenge,
        last_seen_at: server.last_seen_at,
        created_at: server.created_at,
        updated_at: server.updated_at,
    }
}

fn record(row: Model) -> Result<McpServer> {
    fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
        serde_json::from_value(value).map_err(StoreError::corrupt)
    }
    let address = match (row.transport.as_str(), row.url, row.command) {
        ("http", Some(url), _) => McpAddress::Http { url, headers: read(row.headers)? },
        ("stdio", _, Some(command)) => {
            McpAddress::Stdio { command, args: read(row.args)?, env: read(row.env)? }
        }
        (other, ..) => return Err(StoreError::corrupt(format_args!("an MCP server over {other:?}"))),
    };
    Ok(McpServer {
        id: row.id,
        owner: row.user_id.map(UserId),
        name: row.name,
        slug: row.slug,
        address,
        agents: row.agents.map(read).transpose()?,
        trust_read_only_hint: row.trust_read_only_hint,
        enabled: row.enabled,
        disabled_tools: read(row.disabled_tools)?,
        disabled_for: read(row.disabled_for)?,
        tools: row.tools,
        status: row.status,
        error: row.error,
        challenge: row.challenge,
        last_seen_at: row.last_seen_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
