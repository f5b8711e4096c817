//! Where memories came from and what they said before, their vectors, what answers used and saved, and
//! who wants none.

use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement, Value};
use sea_orm_migration::sea_query::{ColumnDef, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::column::{flag, index, int, maybe, owned_by, text, time, unique, uuid};
use crate::search::vectors;

pub(super) struct Migration;

/// What every agent gets beside its own tools.
const TOOLS: [&str; 2] = ["addMemory", "searchMemories"];

const SQLITE: &str = "
ALTER TABLE memories ADD COLUMN chat_id uuid_text REFERENCES chats(id) ON DELETE SET NULL;
ALTER TABLE memories ADD COLUMN message_id uuid_text REFERENCES messages(id) ON DELETE SET NULL;
ALTER TABLE memories ADD COLUMN origin text;
";

const POSTGRES: &str = "
ALTER TABLE memories ADD COLUMN chat_id uuid REFERENCES chats(id) ON DELETE SET NULL;
ALTER TABLE memories ADD COLUMN message_id uuid REFERENCES messages(id) ON DELETE SET NULL;
ALTER TABLE memories ADD COLUMN origin text;
";

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000006_memories"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        manager.get_connection().execute_unprepared(if sqlite { SQLITE } else { POSTGRES }).await?;
        manager.create_index(index("memories", "recent", &["user_id", "updated_at", "id"])).await?;
        manager.create_index(index("memories", "chat", &["chat_id"])).await?;
        manager.create_index(index("memories", "message", &["message_id"])).await?;
        // What was done once is not done again under the same name.
        manager.create_index(unique("memories", "origin", &["user_id", "origin"])).await?;
        vectors::create_table(manager, "memory_vectors", "memory_id", ("memories", "id"), None).await?;
        versions(manager).await?;
        uses(manager).await?;
        settings(manager).await?;
        exchanges(manager).await?;
        give_tools(manager).await
    }
}

/// What memories said before. `chat_id` and `message_id` may name what is gone.
async fn versions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("memory_versions")
        .col(uuid("id").primary_key())
        .col(uuid("memory_id"))
        .col(text("content"))
        .col(text("source"))
        .col(flag("tainted", false))
        .col(maybe(uuid("chat_id")))
        .col(maybe(uuid("message_id")))
        .col(time("written_at"))
        .col(time("created_at"))
        .foreign_key(&mut owned_by("memory_id", "memories", "id"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("memory_versions", "memory", &["memory_id", "id"])).await
}

/// Which memories an answer used and which were saved with it. They may live in another service: their
/// ids are texts.
async fn uses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("message_memories")
        .col(uuid("message_id"))
        .col(text("action"))
        .col(int("position"))
        .col(text("memory_id"))
        .col(text("content"))
        .primary_key(Index::create().col("message_id").col("action").col("memory_id"))
        .foreign_key(&mut owned_by("message_id", "messages", "id"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("message_memories", "memory", &["memory_id"])).await
}

/// Who wants nothing remembered, and in which chats; and whose memories elsewhere are still to be erased.
async fn settings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let people = Table::create()
        .table("memory_pauses")
        .col(uuid("user_id").primary_key())
        .col(time("created_at"))
        .foreign_key(&mut owned_by("user_id", "users", "id"))
        .take();
    manager.create_table(people).await?;
    let chats = Table::create()
        .table("memory_chats_off")
        .col(uuid("chat_id").primary_key())
        .col(time("created_at"))
        .foreign_key(&mut owned_by("chat_id", "chats", "id"))
        .take();
    manager.create_table(chats).await?;
    let erasures = Table::create()
        .table("memory_erasures")
        .col(text("owner").primary_key())
        .col(time("created_at"))
        .take();
    manager.create_table(erasures).await
}

/// Messages that may say something lasting: looked at once, by whoever comes first.
async fn exchanges(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("memory_exchanges")
        .col(uuid("message_id").primary_key())
        .col(uuid("answer_id"))
        .col(uuid("job_id"))
        .col(text("state"))
        .col(flag("tainted", false))
        .col(ColumnDef::new("facts").json_binary())
        .col(int("attempts").default(0))
        .col(time("lease_until"))
        .col(time("created_at"))
        .foreign_key(&mut owned_by("message_id", "messages", "id"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("memory_exchanges", "due", &["state", "lease_until"])).await
}

/// Adds the tools to those that agents have by now, whoever gave them.
async fn give_tools(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    let names = "('router', 'research', 'stock_market', 'financial')";
    let find =
        Statement::from_string(backend, format!("SELECT name, tools FROM agents WHERE name IN {names}"));
    for row in connection.query_all_raw(find).await? {
        let (name, mut tools): (String, serde_json::Value) =
            (row.try_get("", "name")?, row.try_get("", "tools")?);
        let Some(list) = tools.as_array_mut() else { continue };
        for tool in TOOLS {
            if !list.iter().any(|known| known == tool) {
                list.push(tool.into());
            }
        }
        let update = "UPDATE agents SET tools = $1 WHERE name = $2";
        let values: [Value; 2] = [tools.into(), name.into()];
        connection.execute_raw(Statement::from_sql_and_values(backend, update, values)).await?;
    }
    Ok(())
}
