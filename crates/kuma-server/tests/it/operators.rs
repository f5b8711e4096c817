//! What operators see and do: readiness, runs of everybody, the queue.

use std::sync::Arc;

use http::Method;
use kuma_app::config::RunLimits;
use kuma_testkit::{Failure, Gate, Reply};
use kuma_types::{JobId, RunStep};
use serde_json::{Value, json};

use crate::support::{Client, Event, KeepingJournal, Options, SilentQueue, TestServer, first, text, until};

const NOBODYS: &str = "01900000-0000-7000-8000-000000000000";

async fn inspect(admin: &Client, job: &str) -> Value {
    let answer = admin.get(&format!("/api/admin/jobs/{job}")).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json["job"].clone()
}

/// A run of Bob's that fails; its events.
async fn failed(server: &TestServer, bob: &Client) -> Vec<Event> {
    server.fake.push(Reply::text("half an answer").then_cut());
    let events = bob.say(json!({ "message": "a secret of mine" })).await.all().await;
    assert_eq!(events.last().unwrap().kind, "error");
    events
}

#[tokio::test]
async fn readiness_tells_how_full_the_queue_is_and_who_takes_from_it() {
    let server = TestServer::start().await;
    until(async || server.anybody().get("/api/ready").await.json["queue"]["workers"] == 1).await;
    let ready = server.anybody().get("/api/ready").await;
    let quiet = json!({ "status": "ok", "waiting": 0, "lagMs": 0, "delayed": 0, "dead": 0, "workers": 1 });
    assert_eq!((ready.status, &ready.json["queue"]), (200, &quiet));
}

#[tokio::test]
async fn without_workers_messages_are_accepted_and_readiness_says_that_they_wait() {
    let server = TestServer::with(Options { drives: false, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let mut reader = ann.say(json!({ "message": "anybody there?" })).await;
    assert_eq!(reader.until("status").await.data["status"], "PENDING");
    let ready = server.anybody().get("/api/ready").await;
    let queue = &ready.json["queue"];
    assert_eq!((ready.status, queue["status"].as_str()), (200, Some("ok")), "this server does its part");
    assert_eq!((&queue["waiting"], &queue["workers"]), (&json!(1), &json!(0)));
    assert!(queue["detail"].as_str().unwrap().contains("No worker"), "{queue}");
    until(async || server.anybody().get("/api/ready").await.json["queue"]["lagMs"] != 0).await;
}

#[tokio::test]
async fn a_silent_queue_is_down_and_hangs_nobody() {
    let server = TestServer::with(Options { queue: Arc::new(SilentQueue), ..Options::default() }).await;
    let ann = server.user("ann").await;
    let ready = server.anybody().get("/api/ready").await;
    let queue = &ready.json["queue"];
    assert_eq!((ready.status, queue["status"].as_str()), (503, Some("down")));
    assert_eq!((&queue["waiting"], &ready.json["database"]["status"]), (&Value::Null, &json!("ok")));
    assert!(queue["detail"].as_str().unwrap().len() > 20);
    let looked = ann.get("/api/admin/queue").await;
    assert_eq!(looked.problem(503), "queue_unavailable");
    assert!(looked.headers.contains_key("retry-after"));
    assert_eq!(
        ann.delete(&format!("/api/admin/jobs/{NOBODYS}"), Value::Null).await.problem(503),
        "queue_unavailable"
    );
}

#[tokio::test]
async fn only_administrators_look_after_runs() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    let job = first(&failed(&server, &bob).await, "jobId");
    for (method, path) in [
        (Method::GET, format!("/api/admin/jobs/{job}")),
        (Method::POST, format!("/api/admin/jobs/{job}/retry")),
        (Method::POST, format!("/api/admin/jobs/{job}/cancel")),
        (Method::DELETE, format!("/api/admin/jobs/{job}")),
        (Method::GET, "/api/admin/queue".to_owned()),
    ] {
        let anybody = server.anybody();
        let unknown = anybody.send(anybody.request(method.clone(), &path)).await;
        assert_eq!(unknown.problem(401), "session_over", "{method} {path}");
        let known = bob.send(bob.request(method.clone(), &path)).await;
        assert_eq!(known.problem(403), "admin_only", "{method} {path}");
        if path.contains(&job) {
            for none in [NOBODYS, "not-an-id"] {
                let none = path.replace(&job, none);
                let answer = ann.send(ann.request(method.clone(), &none)).await;
                assert_eq!(answer.problem(404), "not_found", "{method} {none}");
            }
        }
    }
    assert_eq!(inspect(&ann, &job).await["status"], "FAILED", "nothing was done to it");
    assert!(!ann.get("/api/admin/audit").await.json.to_string().contains("job."));
}

#[tokio::test]
async fn a_run_is_inspected_without_a_word_of_it() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("a secret answer").gate(&gate));
    let mut reader = bob.say(json!({ "message": "a secret of mine" })).await;
    gate.release(1);
    reader.until("chunk").await;
    let id = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let job = server.app.store().jobs().get_any(id.parse::<JobId>().unwrap()).await.unwrap();
    let steps = server.app.store().steps();
    let step = |number: u32, step: Value| {
        RunStep::from_value(json!({ "version": 1, "number": number, "step": step })).unwrap()
    };
    let usage = json!({ "inputTokens": 1, "outputTokens": 1 });
    let reply = json!({
        "kind": "reply", "model": "openai/x", "text": "a secret thought", "finishReason": "stop", "usage": usage,
    });
    let intent = json!({
        "kind": "intent", "callId": "c1", "tool": "sendEmail", "idempotencyKey": "k1",
        "arguments": { "to": "a secret address" },
    });
    for step in [step(1, reply), step(2, intent)] {
        assert!(steps.record(job.hold(), &step).await.unwrap());
    }

    let seen = inspect(&ann, &id).await;
    assert_eq!(
        (&seen["jobId"], &seen["status"], &seen["epoch"]),
        (&json!(id), &json!("PROCESSING"), &json!(1))
    );
    assert_eq!(
        (&seen["retryCount"], &seen["error"], &seen["finishedAt"]),
        (&json!(0), &Value::Null, &Value::Null)
    );
    assert_eq!(seen["worker"], server.app.config().worker);
    assert_eq!(seen["userId"], json!(job.user_id));
    assert!(seen["leaseUntil"].as_str().unwrap() > seen["createdAt"].as_str().unwrap());
    let told: Vec<_> = seen["steps"].as_array().unwrap().iter().collect();
    let kinds: Vec<_> = told.iter().map(|step| (step["number"].as_u64(), step["kind"].as_str())).collect();
    assert_eq!(kinds, [(Some(1), Some("reply")), (Some(2), Some("intent"))]);
    assert!(!seen.to_string().contains("secret"), "{seen}");
    assert!(!ann.get("/api/admin/jobs").await.json.to_string().contains("secret"));

    // What is not over is neither retried nor dropped, but it can be stopped.
    let path = format!("/api/admin/jobs/{id}");
    assert_eq!(ann.post(&format!("{path}/retry"), json!({})).await.problem(409), "job_not_retryable");
    assert_eq!(ann.delete(&path, Value::Null).await.problem(409), "job_not_over");
    let stopped = ann.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!((stopped.status, &stopped.json["job"]["cancelRequested"]), (202, &json!(true)));
    let events = reader.all().await;
    assert_eq!(events.last().unwrap().data["finishReason"], "cancelled");
    assert_eq!(ann.post(&format!("{path}/cancel"), json!({})).await.json["job"]["status"], "CANCELLED");
    assert!(inspect(&ann, &id).await["finishedAt"].is_string());
    assert!(ann.get("/api/admin/audit").await.json.to_string().contains("job.cancelled"));
}

#[tokio::test]
async fn what_the_provider_said_of_a_message_is_for_its_owner_alone() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    server.fake.push(Reply::builder().fail(Failure::status(400).message("cannot read 'a secret of mine'")));
    let events = bob.say(json!({ "message": "a secret of mine" })).await.all().await;
    assert!(events.last().unwrap().data["detail"].as_str().unwrap().contains("secret"));
    let job = first(&events, "jobId");
    let seen = inspect(&ann, &job).await;
    assert_eq!(seen["error"]["code"], "model_bad_request");
    let listed = ann.get("/api/admin/jobs?status=FAILED").await.json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(!seen.to_string().contains("secret") && !listed.to_string().contains("secret"));
}

/// Retries a run of Bob's that failed, on whatever keeps its events meanwhile.
async fn a_failed_run_goes_on(options: Options) {
    let server = TestServer::with(options).await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    let before = failed(&server, &bob).await;
    let (job, chat) = (first(&before, "jobId"), first(&before, "chatId"));
    let last = before.last().unwrap().id;
    server.fake.push(Reply::text("a whole answer"));
    let path = format!("/api/admin/jobs/{job}");
    let retried = ann.post(&format!("{path}/retry"), json!({})).await;
    assert_eq!((retried.status, &retried.json["job"]["status"]), (202, &json!("PENDING")));
    assert!(!retried.json.to_string().contains("secret"));

    // Whoever knows the first end reads on from it; whoever knows nothing reads everything.
    let rest = bob.follow(&job, last).await.all().await;
    assert_eq!(rest[0].id, last + 1, "the numbers go on");
    let states: Vec<_> = rest.iter().filter_map(|event| event.data["status"].as_str()).collect();
    assert_eq!(states, ["PENDING", "PROCESSING", "COMPLETED"]);
    assert_eq!(rest.last().unwrap().kind, "done");
    let whole: Vec<_> = before.iter().chain(&rest).cloned().collect();
    assert_eq!(text(&whole), "a whole answer");
    assert_eq!(bob.follow(&job, 0).await.all().await, whole);
    let messages = bob.messages(&chat).await;
    assert_eq!(messages.len(), 2, "in the same message");
    assert_eq!(
        (&messages[1]["content"], &messages[1]["status"]),
        (&json!("a whole answer"), &json!("complete"))
    );
    let seen = inspect(&ann, &job).await;
    assert_eq!(
        (&seen["status"], &seen["epoch"], &seen["error"]),
        (&json!("COMPLETED"), &json!(2), &Value::Null)
    );
    assert_eq!(ann.post(&format!("{path}/retry"), json!({})).await.problem(409), "job_not_retryable");
    assert!(ann.get("/api/admin/audit").await.json.to_string().contains("job.retried"));
}

#[tokio::test]
async fn a_retried_run_goes_on_from_its_record() {
    a_failed_run_goes_on(Options::default()).await;
}

#[tokio::test]
async fn a_retried_run_goes_on_in_a_journal_that_was_closed() {
    let journal = Arc::new(KeepingJournal::default());
    a_failed_run_goes_on(Options { journal, ..Options::default() }).await;
}

#[tokio::test]
async fn a_retried_run_goes_on_after_last_words_that_only_its_record_has() {
    let journal = Arc::new(KeepingJournal::that_loses_an_end());
    a_failed_run_goes_on(Options { journal, ..Options::default() }).await;
}

#[tokio::test]
async fn what_was_called_off_before_it_began_can_be_retried() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("first answer").gate(&gate));
    let mut one = ann.say(json!({ "message": "first" })).await;
    gate.started().await;
    let chat = one.until("job_id").await.data["chatId"].as_str().unwrap().to_owned();
    let mut two = ann.say(json!({ "message": "second", "chatId": chat })).await;
    let job = two.until("job_id").await.data["jobId"].as_str().unwrap().to_owned();
    let path = format!("/api/admin/jobs/{job}");
    assert_eq!(ann.post(&format!("{path}/cancel"), json!({})).await.json["job"]["status"], "CANCELLED");
    let before = two.all().await;
    assert_eq!(ann.post(&format!("{path}/retry"), json!({})).await.status, 202);
    let rest = ann.follow(&job, before.last().unwrap().id).await;
    gate.open();
    one.all().await;
    let rest = rest.all().await;
    assert_eq!(text(&rest), "You said: second");
    let whole: Vec<_> = before.iter().chain(&rest).cloned().collect();
    assert_eq!(ann.follow(&job, 0).await.all().await, whole);
}

#[tokio::test]
async fn a_run_that_waits_for_its_next_attempt_can_be_stopped_by_its_owner() {
    let runs = RunLimits { max_attempts: 2, ..RunLimits::default() };
    let server = TestServer::with(Options { runs, ..Options::default() }).await;
    let ann = server.user("ann").await;
    server.fake.push(Reply::text("half an answer").then_cut());
    let mut reader = ann.say(json!({ "message": "go" })).await;
    while reader.until("status").await.data["retryInMs"].is_null() {}
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let stopped = ann.post(&format!("/api/chat/jobs/{job}/cancel"), json!({})).await;
    assert_eq!((stopped.status, &stopped.json["job"]["status"]), (202, &json!("CANCELLED")));
    let events = reader.all().await;
    assert_eq!(events.last().unwrap().data["finishReason"], "cancelled");
    assert_eq!(text(&events), "half an answer", "what was shown is kept");
}

#[tokio::test]
async fn runs_that_were_given_up_are_listed_retried_and_dropped() {
    let runs = RunLimits { max_attempts: 2, ..RunLimits::default() };
    let server = TestServer::with(Options { runs, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let bob = server.user("bob").await;
    for _ in 0..4 {
        server.fake.push(Reply::text("half an answer").then_cut());
    }
    let (one, two) =
        tokio::join!(async { bob.say(json!({ "message": "a secret of mine" })).await.all().await }, async {
            bob.say(json!({ "message": "a secret of mine" })).await.all().await
        },);
    let jobs = [first(&one, "jobId"), first(&two, "jobId")];
    let mut all = jobs.clone();
    all.sort();
    // A reader hears the end a moment before the queue does.
    until(async || ann.get("/api/admin/queue").await.json["queue"]["dead"] == 2).await;
    let page = ann.get("/api/admin/queue?limit=1").await.json;
    let rest = ann
        .get(&format!("/api/admin/queue?limit=1&cursor={}", page["nextCursor"].as_str().unwrap()))
        .await
        .json;
    let of = |page: &Value| page["items"][0]["jobId"].as_str().unwrap().to_owned();
    let mut listed = [of(&page), of(&rest)];
    listed.sort();
    assert_eq!((&listed, &rest["nextCursor"]), (&all, &Value::Null));
    assert!(page["items"][0]["reason"].as_str().unwrap().contains("2 attempts"), "{page}");
    assert!(page["items"][0]["at"].is_string() && !page.to_string().contains("secret"));
    assert_eq!(ann.get("/api/admin/queue?cursor=nonsense").await.problem(400), "bad_cursor");
    assert_eq!(server.anybody().get("/api/ready").await.json["queue"]["dead"], 2);

    let [retried, dropped] = &jobs;
    assert_eq!(inspect(&ann, retried).await["status"], "DEAD");
    assert_eq!(ann.post(&format!("/api/admin/jobs/{retried}/retry"), json!({})).await.status, 202);
    let last = one.last().unwrap().id;
    let after = bob.follow(retried, last).await.all().await;
    assert_eq!((after[0].id, after.last().unwrap().kind.as_str()), (last + 1, "done"));

    let path = format!("/api/admin/jobs/{dropped}");
    assert_eq!(ann.delete(&path, Value::Null).await.status, 204);
    assert_eq!(ann.delete(&path, Value::Null).await.problem(404), "not_found");
    assert_eq!(ann.get(&path).await.problem(404), "not_found");
    let chat = first(&two, "chatId");
    assert_eq!(bob.messages(&chat).await[0]["content"], "a secret of mine", "messages stay");
    let queue = ann.get("/api/admin/queue").await.json;
    assert_eq!((&queue["queue"]["dead"], &queue["items"]), (&json!(0), &json!([])));
    let audit = ann.get("/api/admin/audit").await.json;
    let actions: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["job.dropped", "job.retried"]);
    assert!(!audit.to_string().contains("secret"));
}

#[tokio::test]
async fn a_dead_letter_whose_chat_was_deleted_can_be_dropped() {
    let runs = RunLimits { max_attempts: 2, ..RunLimits::default() };
    let server = TestServer::with(Options { runs, ..Options::default() }).await;
    let ann = server.user("ann").await;
    for _ in 0..2 {
        server.fake.push(Reply::text("half an answer").then_cut());
    }
    let events = ann.say(json!({ "message": "go" })).await.all().await;
    until(async || ann.get("/api/admin/queue").await.json["queue"]["dead"] == 1).await;
    let chat = first(&events, "chatId");
    assert_eq!(ann.delete(&format!("/api/chat/{chat}"), Value::Null).await.status, 204);
    let path = format!("/api/admin/jobs/{}", first(&events, "jobId"));
    assert_eq!(ann.post(&format!("{path}/retry"), json!({})).await.problem(404), "not_found");
    assert_eq!(ann.delete(&path, Value::Null).await.status, 204);
    assert_eq!(ann.get("/api/admin/queue").await.json["queue"]["dead"], 0);
}
