//! A fresh, migrated database per test, and short ways to fill it.

use std::future::Future;
use std::time::Duration;

use kuma_store::{
    Claim, FinishRun, Job, NewChat, NewRun, NewUser, RunChat, RunMessage, Store, StoreOptions, User,
};
use kuma_types::{ChatId, FinishReason, JobId, JobStatus, MessageId, MessageStatus, Usage, UserId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TryGetable};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

/// Makes a test of each function on each database: `both!(a, b)`.
macro_rules! both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::common::on_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::common::on_postgres(super::$test); })+
        }
    };
}
pub(crate) use both;

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
        let (address, options) = url_of(&server);
        let url = format!("{address}{name}{options}");
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
    let (address, options) =
        server.split_once('?').map_or((server, String::new()), |(a, o)| (a, format!("?{o}")));
    let scheme = address.find("://").expect("KUMA_TEST_POSTGRES_URL is a URL") + 3;
    let host_end = address[scheme..].find('/').map_or(address.len(), |at| scheme + at);
    (format!("{}/", &address[..host_end]), options)
}

async fn admin(server: &str, sql: &str) {
    let mut connection =
        sqlx::PgConnection::connect(server).await.expect("KUMA_TEST_POSTGRES_URL can be reached");
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

impl Database {
    /// A connection of the test's own, to look at tables.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    /// A new account.
    pub(crate) async fn user(&self) -> User {
        let id = UserId::new();
        let new = NewUser {
            id,
            email: format!("{id}@example.org"),
            name: "Ada".to_owned(),
            password: "hash".to_owned(),
            role: None,
        };
        self.store.users().create(new).await.unwrap()
    }

    /// A new, empty chat.
    pub(crate) async fn chat(&self, owner: UserId, title: Option<&str>) -> ChatId {
        let new = NewChat {
            id: ChatId::new(),
            user_id: owner,
            title: title.map(ToOwned::to_owned),
            agent_type: "router".to_owned(),
        };
        self.store.chats().create(new).await.unwrap().id
    }

    /// Accepts a message in a chat.
    pub(crate) async fn ask(&self, owner: UserId, chat: ChatId, text: &str) -> Job {
        self.store.jobs().submit(run(owner, chat, text)).await.unwrap().into_job()
    }

    /// Takes a job; gives it with its epoch.
    pub(crate) async fn claim(&self, job: &Job) -> Job {
        match self.store.jobs().claim(job.id, "worker-1", LEASE).await.unwrap() {
            Claim::Claimed(job) => job,
            other => panic!("expected to get the job: {other:?}"),
        }
    }

    /// Accepts a message and answers it; gives the finished run.
    pub(crate) async fn converse(&self, owner: UserId, chat: ChatId, text: &str, answer: &str) -> Job {
        let job = self.ask(owner, chat, text).await;
        let job = self.claim(&job).await;
        self.store.jobs().finish(finished(&job, answer)).await.unwrap().expect("the run is held");
        job
    }
}

/// Long enough for any test.
pub(crate) const LEASE: Duration = Duration::from_mins(10);

/// A message that begins a branch of an existing chat.
pub(crate) fn run(owner: UserId, chat: ChatId, text: &str) -> NewRun {
    NewRun {
        job_id: JobId::new(),
        user_id: owner,
        chat: RunChat::Existing(chat),
        user_message: message(None, text),
        assistant_message_id: MessageId::new(),
        agent_type: "router".to_owned(),
        model: None,
        idempotency_key: None,
        max_queued: 100,
    }
}

pub(crate) fn message(parent_id: Option<MessageId>, text: &str) -> RunMessage {
    RunMessage::New {
        id: MessageId::new(),
        parent_id,
        content: text.to_owned(),
        image_attachments: json!([]),
        document_attachments: json!([]),
        new_images: Vec::new(),
    }
}

/// The good end of a run.
pub(crate) fn finished(job: &Job, answer: &str) -> FinishRun {
    FinishRun {
        job_id: job.id,
        epoch: job.epoch,
        status: JobStatus::Completed,
        content: answer.to_owned(),
        reasoning: None,
        tool_calls: json!([]),
        citations: json!([]),
        model: Some("fake/model".to_owned()),
        usage: Usage { input_tokens: 3, output_tokens: 5 },
        finish_reason: FinishReason::Stop,
        message_status: MessageStatus::Complete,
        error: None,
        taint: None,
        events: Some("[]".to_owned()),
    }
}

/// The first column of what a query gives.
pub(crate) async fn column<T: TryGetable>(connection: &DatabaseConnection, sql: &str) -> Vec<T> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
