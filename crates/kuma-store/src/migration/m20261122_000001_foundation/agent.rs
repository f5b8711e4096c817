//! Agents, tools, apps, and what a user has connected of them.

use sea_orm_migration::SchemaManagerConnection;
use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbErr};
use sea_orm_migration::sea_query::{ColumnDef, Query, Table};
use serde_json::json;
use uuid::Uuid;

use super::Tables;
use crate::db::now;
use crate::migration::column::{flag, index, json, json_or, maybe, owned_by, text, time, unique, uuid};

pub(super) fn tables() -> Tables {
    vec![
        (
            Table::create()
                .table("agents")
                .col(uuid("id").primary_key())
                .col(text("name").unique_key())
                .col(text("display_name"))
                .col(text("description"))
                .col(text("system_prompt"))
                .col(maybe(text("model")))
                .col(ColumnDef::new("temperature").float())
                .col(json_or("tools", "[]"))
                .col(flag("is_active", true))
                .col(time("created_at"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
        (
            Table::create()
                .table("tools")
                .col(uuid("id").primary_key())
                .col(text("name").unique_key())
                .col(text("category"))
                .col(text("display_name"))
                .col(text("description"))
                .col(flag("requires_auth", false))
                .col(flag("is_active", true))
                .col(time("created_at"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
        (
            Table::create()
                .table("user_tools")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(text("tool_category"))
                .col(json("credentials"))
                .col(flag("is_connected", false))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .take(),
            vec![unique("user_tools", "category", &["user_id", "tool_category"])],
        ),
        (
            Table::create()
                .table("apps")
                .col(uuid("id").primary_key())
                .col(text("name").unique_key())
                .col(text("category"))
                .col(text("display_name"))
                .col(text("description"))
                .col(text("icon"))
                .col(text("auth_type"))
                .col(flag("is_active", true))
                .col(json_or("config", "{}"))
                .col(time("created_at"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
        (
            Table::create()
                .table("user_apps")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(uuid("app_id"))
                .col(json("credentials"))
                .col(json_or("metadata", "{}"))
                .col(flag("is_connected", false))
                .col(maybe(time("last_sync_at")))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .foreign_key(&mut owned_by("app_id", "apps", "id"))
                .take(),
            vec![unique("user_apps", "app", &["user_id", "app_id"]), index("user_apps", "app", &["app_id"])],
        ),
    ]
}

/// Name, display name, description and system prompt of the agents every Kuma begins with.
const AGENTS: [[&str; 4]; 4] = [
    [
        "router",
        "Kuma",
        "The everyday assistant: answers, writes, explains, and uses whatever tools the question needs.",
        "You are Kuma, a helpful and careful assistant. Answer in the language of the person you talk to. \
         Begin with the answer itself; add only the detail that helps. Use Markdown where structure helps: \
         short lists, tables for comparisons, fenced code blocks that name their language, LaTeX for mathematics. \
         Use a tool when it gives a better answer than memory, and say what you found with it. \
         When you do not know or are not sure, say so plainly. Never invent a source, a quotation, a figure or a link.",
    ],
    [
        "research",
        "Research",
        "Looks things up in several sources, compares them, and answers with citations.",
        "You are Kuma's research agent. Break the question into what has to be found out, look each part up, and \
         compare several independent sources before you conclude. Cite the source of every claim that comes from one, \
         right where the claim stands. Say where sources disagree, how old they are, and what could not be established. \
         Prefer primary sources to reports about them. Without a source for a claim, present it as your own general \
         knowledge or leave it out. Begin with the conclusion in a few sentences, then give the findings. \
         Answer in the language of the person you talk to.",
    ],
    [
        "stock_market",
        "Stock market",
        "Share prices, company figures and market news, with the time each figure is from.",
        "You are Kuma's stock market agent. Take prices, company figures and news from your tools, never from memory, \
         and give each figure with its currency and the time it is from. If no tool can supply a figure, say so \
         instead of guessing. Explain what the figures mean in plain words and put comparisons into a table. \
         You inform; you do not tell anyone to buy or sell, and you name the main risks when someone asks about a \
         decision. Answer in the language of the person you talk to.",
    ],
    [
        "financial",
        "Financial",
        "Works through financial questions: statements, ratios, budgets, loans and plans, with every step shown.",
        "You are Kuma's financial agent. Work through financial statements, ratios, valuations, budgets, loans and \
         plans. State your assumptions first, show each step of a calculation with its units, and check the result for \
         plausibility. Take current figures from your tools and say which period they belong to. Distinguish fact, \
         estimate and opinion. Rules on tax and law differ by country and year: ask which apply, and recommend a \
         professional for binding advice. Answer in the language of the person you talk to.",
    ],
];

/// Makes the agents every Kuma begins with.
pub(super) async fn seed(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let now = now();
    for [name, display_name, description, prompt] in AGENTS {
        let insert = Query::insert()
            .into_table("agents")
            .columns([
                "id",
                "name",
                "display_name",
                "description",
                "system_prompt",
                "tools",
                "is_active",
                "created_at",
                "updated_at",
            ])
            .values_panic([
                Uuid::now_v7().into(),
                name.into(),
                display_name.into(),
                description.into(),
                prompt.into(),
                json!([]).into(),
                true.into(),
                now.into(),
                now.into(),
            ])
            .take();
        db.execute(&insert).await?;
    }
    Ok(())
}
