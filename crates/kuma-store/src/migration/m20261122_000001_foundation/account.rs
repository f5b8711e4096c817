//! Accounts, their keys, and what an admin sets or looks up.

use sea_orm_migration::sea_query::{ColumnDef, Table};

use super::Tables;
use crate::migration::column::{index, int, json, json_or, maybe, owned_by, points_to, text, time, uuid};

pub(super) fn tables() -> Tables {
    vec![
        (
            Table::create()
                .table("users")
                .col(uuid("id").primary_key())
                .col(text("email").unique_key())
                .col(text("name"))
                .col(text("password"))
                .col(text("role"))
                .col(json_or("preferences", "{}"))
                .col(int("token_version").default(0))
                .col(time("created_at"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
        (
            Table::create()
                .table("api_keys")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(text("name"))
                .col(text("hint"))
                .col(text("hash").unique_key())
                .col(maybe(time("last_used_at")))
                .col(maybe(time("expires_at")))
                .col(time("created_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .take(),
            vec![index("api_keys", "user", &["user_id", "id"])],
        ),
        (
            // The record outlives the account: what was done stays known, by whom does not.
            Table::create()
                .table("audit_log")
                .col(uuid("id").primary_key())
                .col(maybe(uuid("user_id")))
                .col(text("action"))
                .col(maybe(text("subject")))
                .col(json("details"))
                .col(time("created_at"))
                .foreign_key(&mut points_to("user_id", "users", "id"))
                .take(),
            vec![index("audit_log", "user", &["user_id"])],
        ),
        (
            Table::create()
                .table("model_providers")
                .col(text("name").primary_key())
                .col(text("kind"))
                .col(text("display_name"))
                .col(maybe(text("base_url")))
                .col(ColumnDef::new("sealed_key").binary())
                .col(maybe(text("key_hint")))
                .col(time("created_at"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
        (
            Table::create()
                .table("settings")
                .col(text("key").primary_key())
                .col(json("value"))
                .col(time("updated_at"))
                .take(),
            vec![],
        ),
    ]
}
