//! Opening a database, and what is said when that cannot be.

use kuma_store::{Backend, Store, StoreError, StoreOptions};

use crate::common::on_sqlite;

async fn open(url: &str) -> Result<Store, StoreError> {
    Store::open(&StoreOptions { url: url.to_owned(), read_url: None, max_connections: 2 }).await
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    for url in [
        "",
        "kuma.db",
        "mysql://localhost/kuma",
        "sqlite::memory:",
        "sqlite://x?mode=memory",
        "postgres://a b",
    ] {
        let outcome = open(url).await;
        let Err(StoreError::Unsupported(sentence)) = outcome else {
            panic!("expected a refusal of {url}: {outcome:?}")
        };
        assert!(sentence.contains("DATABASE_URL"), "{sentence}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("kuma.db");
    let outcome = open(&format!("sqlite://{}", file.display())).await;
    let Err(StoreError::Unavailable(sentence)) = outcome else { panic!("expected a refusal: {outcome:?}") };
    assert!(sentence.contains("missing"), "{sentence}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    // A port that nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcome = open(&format!("postgres://user:pass-word@127.0.0.1:{port}/kuma")).await;
    let Err(error) = outcome else { panic!("nobody is there") };
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("pass-word"));
}

#[test]
fn options_do_not_print_addresses() {
    let options = StoreOptions {
        url: "postgres://user:pass-word@host/kuma".to_owned(),
        read_url: Some("postgres://user:pass-word@replica/kuma".to_owned()),
        max_connections: 3,
    };
    assert!(!format!("{options:?}").contains("pass-word"));
}

#[test]
fn a_new_file_is_for_its_owners_eyes_only() {
    on_sqlite(async |db| {
        assert_eq!(db.store.backend(), Backend::Sqlite);
        db.user().await;
        #[cfg(unix)]
        for entry in std::fs::read_dir(db.folder.path()).unwrap() {
            use std::os::unix::fs::PermissionsExt as _;
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
        }
    });
}

#[test]
fn readers_and_the_writer_work_side_by_side() {
    on_sqlite(async |db| {
        // Waiting readers do not hold up the writer, nor the other way round.
        let owner = db.user().await.id;
        let reads = (0..32).map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move { store.users().get(owner).await.unwrap() })
        });
        let (reads, written) = futures::join!(futures::future::join_all(reads), db.chat(owner, None));
        assert!(reads.into_iter().all(|read| read.is_ok()));
        assert_eq!(db.store.chats().get(owner, written).await.unwrap().id, written);
    });
}
