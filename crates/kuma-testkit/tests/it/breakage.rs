//! Answers that break: cut, stalled, split and slow.

use crate::support::{answer, ask, post, text_of};
use futures::StreamExt;
use kuma_testkit::{Ending, FakeUpstream, Reply, Split, Vendor};

/// Every chunk as the client got it, and whether the body ended well.
async fn chunks(fake: &FakeUpstream, text: &str) -> (Vec<Vec<u8>>, bool) {
    let (path, body) = ask(fake.vendor(), text);
    let response = post(fake, path, &body).await;
    assert_eq!(response.status(), 200);
    let mut stream = response.bytes_stream();
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(bytes) => chunks.push(bytes.to_vec()),
            Err(_) => return (chunks, false),
        }
    }
    (chunks, true)
}

#[tokio::test]
async fn a_cut_connection_loses_nothing_that_was_said_before() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        fake.push(Reply::text("said before").then_cut());
        let (chunks, whole) = chunks(&fake, "hi").await;
        assert!(!whole, "the body has no end");
        let body = String::from_utf8(chunks.concat()).unwrap();
        assert_eq!(text_of(vendor, &body), "said before");
        assert_eq!(fake.single_request().ended().await, Ending::Cut);
    }
}

#[tokio::test]
async fn a_stalled_answer_ends_with_the_client() {
    let fake = FakeUpstream::start(Vendor::Gemini).await;
    fake.push(Reply::text("said").then_stall());
    let (path, body) = ask(Vendor::Gemini, "hi");
    let mut stream = post(&fake, path, &body).await.bytes_stream();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(text_of(Vendor::Gemini, std::str::from_utf8(&first).unwrap()), "said");
    assert!(fake.single_request().ending().is_none());
    drop(stream);
    assert_eq!(fake.single_request().ended().await, Ending::Disconnected);
}

#[tokio::test]
async fn characters_are_cut_across_writes() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        fake.push(Reply::text("Grüße 🐻 日本").split(Split::InsideCharacters));
        let (chunks, whole) = chunks(&fake, "hi").await;
        assert!(whole);
        let broken = chunks.iter().filter(|c| std::str::from_utf8(c).is_err()).count();
        assert!(broken >= 5, "each of the five characters is cut, got {broken} broken chunks");
        assert_eq!(text_of(vendor, &String::from_utf8(chunks.concat()).unwrap()), "Grüße 🐻 日本");
    }
}

#[tokio::test]
async fn writes_have_at_most_so_many_bytes() {
    for split in [Split::Every(3), Split::Slow { bytes: 3, every_ms: 0 }] {
        let fake = FakeUpstream::start(Vendor::OpenAi).await;
        fake.push(Reply::text("Grüße").split(split));
        let (chunks, whole) = chunks(&fake, "hi").await;
        assert!(whole);
        assert!(chunks.iter().all(|c| c.len() <= 3), "{:?}", chunks.iter().map(Vec::len).max());
        assert_eq!(text_of(Vendor::OpenAi, &String::from_utf8(chunks.concat()).unwrap()), "Grüße");
    }
}

#[tokio::test]
async fn a_rate_spreads_an_answer() {
    let fake = FakeUpstream::start(Vendor::Ollama).await;
    fake.push(Reply::text("a b c d").rate(1000.0));
    let (chunks, whole) = chunks(&fake, "hi").await;
    assert!(whole);
    assert_eq!(text_of(Vendor::Ollama, &String::from_utf8(chunks.concat()).unwrap()), "a b c d");
}

#[tokio::test]
async fn connections_are_counted_and_reused() {
    let fake = FakeUpstream::start(Vendor::OpenAi).await;
    answer(&fake, "one").await;
    answer(&fake, "two").await;
    let seen = fake.connections();
    assert_eq!((seen.total, seen.streams), (2, 0), "each client of this test is new");
    let client = crate::support::client();
    for _ in 0..3 {
        let url = format!("{}/models", fake.base_url());
        client.get(url).bearer_auth("k").send().await.unwrap().bytes().await.unwrap();
    }
    assert_eq!(fake.connections().total, 3, "one client keeps its connection");
}
