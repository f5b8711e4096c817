//! Servers and workers with Redis between them, as operators see them.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kuma_testkit::{FakeOpenAi, Reply};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::{BOUND, Server};

/// A Redis of the test's own; it goes with it.
struct Redis(Child, u16);

impl Redis {
    async fn start(directory: &Path) -> Self {
        for _ in 0..5 {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
            let mut command = Command::new("redis-server");
            command.arg("--bind").arg("127.0.0.1").arg("--port").arg(port.to_string());
            command.arg("--dir").arg(directory).arg("--save").arg("").arg("--appendonly").arg("no");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn().expect("redis-server is needed: install Redis 7");
            let mut redis = Self(child, port);
            until(async || redis.answers().await || redis.0.try_wait().unwrap().is_some()).await;
            if redis.answers().await {
                return redis;
            }
        }
        panic!("no Redis of the test's own came up");
    }

    async fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.1)).await else { return false };
        let mut answer = [0; 5];
        stream.write_all(b"PING\r\n").await.is_ok()
            && stream.read_exact(&mut answer).await.is_ok()
            && answer == *b"+PONG"
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.1)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let all = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("in time");
}

async fn queue(server: &Server) -> (u16, Value) {
    let (status, ready) = server.get("/api/ready", "").await;
    (status, ready["queue"].clone())
}

/// The numbers of the events of a stream.
fn numbers(events: &str) -> Vec<u64> {
    events.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn operators_see_workers_and_retry_what_was_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let redis = Redis::start(at).await;
    let fake = FakeOpenAi::start().await;
    let (redis_url, base_url) = (redis.url(), fake.base_url());
    let environment = [
        ("USE_REDIS_QUEUE", "true"),
        ("REDIS_URL", redis_url.as_str()),
        ("KUMA_MAX_ATTEMPTS", "2"),
        ("METRICS_TOKEN", "figures"),
        ("OPENAI_API_KEY", "sk-good"),
        ("OPENAI_BASE_URL", base_url.as_str()),
        ("KUMA_SMALL_MODEL", "openai/fake-small"),
    ];
    let server = Server::start(at, &environment).await;
    let token = server.sign_up().await;
    let (status, alone) = queue(&server).await;
    assert_eq!((status, &alone["status"], &alone["workers"]), (200, &json!("ok"), &json!(0)));
    assert!(alone["detail"].as_str().unwrap().contains("No worker"), "{alone}");

    let worker = Server::start_as(at, &["worker", "--metrics-addr", "127.0.0.1:0"], &environment).await;
    assert_eq!(worker.get("/health", "").await.1["status"], "ok");
    assert_eq!(worker.get("/metrics", "").await.0, 401);
    let (status, nothing) = worker.get("/api/chat", &token).await;
    assert_eq!((status, &nothing["code"]), (404, &json!("not_found")));
    until(async || queue(&server).await.1["workers"] == 1).await;

    for _ in 0..2 {
        fake.push(Reply::text("half an answer").then_cut());
    }
    let body = json!({ "message": "go", "model": "openai/fake-large" });
    let before = server.post("/api/chat/stream", &token, body).await.text().await.unwrap();
    assert!(before.contains("event: error"), "{before}");
    let first: Value =
        serde_json::from_str(before.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
    let job = first["jobId"].as_str().unwrap();
    until(async || queue(&server).await.1["dead"] == 1).await;
    let dead = server.get("/api/admin/queue", &token).await.1;
    assert_eq!(dead["items"][0]["jobId"], first["jobId"], "{dead}");
    let seen = server.get(&format!("/api/admin/jobs/{job}"), &token).await.1["job"].clone();
    assert_eq!(
        (&seen["status"], &seen["epoch"], &seen["retryCount"]),
        (&json!("DEAD"), &json!(2), &json!(1))
    );
    assert!(seen["worker"].as_str().unwrap().starts_with("worker-"), "{seen}");

    let figures =
        async |process: &Server| process.get("/metrics", "figures").await.1.as_str().unwrap().to_owned();
    let has = |figures: &str, line: &str| figures.lines().any(|known| known == line);
    until(async || has(&figures(&worker).await, "kuma_queue_dead 1")).await;
    let told = figures(&worker).await;
    for line in [
        "kuma_queue_up 1",
        "kuma_queue_workers 1",
        "kuma_queue_waiting 0",
        "kuma_database_up 1",
        "kuma_runs_abandoned 0",
        "kuma_runs{status=\"PENDING\"} 0",
        "kuma_run_claims_total{kind=\"first\"} 1",
        "kuma_run_claims_total{kind=\"again\"} 1",
        "kuma_run_retries_total 1",
        "kuma_runs_finished_total{status=\"DEAD\"} 1",
    ] {
        assert!(has(&told, line), "{line} is not in\n{told}");
    }
    assert!(told.contains("kuma_journal_append_seconds_count"), "{told}");
    until(async || has(&figures(&server).await, "kuma_queue_dead 1")).await;

    // Its events are still in Redis, closed; they go on under the next number.
    fake.push(Reply::text("a whole answer"));
    let retried = server.post(&format!("/api/admin/jobs/{job}/retry"), &token, json!({})).await;
    assert_eq!(retried.status(), 202);
    let last = *numbers(&before).last().unwrap();
    let rest = server.get(&format!("/api/chat/jobs/{job}/events?after={last}"), &token).await.1;
    let rest = rest.as_str().unwrap();
    assert_eq!(numbers(rest)[0], last + 1);
    assert!(rest.contains("event: reset") && rest.contains("event: done"), "{rest}");
    let whole = server.get(&format!("/api/chat/jobs/{job}/events"), &token).await.1;
    let whole = whole.as_str().unwrap();
    assert_eq!(numbers(whole), (1..=*numbers(rest).last().unwrap()).collect::<Vec<_>>());
    assert!(whole.ends_with(rest), "{whole}");
    assert_eq!(queue(&server).await.1["dead"], 0);

    worker.terminate().await;
    let (status, alone) = queue(&server).await;
    assert_eq!((status, &alone["workers"]), (200, &json!(0)), "it has said good-bye");
    drop(redis);
    until(async || queue(&server).await.0 == 503).await;
    let (_, down) = queue(&server).await;
    assert_eq!((&down["status"], &down["workers"]), (&json!("down"), &Value::Null));
    server.terminate().await;
}
