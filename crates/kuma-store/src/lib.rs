//! Tables, migrations and repositories on SQLite and PostgreSQL.
//!
//! For `kuma-app` (use cases) and the `kuma` binary (open, migrate, backup). A [`Store`] is opened
//! once and cloned freely; it gives one small repository per feature. Every method is one
//! transaction. Methods that take an owner answer [`StoreError::NotFound`] for what belongs to
//! somebody else; those that do not are for admin and worker code. Times are UTC in microseconds,
//! lists are keyset pages ([`Page`]).

mod agents;
mod allowances;
mod api_keys;
mod approvals;
mod audit;
mod backup;
mod chats;
mod copy;
mod db;
mod documents;
mod entity;
mod erasures;
mod error;
mod images;
mod jobs;
mod mcp;
mod memories;
mod messages;
mod migration;
mod page;
mod providers;
mod search;
mod settings;
mod stats;
mod steps;
mod tools;
mod usage;
mod users;

use std::path::Path;

use sea_orm::ConnectionTrait as _;

use db::Db;

pub use agents::{Agent, AgentPatch, Agents, NewAgent};
pub use allowances::Allowances;
pub use api_keys::{ApiKey, ApiKeys, NewApiKey};
pub use approvals::{Approval, Approvals, Decided, NewApproval};
pub use audit::{Audit, AuditEntry, NewAudit};
pub use backup::restore;
pub use chats::{Chat, ChatFilter, ChatPatch, Chats, NewChat};
pub use copy::{Copied, copy};
pub use db::Backend;
pub use documents::{
    Content, Document, DocumentError, DocumentFilter, DocumentHold, DocumentSearch, DocumentStatus,
    DocumentWork, Documents, Found, NewDocument, NewPassage, Passage, Scope, Storage,
};
pub use erasures::{Erasure, Erasures};
pub use error::{Result, StoreError};
pub use images::{Image, Images};
pub use jobs::{Backlog, Claim, FinishRun, Hold, Job, Jobs, NewRun, Pause, RunChat, RunMessage, Submitted};
pub use mcp::{McpAddress, McpLogin, McpSeen, McpServer, McpServers};
pub use memories::{Exchange, Memories, Memory, MemoryState, MemoryVersion, NewMemory, Scored, Unembedded};
pub use messages::{Checkpoint, Message, Messages};
pub use page::Page;
pub use providers::{ProviderRow, Providers};
pub use search::vectors::VectorSupport;
pub use search::words::{matches, wanted_words, words};
pub use settings::Settings;
pub use stats::Stats;
pub use steps::{StepOutline, Steps};
pub use tools::{ToolRow, Tools};
pub use usage::Costs;
pub use users::{NewUser, Role, User, UserPatch, Users};

/// Where the database is.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:///path/to/file` or `postgres://user:password@host/database`.
    pub url: String,
    /// A PostgreSQL replica for reads that may be a moment old.
    pub read_url: Option<String>,
    /// The most connections to PostgreSQL, per pool. SQLite has one writer and up to 8 readers.
    pub max_connections: u32,
}

impl std::fmt::Debug for StoreOptions {
    /// Addresses can hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreOptions").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// The open database. Cheap to clone; all clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Opens the database. A SQLite file is created when missing (its folder must exist), readable
    /// by its owner only. Nothing is migrated.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        Ok(Self { db: Db::open(options).await? })
    }

    /// Applies pending migrations and gives their names. Cheap when there are none. On SQLite a
    /// copy of a database that has data is kept beside it first. Refuses a database of a newer
    /// Kuma and a file of another program.
    pub async fn migrate(&self) -> Result<Vec<String>> {
        search::vectors::get_extension(&self.db).await?;
        let applied = migration::migrate::<migration::Migrator>(&self.db).await?;
        search::vectors::prepare(&self.db).await?;
        Ok(applied)
    }

    /// The migrations that [`Store::migrate`] would apply, oldest first.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        migration::pending::<migration::Migrator>(&self.db, &self.db.write).await
    }

    /// Whether the database answers, for readiness checks.
    pub async fn ping(&self) -> Result<()> {
        self.db.read.query_one_raw(self.db.sql("SELECT 1", [])).await?;
        Ok(())
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.db.backend
    }

    /// Writes a whole, consistent copy to `path`, which must not exist yet, while the server goes
    /// on working. SQLite only.
    pub async fn backup_to(&self, path: &Path) -> Result<()> {
        backup::backup(&self.db, path).await
    }

    /// Waits for running queries and closes all connections. Later calls answer
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) -> Result<()> {
        for connection in [&self.db.read, &self.db.replica, &self.db.write] {
            connection.close_by_ref().await?;
        }
        Ok(())
    }

    /// Accounts.
    pub fn users(&self) -> Users<'_> {
        Users::new(&self.db)
    }

    /// Conversations.
    pub fn chats(&self) -> Chats<'_> {
        Chats::new(&self.db)
    }

    /// Turns of a chat.
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(&self.db)
    }

    /// Runs.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs::new(&self.db)
    }

    /// Write tools that people have allowed for good.
    pub fn allowances(&self) -> Allowances<'_> {
        Allowances::new(&self.db)
    }

    /// MCP servers and what people granted on them.
    pub fn mcp(&self) -> McpServers<'_> {
        McpServers::new(&self.db)
    }

    /// Finished steps of runs.
    pub fn steps(&self) -> Steps<'_> {
        Steps::new(&self.db)
    }

    /// What runs ask before they write.
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals::new(&self.db)
    }

    /// Uploaded documents, as their owners have them.
    pub fn documents(&self) -> Documents<'_> {
        Documents::new(&self.db)
    }

    /// The work on documents.
    pub fn document_work(&self) -> DocumentWork<'_> {
        DocumentWork::new(&self.db)
    }

    /// Finding passages of documents.
    pub fn document_search(&self) -> DocumentSearch<'_> {
        DocumentSearch::new(&self.db)
    }

    /// How vectors are kept and compared in this database.
    pub async fn vector_support(&self) -> Result<VectorSupport> {
        search::vectors::support(&self.db).await
    }

    /// Images of chats.
    pub fn images(&self) -> Images<'_> {
        Images::new(&self.db)
    }

    /// Files that are to be erased from object storage.
    pub fn erasures(&self) -> Erasures<'_> {
        Erasures::new(&self.db)
    }

    /// What is remembered of people.
    pub fn memories(&self) -> Memories<'_> {
        Memories::new(&self.db)
    }

    /// Agents.
    pub fn agents(&self) -> Agents<'_> {
        Agents::new(&self.db)
    }

    /// Keys of programs that act for somebody.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys::new(&self.db)
    }

    /// What an admin set about tools.
    pub fn tools(&self) -> Tools<'_> {
        Tools::new(&self.db)
    }

    /// What models cost outside of runs.
    pub fn costs(&self) -> Costs<'_> {
        Costs::new(&self.db)
    }

    /// Model providers saved in Settings.
    pub fn providers(&self) -> Providers<'_> {
        Providers::new(&self.db)
    }

    /// Settings an admin changed.
    pub fn settings(&self) -> Settings<'_> {
        Settings::new(&self.db)
    }

    /// The record of what was done.
    pub fn audit(&self) -> Audit<'_> {
        Audit::new(&self.db)
    }

    /// How much there is of everything, for admins.
    pub async fn stats(&self) -> Result<Stats> {
        stats::read(&self.db).await
    }
}
