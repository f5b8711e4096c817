//! Images of chats, and files that are still to be erased from object storage.

use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbErr};
use sea_orm_migration::sea_query::{Expr, ExprTrait as _, Query, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use serde_json::json;

use super::column::{bigint, flag, index, int, owned_by, text, time, uuid};

pub(super) struct Migration;

/// What agents can do with images, behind the tools that they have.
const TOOLS: [&str; 3] = ["analyzeImage", "describeImage", "extractText"];
const AGENTS: [&str; 2] = ["router", "research"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000005_images"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let images = Table::create()
            .table("images")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(uuid("chat_id"))
            .col(text("mime_type"))
            .col(int("width"))
            .col(int("height"))
            .col(bigint("file_size"))
            .col(text("thumbnail_mime_type"))
            .col(time("created_at"))
            .foreign_key(&mut owned_by("user_id", "users", "id"))
            .foreign_key(&mut owned_by("chat_id", "chats", "id"))
            .take();
        manager.create_table(images).await?;
        manager.create_index(index("images", "user", &["user_id"])).await?;
        manager.create_index(index("images", "chat", &["chat_id"])).await?;
        // Outlives who and what it belonged to.
        let erasures = Table::create()
            .table("file_erasures")
            .col(uuid("id").primary_key())
            .col(text("place"))
            .col(flag("again", false))
            .col(int("tries").default(0))
            .col(time("due_at"))
            .col(time("created_at"))
            .take();
        manager.create_table(erasures).await?;
        manager.create_index(index("file_erasures", "place", &["place"])).await?;
        manager.create_index(index("file_erasures", "due", &["due_at"])).await?;
        offer_tools(manager).await
    }
}

async fn offer_tools(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for agent in AGENTS {
        let find =
            Query::select().column("tools").from("agents").and_where(Expr::col("name").eq(agent)).take();
        let Some(row) = connection.query_one(&find).await? else { continue };
        let mut tools: Vec<String> = serde_json::from_value(row.try_get("", "tools")?)
            .map_err(|error| DbErr::Json(error.to_string()))?;
        tools.extend(
            TOOLS.map(str::to_owned).into_iter().filter(|tool| !tools.contains(tool)).collect::<Vec<_>>(),
        );
        let update = Query::update()
            .table("agents")
            .value("tools", json!(tools))
            .and_where(Expr::col("name").eq(agent))
            .take();
        manager.exec_stmt(update).await?;
    }
    Ok(())
}
