//! Runs: their jobs, finished steps, kept events and cost.

use sea_orm_migration::sea_query::{ColumnDef, Index, Table};

use super::Tables;
use crate::migration::column::{
    bigint, flag, index, int, json, maybe, owned_by, points_to, text, time, unique, uuid,
};

pub(super) fn tables() -> Tables {
    vec![
        (
            Table::create()
                .table("message_jobs")
                .col(uuid("id").primary_key())
                .col(uuid("job_id").unique_key())
                .col(uuid("chat_id"))
                .col(uuid("user_id"))
                .col(uuid("user_message_id"))
                .col(uuid("assistant_message_id"))
                .col(text("status"))
                .col(text("message"))
                .col(text("agent_type"))
                .col(maybe(text("model")))
                .col(ColumnDef::new("result").json_binary())
                .col(ColumnDef::new("error").json_binary())
                .col(int("retry_count").default(0))
                .col(int("epoch").default(0))
                .col(maybe(text("worker")))
                .col(maybe(time("lease_until")))
                .col(maybe(time("next_attempt_at")))
                .col(flag("cancel_requested", false))
                .col(time("created_at"))
                .col(time("updated_at"))
                .col(maybe(time("finished_at")))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .foreign_key(&mut owned_by("chat_id", "chats", "id"))
                .take(),
            vec![
                index("message_jobs", "chat", &["chat_id", "status", "job_id"]),
                index("message_jobs", "user", &["user_id", "status"]),
                index("message_jobs", "status", &["status", "job_id"]),
            ],
        ),
        (
            // One finished step of a run: a model's reply, a question to a person, the intent to make a
            // call that writes, the result of a call. An intent without a result says that nobody knows.
            Table::create()
                .table("job_steps")
                .col(uuid("id").primary_key())
                .col(uuid("job_id"))
                .col(int("number"))
                .col(text("kind"))
                .col(maybe(text("call_key")))
                .col(json("payload"))
                .col(time("created_at"))
                .foreign_key(&mut owned_by("job_id", "message_jobs", "job_id"))
                .take(),
            vec![
                unique("job_steps", "number", &["job_id", "number"]),
                unique("job_steps", "call_key", &["job_id", "call_key"]),
            ],
        ),
        (
            Table::create()
                .table("job_events")
                .col(uuid("job_id").primary_key())
                .col(text("log"))
                .col(time("created_at"))
                .foreign_key(&mut owned_by("job_id", "message_jobs", "job_id"))
                .take(),
            vec![index("job_events", "age", &["created_at"])],
        ),
        (
            Table::create()
                .table("idempotency_keys")
                .col(uuid("user_id"))
                .col(text("key"))
                .col(text("request_hash"))
                .col(uuid("job_id"))
                .col(time("created_at"))
                .primary_key(Index::create().col("user_id").col("key"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .foreign_key(&mut owned_by("job_id", "message_jobs", "job_id"))
                .take(),
            vec![
                index("idempotency_keys", "job", &["job_id"]),
                index("idempotency_keys", "age", &["created_at"]),
            ],
        ),
        (
            // Cost is kept when the chat it was spent in is deleted.
            Table::create()
                .table("usage")
                .col(uuid("id").primary_key())
                .col(uuid("user_id"))
                .col(maybe(uuid("job_id")))
                .col(maybe(text("model")))
                .col(bigint("input_tokens"))
                .col(bigint("output_tokens"))
                .col(time("created_at"))
                .foreign_key(&mut owned_by("user_id", "users", "id"))
                .foreign_key(&mut points_to("job_id", "message_jobs", "job_id"))
                .take(),
            vec![index("usage", "user", &["user_id", "created_at"]), index("usage", "job", &["job_id"])],
        ),
    ]
}
