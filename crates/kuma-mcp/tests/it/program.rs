//! Servers that are programs here.

use std::path::PathBuf;

use kuma_mcp::{McpErrorKind, Target};
use serde_json::{Value, json};

use crate::support::{call, connect, count, until};

/// Where the fake program is: beside the tests' own, built with the workspace.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let found =
        own.ancestors().skip(1).take(3).map(|folder| folder.join("kuma-fake-mcp")).find(|file| file.exists());
    found.unwrap_or_else(|| panic!("kuma-fake-mcp is not beside {}: build the workspace", own.display()))
}

fn target(args: &[&str]) -> Target {
    Target::Stdio {
        command: program().display().to_string(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        env: vec![("NOTES_KEY".to_owned(), "s3cret-value".to_owned().into())],
    }
}

#[tokio::test]
async fn a_program_is_spoken_to() {
    for script in ["{\"era\":\"legacy\"}", "{\"era\":\"modern\"}"] {
        let connection = connect(&target(&["--script", script])).await.unwrap();
        assert_eq!(connection.tools().await.unwrap().len(), 8, "{script}");
        assert_eq!(
            call(&connection, "add_note", json!({ "text": "milk" })).await.unwrap().text,
            "Noted: milk"
        );
        let (_, lines) = count(&connection, 2).await;
        assert_eq!(lines, ["Counted 1 (50 %)", "Counted 2 (100 %)"], "{script}");
        connection.close().await;
    }
}

#[tokio::test]
async fn its_environment_is_what_it_was_given() {
    // It says its variables and ends when its first tool is called.
    let connection = connect(&target(&["--env", "--crash", "count"])).await.unwrap();
    let error = call(&connection, "count", json!({ "to": 1 })).await.unwrap_err();
    assert_eq!((error.kind, error.may_have_happened), (McpErrorKind::Unreachable, true), "{error}");
    assert!(error.sentence.contains("exit status: 7"), "{error}");
    assert!(error.sentence.contains("variables: NOTES_KEY PATH"), "{error}");
    until(|| connection.is_closed()).await;
    assert!(connection.last_words().is_some());
}

#[tokio::test]
async fn a_program_that_fails_says_why_and_no_secret() {
    let error = connect(&target(&["--die", "cannot log in with s3cret-value\nbad key"])).await.err().unwrap();
    assert_eq!(error.kind, McpErrorKind::Unreachable);
    assert!(error.sentence.contains("exit status: 3"), "{error}");
    assert!(error.sentence.contains("cannot log in with [removed] / bad key"), "{error}");

    let missing =
        Target::Stdio { command: "kuma-no-such-program".to_owned(), args: Vec::new(), env: Vec::new() };
    let error = connect(&missing).await.err().unwrap();
    assert_eq!(error.kind, McpErrorKind::Refused);
    assert!(error.sentence.contains("there is no such program"), "{error}");
}

/// Whether a process is there and not only its remains.
fn lives(id: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn everything_that_it_started_ends_with_it() {
    for graceful in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("child");
        let connection = connect(&target(&["--child", file.to_str().unwrap()])).await.unwrap();
        let id = std::fs::read_to_string(&file).unwrap();
        assert!(lives(&id), "{id}");
        if graceful {
            connection.close().await;
        } else {
            drop(connection);
        }
        until(|| !lives(&id)).await;
    }
}

#[tokio::test]
async fn calls_are_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    let connection = connect(&target(&["--record", file.to_str().unwrap()])).await.unwrap();
    call(&connection, "add_note", json!({ "text": "a" })).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let calls: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(calls.len(), 1, "{text}");
    assert_eq!(calls[0]["_meta"]["kuma/idempotencyKey"], "key-1");
}
