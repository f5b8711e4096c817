//! The schema comes up once, whole, and only in a database that is Kuma's.

use futures::future::join_all;
use kuma_store::{Backend, StoreError};
use sea_orm::ConnectionTrait as _;

use crate::common::{Database, both, column, connect};

both!(
    a_second_time_changes_nothing,
    a_database_with_data_keeps_it,
    many_processes_migrate_once,
    a_newer_database_is_left_alone,
    the_tables_of_the_design_are_there,
);

const FIRST: &str = "m20261122_000001_foundation";

async fn a_second_time_changes_nothing(db: Database) {
    assert_eq!(db.store.pending_migrations().await.unwrap(), Vec::<String>::new());
    assert_eq!(db.store.migrate().await.unwrap(), Vec::<String>::new());
    let files = files(&db);
    assert_eq!(
        files.len(),
        usize::from(db.store.backend() == Backend::Sqlite),
        "no copy was needed: {files:?}"
    );
}

async fn a_database_with_data_keeps_it(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, Some("kept")).await;
    let job = db.converse(owner, chat, "question", "answer").await;
    // A release later: the same schema, opened anew.
    let again = connect(&db.url).await;
    assert_eq!(again.migrate().await.unwrap(), Vec::<String>::new());
    assert_eq!(again.chats().get(owner, chat).await.unwrap().title.as_deref(), Some("kept"));
    let answer = again.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
    assert_eq!(answer.content, "answer");
    again.close().await.unwrap();
}

async fn many_processes_migrate_once(db: Database) {
    let url = match db.store.backend() {
        Backend::Sqlite => format!("{}.new", db.url),
        Backend::Postgres => {
            db.raw()
                .await
                .execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                .await
                .unwrap();
            db.url.clone()
        }
    };
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(connect(&url).await);
    }
    let all = stores[0].pending_migrations().await.unwrap();
    assert_eq!(all.first().map(String::as_str), Some(FIRST));
    let runs =
        stores.iter().cloned().map(|store| tokio::spawn(async move { store.migrate().await.unwrap() }));
    let applied = join_all(runs).await.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(applied, all, "exactly one of them did it");
    let agents = stores[0].agents().list_active().await.unwrap();
    assert_eq!(agents.len(), 4);
    for store in stores {
        store.close().await.unwrap();
    }
}

async fn a_newer_database_is_left_alone(db: Database) {
    let raw = db.raw().await;
    raw.execute_unprepared(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_future', 1)",
    )
    .await
    .unwrap();
    for outcome in [db.store.migrate().await, db.store.pending_migrations().await] {
        let Err(StoreError::Unsupported(sentence)) = outcome else {
            panic!("expected a refusal: {outcome:?}")
        };
        assert!(sentence.contains("newer version of Kuma"), "{sentence}");
        assert!(sentence.contains("m29990101_000001_future"), "{sentence}");
    }
}

async fn the_tables_of_the_design_are_there(db: Database) {
    let raw = db.raw().await;
    let tables = [
        "users",
        "chats",
        "messages",
        "apps",
        "user_apps",
        "documents",
        "message_jobs",
        "agents",
        "tools",
        "user_tools",
        "job_steps",
        "approvals",
        "job_events",
        "idempotency_keys",
        "chunks",
        "memories",
        "api_keys",
        "audit_log",
        "usage",
        "model_providers",
        "settings",
        "mcp_servers",
        "mcp_grants",
        "mcp_logins",
    ];
    for table in tables {
        column::<i64>(&raw, &format!("SELECT count(*) FROM {table}")).await;
    }
    // The names that others rely on.
    for sql in [
        "SELECT id, email, name, password, created_at, updated_at FROM users",
        "SELECT id, user_id, title, agent_type, thread_id, summary, summarized_up_to, created_at, updated_at FROM chats",
        "SELECT id, chat_id, role, content, tool_calls, image_attachments, document_attachments, created_at FROM messages",
        "SELECT id, name, category, display_name, description, icon, auth_type, is_active, config FROM apps",
        "SELECT id, user_id, app_id, credentials, metadata, is_connected, last_sync_at FROM user_apps",
        "SELECT id, user_id, chat_id, filename, display_name, mime_type, file_size, page_count, extracted_text, status, summary FROM documents",
        "SELECT id, job_id, chat_id, user_id, status, message, agent_type, result, error, retry_count FROM message_jobs",
        "SELECT id, name, display_name, description, system_prompt, is_active FROM agents",
        "SELECT id, name, category, display_name, description, requires_auth, is_active FROM tools",
        "SELECT id, user_id, tool_category, credentials, is_connected FROM user_tools",
    ] {
        raw.execute_unprepared(sql).await.unwrap();
    }
}

/// What a SQLite file of another program holds stays as it is.
#[test]
fn a_foreign_sqlite_file_is_left_alone() {
    crate::common::on_sqlite(async |db| {
        let file = db.folder.path().join("foreign.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let raw = sea_orm::Database::connect(&url).await.unwrap();
        raw.execute_unprepared("CREATE TABLE theirs (id INTEGER); INSERT INTO theirs VALUES (7)")
            .await
            .unwrap();
        let store = connect(&url).await;
        let outcome = store.migrate().await;
        let Err(StoreError::Unsupported(sentence)) = outcome else {
            panic!("expected a refusal: {outcome:?}")
        };
        assert!(sentence.contains("another program"), "{sentence}");
        assert_eq!(column::<String>(&raw, "SELECT name FROM sqlite_master").await, ["theirs"]);
    });
}

/// The test's folder's databases, without the write-ahead logs.
fn files(db: &Database) -> Vec<String> {
    let names = std::fs::read_dir(db.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect()
}
