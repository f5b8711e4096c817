//! Tools of MCP servers that some of the server's agents do not get.

use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::sea_query::Table;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::column::json_or;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000008_mcp_agents"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // By tool: the agents that do not get it. What is not named is on, new tools too.
        let servers = Table::alter().table("mcp_servers").add_column(json_or("disabled_for", "{}")).take();
        manager.alter_table(servers).await
    }
}
