//! Traces to an OpenTelemetry collector.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use crate::process::Server;

type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn take(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> StatusCode {
    seen.lock().unwrap().push((headers, body));
    StatusCode::OK
}

fn holds(body: &[u8], word: &str) -> bool {
    body.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn spans_reach_the_collector_and_hold_nothing_of_people() {
    let seen = Seen::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let collector = Router::new().route("/v1/traces", post(take)).with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, collector).await.unwrap() });

    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    server.sign_up().await;
    // What is left is sent when the server ends.
    server.terminate().await;

    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty(), "{}", std::fs::read_to_string(directory.path().join("log")).unwrap());
    for (headers, body) in seen.iter() {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        for secret in ["ann@example.com", "correct horse"] {
            assert!(!holds(body, secret), "{secret} is in a trace");
        }
    }
    for word in ["service.name", "kuma", "/api/auth/signup", "answered"] {
        assert!(seen.iter().any(|(_, body)| holds(body, word)), "no {word} in what was sent");
    }
}

#[tokio::test]
async fn a_collector_that_is_away_is_no_reason_to_stop() {
    let directory = tempfile::tempdir().unwrap();
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")];
    let server = Server::start(directory.path(), &environment).await;
    server.sign_up().await;
    server.terminate().await;
}
