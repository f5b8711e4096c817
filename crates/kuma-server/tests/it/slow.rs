//! Bodies that come too slowly.

use std::time::Duration;

use futures::future::join_all;
use kuma_server::Pace;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{BOUND, Options, TestServer};

const FORM: &str = "multipart/form-data; boundary=b";

/// The beginning of a form with a field or a file in it.
fn form(disposition: &str, beginning: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{beginning}")
}

/// Sends the beginning of a request and waits until the server ends the connection; gives what it said.
async fn half(address: &str, token: &str, path: &str, kind: &str, beginning: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: kuma\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n\
         Content-Length: 100000\r\n\r\n{beginning}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(BOUND, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up_and_nothing_of_it_is_kept() {
    let pace = Pace { grace: Duration::from_millis(700), bytes_per_second: 1_024 * 1_024 };
    let server = TestServer::with(Options { pace, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let address = server.url.strip_prefix("http://").unwrap();
    let requests = [
        ("/api/chat/stream", FORM, form("name=\"message\"", "Half a mess")),
        ("/api/chat/stream", FORM, form("name=\"files\"; filename=\"a.txt\"", "Half a file.")),
        ("/api/documents", FORM, form("name=\"file\"; filename=\"a.txt\"", &"Half a file. ".repeat(2_000))),
        ("/api/chat", "application/json", "{\"title\": \"Half a ti".to_owned()),
    ];
    let answers =
        requests.iter().map(|(path, kind, beginning)| half(address, ann.token(), path, kind, beginning));
    for answer in join_all(answers).await {
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"code\":\"too_slow\""), "{answer}");
        assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    }
    // Other programs are told in the form that they know.
    let program = ann.with_key(&["chat"]).await;
    let json = "application/json";
    let answer = half(address, program.token(), "/v1/chat/completions", json, "{\"model\": \"rou").await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("{\"error\":{"), "{answer}");
    assert_eq!(ann.get("/api/documents").await.json["items"], json!([]));
    assert_eq!(ann.get("/api/chat").await.json["items"], json!([]));
    // Whoever sends on is served as ever.
    let title = json!({ "title": "x".repeat(200) });
    assert_eq!(ann.post("/api/chat", title).await.status, 201);
}
