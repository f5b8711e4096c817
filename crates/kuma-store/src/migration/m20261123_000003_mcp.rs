//! MCP servers, what people granted on them, and which definition of a tool an allowance was for.

use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::sea_query::{ColumnDef, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::column::{flag, index, json, json_or, maybe, owned_by, text, time, unique, uuid};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000003_mcp"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Without an owner it is everybody's.
        let servers = Table::create()
            .table("mcp_servers")
            .col(uuid("id").primary_key())
            .col(maybe(uuid("user_id")))
            .col(text("name"))
            .col(text("slug"))
            .col(text("transport"))
            .col(maybe(text("url")))
            .col(maybe(text("command")))
            .col(json_or("args", "[]"))
            .col(json_or("headers", "{}"))
            .col(json_or("env", "{}"))
            .col(maybe(json("agents")))
            .col(flag("trust_read_only_hint", false))
            .col(flag("enabled", true))
            .col(json_or("disabled_tools", "[]"))
            .col(json_or("tools", "[]"))
            .col(text("status"))
            .col(maybe(text("error")))
            .col(maybe(text("challenge")))
            .col(maybe(time("last_seen_at")))
            .col(time("created_at"))
            .col(time("updated_at"))
            .foreign_key(&mut owned_by("user_id", "users", "id"))
            .take();
        manager.create_table(servers).await?;
        manager.create_index(unique("mcp_servers", "slug", &["user_id", "slug"])).await?;
        let grants = Table::create()
            .table("mcp_grants")
            .col(uuid("server_id"))
            .col(uuid("user_id"))
            .col(ColumnDef::new("sealed").binary().not_null())
            .col(maybe(time("lease_until")))
            .col(time("created_at"))
            .col(time("updated_at"))
            .primary_key(Index::create().col("server_id").col("user_id"))
            .foreign_key(&mut owned_by("server_id", "mcp_servers", "id"))
            .foreign_key(&mut owned_by("user_id", "users", "id"))
            .take();
        manager.create_table(grants).await?;
        manager.create_index(index("mcp_grants", "user", &["user_id"])).await?;
        let logins = Table::create()
            .table("mcp_logins")
            .col(text("state").primary_key())
            .col(uuid("server_id"))
            .col(uuid("user_id"))
            .col(ColumnDef::new("sealed").binary().not_null())
            .col(time("expires_at"))
            .foreign_key(&mut owned_by("server_id", "mcp_servers", "id"))
            .foreign_key(&mut owned_by("user_id", "users", "id"))
            .take();
        manager.create_table(logins).await?;
        manager.create_index(index("mcp_logins", "server", &["server_id"])).await?;
        manager.create_index(index("mcp_logins", "user", &["user_id"])).await?;
        let allowances =
            Table::alter().table("tool_allowances").add_column(maybe(text("fingerprint"))).take();
        manager.alter_table(allowances).await
    }
}
