//! Uploaded files are read by `kuma parse`, started by the server: the same program, behind walls.

use std::fs::File;

use kuma_documents::{Kind, Parser};
use serde_json::{Value, json};

use crate::process::{BOUND, Server};

fn parser() -> Parser {
    Parser::new(env!("CARGO_BIN_EXE_kuma"), ["parse"])
}

#[tokio::test]
async fn a_file_is_read_by_the_program_itself() {
    let path = "../../fixtures/documents/report.pdf";
    let parsed = parser().parse(File::open(path).unwrap(), Some("pdf"), &mut |_| ()).await.unwrap();
    assert_eq!(parsed.kind, Kind::Pdf);
    assert!(parsed.text().contains("| North | 120 | 135 | 150 |"), "{}", parsed.text());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_has_built_its_walls() {
    let probe = parser().probe().await.unwrap();
    assert!(probe.no_files && probe.no_network && probe.no_processes && probe.no_more_memory, "{probe:?}");
}

#[tokio::test]
async fn people_are_told_that_it_is_not_for_them() {
    let directory = tempfile::tempdir().unwrap();
    let output = crate::process::run(directory.path(), &["parse", "a.pdf"], &[], "").await;
    assert!(!output.status.success());
    assert!(crate::process::complained(&output).contains("for the server only"));
    let help = crate::process::run(directory.path(), &["--help"], &[], "").await;
    assert!(!crate::process::said(&help).contains("parse"), "it is not in the list of commands");
}

const FIXTURES: &str = "../../fixtures/documents";

async fn upload(server: &Server, token: &str, name: &str, bytes: Vec<u8>) -> String {
    let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
    let form = reqwest::multipart::Form::new().part("file", part);
    let request =
        server.http().post(format!("{}/api/documents", server.url)).bearer_auth(token).multipart(form);
    let response = tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap();
    assert_eq!(response.status(), 202);
    let body: Value = response.json().await.unwrap();
    body["document"]["id"].as_str().unwrap().to_owned()
}

/// The events of a document to their end, as they were written.
async fn events(server: &Server, token: &str, id: &str) -> String {
    let (status, told) = server.get(&format!("/api/documents/{id}/events"), token).await;
    assert_eq!(status, 200);
    told.as_str().unwrap().to_owned()
}

async fn record(server: &Server, token: &str, id: &str) -> Value {
    server.get(&format!("/api/documents/{id}"), token).await.1["document"].clone()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap()
}

#[tokio::test]
async fn what_is_uploaded_is_read_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]).await;
    let token = server.sign_up().await;
    // What a file is called does not decide what it is.
    let report = upload(&server, &token, "report.txt", fixture("report.pdf")).await;
    let sheets = upload(&server, &token, "sheets.xlsx", fixture("sheets.xlsx")).await;
    for id in [&report, &sheets] {
        let told = events(&server, &token, id).await;
        assert!(told.contains("event: ready"), "{told}");
    }
    let document = record(&server, &token, &report).await;
    assert_eq!((&document["status"], &document["mimeType"]), (&json!("ready"), &json!("application/pdf")));
    assert!(document["pageCount"].as_u64().unwrap() > 0);
    // This directory holds no models: words alone find it, and that is said.
    assert_eq!(document["hasVectors"], false);
    let response = server.post("/api/documents/search", &token, json!({ "query": "North" })).await;
    let found: Value = response.json().await.unwrap();
    let first = found["items"].as_array().unwrap().iter().find(|item| item["documentId"] == report).unwrap();
    assert!(first["text"].as_str().unwrap().contains("| North | 120 | 135 | 150 |"), "{found}");
    assert!(!first["places"][0]["boxes"].as_array().unwrap().is_empty(), "a PDF has boxes");
    assert!(found["notice"].as_str().unwrap().contains("Only words"));
    let question = json!({ "question": "How much did the North sell?" });
    let answer = server.post(&format!("/api/documents/{report}/query"), &token, question).await;
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["notice"].as_str().unwrap().contains("No model"), "{answer}");
    assert!(!answer["citations"].as_array().unwrap().is_empty());
    server.terminate().await;
}

/// With the tesseract of this machine, as `scripts/setup-test.sh` installs it.
#[tokio::test]
async fn the_text_on_a_picture_is_read_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap();
    let server = Server::start(directory.path(), &[("PATH", &path)]).await;
    let token = server.sign_up().await;
    let id = upload(&server, &token, "notice.png", fixture("notice.png")).await;
    let told = events(&server, &token, &id).await;
    assert!(told.contains("event: ready"), "{told}");
    let (status, text) = server.get(&format!("/api/documents/{id}/text"), &token).await;
    assert_eq!(status, 200);
    assert!(text.as_str().unwrap().contains("The water is off on Monday"), "{text}");
    let response = server.post("/api/documents/search", &token, json!({ "query": "water" })).await;
    let found: Value = response.json().await.unwrap();
    assert_eq!(found["items"][0]["documentId"], id, "{found}");
    assert!(!found["items"][0]["places"][0]["boxes"].as_array().unwrap().is_empty(), "{found}");
    server.terminate().await;
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]).await;
    let token = server.sign_up().await;
    let mut damaged = fixture("sheets.xlsx");
    damaged.truncate(damaged.len() / 2);
    for (name, bytes) in [("damaged.xlsx", damaged), ("hostile.pdf", fixture("hostile-length-loop.pdf"))] {
        let id = upload(&server, &token, name, bytes).await;
        let told = events(&server, &token, &id).await;
        let document = record(&server, &token, &id).await;
        if document["status"] == "failed" {
            assert!(told.contains("event: failed"), "{told}");
            assert!(document["error"]["detail"].as_str().unwrap().len() > 20, "{document}");
            assert!(document["error"]["code"].as_str().is_some_and(|code| !code.is_empty()));
            let again = server.post(&format!("/api/documents/{id}/retry"), &token, json!({})).await;
            assert_eq!(again.status(), 202);
            assert!(events(&server, &token, &id).await.contains("event: failed"));
        } else {
            assert_eq!(document["status"], "ready", "{document}");
        }
    }
    assert_eq!(server.get("/health", &token).await.0, 200);
    server.terminate().await;
}

/// Files on which a reader works for long, or until its time is over: the server gives it a minute for each.
const SLOW: [&str; 3] = ["brackets", "a web page of divs", "a font whose code is a novel"];
/// Every so many of the damaged files.
const SAMPLE: usize = 7;

/// The hostile files that the reader's own tests read one by one, through the whole server.
#[tokio::test]
async fn hostile_files_end_with_a_reason_and_the_server_lives() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("RATE_LIMIT_ENABLED", "false"), ("KUMA_DOCUMENT_READERS", "2")];
    let server = Server::start(directory.path(), &settings).await;
    let token = server.sign_up().await;
    let mut files = crate::hostile_files::crafted();
    files.retain(|(name, _)| !SLOW.contains(&&**name));
    files.extend(crate::hostile_files::damaged().into_iter().step_by(SAMPLE));
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for (name, bytes) in files {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.clone());
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = server.http().post(format!("{}/api/documents", server.url));
        let request = request.bearer_auth(&token).multipart(form);
        let response = tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap();
        let (status, body) = (response.status().as_u16(), response.json::<Value>().await.unwrap());
        if status == 202 {
            accepted.push((name, body["document"]["id"].as_str().unwrap().to_owned()));
        } else {
            assert!(matches!(status, 415 | 422), "{name}: {status} {body}");
            assert!(body["detail"].as_str().unwrap().len() > 15, "{name}: {body}");
            refused += 1;
        }
    }
    let (mut ready, mut failed) = (0, 0);
    for (name, id) in &accepted {
        let told = events(&server, &token, id).await;
        let document = record(&server, &token, id).await;
        if document["status"] == "ready" {
            assert!(told.contains("event: ready"), "{name}: {told}");
            ready += 1;
            continue;
        }
        assert!(document["status"] == "failed" && told.contains("event: failed"), "{name}: {document}");
        let error = &document["error"];
        assert!(error["detail"].as_str().unwrap().len() > 15, "{name}: {error}");
        assert!(error["code"].as_str().is_some_and(|code| code != "internal"), "{name}: {error}");
        failed += 1;
    }
    // One end for all of them would prove nothing.
    assert!(ready >= 20 && failed >= 20 && refused >= 3, "{ready} ready, {failed} failed, {refused} refused");
    assert_eq!(server.get("/health", &token).await.0, 200);
    let good = upload(&server, &token, "good.pdf", fixture("report.pdf")).await;
    assert!(events(&server, &token, &good).await.contains("event: ready"), "it works as before");
    server.terminate().await;
}

#[tokio::test]
async fn reading_goes_on_after_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]).await;
    let token = server.sign_up().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let mut report = fixture("report.pdf");
        report.extend(format!("\n% {n}\n").bytes());
        ids.push(upload(&server, &token, &format!("{n}.pdf"), report).await);
    }
    server.kill().await;
    let server = Server::start(directory.path(), &[]).await;
    for id in &ids {
        let told = events(&server, &token, id).await;
        assert!(told.contains("event: ready"), "{told}");
    }
    server.terminate().await;
}
