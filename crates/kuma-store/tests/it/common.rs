//! A fresh, migrated database per test, and short ways to fill it.

use std::future::Future;

use kuma_store::{
    Backend, Claim, FinishRun, Job, NewRun, NewUser, RunChat, RunMessage, Store, StoreOptions,
};
use kuma_types::{ChatId, FinishReason, JobId, JobStatus, MessageId, MessageStatus, Usage, UserId};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use std::time::Duration;
use tempfile::TempDir;

/// One test's database.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

/// Runs `test` on a new SQLite file.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    runtime().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("kuma.db").display());
        test(open(url, folder).await).await;
    });
}

/// Runs `test` on a new PostgreSQL database, which is dropped afterwards.
pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    let Some(server) = postgres() else { return };
    runtime().block_on(async {
        let name = format!("kuma_store_{}", JobId::new().0.simple());
        admin(&server, &format!("CREATE DATABASE {name}")).await;
        let mut url = url_of(&server);
        url.0.push_str(&name);
        let url = format!("{}{}", url.0, url.1);
        let folder = tempfile::tempdir().unwrap();
        let database = open(url, folder).await;
        let store = database.store.clone();
        // A failed assertion must not leave the database behind.
        let run = std::panic::AssertUnwindSafe(test(database));
        let outcome = futures::FutureExt::catch_unwind(run).await;
        store.close().await.unwrap();
        admin(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// The test server's address: `None` only when someone said that they want SQLite alone.
fn postgres() -> Option<String> {
    match std::env::var("KUMA_TEST_POSTGRES_URL") {
        Ok(url) if !url.is_empty() => Some(url),
        _ if std::env::var("KUMA_TEST_SQLITE_ONLY").is_ok_and(|value| value == "1") => None,
        _ => panic!(
            "The tests on PostgreSQL need a server: run `make test`, which starts one, or set \
             KUMA_TEST_POSTGRES_URL to the address of a server where databases may be made and dropped. \
             KUMA_TEST_SQLITE_ONLY=1 leaves this half out."
        ),
    }
}

/// The part of a server's address before the database's name, and the part after it.
fn url_of(server: &str) -> (String, String) {
    let (address, options) = server.split_once('?').map_or((server, String::new()), |(a, o)| (a, format!("?{o}")));
    let scheme = address.find("://").expect("KUMA_TEST_POSTGRES_URL is a URL") + 3;
    let host_end = address[scheme..].find('/').map_or(address.len(), |at| scheme + at);
    (format!("{}/", &address[..host_end]), options)
}

async fn admin(server: &str, sql: &str) {
    let mut connection = sqlx::PgConnection::connect(server).await.expect("KUMA_TEST_POSTGRES_URL can be reached");
    connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

async fn open(url: String, folder: TempDir) -> Database {
    let store = connect(&url).await;
    store.migrate().await.unwrap();
    Database { store, url, folder }
}

/// Opens the database once more, as another process would.
pub(crate) async fn connect(url: &str) -> Store {
    let options = StoreOptions { url: url.to_owned(), read_url: None, max_connections: 20 };
    Store::open(&options).await.unwrap()
}
