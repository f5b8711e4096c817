//! Holding an answer, and seeing that a client goes away.

use crate::support::{answer, ask, post, text_of};
use futures::StreamExt;
use kuma_testkit::{Ending, FakeUpstream, Gate, Reply, Vendor};

#[tokio::test]
async fn deltas_come_one_by_one_for_every_vendor() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        let gate = Gate::new();
        fake.push(Reply::text("one two three").gate(&gate));
        let (path, body) = ask(vendor, "hi");
        let response = post(&fake, path, &body).await;
        let mut bytes = response.bytes_stream();
        let mut seen = String::new();
        for expected in ["one ", "one two ", "one two three"] {
            gate.blocked().await;
            assert!(expected.starts_with(&text_of(vendor, &seen)), "nothing is ahead of its release");
            gate.release(1);
            while text_of(vendor, &seen) != expected {
                let chunk = bytes.next().await.expect("more to come").unwrap();
                seen.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        }
        assert_eq!(gate.passed(), 3);
        assert!(fake.single_request().ending().is_none(), "the end is held too");
        gate.release(1);
        while let Some(chunk) = bytes.next().await {
            seen.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        gate.finished().await;
        assert_eq!(text_of(vendor, &seen), "one two three");
        assert_eq!(fake.single_request().ended().await, Ending::Finished);
    }
}

#[tokio::test]
async fn an_open_gate_holds_nothing() {
    let fake = FakeUpstream::start(Vendor::OpenAi).await;
    let gate = Gate::new();
    gate.open();
    fake.push(Reply::text("a b c").gate(&gate));
    assert_eq!(text_of(Vendor::OpenAi, &answer(&fake, "hi").await), "a b c");
}

#[tokio::test]
async fn a_dropped_request_is_seen_while_it_waits() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        let gate = Gate::new();
        fake.push(Reply::text("one two three").gate(&gate));
        let (path, body) = ask(vendor, "hi");
        let response = post(&fake, path, &body).await;
        gate.release(1);
        gate.has_passed(1).await;
        gate.blocked().await;
        assert_eq!(fake.connections().streams, 1);
        drop(response);
        gate.disconnected().await;
        assert_eq!(fake.single_request().ended().await, Ending::Disconnected);
        assert_eq!(fake.connections().streams, 0);
    }
}

#[tokio::test]
async fn a_dropped_request_is_seen_before_the_answer_begins() {
    let fake = FakeUpstream::start(Vendor::OpenAi).await;
    fake.push(Reply::builder().hang());
    let (path, body) = ask(Vendor::OpenAi, "hi");
    let client = crate::support::client();
    let request = client.post(format!("{}{path}", fake.origin())).bearer_auth("k").json(&body).send();
    let running = tokio::spawn(request);
    let mut requests = fake.requests();
    while requests.is_empty() {
        tokio::task::yield_now().await;
        requests = fake.requests();
    }
    running.abort();
    drop(running.await);
    drop(client);
    assert_eq!(requests[0].ended().await, Ending::Disconnected);
}

#[tokio::test]
async fn a_whole_answer_is_held_too() {
    let fake = FakeUpstream::start(Vendor::Anthropic).await;
    let gate = Gate::new();
    fake.push(Reply::builder().delta("all").gate(&gate));
    let (path, mut body) = ask(Vendor::Anthropic, "hi");
    body["stream"] = false.into();
    let response = post(&fake, path, &body).await;
    gate.blocked().await;
    gate.release(2);
    let json: serde_json::Value = response.json().await.unwrap();
    assert_eq!(json["content"][0]["text"], "all");
}
