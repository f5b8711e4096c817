//! What is deleted is gone from every table.

use std::collections::BTreeMap;

use kuma_store::{Backend, Memory, NewAudit, NewMemory, NewRun};
use kuma_types::{ChatId, JobId, MemoryAction, MemoryItem, MemoryNote, UserId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::json;

use crate::common::{Database, both, column, finished, run};

both!(
    an_account_goes_with_all_it_owns,
    a_chat_goes_with_all_that_is_in_it,
    a_memory_goes_with_all_that_was_made_of_it,
    every_reference_is_indexed,
);

async fn an_account_goes_with_all_it_owns(db: Database) {
    let raw = db.raw().await;
    let seeded = counts(&db, &raw).await;
    let keep = db.user().await.id;
    fill(&db, &raw, keep).await;
    let kept = counts(&db, &raw).await;
    for (table, count) in &kept {
        assert!(*count > 0, "the test fills {table}");
    }
    let gone = db.user().await.id;
    fill(&db, &raw, gone).await;
    db.store.users().delete(gone).await.unwrap();

    let mut expected = kept.clone();
    // These are not an account's; and what was done stays on record, without who did it.
    let shared = ["apps", "tools", "model_providers", "settings", "file_erasures", "memory_erasures"];
    for table in shared {
        *expected.get_mut(table).unwrap() += 1;
    }
    *expected.get_mut("audit_log").unwrap() += 1;
    // Beside the row that every account is given here: its files, which are still to be erased.
    *expected.get_mut("file_erasures").unwrap() += 1;
    assert_eq!(counts(&db, &raw).await, expected);
    let anonymous = column::<i64>(&raw, "SELECT count(*) FROM audit_log WHERE user_id IS NULL").await;
    assert_eq!(anonymous, [1]);
    mentions(&db, &raw, gone.0).await;

    db.store.users().delete(keep).await.unwrap();
    let left = counts(&db, &raw).await;
    for (table, count) in left {
        if !shared.contains(&table.as_str()) && table != "audit_log" {
            assert_eq!(count, seeded[&table], "{table} is as it was in the beginning");
        }
    }
}

async fn a_chat_goes_with_all_that_is_in_it(db: Database) {
    let raw = db.raw().await;
    let owner = db.user().await.id;
    let before = counts(&db, &raw).await;
    let chat = fill(&db, &raw, owner).await;
    let full = counts(&db, &raw).await;
    db.store.chats().delete(owner, chat).await.unwrap();
    let after = counts(&db, &raw).await;
    assert_eq!(after["file_erasures"], full["file_erasures"] + 1, "its files are to be erased");
    for table in [
        "images",
        "chats",
        "messages",
        "message_jobs",
        "job_steps",
        "approvals",
        "job_events",
        "idempotency_keys",
        "message_memories",
        "memory_exchanges",
        "memory_chats_off",
    ] {
        assert_eq!(after[table], before[table], "{table}");
    }
    // Documents are the person's; what a run cost stays on the account.
    for table in ["documents", "chunks", "usage", "memories"] {
        assert_eq!(after[table], full[table], "{table}");
    }
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM documents WHERE chat_id IS NOT NULL").await, [0]);
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM usage WHERE job_id IS NOT NULL").await, [0]);
}

/// Its rows, its past, its vector, what answers noted of it, and its words wherever they stood.
async fn a_memory_goes_with_all_that_was_made_of_it(db: Database) {
    let raw = db.raw().await;
    let owner = db.user().await.id;
    let memories = db.store.memories();
    let new = |content: &str| NewMemory {
        user_id: owner,
        content: content.to_owned(),
        source: "chat",
        tainted: false,
        chat_id: None,
        message_id: None,
        origin: None,
    };
    let kept = memories.add(new("The user keeps bees.")).await.unwrap();
    let gone = memories.add(new("The user plays the zither.")).await.unwrap();
    let gone = memories.replace(gone.id, new("The user plays the theremin.")).await.unwrap();
    for memory in memories.unembedded(owner, "fake/model", 10).await.unwrap() {
        memories.keep_vector(&memory, "fake/model", &[0.6, 0.8]).await.unwrap();
    }
    let chat = db.chat(owner, None).await;
    let answer = db.converse(owner, chat, "a", "b").await.assistant_message_id;
    let item = |memory: &Memory| MemoryItem { id: memory.id.to_string(), content: memory.content.clone() };
    let note = MemoryNote { action: MemoryAction::Recalled, items: vec![item(&kept), item(&gone)] };
    memories.note(answer, &note).await.unwrap();
    let by_words = async || -> Vec<uuid::Uuid> {
        let hits = memories.by_words(owner, "zither, theremin or bees", 10).await.unwrap();
        hits.into_iter().map(|hit| hit.id).collect()
    };
    let by_vector = async || -> Vec<uuid::Uuid> {
        let hits = memories.by_vector(owner, "fake/model", &[0.6, 0.8], 10).await.unwrap();
        hits.into_iter().map(|hit| hit.id).collect()
    };
    assert!(by_words().await.contains(&gone.id) && by_vector().await.contains(&gone.id));
    let both = [kept.id, gone.id];
    let vectors = async |owner, model| memories.vectors(owner, model, &both).await.unwrap();
    let of_both = vectors(owner, "fake/model").await;
    assert_eq!(of_both, both.map(|id| (id, vec![0.6, 0.8])).into());
    assert!(vectors(owner, "another/model").await.is_empty());
    assert!(vectors(db.user().await.id, "fake/model").await.is_empty(), "they are somebody else's");
    assert_eq!(places_of(&db, &raw, "zither").await, ["memory_versions.content"]);
    assert_eq!(places_of(&db, &raw, "theremin").await, ["memories.content", "message_memories.content"]);

    let mut expected = counts(&db, &raw).await;
    memories.delete(owner, gone.id).await.unwrap();
    memories.forget_notes(owner, &gone.id.to_string()).await.unwrap();
    for table in ["memories", "memory_versions", "memory_vectors", "message_memories"] {
        *expected.get_mut(table).unwrap() -= 1;
    }
    assert_eq!(counts(&db, &raw).await, expected);
    assert_eq!((by_words().await, by_vector().await), (vec![kept.id], vec![kept.id]));
    assert_eq!(vectors(owner, "fake/model").await.into_keys().collect::<Vec<_>>(), [kept.id]);
    mentions(&db, &raw, gone.id).await;
    for text in ["zither", "theremin", &gone.id.to_string()] {
        assert_eq!(places_of(&db, &raw, text).await, Vec::<String>::new(), "{text}");
    }
}

/// The columns that hold this text somewhere, whatever they are made for: `table.column`.
async fn places_of(db: &Database, raw: &DatabaseConnection, text: &str) -> Vec<String> {
    let columns = match db.store.backend() {
        // Full-text tables and what is behind them as well.
        Backend::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        Backend::Postgres => {
            "SELECT table_name || '.' || column_name FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb') ORDER BY 1"
        }
    };
    let mut places = Vec::new();
    for name in column::<String>(raw, columns).await {
        let (table, of) = name.split_once('.').unwrap();
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE CAST(\"{of}\" AS text) LIKE '%{text}%'");
        if column::<i64>(raw, &sql).await != [0] {
            places.push(name);
        }
    }
    places
}

/// A delete looks up what refers to the row: without an index, in the whole table.
async fn every_reference_is_indexed(db: Database) {
    let raw = db.raw().await;
    let missing = match db.store.backend() {
        Backend::Sqlite => {
            "SELECT m.name || '.' || f.\"from\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i \
               JOIN pragma_index_info(i.name) c WHERE c.seqno = 0 AND c.name = f.\"from\")"
        }
        Backend::Postgres => {
            "SELECT k.conrelid::regclass::text || '.' || a.attname::text FROM pg_constraint k \
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' \
             AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])"
        }
    };
    assert_eq!(column::<String>(&raw, missing).await, Vec::<String>::new());
}

/// Gives an account one row or more in every table; gives its chat.
async fn fill(db: &Database, raw: &DatabaseConnection, owner: UserId) -> ChatId {
    let chat = db.chat(owner, Some("title")).await;
    let key = Some(("key".to_owned(), "hash".to_owned()));
    let job = db.store.jobs().submit(NewRun { idempotency_key: key, ..run(owner, chat, "a") }).await.unwrap();
    let job = db.claim(&job.into_job()).await;
    db.store.jobs().finish(finished(&job, "b")).await.unwrap();
    db.ask(owner, chat, "still waiting").await;
    let audit =
        NewAudit { user_id: Some(owner), action: "test".to_owned(), subject: None, details: json!({}) };
    db.store.audit().add(audit).await.unwrap();

    let id = || literal(db, JobId::new().0);
    let (user, chat_id, job_id, name) =
        (literal(db, owner.0), literal(db, chat.0), literal(db, job.id.0), owner);
    let (app, document, server) = (id(), id(), id());
    let now = "'2026-01-01T00:00:00+00:00'";
    let rows = [
        format!(
            "job_steps (id, job_id, number, kind, payload, created_at) VALUES ({}, {job_id}, 1, 'reply', '{{}}', {now})",
            id()
        ),
        format!(
            "approvals (id, job_id, call_id, tool, arguments, effect, reason, preview, created_at) VALUES ({}, {job_id}, 'c', 't', '{{}}', 'write', 'r', '{{}}', {now})",
            id()
        ),
        format!("tool_allowances (user_id, tool, created_at) VALUES ({user}, 'sendEmail', {now})"),
        format!(
            "api_keys (id, user_id, name, hint, hash, created_at) VALUES ({}, {user}, 'n', 'h', '{name}', {now})",
            id()
        ),
        format!(
            "apps (id, name, category, display_name, description, icon, auth_type, created_at, updated_at) VALUES ({app}, '{name}', 'c', 'd', 'd', 'i', 'oauth', {now}, {now})"
        ),
        format!(
            "user_apps (id, user_id, app_id, credentials, created_at, updated_at) VALUES ({}, {user}, {app}, '{{}}', {now}, {now})",
            id()
        ),
        format!(
            "tools (id, name, category, display_name, description, created_at, updated_at) VALUES ({}, '{name}', 'c', 'd', 'd', {now}, {now})",
            id()
        ),
        format!(
            "user_tools (id, user_id, tool_category, credentials, created_at, updated_at) VALUES ({}, {user}, 'c', '{{}}', {now}, {now})",
            id()
        ),
        format!(
            "documents (id, user_id, chat_id, filename, display_name, mime_type, file_size, status, created_at, updated_at) VALUES ({document}, {user}, {chat_id}, 'f', 'd', 'm', 1, 'ready', {now}, {now})"
        ),
        format!("chunk_words (user_id, word, document_id, postings) VALUES ({user}, 'w', {document}, '')"),
        format!(
            "chunk_vectors (document_id, position, user_id, model, dimensions, vector) VALUES ({document}, 0, {user}, 'm', 1, '[1]')"
        ),
        format!(
            "chunks (document_id, user_id, position, text, created_at) VALUES ({document}, {user}, 0, 't', {now})"
        ),
        format!(
            "memories (id, user_id, content, source, created_at, updated_at) VALUES ({}, {user}, 'c', 'user', {now}, {now})",
            id()
        ),
        format!(
            "model_providers (name, kind, display_name, created_at, updated_at) VALUES ('{name}', 'k', 'd', {now}, {now})"
        ),
        format!(
            "images (id, user_id, chat_id, mime_type, width, height, file_size, thumbnail_mime_type, created_at) VALUES ({}, {user}, {chat_id}, 'image/png', 1, 1, 1, 'image/png', {now})",
            id()
        ),
        format!("file_erasures (id, place, due_at, created_at) VALUES ({}, 'some/file', {now}, {now})", id()),
        format!(
            "memory_versions (id, memory_id, content, source, written_at, created_at) SELECT {}, id, 'c', 'user', {now}, {now} FROM memories WHERE user_id = {user}",
            id()
        ),
        format!(
            "message_memories (message_id, action, position, memory_id, content) SELECT id, 'saved', 0, 'm', 'c' FROM messages WHERE chat_id = {chat_id}"
        ),
        format!(
            "memory_exchanges (message_id, answer_id, job_id, state, lease_until, created_at) SELECT id, id, {job_id}, 'due', {now}, {now} FROM messages WHERE chat_id = {chat_id}"
        ),
        format!("memory_pauses (user_id, created_at) VALUES ({user}, {now})"),
        format!("memory_chats_off (chat_id, created_at) VALUES ({chat_id}, {now})"),
        format!("memory_erasures (owner, created_at) VALUES ('{name}', {now})"),
        format!("settings (key, value, updated_at) VALUES ('{name}', '1', {now})"),
        format!(
            "mcp_servers (id, user_id, name, slug, transport, status, created_at, updated_at) VALUES ({server}, {user}, 'n', 's', 'http', 'connected', {now}, {now})"
        ),
        format!(
            "mcp_grants (server_id, user_id, sealed, created_at, updated_at) VALUES ({server}, {user}, {user}, {now}, {now})"
        ),
        format!(
            "mcp_logins (state, server_id, user_id, sealed, expires_at) VALUES ('{name}', {server}, {user}, {user}, {now})"
        ),
    ];
    for row in rows {
        raw.execute_unprepared(&format!("INSERT INTO {row}")).await.unwrap();
    }
    let without = db.store.memories().unembedded(owner, "fake/model", 10).await.unwrap();
    for memory in without {
        db.store.memories().keep_vector(&memory, "fake/model", &[0.6, 0.8]).await.unwrap();
    }
    chat
}

/// How many rows each table has, whichever tables there are.
async fn counts(db: &Database, raw: &DatabaseConnection) -> BTreeMap<String, i64> {
    let tables = match db.store.backend() {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_fts%' ESCAPE '\\'"
        }
        Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut counts = BTreeMap::new();
    for table in column::<String>(raw, tables).await {
        let count = column::<i64>(raw, &format!("SELECT count(*) FROM {table}")).await[0];
        counts.insert(table, count);
    }
    assert!(counts.len() >= 20, "{counts:?}");
    counts
}

/// No column of any table names the account, or whatever had this id, any more.
async fn mentions(db: &Database, raw: &DatabaseConnection, id: uuid::Uuid) {
    let columns = match db.store.backend() {
        Backend::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type LIKE '%uuid%'"
        }
        Backend::Postgres => {
            "SELECT table_name || '.' || column_name FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'uuid'"
        }
    };
    let columns = column::<String>(raw, columns).await;
    assert!(columns.len() > 20, "{columns:?}");
    for name in columns {
        let (table, of) = name.split_once('.').unwrap();
        let sql = format!("SELECT count(*) FROM {table} WHERE {of} = {}", literal(db, id));
        assert_eq!(column::<i64>(raw, &sql).await, [0], "{name}");
    }
}

fn literal(db: &Database, id: uuid::Uuid) -> String {
    match db.store.backend() {
        Backend::Sqlite => format!("x'{}'", id.simple()),
        Backend::Postgres => format!("'{id}'"),
    }
}
