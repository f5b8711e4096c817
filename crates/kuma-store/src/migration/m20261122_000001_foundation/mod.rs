//! The first schema: accounts, conversations, runs, and the tables that documents, memories,
//! apps and tools will fill.

mod account;
mod agent;
mod chat;
mod knowledge;
mod run;
mod search;

use sea_orm_migration::sea_orm::{DbBackend, DbErr};
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000001_foundation"
    }
}

/// Tables in the order in which they can be made, each with its indexes.
type Tables = Vec<(TableCreateStatement, Vec<IndexCreateStatement>)>;

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let parts: [Tables; 5] = [
            account::tables(),
            chat::tables(sqlite),
            run::tables(),
            agent::tables(),
            knowledge::tables(sqlite),
        ];
        for (table, indexes) in parts.into_iter().flatten() {
            manager.create_table(table).await?;
            for index in indexes {
                manager.create_index(index).await?;
            }
        }
        search::create(manager, sqlite).await?;
        agent::seed(manager.get_connection()).await
    }
}
