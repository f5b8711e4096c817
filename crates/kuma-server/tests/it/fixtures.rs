//! Recorded event streams: what a client receives, the same files on both sides of the wire.
//!
//! The files in `fixtures/run-events` are read by the web app's tests too. `INSTA_UPDATE` does not
//! touch them: delete a file and run this test to record it anew.

use std::collections::HashMap;
use std::path::PathBuf;

use http::Method;
use kuma_testkit::{Gate, Reply};
use serde_json::{Value, json};

use crate::support::{Client, Event, TestServer, lines};

/// Ids and times differ from run to run: each becomes one of a fixed series, in order of appearance.
fn settled(events: &[Event]) -> String {
    fn settle(value: &mut Value, known: &mut HashMap<String, String>) {
        match value {
            Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => {
                let next = format!("01900000-0000-7000-8000-{:012}", known.len() + 1);
                text.clone_from(known.entry(text.clone()).or_insert(next));
            }
            Value::String(text) if text.len() > 19 && text.ends_with('Z') && text.contains('T') => {
                *text = "2026-11-23T10:00:00Z".into();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| settle(item, known)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match (name.as_str(), &mut *field) {
                        ("durationMs", _) => *field = 120.into(),
                        ("callId" | "parentCallId", Value::String(id)) => {
                            let next = format!("call_{}", known.len() + 1);
                            id.clone_from(known.entry(id.clone()).or_insert(next));
                        }
                        _ => settle(field, known),
                    }
                }
            }
            _ => {}
        }
    }
    let mut known = HashMap::new();
    let mut events = events.to_vec();
    for event in &mut events {
        settle(&mut event.data, &mut known);
    }
    lines(&events)
}

pub fn check(name: &str, events: &[Event]) {
    let path: PathBuf = ["../../fixtures/run-events/server", &format!("{name}.jsonl")].iter().collect();
    let now = settled(events);
    let Ok(recorded) = std::fs::read_to_string(&path) else {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, now).unwrap();
        panic!("{} was recorded: look at it, commit it, run again", path.display());
    };
    assert_eq!(now, recorded, "{} is what clients know", path.display());
}

/// A chat that has its title already, so that none comes in between.
pub async fn titled(user: &Client) -> String {
    let answer = user.post("/api/chat", json!({ "title": "Fixtures" })).await;
    answer.json["chat"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn plain_reasoning_and_error() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let chat = titled(&ann).await;
    // A gate opened delta by delta makes one event of each, however busy the machine is.
    for (name, reply) in [
        ("plain", Reply::text("Hello, **Ann**.\n\nHow are you? 🐻").usage(20, 9)),
        ("reasoning", Reply::builder().reasoning("She greets me.").words("Hello!").usage(20, 12)),
        ("midstream-error", Reply::text("Half an").then_error(kuma_testkit::Failure::status(500))),
    ] {
        let gate = Gate::new();
        server.fake.push(reply.gate(&gate));
        let mut reader = ann.say(json!({ "message": "Hello", "chatId": chat })).await;
        // Taken up, so that a delta is let through only when the one before it was read: text gathers for
        // a while on its way to readers, and two deltas within it are one event.
        for _ in ["PENDING", "PROCESSING"] {
            reader.until("status").await;
        }
        loop {
            let seen = reader.seen.len();
            gate.release(1);
            let event = reader.next().await;
            if event.is_none_or(|event| ["done", "error"].contains(&event.kind.as_str())) {
                break;
            }
            assert!(seen < 60);
        }
        check(name, &reader.seen);
    }
}

#[tokio::test]
async fn cancelled() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let chat = titled(&ann).await;
    let gate = Gate::new();
    server.fake.push(Reply::text("one two three").gate(&gate));
    let mut reader = ann.say(json!({ "message": "count", "chatId": chat })).await;
    for _ in 0..2 {
        gate.release(1);
        reader.until("chunk").await;
    }
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    ann.send(ann.request(Method::POST, &format!("/api/chat/jobs/{job}/cancel"))).await;
    check("cancelled", &reader.all().await);
}
