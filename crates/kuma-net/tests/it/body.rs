//! Bodies of senders that are not trusted.

use std::time::Duration;

use kuma_net::{BodyError, ClientOptions, LimitedBody, build_client, read_limited};
use kuma_testkit::services::{Answer, FakeSite};

const PLENTY: Duration = Duration::from_secs(20);

async fn read(answer: Answer, most: usize, time: Duration) -> Result<LimitedBody, BodyError> {
    let site = FakeSite::start().await;
    site.put("/", answer);
    let client = build_client(&ClientOptions::default()).unwrap();
    let response = client.get(site.url("/")).send().await.unwrap();
    read_limited(response, most, time).await
}

#[tokio::test]
async fn a_body_within_the_limit_is_whole() {
    for most in [5, 6, 1000] {
        let body = read(Answer::bytes("text/plain", "hello"), most, PLENTY).await.unwrap();
        assert_eq!((&body.bytes[..], body.truncated), (&b"hello"[..], false), "{most}");
    }
}

#[tokio::test]
async fn a_longer_body_is_cut_and_says_so() {
    let body = read(Answer::bytes("text/plain", "hello"), 4, PLENTY).await.unwrap();
    assert_eq!((&body.bytes[..], body.truncated), (&b"hell"[..], true));
}

#[tokio::test]
async fn a_body_without_an_end_ends_at_the_limit() {
    let body = read(Answer::endless("text/plain", "endless "), 1_000_003, PLENTY).await.unwrap();
    assert_eq!((body.bytes.len(), body.truncated), (1_000_003, true));
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let read = read(Answer::stall("text/plain", "begin"), 1000, Duration::from_millis(50)).await;
    assert!(matches!(read, Err(BodyError::TooSlow(_))), "{read:?}");
}

#[tokio::test]
async fn a_cut_body_is_an_error() {
    let read = read(Answer::cut("text/plain", "begin"), 1000, PLENTY).await;
    assert!(matches!(read, Err(BodyError::Broken(_))), "{read:?}");
}
