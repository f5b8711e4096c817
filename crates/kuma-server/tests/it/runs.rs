//! Runs: one answer, whatever happens to its readers.

use http::Method;
use kuma_app::config::RunLimits;
use kuma_testkit::{Failure, Gate, Reply};
use serde_json::json;

use crate::support::{Options, TestServer, first, kinds, text};

#[tokio::test]
async fn an_answer_streams_and_is_kept() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    server.fake.push(Reply::text("Hello there, Ann.").usage(12, 5));
    let events = ann.say(json!({ "message": "Hello?" })).await.all().await;
    assert_eq!(events[0].id, 1);
    assert_eq!(text(&events), "Hello there, Ann.");
    let without_title: Vec<_> = kinds(&events).into_iter().filter(|kind| *kind != "title").collect();
    assert_eq!(without_title.first(), Some(&"job_id"));
    let done = events.last().unwrap();
    assert_eq!(done.data["finishReason"], "stop");
    assert_eq!(done.data["usage"], json!({ "inputTokens": 12, "outputTokens": 5 }));
    let chat = first(&events, "chatId");
    let messages = ann.messages(&chat).await;
    assert_eq!(messages[1], done.data["message"], "what is told is what is kept");
    let job = ann.get(&format!("/api/chat/jobs/{}", first(&events, "jobId"))).await.json["job"].clone();
    assert_eq!((job["status"].as_str(), &job["error"]), (Some("COMPLETED"), &json!(null)));
    assert_eq!(job["result"]["finishReason"], "stop");
}

#[tokio::test]
async fn a_reader_can_leave_and_come_back_anywhere() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("one two three four five").gate(&gate));
    let mut reader = ann.say(json!({ "message": "count" })).await;
    // One by one: what comes together may arrive as one event.
    gate.release(1);
    reader.until("chunk").await;
    gate.release(1);
    let seen = reader.until("chunk").await;
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let early = reader.seen.clone();
    drop(reader);

    let again = ann.follow(&job, seen.id).await;
    let from_start = ann.follow(&job, 0).await;
    gate.open();
    let rest = again.all().await;
    assert_eq!(rest[0].id, seen.id + 1);
    let whole = from_start.all().await;
    assert_eq!(whole[..early.len()], early);
    assert_eq!(whole[early.len()..], rest);
    assert_eq!(text(&whole), "one two three four five");
    // After the end, from the rows, under the same numbers; by query as well as by header.
    assert_eq!(ann.follow(&job, 0).await.all().await, whole);
    let path = format!("/api/chat/jobs/{job}/events?after={}", seen.id);
    assert_eq!(ann.events(ann.request(Method::GET, &path)).await.all().await, rest);
}

#[tokio::test]
async fn a_closed_connection_stops_nothing() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("nobody reads this").gate(&gate));
    let mut reader = ann.say(json!({ "message": "go" })).await;
    let job = reader.until("job_id").await.data["jobId"].as_str().unwrap().to_owned();
    gate.release(1);
    gate.has_passed(1).await;
    drop(reader);
    gate.open();
    gate.finished().await;
    let events = ann.follow(&job, 0).await.all().await;
    assert_eq!(text(&events), "nobody reads this");
}

#[tokio::test]
async fn a_cancelled_run_keeps_its_text_and_ends_the_call() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("one two three four").gate(&gate));
    let mut reader = ann.say(json!({ "message": "count" })).await;
    gate.release(1);
    reader.until("chunk").await;
    gate.release(1);
    reader.until("chunk").await;
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let cancelled = ann.post(&format!("/api/chat/jobs/{job}/cancel"), json!({})).await;
    assert_eq!(cancelled.status, 202);
    gate.disconnected().await;
    let events = reader.all().await;
    let done = events.last().unwrap();
    assert_eq!((done.kind.as_str(), done.data["finishReason"].as_str()), ("done", Some("cancelled")));
    assert_eq!(done.data["message"]["content"], "one two ");
    assert_eq!(done.data["message"]["status"], "cancelled");
    assert_eq!(ann.messages(&first(&events, "chatId")).await[1]["content"], "one two ");
    let again = ann.post(&format!("/api/chat/jobs/{job}/cancel"), json!({})).await;
    assert_eq!((again.status, again.json["job"]["status"].as_str()), (202, Some("CANCELLED")));
}

#[tokio::test]
async fn a_second_message_waits_for_the_first_answer() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("first answer").gate(&gate));
    let mut one = ann.say(json!({ "message": "first" })).await;
    gate.started().await;
    let chat = one.until("job_id").await.data["chatId"].as_str().unwrap().to_owned();
    let mut two = ann.say(json!({ "message": "second", "chatId": chat })).await;
    let mut three = ann.say(json!({ "message": "third", "chatId": chat })).await;
    let position = |event: crate::support::Event| event.data["position"].as_u64();
    assert_eq!(position(two.until("status").await), Some(1));
    assert_eq!(position(three.until("status").await), Some(2));
    let active = ann.get(&format!("/api/chat/{chat}")).await.json["chat"]["activeJobId"].clone();
    assert_eq!(active, one.seen[0].data["jobId"], "the run at work, not the last in line");
    // One that waits can be called off at once.
    let third = three.seen[0].data["jobId"].as_str().unwrap().to_owned();
    assert_eq!(
        ann.post(&format!("/api/chat/jobs/{third}/cancel"), json!({})).await.json["job"]["status"],
        "CANCELLED"
    );
    assert_eq!(three.all().await.last().unwrap().data["finishReason"], "cancelled");
    gate.open();
    assert_eq!(text(&one.all().await), "first answer");
    assert_eq!(text(&two.all().await), "You said: second");
    let request = server.fake.requests().into_iter().rfind(|r| r.body["stream"] == true).unwrap();
    let asked: Vec<_> =
        request.body["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(asked, ["system", "user", "assistant", "user"], "the second saw the first answer");
}

#[tokio::test]
async fn one_key_is_one_answer() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let send = |message: &str| {
        let body = json!({ "message": message });
        ann.request(Method::POST, "/api/chat/stream").header("idempotency-key", "k-1").json(&body)
    };
    let (one, two) = tokio::join!(ann.events(send("once")), ann.events(send("once")));
    let (one, two) = (one.all().await, two.all().await);
    assert_eq!(one, two);
    assert_eq!(ann.messages(&first(&one, "chatId")).await.len(), 2);
    assert_eq!(ann.send(send("something else")).await.problem(409), "idempotency_key_reused");
    let bob = server.user("bob").await;
    let request = bob.request(Method::POST, "/api/chat/stream").header("idempotency-key", "k-1");
    let his = bob.events(request.json(&json!({ "message": "once" }))).await.all().await;
    assert_ne!(first(&his, "jobId"), first(&one, "jobId"), "keys are each user's own");
    let odd = ann.request(Method::POST, "/api/chat/stream").header("idempotency-key", "a b");
    assert!(ann.send(odd.json(&json!({ "message": "x" }))).await.field("Idempotency-Key").contains("ASCII"));
}

#[tokio::test]
async fn a_new_chat_gets_a_title_of_its_own() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("Warm days and short nights").gate(&gate));
    let mut reader = ann.say(json!({ "message": "Tell me about summers in Norway please" })).await;
    let title = reader.until("title").await;
    gate.open();
    let events = reader.all().await;
    let chat = ann.get(&format!("/api/chat/{}", first(&events, "chatId"))).await.json["chat"].clone();
    assert_eq!(chat["title"], title.data["title"]);
    let small = server.fake.requests().into_iter().find(|r| r.body["model"] == "fake-small").unwrap();
    assert!(small.body["messages"].to_string().contains("summers in Norway"));
}

#[tokio::test]
async fn failures_of_the_provider_are_told_in_words() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    for (message, code, retryable) in [
        ("[error 401] x", "model_key_rejected", false),
        ("[error 404] x", "model_not_found", false),
        ("[error 400] x", "model_bad_request", false),
        ("[midstream-error] x", "model_unavailable", true),
        ("[drop] x", "model_connection_lost", true),
        ("[empty] x", "model_bad_response", true),
    ] {
        let events = ann.say(json!({ "message": message })).await.all().await;
        let error = &events.last().unwrap().data;
        assert_eq!(
            (error["code"].as_str(), error["retryable"].as_bool()),
            (Some(code), Some(retryable)),
            "{message}"
        );
        assert!(error["title"].as_str().unwrap().len() > 10 && error["detail"].as_str().unwrap().len() > 20);
        let messages = ann.messages(&first(&events, "chatId")).await;
        assert_eq!(messages[0]["content"], message, "what was typed is kept");
        assert_eq!((messages[1]["status"].as_str(), &messages[1]["error"]), (Some("failed"), error));
        assert_eq!(messages[1]["content"].as_str().unwrap(), text(&events), "what was shown is kept");
        let job = ann.get(&format!("/api/chat/jobs/{}", first(&events, "jobId"))).await.json["job"].clone();
        assert_eq!((job["status"].as_str(), &job["error"]), (Some("FAILED"), error));
    }
    server.fake.take_violations();
}

#[tokio::test]
async fn a_passing_failure_is_retried_before_the_first_token() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    server.fake.push(Reply::error(503));
    server.fake.push(Reply::builder().fail(Failure::status(429).retry_after(1)));
    server.fake.push(Reply::text("at last"));
    let events = ann.say(json!({ "message": "please" })).await.all().await;
    assert_eq!(text(&events), "at last");
    let attempts: Vec<_> = events.iter().filter_map(|event| event.data["attempt"].as_u64()).collect();
    assert_eq!(attempts, [2, 3]);
    assert!(events.iter().any(|event| event.data["retryInMs"].as_u64().is_some_and(|ms| ms >= 1_000)));
}

#[tokio::test]
async fn without_a_model_the_message_is_kept() {
    let server = TestServer::with(Options { with_model: false, ..Options::default() }).await;
    let ann = server.user("ann").await;
    assert_eq!(ann.get("/api/models").await.json, json!({ "items": [], "default": null }));
    assert_eq!(server.anybody().get("/api/ready").await.json["model"]["status"], "none");
    let events = ann.say(json!({ "message": "anybody there?" })).await.all().await;
    assert_eq!(events.last().unwrap().data["code"], "no_model");
    assert_eq!(ann.messages(&first(&events, "chatId")).await[0]["content"], "anybody there?");
    assert!(
        ann.post("/api/chat/stream", json!({ "message": "x", "model": "no/such" }))
            .await
            .field("model")
            .contains("no/such")
    );
}

#[tokio::test]
async fn a_user_has_so_many_runs_at_once_and_so_many_in_line() {
    let runs = RunLimits { max_runs_per_user: 2, max_queued_per_user: 3, ..RunLimits::default() };
    let server = TestServer::with(Options { runs, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    for _ in 0..3 {
        server.fake.push(Reply::text("held back").gate(&gate));
    }
    let mut readers = Vec::new();
    for n in 0..3 {
        readers.push(ann.say(json!({ "message": format!("message {n}") })).await);
    }
    for reader in &mut readers {
        reader.until("job_id").await;
    }
    let refused = ann.post("/api/chat/stream", json!({ "message": "one more" })).await;
    assert_eq!(refused.problem(429), "queue_full");
    assert!(refused.headers.contains_key("retry-after"));
    let bob = server.user("bob").await;
    server.fake.rule(kuma_testkit::Rule::contains("quick", Reply::text("at once")));
    assert_eq!(text(&bob.say(json!({ "message": "quick" })).await.all().await), "at once");
    let hers = |r: &kuma_testkit::Recorded| {
        r.body["model"] == "fake-large" && r.body.to_string().contains("message ")
    };
    let streams = server.fake.requests().iter().filter(|r| hers(r)).count();
    assert!(streams <= 2, "no more than two of hers at work: {streams}");
    gate.open();
    for reader in readers {
        assert_eq!(reader.all().await.last().unwrap().kind, "done");
    }
}

#[tokio::test]
async fn partial_answers_are_saved_while_they_grow() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("the beginning and the end").gate(&gate));
    let mut reader = ann.say(json!({ "message": "go" })).await;
    gate.release(2);
    reader.until("chunk").await;
    let chat = reader.seen[0].data["chatId"].as_str().unwrap().to_owned();
    let saved = async {
        loop {
            let message = ann.messages(&chat).await[1].clone();
            assert_eq!(message["status"], "streaming");
            if message["content"] == "the beginning " {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::BOUND, saved).await.expect("a checkpoint in time");
    gate.open();
    reader.all().await;
}

#[tokio::test]
async fn deleting_a_chat_stops_its_run_and_tells_its_readers() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let gate = Gate::new();
    server.fake.push(Reply::text("never to be finished").gate(&gate));
    let mut reader = ann.say(json!({ "message": "go" })).await;
    gate.release(1);
    reader.until("chunk").await;
    let chat = reader.seen[0].data["chatId"].as_str().unwrap().to_owned();
    assert_eq!(ann.delete(&format!("/api/chat/{chat}"), serde_json::Value::Null).await.status, 204);
    gate.disconnected().await;
    assert_eq!(reader.all().await.last().unwrap().data["finishReason"], "cancelled");
    assert_eq!(server.app.store().stats().await.unwrap().messages, 0);
}
