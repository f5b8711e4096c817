//! Streamable HTTP.

use std::time::Duration;

use kuma_mcp::{Call, Connector, McpErrorKind, Target};
use kuma_testkit::FakeMcp;
use kuma_testkit::mcp::{McpAuth, McpEra, McpMode, McpScript};
use kuma_testkit::services::{Answer, FakeSite};
use serde_json::json;

use crate::support::{BOUND, arguments, call, connect, count, http, until};

#[tokio::test]
async fn both_eras_are_spoken() {
    for (era, version) in
        [(McpEra::Legacy, "2025-11-25"), (McpEra::Modern, "2026-07-28"), (McpEra::Both, "2026-07-28")]
    {
        let fake = FakeMcp::with(McpScript { era, ..McpScript::default() }).await;
        let connection = connect(&http(&fake.url())).await.unwrap();
        assert_eq!(connection.protocol_version().as_deref(), Some(version), "{era:?}");
        let tools = connection.tools().await.unwrap();
        // Two pages of them.
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(
            names,
            ["add_note", "delete_note", "list_notes", "get_letter", "count", "fail", "parts", "ask_me"],
            "{era:?}"
        );
        assert_eq!((tools[0].read_only, tools[2].read_only), (false, true));
        assert_eq!(tools[0].input_schema["required"], json!(["text"]));

        let noted = call(&connection, "add_note", json!({ "text": "milk" })).await.unwrap();
        assert_eq!((noted.text.as_str(), noted.is_error), ("Noted: milk", false));
        let calls = fake.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert_eq!(calls[0].idempotency_key.as_deref(), Some("key-1"));
        assert_eq!((calls[0].version.as_str(), &calls[0].arguments), (version, &json!({ "text": "milk" })));

        let failed = call(&connection, "fail", json!({ "message": "no milk" })).await.unwrap();
        assert_eq!((failed.text.as_str(), failed.is_error), ("no milk", true));
        let (counted, lines) = count(&connection, 3).await;
        assert_eq!(counted.text, "3");
        assert_eq!(lines, ["Counted 1 (33 %)", "Counted 2 (67 %)", "Counted 3 (100 %)"], "{era:?}");
        let parts = call(&connection, "parts", json!({})).await.unwrap();
        assert!(parts.text.contains("note://1:\nThe first note."), "{}", parts.text);
        assert!(parts.other_parts[0].starts_with("a picture (image/png"), "{:?}", parts.other_parts);

        let unknown = call(&connection, "nothing", json!({})).await.unwrap_err();
        assert_eq!(unknown.kind, McpErrorKind::Answered);
        assert!(unknown.sentence.contains("Unknown tool: nothing"), "{unknown}");
        connection.close().await;
    }
}

#[tokio::test]
async fn a_server_that_asks_for_a_persons_input_is_told_no() {
    let fake = FakeMcp::with(McpScript { era: McpEra::Legacy, ..McpScript::default() }).await;
    let connection = connect(&http(&fake.url())).await.unwrap();
    let asked = call(&connection, "ask_me", json!({})).await.unwrap();
    assert!(asked.text.contains("decline") || asked.text.contains("error"), "{}", asked.text);
    assert!(!asked.text.contains("accept"), "{}", asked.text);
}

#[tokio::test]
async fn a_change_of_tools_is_noticed() {
    let fake = FakeMcp::with(McpScript { era: McpEra::Legacy, ..McpScript::default() }).await;
    let connection = connect(&http(&fake.url())).await.unwrap();
    let before = connection.tools().await.unwrap();
    // The stream for what the server says by itself is opened beside the calls.
    let mut told = false;
    for round in 0..1_000 {
        fake.set(McpScript {
            era: McpEra::Legacy,
            description_suffix: format!(" {round}"),
            ..McpScript::default()
        });
        call(&connection, "list_notes", json!({})).await.unwrap();
        if connection.take_tools_changed() {
            told = true;
            break;
        }
    }
    assert!(told, "the server said so");
    let after = connection.tools().await.unwrap();
    assert_eq!(after[0].name, before[0].name);
    assert_ne!(after[0].fingerprint, before[0].fingerprint);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_cancelled() {
    let fake = FakeMcp::with(McpScript { delay_ms: 600_000, ..McpScript::default() }).await;
    let connection = connect(&http(&fake.url())).await.unwrap();
    tokio::select! {
        _ = call(&connection, "add_note", json!({ "text": "late" })) => panic!("it takes minutes"),
        () = until(|| fake.calls().len() == 1) => {}
    }
    // The connection goes on.
    fake.set(McpScript::default());
    assert_eq!(call(&connection, "list_notes", json!({})).await.unwrap().text, "");
    assert!(fake.notes().is_empty());
}

/// A call that soon asks whether the server is there.
fn impatient() -> Call<'static> {
    let patience = Duration::from_millis(500);
    Call {
        tool: "add_note",
        arguments: arguments(json!({ "text": "late" })),
        idempotency_key: "key-3",
        patience,
    }
}

#[tokio::test]
async fn a_server_that_hangs_ends_the_call() {
    for era in [McpEra::Legacy, McpEra::Modern] {
        let fake = FakeMcp::with(McpScript { era, ..McpScript::default() }).await;
        let connection = connect(&http(&fake.url())).await.unwrap();
        fake.set(McpScript { era, mode: McpMode::Hang, ..McpScript::default() });
        let called =
            tokio::time::timeout(BOUND, connection.call(impatient(), &|_| {})).await.expect("in time");
        let error = called.unwrap_err();
        assert_eq!((error.kind, error.may_have_happened), (McpErrorKind::TimedOut, true), "{era:?}: {error}");
        assert!(error.sentence.contains("silent for 0.5 seconds"), "{era:?}: {error}");
    }
}

#[tokio::test]
async fn a_tool_that_is_only_slow_is_waited_for() {
    for era in [McpEra::Legacy, McpEra::Modern] {
        let fake = FakeMcp::with(McpScript { era, delay_ms: 600_000, ..McpScript::default() }).await;
        let connection = connect(&http(&fake.url())).await.unwrap();
        let asked = || fake.requests().iter().filter(|method| *method == "tools/list").count();
        assert_eq!(asked(), 0);
        tokio::select! {
            over = connection.call(impatient(), &|_| {}) => panic!("{era:?}: the server is there: {over:?}"),
            () = until(|| asked() >= 3) => {}
        }
        assert_eq!(fake.calls().len(), 1, "{era:?}: it is called once, however often it is asked");
    }
}

#[tokio::test]
async fn what_can_go_wrong_is_told_in_words() {
    for (mode, kind, says) in [
        (McpMode::Dead, McpErrorKind::Unreachable, "status 503"),
        (McpMode::Html, McpErrorKind::Malformed, "Is the address that of its MCP endpoint?"),
    ] {
        let fake = FakeMcp::with(McpScript { mode, ..McpScript::default() }).await;
        let error = connect(&http(&fake.url())).await.err().unwrap();
        assert_eq!(error.kind, kind, "{mode:?}: {error}");
        assert!(error.sentence.contains(says), "{mode:?}: {error}");
    }
    // Nobody listens on port 1.
    let error = connect(&http("http://127.0.0.1:1/mcp")).await.err().unwrap();
    assert_eq!((error.kind, error.may_have_happened), (McpErrorKind::Unreachable, false), "{error}");
    assert!(error.sentence.contains("127.0.0.1 cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_may_have_happened() {
    let fake = FakeMcp::start().await;
    let connection = connect(&http(&fake.url())).await.unwrap();
    fake.set(McpScript { mode: McpMode::Drop, ..McpScript::default() });
    let lost = call(&connection, "add_note", json!({ "text": "once" })).await.unwrap_err();
    assert!(lost.may_have_happened, "{lost}");
    assert_eq!(
        (fake.calls_of("add_note").len(), fake.notes()),
        (1, vec!["once".to_owned()]),
        "not made again"
    );
}

#[tokio::test]
async fn headers_go_along_and_only_there() {
    let fake =
        FakeMcp::with(McpScript { auth: McpAuth::Key("s3cret".to_owned()), ..McpScript::default() }).await;
    let with = |key: &str| Target::Http {
        url: fake.url(),
        headers: vec![("x-key".to_owned(), key.to_owned().into())],
        grants: None,
    };
    assert!(connect(&with("s3cret")).await.is_ok());
    let error = connect(&with("wrong")).await.err().unwrap();
    assert!(!error.sentence.contains("wrong"), "{error}");

    // A redirect to another server gets nothing.
    let elsewhere = FakeSite::start().await;
    let site = FakeSite::start().await;
    site.put("/mcp", Answer::redirect(&format!("{}/steal", elsewhere.base_url())).status(307));
    let target = Target::Http {
        url: format!("{}/mcp", site.base_url()),
        headers: vec![("x-key".to_owned(), "s3cret".to_owned().into())],
        grants: None,
    };
    assert!(connect(&target).await.is_err());
    assert_eq!(elsewhere.connections(), 0);

    assert!(Connector::check_header("x-key", "value"));
    for (name, value) in
        [("a b", "v"), ("x-key", "a\r\nb: c"), ("Host", "v"), ("Mcp-Session-Id", "v"), ("", "v")]
    {
        assert!(!Connector::check_header(name, value), "{name}: {value}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_without_a_connection() {
    let inside = FakeSite::start().await;
    let connector = Connector::new(&"".parse().unwrap()).unwrap();
    let port = inside.address().port();
    for url in [
        format!("http://127.0.0.1:{port}/mcp"),
        format!("http://localhost:{port}/mcp"),
        format!("http://[::ffff:127.0.0.1]:{port}/mcp"),
        format!("http://2130706433:{port}/mcp"),
        format!("http://0x7f.1:{port}/mcp"),
        format!("http://user:pass@127.0.0.1:{port}/mcp"),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "not an address".to_owned(),
    ] {
        let error = connector.connect(&http(&url)).await.err().unwrap();
        assert_eq!(error.kind, McpErrorKind::Refused, "{url}: {error}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_forgotten_session_is_begun_anew() {
    let fake = FakeMcp::with(McpScript { era: McpEra::Legacy, ..McpScript::default() }).await;
    let connection = connect(&http(&fake.url())).await.unwrap();
    call(&connection, "add_note", json!({ "text": "one" })).await.unwrap();
    fake.forget_sessions();
    call(&connection, "add_note", json!({ "text": "two" })).await.unwrap();
    assert_eq!(fake.notes(), ["one", "two"], "each once");
}
