//! Conversations and their messages.

use sea_orm_migration::sea_query::{ColumnDef, ForeignKey, Table, TableCreateStatement};

use super::Tables;
use crate::migration::column::{flag, index, int, json_or, maybe, owned_by, text, time, uuid};

/// A table keyed by `id`. On SQLite the full-text index needs a number per row that no VACUUM
/// changes, so there `row_id` is the key of the table and `id` is unique.
pub(super) fn keyed(table: &'static str, sqlite: bool) -> TableCreateStatement {
    let mut create = Table::create().table(table).take();
    if sqlite {
        create
            .col(ColumnDef::new("row_id").integer().not_null().primary_key().auto_increment())
            .col(uuid("id").unique_key());
    } else {
        create.col(uuid("id").primary_key());
    }
    create
}

pub(super) fn tables(sqlite: bool) -> Tables {
    vec![
        (
            // `active_message_id` and `summarized_message_id` name messages of this very chat,
            // which never go before it: no foreign key, or the two tables would need each other.
            keyed("chats", sqlite)
                .col(uuid("user_id"))
                .col(maybe(text("title")))
                .col(text("agent_type"))
                .col(text("thread_id").unique_key())
                .col(flag("pinned", false))
                .col(flag("archived", false))
                .col(maybe(text("summary")))
                .col(int("summarized_up_to").default(0))
                .col(maybe(uuid("summarized_message_id")))
                .col(maybe(uuid("active_message_id")))
                .col(time("created_at"))
                .col(time("updated_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .take(),
            // The chat list, newest activity first, and the same within a filter.
            vec![
                index("chats", "activity", &["user_id", "updated_at", "id"]),
                index("chats", "archived", &["user_id", "archived", "updated_at", "id"]),
                index("chats", "pinned", &["user_id", "pinned", "updated_at", "id"]),
            ],
        ),
        (
            // A branch of thousands of messages goes with its chat in one step, so `parent_id`
            // does not cascade: SQLite would descend it message by message and give up.
            keyed("messages", sqlite)
                .col(uuid("chat_id"))
                .col(maybe(uuid("parent_id")))
                .col(text("role"))
                .col(text("content"))
                .col(maybe(text("reasoning")))
                .col(json_or("tool_calls", "[]"))
                .col(json_or("image_attachments", "[]"))
                .col(json_or("document_attachments", "[]"))
                .col(json_or("citations", "[]"))
                .col(maybe(text("model")))
                .col(ColumnDef::new("usage").json_binary())
                .col(maybe(text("finish_reason")))
                .col(text("status"))
                .col(ColumnDef::new("error").json_binary())
                .col(time("created_at"))
                .foreign_key(&mut owned_by("chat_id", "chats", "id"))
                .foreign_key(ForeignKey::create().from_col("parent_id").to("messages", "id"))
                .take(),
            vec![index("messages", "chat", &["chat_id", "id"]), index("messages", "parent", &["parent_id"])],
        ),
    ]
}
