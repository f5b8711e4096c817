//! Stopped, killed and started again: no answer is lost, nothing is told twice.

use kuma_store::{Store, StoreOptions};
use kuma_testkit::{FakeOpenAi, Gate, Reply};
use serde_json::{Value, json};

use crate::process::{BOUND, Server};

/// Titles by a model that takes any request.
const SMALL: (&str, &str) = ("KUMA_SMALL_MODEL", "openai/fake-small");

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let all = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("in time");
}

/// How many words of the answer a stream has brought. The space after the last one may still be held
/// back: a citation could follow.
fn words(seen: &str) -> usize {
    let data = seen.lines().filter_map(|line| line.strip_prefix("data: "));
    let texts =
        data.filter_map(|data| Some(serde_json::from_str::<Value>(data).ok()?["text"].as_str()?.to_owned()));
    texts.collect::<String>().split_whitespace().count()
}

/// Sends a message whose answer is held after `shown` words; gives the first event's data.
async fn held(server: &Server, fake: &FakeOpenAi, token: &str, gate: &Gate, shown: usize) -> Value {
    fake.push(Reply::text("one two three four five six").gate(gate));
    let mut response = server
        .post("/api/chat/stream", token, json!({ "message": "count", "model": "openai/fake-large" }))
        .await;
    assert_eq!(response.status(), 200);
    gate.release(shown);
    let mut seen = String::new();
    // Words that come together may arrive as one event, so they are counted, not the events.
    while words(&seen) < shown {
        let chunk = tokio::time::timeout(BOUND, response.chunk()).await.unwrap().unwrap();
        seen.push_str(&String::from_utf8_lossy(&chunk.expect("more to come")));
        assert!(!seen.contains("keep-alive"), "too long without a word: {seen}");
    }
    let data = seen.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    serde_json::from_str(data).unwrap()
}

#[tokio::test]
async fn a_server_that_is_stopped_as_soon_as_it_listens_ends_in_good_order() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        Server::start(directory.path(), &[]).await.terminate().await;
    }
}

async fn answer(server: &Server, token: &str, run: &Value) -> Value {
    let path = format!("/api/chat/{}/messages", run["chatId"].as_str().unwrap());
    server.get(&path, token).await.1["items"][1].clone()
}

/// The numbers and kinds of the events of a stream, and the answer text they leave a reader with who
/// had `text` before.
fn read(events: &str, text: &str) -> (Vec<u64>, Vec<String>, String) {
    let (mut numbers, mut kinds, mut text) = (Vec::new(), Vec::new(), text.to_owned());
    for frame in events.split("\n\n").filter(|frame| frame.starts_with("id: ")) {
        let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        numbers.push(field("id: ").parse().unwrap());
        kinds.push(field("event: ").to_owned());
        let data: Value = serde_json::from_str(field("data: ")).unwrap();
        match field("event: ") {
            "reset" => data["text"].as_str().unwrap().clone_into(&mut text),
            "chunk" => text.push_str(data["text"].as_str().unwrap()),
            _ => {}
        }
    }
    (numbers, kinds, text)
}

/// A server dies when three words of an answer are saved. Who had asked, and for which run.
async fn killed_after_three_words(
    directory: &std::path::Path,
    fake: &FakeOpenAi,
    environment: &[(&str, &str)],
) -> (String, Value) {
    let server = Server::start(directory, environment).await;
    let token = server.sign_up().await;
    let gate = Gate::new();
    let run = held(&server, fake, &token, &gate, 3).await;
    until(async || {
        answer(&server, &token, &run).await["content"].as_str().map(str::trim) == Some("one two three")
    })
    .await;
    server.kill().await;
    (token, run)
}

#[tokio::test]
async fn a_killed_servers_answer_is_made_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", base_url.as_str()), SMALL];
    let (token, run) = killed_after_three_words(directory.path(), &fake, &environment).await;

    fake.push(Reply::text("seven eight nine"));
    let server = Server::start(directory.path(), &environment).await;
    let job = run["jobId"].as_str().unwrap();
    // A reader that had seen five events goes on with the sixth: what stands, what is new, and the end.
    let events = server.get(&format!("/api/chat/jobs/{job}/events?after=5"), &token).await.1;
    let (numbers, kinds, text) = read(events.as_str().unwrap(), "one two three ");
    assert_eq!(numbers, (6..6 + numbers.len() as u64).collect::<Vec<_>>(), "no number is missing");
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("reset", "done"), "{kinds:?}");
    assert_eq!(text, "seven eight nine");
    let message = answer(&server, &token, &run).await;
    assert_eq!(
        (message["content"].as_str(), message["status"].as_str()),
        (Some("seven eight nine"), Some("complete"))
    );
    assert_eq!(server.get(&format!("/api/chat/jobs/{job}"), &token).await.1["job"]["status"], "COMPLETED");
    // One that comes later, from the start, has all of it too.
    let events = server.get(&format!("/api/chat/jobs/{job}/events"), &token).await.1;
    let (numbers, kinds, text) = read(events.as_str().unwrap(), "");
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!((kinds[0].as_str(), text.as_str()), ("job_id", "seven eight nine"));
    server.terminate().await;
}

#[tokio::test]
async fn an_answer_that_is_stopped_while_its_server_dies_keeps_what_was_saved() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", base_url.as_str()), SMALL];
    let (token, run) = killed_after_three_words(directory.path(), &fake, &environment).await;
    // The wish was written, and nobody was left to heed it.
    let url = format!("sqlite://{}", directory.path().join("data/kuma.db").display());
    let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
    store.jobs().request_cancel_any(run["jobId"].as_str().unwrap().parse().unwrap()).await.unwrap();
    store.close().await.unwrap();

    let server = Server::start(directory.path(), &environment).await;
    let job = run["jobId"].as_str().unwrap();
    let events = server.get(&format!("/api/chat/jobs/{job}/events"), &token).await.1;
    assert!(events.as_str().unwrap().contains("event: done"), "{events}");
    let message = answer(&server, &token, &run).await;
    assert_eq!(
        (message["content"].as_str().map(str::trim), message["status"].as_str()),
        (Some("one two three"), Some("cancelled"))
    );
    server.terminate().await;
}

#[tokio::test]
async fn an_answer_that_goes_on_from_kept_events_and_dies_again_is_never_mixed() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", base_url.as_str()), SMALL];
    let server = Server::start(directory.path(), &environment).await;
    let token = server.sign_up().await;
    // It fails, so that its events are kept, and is tried again.
    fake.push(Reply::error(400));
    let body = json!({ "message": "count", "model": "openai/fake-large" });
    let failed = server.post("/api/chat/stream", &token, body).await.text().await.unwrap();
    let (numbers, kinds, _) = read(&failed, "");
    assert_eq!(kinds.last().unwrap(), "error", "{failed}");
    let run: Value =
        serde_json::from_str(failed.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
    let job = run["jobId"].as_str().unwrap();
    let gate = Gate::new();
    fake.push(Reply::text("one two three four five six").gate(&gate));
    let again = server.post(&format!("/api/admin/jobs/{job}/retry"), &token, json!({})).await;
    assert!(again.status().is_success(), "{}", again.status());
    gate.release(3);
    let path = format!("/api/chat/jobs/{job}/events?after={}", numbers.last().unwrap());
    let url = format!("{}{path}", server.url);
    let mut response = server.http().get(url).bearer_auth(&token).send().await.unwrap();
    let mut seen = String::new();
    while words(&seen) < 3 {
        let chunk = tokio::time::timeout(BOUND, response.chunk()).await.unwrap().unwrap();
        seen.push_str(&String::from_utf8_lossy(&chunk.expect("more to come")));
    }
    let (seen_numbers, _, shown) = read(&seen, "");
    assert_eq!(shown.trim(), "one two three");
    server.kill().await;

    fake.push(Reply::text("seven eight nine ten eleven twelve"));
    let server = Server::start(directory.path(), &environment).await;
    let path = format!("/api/chat/jobs/{job}/events?after={}", seen_numbers.last().unwrap());
    let events = server.get(&path, &token).await.1;
    let (numbers, kinds, text) = read(events.as_str().unwrap(), &shown);
    assert_eq!(numbers[0], seen_numbers.last().unwrap() + 1);
    assert_eq!(
        (kinds.last().unwrap().as_str(), text.as_str()),
        ("done", "seven eight nine ten eleven twelve")
    );
    server.terminate().await;
}

#[tokio::test]
async fn what_waited_when_the_server_died_is_answered_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", base_url.as_str()), SMALL];
    let server = Server::start(directory.path(), &environment).await;
    let token = server.sign_up().await;
    let gate = Gate::new();
    let run = held(&server, &fake, &token, &gate, 1).await;
    let chat = run["chatId"].as_str().unwrap();
    let second = json!({ "message": "and then?", "chatId": chat, "model": "openai/fake-large" });
    let mut waiting = server.post("/api/chat/stream", &token, second).await;
    let first = waiting.chunk().await.unwrap().unwrap();
    let first = String::from_utf8_lossy(&first).into_owned();
    let data: Value =
        serde_json::from_str(first.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
    server.kill().await;

    let server = Server::start(directory.path(), &environment).await;
    let job = data["jobId"].as_str().unwrap();
    let events = server.get(&format!("/api/chat/jobs/{job}/events"), &token).await.1;
    let events = events.as_str().unwrap();
    assert!(events.contains("event: done") && events.contains("and then?"), "{events}");
    server.terminate().await;
}

#[tokio::test]
async fn a_stopping_server_lets_answers_finish() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", base_url.as_str()), SMALL];
    let server = Server::start(directory.path(), &environment).await;
    let token = server.sign_up().await;
    let gate = Gate::new();
    let run = held(&server, &fake, &token, &gate, 2).await;
    let job = run["jobId"].as_str().unwrap().to_owned();
    let stopping = tokio::spawn(server.terminate());
    gate.open();
    tokio::time::timeout(BOUND, stopping).await.unwrap().unwrap();

    let server = Server::start(directory.path(), &environment).await;
    let message = answer(&server, &token, &run).await;
    assert_eq!(
        (message["content"].as_str(), message["status"].as_str()),
        (Some("one two three four five six"), Some("complete"))
    );
    let events = server.get(&format!("/api/chat/jobs/{job}/events"), &token).await.1;
    assert!(events.as_str().unwrap().contains("event: done"));
    server.terminate().await;
}

#[tokio::test]
async fn a_stopping_server_that_cannot_wait_hands_back_what_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [
        ("OPENAI_API_KEY", "sk-good"),
        ("OPENAI_BASE_URL", base_url.as_str()),
        SMALL,
        ("KUMA_SHUTDOWN_GRACE", "0"),
    ];
    let server = Server::start(directory.path(), &environment).await;
    let token = server.sign_up().await;
    let gate = Gate::new();
    let run = held(&server, &fake, &token, &gate, 2).await;
    server.terminate().await;
    fake.push(Reply::text("three four"));
    let server = Server::start(directory.path(), &environment).await;
    let job = run["jobId"].as_str().unwrap();
    let events = server.get(&format!("/api/chat/jobs/{job}/events?after=4"), &token).await.1;
    let (numbers, kinds, text) = read(events.as_str().unwrap(), "one two ");
    assert_eq!((numbers[0], kinds.last().unwrap().as_str(), text.as_str()), (5, "done", "three four"));
    server.terminate().await;
}

#[tokio::test]
async fn logs_name_requests_and_runs_and_never_what_was_said() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeOpenAi::start().await;
    let base_url = fake.base_url();
    let environment = [
        ("OPENAI_API_KEY", "sk-very-private"),
        ("OPENAI_BASE_URL", base_url.as_str()),
        SMALL,
        ("KUMA_LOG", "debug"),
    ];
    let server = Server::start(directory.path(), &environment).await;
    let token = server.sign_up().await;
    let body = json!({ "message": "my diary says hello", "model": "openai/fake-large" });
    let text = server.post("/api/chat/stream", &token, body).await.text().await.unwrap();
    assert!(text.contains("event: done"));
    let (status, figures) = server.get("/metrics", "").await;
    assert_eq!(status, 200);
    assert!(
        figures.as_str().unwrap().contains("kuma_runs_finished_total{status=\"COMPLETED\"} 1"),
        "{figures}"
    );
    server.terminate().await;
    let log = std::fs::read_to_string(directory.path().join("log")).unwrap();
    for secret in ["diary", "ann@example.com", "correct horse", "sk-very-private", token.as_str()] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(log.contains("\"run\":") && log.contains("\"request\":"), "{log}");
}
