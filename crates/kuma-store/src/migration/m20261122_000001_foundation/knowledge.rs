//! Documents, their chunks, and memories. Their vectors and full-text indexes are added by the
//! migrations of the features that search them.

use sea_orm_migration::sea_query::{ColumnDef, Table};

use super::Tables;
use super::chat::keyed;
use crate::migration::column::{
    bigint, flag, index, int, maybe, owned_by, points_to, text, time, unique, uuid,
};

pub(super) fn tables(sqlite: bool) -> Tables {
    vec![
        (
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
                .col(maybe(text("extracted_text")))
                .col(text("status"))
                .col(ColumnDef::new("error").json_binary())
                .col(maybe(text("summary")))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .foreign_key(&mut points_to("chat_id", "chats", "id"))
                .take(),
            vec![index("documents", "user", &["user_id", "id"]), index("documents", "chat", &["chat_id"])],
        ),
        (
            // A full-text index refers to a chunk by its number.
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
                .col(text("text"))
                .col(time("created_at"))
                .foreign_key(&mut owned_by("document_id", "documents", "id"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .take(),
            vec![
                unique("chunks", "position", &["document_id", "position"]),
                index("chunks", "user", &["user_id"]),
            ],
        ),
        (
            keyed("memories", sqlite)
                .col(uuid("user_id"))
                .col(text("content"))
                .col(text("source"))
                .col(flag("tainted", false))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .take(),
            vec![index("memories", "user", &["user_id", "id"])],
        ),
    ]
}
