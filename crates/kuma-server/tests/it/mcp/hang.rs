//! A server that takes what it is sent and says nothing.

use std::time::Duration;

use kuma_testkit::FakeMcp;
use kuma_testkit::mcp::{McpMode, McpScript};
use serde_json::json;

use super::{Clock, add_notes, ask, calling, decide, patch, refresh, result};
use crate::support::{Options, TestServer};

#[tokio::test]
async fn a_server_that_hangs_ends_the_call_and_not_the_run() {
    let fake = FakeMcp::start().await;
    let options = Options {
        tools: vec![Clock::shared()],
        mcp_patience: Duration::from_millis(500),
        ..Options::default()
    };
    let server = TestServer::with(options).await;
    let ann = server.user("ann").await;
    let notes = add_notes(&ann, &fake).await;
    assert_eq!(patch(&ann, &notes, json!({ "trustReadOnlyHint": true })).await.status, 200);
    let events = ann.say(calling("list_notes", json!({}))).await.all().await;
    assert_eq!(result(&events)["ok"], true, "there is a connection");

    // The connection stands, and nothing comes through it any more.
    fake.set(McpScript { mode: McpMode::Hang, ..McpScript::default() });
    let events = ann.say(calling("list_notes", json!({}))).await.all().await;
    let failed = result(&events);
    assert_eq!(failed["ok"], false);
    assert!(failed["error"].as_str().unwrap().contains("notes: The server did not answer"), "{failed}");
    assert_eq!(events.last().unwrap().kind, "done", "the run goes on");
    let told = server.fake.requests().iter().any(|request| {
        let said = request.body["messages"].to_string();
        said.contains("does not answer") && said.contains("go on without its tools")
    });
    assert!(told, "the model was told");
    let listed = ann.get("/api/mcp/servers").await.json["items"][0].clone();
    assert_eq!(listed["status"], "error", "{listed}");
    assert!(listed["error"].as_str().unwrap().contains("did not answer"), "{listed}");
    // The next run does not wait for it.
    let events = ann.say(calling("list_notes", json!({}))).await.all().await;
    assert!(
        result(&events)["error"].as_str().unwrap().contains("notes cannot be reached right now"),
        "{:?}",
        result(&events)
    );

    // A write that it fell silent over is made by nobody again.
    fake.set(McpScript::default());
    assert_eq!(refresh(&ann, &notes).await["status"], "connected");
    let (job, _, asked) = ask(&ann, calling("add_note", json!({ "text": "x" }))).await;
    fake.set(McpScript { mode: McpMode::Hang, ..McpScript::default() });
    decide(&ann, &job, &asked, json!({ "decision": "approve" })).await;
    let events = ann.follow(&job, 0).await.all().await;
    let lost = result(&events);
    assert!(lost["error"].as_str().unwrap().contains("nobody knows whether it happened"), "{lost}");
}
