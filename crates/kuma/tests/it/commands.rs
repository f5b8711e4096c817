use kuma_testkit::services::FakeReranker;
use serde_json::Value;

use crate::process::{Server, complained, run, said};

#[tokio::test]
async fn the_printed_document_is_the_kept_one() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &["openapi"], &[], "").await;
    let printed: Value = serde_json::from_str(&said(&output)).unwrap();
    let kept = std::fs::read_to_string("../../web/openapi.json").unwrap();
    assert_eq!(printed, serde_json::from_str::<Value>(&kept).unwrap(), "run `make openapi`");
    assert_eq!(printed["openapi"], "3.1.0");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[tokio::test]
async fn accounts_can_be_made_and_mended_from_the_shell() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let create = ["user", "create", "--email", "Ann@Example.com", "--name", "Ann", "--password-stdin"];
    let output = run(at, &create, &[], "correct horse\n").await;
    assert_eq!(said(&output), "created ann@example.com\n", "{}", complained(&output));
    let again = run(at, &create, &[], "correct horse\n").await;
    assert!(!again.status.success() && complained(&again).contains("already"));
    let short =
        run(at, &["user", "password", "--email", "ann@example.com", "--password-stdin"], &[], "x\n").await;
    assert!(complained(&short).contains("at least 8 characters"), "{}", complained(&short));
    let role = run(at, &["user", "role", "--email", "ann@example.com", "admin"], &[], "").await;
    assert!(role.status.success(), "{}", complained(&role));
    let nobody = run(at, &["user", "role", "--email", "bob@example.com", "admin"], &[], "").await;
    assert!(complained(&nobody).contains("no account"), "{}", complained(&nobody));

    let server = Server::start(at, &[]).await;
    let body = serde_json::json!({ "email": "ann@example.com", "password": "correct horse" });
    let session: Value = server.post("/api/auth/login", "", body).await.json().await.unwrap();
    assert_eq!(session["user"]["role"], "admin");
    server.terminate().await;
}

#[tokio::test]
async fn a_backup_brings_everything_back() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let server = Server::start(at, &[]).await;
    let token = server.sign_up().await;
    let backup = run(at, &["backup", "copy.db"], &[], "").await;
    assert!(backup.status.success(), "while the server runs: {}", complained(&backup));
    server.post("/api/chat", &token, serde_json::json!({ "title": "after the backup" })).await;
    let busy = run(at, &["restore", "copy.db"], &[], "").await;
    assert!(!busy.status.success(), "not under a running server");
    server.terminate().await;

    let restored = run(at, &["restore", "copy.db"], &[], "").await;
    assert!(restored.status.success(), "{}", complained(&restored));
    let server = Server::start(at, &[]).await;
    assert_eq!(server.get("/api/auth/me", &token).await.0, 200);
    assert_eq!(server.get("/api/chat", &token).await.1["items"], serde_json::json!([]));
    server.terminate().await;

    std::fs::write(at.join("other.db"), "not a database at all").unwrap();
    let foreign = run(at, &["restore", "other.db"], &[], "").await;
    assert!(
        !foreign.status.success() && complained(&foreign).lines().count() == 1,
        "{}",
        complained(&foreign)
    );
}

#[tokio::test]
async fn a_database_is_copied_to_the_other_kind_alone() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let nothing =
        run(at, &["db", "copy", "--from", "sqlite://no.db", "--to", "sqlite://to.db"], &[], "").await;
    assert!(complained(&nothing).contains("there is no database no.db"), "{}", complained(&nothing));
    assert!(!at.join("no.db").exists(), "it is not made by asking for it");

    let migrated = run(at, &["migrate"], &[], "").await;
    assert!(migrated.status.success());
    let old =
        run(at, &["db", "copy", "--from", "sqlite://data/kuma.db", "--to", "sqlite://to.db"], &[], "").await;
    assert!(!old.status.success() && complained(&old).contains("use kuma backup"), "{}", complained(&old));
}

#[tokio::test]
async fn the_database_can_be_brought_up_to_date_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let first = run(directory.path(), &["migrate"], &[], "").await;
    assert!(said(&first).contains("applied"), "{}", complained(&first));
    assert_eq!(said(&run(directory.path(), &["migrate"], &[], "").await), "the database is up to date\n");
}

#[tokio::test]
async fn the_doctor_tells_settings_and_where_they_come_from_but_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("kuma.toml"), "port = 4444\nsignup = \"closed\"\n").unwrap();
    std::fs::write(directory.path().join(".env"), "SIGNUP=invite\nMETRICS_TOKEN=hush-hush\n").unwrap();
    let key = "sk-never-to-be-shown";
    let environment =
        [("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), ("PORT", "5555")];
    let output = run(directory.path(), &["doctor", "--port", "6666"], &environment, "").await;
    let text = said(&output);
    let line = |name: &str| {
        let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"))
    };
    assert_eq!(line("PORT "), "PORT 6666 flag");
    assert_eq!(line("SIGNUP "), "SIGNUP invite .env");
    assert_eq!(line("OPENAI_API_KEY "), "OPENAI_API_KEY set environment");
    assert!(!text.contains(key) && !text.contains("hush"), "{text}");
    assert!(line("ok database").contains("answers"));
    assert!(line("FAIL openai").contains("No connection"), "what does not answer is told");
    assert!(!output.status.success());
}

#[tokio::test]
async fn the_doctor_asks_the_reranker_where_there_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeReranker::start().await;
    let url = fake.base_url();
    let doctor =
        async |environment: &[(&str, &str)]| said(&run(directory.path(), &["doctor"], environment, "").await);
    let line = |text: &str| -> String {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| line.contains("reranker")).collect()
    };
    let well = doctor(&[("RERANK_URL", &url), ("RERANK_MODEL", "rerank-3")]).await;
    assert!(line(&well).starts_with("ok reranker rerank-3 answers in "), "{well}");
    let refused = doctor(&[("RERANK_URL", &url), ("RERANK_API_KEY", "bad-key")]).await;
    assert!(
        line(&refused).starts_with("FAIL reranker ") && line(&refused).contains("RERANK_API_KEY"),
        "{refused}"
    );
    assert!(!refused.contains("bad-key"));
    assert_eq!(line(&doctor(&[]).await), "", "who has none hears of none");
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn models_are_listed_and_fetched() {
    let directory = tempfile::tempdir().unwrap();
    let none = run(directory.path(), &["models", "list"], &[], "").await;
    assert!(said(&none).contains("kuma models fetch") || said(&none).contains("no models of its own"));
    let unreachable = run(
        directory.path(),
        &["models", "fetch", "org/repo", "model.gguf", "--endpoint", "http://127.0.0.1:1"],
        &[],
        "",
    )
    .await;
    assert!(!unreachable.status.success());
    assert_eq!(complained(&unreachable).lines().count(), 1, "{}", complained(&unreachable));
    let odd = run(directory.path(), &["models", "fetch", "../x", "../../etc/passwd"], &[], "").await;
    assert!(!odd.status.success(), "{}", said(&odd));
    let no_model = directory.path().join("not-a-model.gguf");
    std::fs::write(&no_model, "GGUF, it says").unwrap();
    let target = directory.path().join("out.gguf");
    let refused =
        run(directory.path(), &["models", "requantize", path(&no_model), path(&target)], &[], "").await;
    assert!(!refused.status.success());
    assert_eq!(complained(&refused).lines().count(), 1, "{}", complained(&refused));
    assert!(!target.exists());
}

fn path(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_worker_says_what_it_cannot_reach_and_ends() {
    let directory = tempfile::tempdir().unwrap();
    let alone = run(directory.path(), &["worker"], &[], "").await;
    assert!(!alone.status.success());
    assert!(complained(&alone).contains("USE_REDIS_QUEUE=true"), "{}", complained(&alone));

    let away = [("USE_REDIS_QUEUE", "true"), ("REDIS_URL", "redis://:hush@127.0.0.1:1")];
    let no_redis = run(directory.path(), &["worker"], &away, "").await;
    assert!(!no_redis.status.success());
    let said = complained(&no_redis);
    assert_eq!(said.lines().filter(|line| line.starts_with("kuma: ")).count(), 1, "{said}");
    assert!(said.contains("REDIS_URL") && !said.contains("hush"), "{said}");
    // A server does not start without it either: it would take messages that nobody answers.
    assert!(!run(directory.path(), &["serve", "--port", "0"], &away, "").await.status.success());

    let redis =
        std::env::var("KUMA_TEST_REDIS_URL").expect("KUMA_TEST_REDIS_URL: run the tests with make test");
    let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=";
    let no_database = [
        ("USE_REDIS_QUEUE", "true"),
        ("REDIS_URL", redis.as_str()),
        ("DATABASE_URL", "postgres://postgres@127.0.0.1:1/postgres"),
        ("JWT_SECRET", secret),
        ("ENCRYPTION_KEY", secret),
    ];
    let no_database = run(directory.path(), &["worker"], &no_database, "").await;
    assert!(!no_database.status.success());
    assert!(complained(&no_database).contains("DATABASE_URL"), "{}", complained(&no_database));
}
