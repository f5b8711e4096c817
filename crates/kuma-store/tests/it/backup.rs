//! Whole copies of a SQLite database.

use std::path::{Path, PathBuf};

use kuma_store::{Store, StoreError, restore};
use sea_orm::ConnectionTrait as _;

use crate::common::{Database, column, connect, on_postgres, on_sqlite};

#[test]
fn what_was_backed_up_is_restored() {
    on_sqlite(async |db| {
        let owner = db.user().await.id;
        let chat = db.chat(owner, Some("kept")).await;
        db.converse(owner, chat, "question", "answer that is found").await;
        let backup = db.folder.path().join("backup.db");
        db.store.backup_to(&backup).await.unwrap();
        db.chat(owner, Some("after the backup")).await;
        db.store.close().await.unwrap();

        restore(&backup, &file(&db)).await.unwrap();
        let store = connect(&db.url).await;
        assert!(store.migrate().await.unwrap().is_empty());
        let filter = kuma_store::ChatFilter::default();
        let chats = store.chats().list(owner, filter, None, 10).await.unwrap().items;
        assert_eq!(chats.iter().map(|chat| chat.id).collect::<Vec<_>>(), [chat]);
        let filter = kuma_store::ChatFilter { query: Some("that is found".to_owned()), ..Default::default() };
        assert_eq!(store.chats().list(owner, filter, None, 10).await.unwrap().items.len(), 1);
        store.close().await.unwrap();

        // What was there before the restore can be gone back to.
        let kept: Vec<PathBuf> =
            names(&db).into_iter().filter(|path| text(path).contains("before-restore")).collect();
        assert_eq!(kept.len(), 1);
        restore(&kept[0], &file(&db)).await.unwrap();
        let store = connect(&db.url).await;
        let filter = kuma_store::ChatFilter::default();
        assert_eq!(store.chats().list(owner, filter, None, 10).await.unwrap().items.len(), 2);
        store.close().await.unwrap();
        private(&db);
    });
}

#[test]
fn a_backup_is_whole_while_others_write() {
    on_sqlite(async |db| {
        let owner = db.user().await.id;
        let store = db.store.clone();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let writer = tokio::spawn(async move {
            let mut written = 0;
            while !*stopped.borrow() {
                let new = kuma_store::NewChat {
                    id: kuma_types::ChatId::new(),
                    user_id: owner,
                    title: Some(format!("chat {written}")),
                    agent_type: "router".to_owned(),
                };
                store.chats().create(new).await.unwrap();
                written += 1;
            }
            written
        });
        for n in 0..3 {
            let backup = db.folder.path().join(format!("backup-{n}.db"));
            db.store.backup_to(&backup).await.unwrap();
            let target = db.folder.path().join(format!("restored-{n}.db"));
            restore(&backup, &target).await.unwrap();
        }
        stop.send(true).unwrap();
        assert!(writer.await.unwrap() > 0);
    });
}

#[test]
fn a_backup_replaces_nothing() {
    on_sqlite(async |db| {
        let there = db.folder.path().join("there");
        std::fs::write(&there, "precious").unwrap();
        let outcome = db.store.backup_to(&there).await;
        let Err(StoreError::Unsupported(sentence)) = outcome else {
            panic!("expected a refusal: {outcome:?}")
        };
        assert!(sentence.contains("exists already"), "{sentence}");
        assert_eq!(std::fs::read_to_string(&there).unwrap(), "precious");
        let nowhere = db.folder.path().join("no such folder").join("backup.db");
        assert!(matches!(db.store.backup_to(&nowhere).await, Err(StoreError::Unavailable(_))));
        tidy(&db);
    });
}

#[test]
fn a_foreign_or_damaged_file_is_refused() {
    on_sqlite(async |db| {
        db.user().await;
        let good = db.folder.path().join("good.db");
        db.store.backup_to(&good).await.unwrap();
        db.store.close().await.unwrap();
        let before = std::fs::read(file(&db)).unwrap();

        let text_file = db.folder.path().join("notes.txt");
        std::fs::write(&text_file, "These are notes, and long enough to be more than a header. ".repeat(40))
            .unwrap();
        let empty = db.folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        let foreign = db.folder.path().join("foreign.db");
        let raw =
            sea_orm::Database::connect(format!("sqlite://{}?mode=rwc", foreign.display())).await.unwrap();
        raw.execute_unprepared("CREATE TABLE theirs (id INTEGER)").await.unwrap();
        raw.close().await.unwrap();
        let damaged = db.folder.path().join("damaged.db");
        let mut bytes = std::fs::read(&good).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 8192].fill(0xA5);
        std::fs::write(&damaged, bytes).unwrap();
        let newer = db.folder.path().join("newer.db");
        std::fs::copy(&good, &newer).unwrap();
        let raw = sea_orm::Database::connect(format!("sqlite://{}", newer.display())).await.unwrap();
        raw.execute_unprepared(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_x', 1)",
        )
        .await
        .unwrap();
        raw.close().await.unwrap();
        let missing = db.folder.path().join("missing.db");

        for bad in [text_file, empty, foreign, damaged, newer, missing] {
            let outcome = restore(&bad, &file(&db)).await;
            let refused = matches!(outcome, Err(StoreError::Unsupported(_) | StoreError::Corrupt(_)));
            assert!(refused, "{}: {outcome:?}", bad.display());
            assert_eq!(std::fs::read(file(&db)).unwrap(), before, "{} changed the database", bad.display());
        }
        tidy(&db);
    });
}

#[test]
fn a_database_in_use_is_left_alone() {
    on_sqlite(async |db| {
        let owner = db.user().await.id;
        let backup = db.folder.path().join("backup.db");
        db.store.backup_to(&backup).await.unwrap();
        db.chat(owner, Some("after the backup")).await;
        let outcome = restore(&backup, &file(&db)).await;
        let Err(StoreError::Unavailable(sentence)) = outcome else {
            panic!("expected a refusal: {outcome:?}")
        };
        assert!(sentence.contains("in use"), "{sentence}");
        assert_eq!(db.store.stats().await.unwrap().chats, 1);
        db.chat(owner, None).await;
        assert_eq!(db.store.stats().await.unwrap().chats, 2, "the server goes on");
        tidy(&db);
    });
}

#[test]
fn a_restore_into_nothing_makes_the_database() {
    on_sqlite(async |db| {
        db.user().await;
        let backup = db.folder.path().join("backup.db");
        db.store.backup_to(&backup).await.unwrap();
        let target = db.folder.path().join("new.db");
        restore(&backup, &target).await.unwrap();
        let store: Store = connect(&format!("sqlite://{}", target.display())).await;
        assert_eq!(store.users().count().await.unwrap(), 1);
        store.close().await.unwrap();
    });
}

#[test]
fn postgres_has_a_tool_of_its_own() {
    on_postgres(async |db| {
        let outcome = db.store.backup_to(Path::new("unused")).await;
        let Err(StoreError::Unsupported(sentence)) = outcome else {
            panic!("expected a refusal: {outcome:?}")
        };
        assert!(sentence.contains("pg_dump"), "{sentence}");
        assert!(column::<String>(&db.raw().await, "SELECT version()").await[0].contains("PostgreSQL"));
    });
}

fn file(db: &Database) -> PathBuf {
    db.folder.path().join("kuma.db")
}

fn names(db: &Database) -> Vec<PathBuf> {
    std::fs::read_dir(db.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Refusals leave no half copies behind.
fn tidy(db: &Database) {
    let left: Vec<PathBuf> = names(db)
        .into_iter()
        .filter(|path| text(path).contains(".part-") || text(path).contains(".restore-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Databases and copies are for their owner's eyes only.
fn private(db: &Database) {
    #[cfg(unix)]
    for path in names(db) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    }
}
