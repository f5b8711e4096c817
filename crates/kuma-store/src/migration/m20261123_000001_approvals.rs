//! Questions that runs ask before they write, and how they were decided.

use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::sea_query::{ColumnDef, Expr, ExprTrait as _, Index, Query, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use serde_json::json;

use super::column::{index, json, maybe, owned_by, text, time, unique, uuid};

pub(super) struct Migration;

/// What the agents that every Kuma begins with can do.
const AGENT_TOOLS: [(&str, &[&str]); 4] = [
    ("router", &["webSearch", "getPageContent"]),
    ("research", &["webSearch", "getPageContent", "deepResearch"]),
    ("stock_market", &["getStockPrice", "getCompanyInfo", "getFinancialNews", "webSearch"]),
    ("financial", &["getStockPrice", "getCompanyInfo", "webSearch", "getPageContent"]),
];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000001_approvals"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("approvals")
            .col(uuid("id").primary_key())
            .col(uuid("job_id"))
            .col(text("call_id"))
            .col(text("tool"))
            .col(json("arguments"))
            .col(text("effect"))
            .col(text("reason"))
            .col(json("preview"))
            .col(maybe(text("decision")))
            .col(ColumnDef::new("decided_arguments").json_binary())
            .col(maybe(text("deny_reason")))
            .col(time("created_at"))
            .col(maybe(time("decided_at")))
            .foreign_key(&mut owned_by("job_id", "message_jobs", "job_id"))
            .take();
        manager.create_table(table).await?;
        let allowances = Table::create()
            .table("tool_allowances")
            .col(uuid("user_id"))
            .col(text("tool"))
            .col(time("created_at"))
            .primary_key(Index::create().col("user_id").col("tool"))
            .foreign_key(&mut owned_by("user_id", "users", "id"))
            .take();
        manager.create_table(allowances).await?;
        for (agent, tools) in AGENT_TOOLS {
            let update = Query::update()
                .table("agents")
                .value("tools", json!(tools))
                .and_where(Expr::col("name").eq(agent))
                .take();
            manager.exec_stmt(update).await?;
        }
        manager.create_index(unique("approvals", "call", &["job_id", "call_id"])).await?;
        // The sweep: what failed and is due, and whose lease has run out.
        manager.create_index(index("message_jobs", "due", &["status", "next_attempt_at"])).await?;
        manager.create_index(index("message_jobs", "lease", &["status", "lease_until"])).await
    }
}
