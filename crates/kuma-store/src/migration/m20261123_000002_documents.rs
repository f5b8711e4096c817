//! Documents with what their processing needs, passages with their place, the two indexes that find
//! them (words and vectors), and the tools that use them.

use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement};
use sea_orm_migration::sea_query::{ColumnDef, Expr, ExprTrait as _, Query, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use serde_json::{Value, json};

use super::column::{bigint, index, int, json_or, maybe, owned_by, points_to, text, time, unique, uuid};
use crate::search::vectors;

pub(super) struct Migration;

/// What the agents that every Kuma begins with can do from now on.
const TOOLS: [&str; 2] = ["queryDocument", "listDocuments"];
const AGENTS: [&str; 4] = ["router", "research", "stock_market", "financial"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000002_documents"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        // No release has written to these two tables; they are made anew, so that the long text is
        // the last column: SQLite reads through it to reach what lies behind.
        manager.drop_table(Table::drop().table("chunks").take()).await?;
        manager.drop_table(Table::drop().table("documents").take()).await?;
        manager.create_table(documents()).await?;
        manager.create_table(chunks(sqlite)).await?;
        for index in [
            index("documents", "user", &["user_id", "id"]),
            index("documents", "chat", &["chat_id"]),
            index("documents", "file", &["user_id", "file_hash"]),
            // How much of a user's there is to search, without reading rows.
            index("documents", "size", &["user_id", "chunk_count", "word_count"]),
            // The sweep: what is to be read, what is to be embedded.
            index("documents", "due", &["status", "embedding_model", "next_attempt_at"]),
            unique("chunks", "position", &["document_id", "position"]),
            index("chunks", "user", &["user_id"]),
        ] {
            manager.create_index(index).await?;
        }
        words(manager, sqlite).await?;
        vectors::create_table(manager, "chunk_vectors", "document_id", ("documents", "id"), Some("position"))
            .await?;
        tools(manager).await
    }
}

fn documents() -> sea_orm_migration::sea_query::TableCreateStatement {
    Table::create()
        .table("documents")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(maybe(uuid("chat_id")))
        .col(text("filename"))
        .col(text("display_name"))
        .col(text("mime_type"))
        .col(bigint("file_size"))
        .col(maybe(int("page_count")))
        .col(text("status"))
        .col(ColumnDef::new("error").json_binary())
        .col(maybe(text("summary")))
        .col(time("created_at"))
        .col(time("updated_at"))
        .col(text("file_hash").default(""))
        .col(maybe(uuid("file_id")))
        .col(text("kind").default(""))
        .col(maybe(text("title")))
        .col(json_or("warnings", "[]"))
        .col(int("chunk_count").default(0))
        .col(bigint("word_count").default(0))
        .col(bigint("text_tokens").default(0))
        .col(maybe(text("embedding_model")))
        .col(text("stage").default(""))
        .col(int("stage_done").default(0))
        .col(maybe(int("stage_total")))
        .col(int("epoch").default(0))
        .col(int("attempts").default(0))
        .col(maybe(text("worker")))
        .col(maybe(time("lease_until")))
        .col(maybe(time("next_attempt_at")))
        .col(maybe(text("extracted_text")))
        .foreign_key(&mut owned_by("user_id", "users", "id"))
        .foreign_key(&mut points_to("chat_id", "chats", "id"))
        .take()
}

fn chunks(sqlite: bool) -> sea_orm_migration::sea_query::TableCreateStatement {
    Table::create()
        .table("chunks")
        .col(if sqlite {
            ColumnDef::new("id").integer().not_null().primary_key().auto_increment().take()
        } else {
            ColumnDef::new("id").big_integer().not_null().primary_key().auto_increment().take()
        })
        .col(uuid("document_id"))
        .col(uuid("user_id"))
        .col(int("position"))
        .col(maybe(int("page")))
        .col(bigint("start_at").default(0))
        .col(bigint("end_at").default(0))
        .col(int("tokens").default(0))
        .col(json_or("headings", "[]"))
        .col(maybe(text("table_header")))
        .col(json_or("places", "[]"))
        .col(text("text"))
        .col(time("created_at"))
        .foreign_key(&mut owned_by("document_id", "documents", "id"))
        .foreign_key(&mut owned_by("user_id", "users", "id"))
        .take()
}

/// The full-text index: for each word of an owner and each document that has it, where. Its key is
/// all there is to it, so SQLite keeps it as one tree. Entries of a document are deleted by owner and
/// document; a foreign key to the document would need another index as large as the table.
async fn words(manager: &SchemaManager<'_>, sqlite: bool) -> Result<(), DbErr> {
    let (id, bytes, rest) =
        if sqlite { ("uuid_text", "blob", " WITHOUT ROWID") } else { ("uuid", "bytea", "") };
    let collate = if sqlite { "" } else { " COLLATE \"C\"" };
    let sql = format!(
        "CREATE TABLE chunk_words (\
         user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE, \
         word text{collate} NOT NULL, \
         document_id {id} NOT NULL, \
         postings {bytes} NOT NULL, \
         PRIMARY KEY (user_id, word, document_id)){rest}"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Gives the seeded agents the tools, beside those that they have by now.
async fn tools(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    for agent in AGENTS {
        let find = Statement::from_sql_and_values(
            backend,
            "SELECT tools FROM agents WHERE name = $1",
            [agent.into()],
        );
        let Some(row) = connection.query_one_raw(find).await? else { continue };
        let mut has: Vec<Value> = match row.try_get("", "tools")? {
            Value::Array(tools) => tools,
            _ => Vec::new(),
        };
        for tool in TOOLS {
            if !has.iter().any(|name| name == tool) {
                has.push(json!(tool));
            }
        }
        let update = Query::update()
            .table("agents")
            .value("tools", Value::Array(has))
            .and_where(Expr::col("name").eq(agent))
            .take();
        manager.exec_stmt(update).await?;
    }
    Ok(())
}
