//! What a server says of its tools is text from outside.

use kuma_testkit::FakeMcp;
use serde_json::json;

use super::{add, add_notes, ask, calling, decide, result};
use crate::support::{TestServer, kinds};

#[tokio::test]
async fn what_somebodys_server_says_cannot_wish_for_writes_of_another() {
    let (fake, wiki, tickets) = (FakeMcp::start().await, FakeMcp::start().await, FakeMcp::start().await);
    let server = TestServer::start().await;
    let (admin, ann) = (server.user("admin").await, server.user("ann").await);
    add_notes(&ann, &fake).await;
    let (job, _, asked) = ask(&ann, calling("add_note", json!({ "text": "first" }))).await;
    decide(&ann, &job, &asked, json!({ "decision": "approve", "remember": true })).await;
    ann.follow(&job, 0).await.all().await;

    // Alone, and beside what the operator has added, an allowance holds.
    add(&admin, json!({ "name": "wiki", "url": wiki.url(), "scope": "global" })).await;
    let events = ann.say(calling("add_note", json!({ "text": "second" }))).await.all().await;
    assert!(!kinds(&events).contains(&"approval_required"), "{:?}", kinds(&events));
    assert_eq!(result(&events)["ok"], true);

    add(&ann, json!({ "name": "tickets", "url": tickets.url() })).await;
    let (job, _, asked) = ask(&ann, calling("add_note", json!({ "text": "third" }))).await;
    let reason = asked["reason"].as_str().unwrap();
    assert!(reason.contains("This answer read what the MCP server “tickets” says of its tools"), "{reason}");
    decide(&ann, &job, &asked, json!({ "decision": "deny" })).await;
    ann.follow(&job, 0).await.all().await;
    assert_eq!(fake.notes(), ["first", "second"]);

    // What a schema says in sentences is inside the fence with the rest.
    let sent = server.fake.requests();
    let offered = sent.iter().rev().find_map(|request| request.body["tools"].as_array()).unwrap();
    let note = offered.iter().find(|tool| tool["function"]["name"] == "mcp__notes__add_note").unwrap();
    assert_eq!(note["function"]["parameters"]["properties"]["text"], json!({ "type": "string" }));
    let said = note["function"]["description"].as_str().unwrap();
    assert!(said.starts_with("<outside-") && said.contains("- text: What to note."), "{said}");
}

#[tokio::test]
async fn a_refusal_that_quotes_a_schema_is_fenced_and_taints() {
    let fake = FakeMcp::start().await;
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    add_notes(&ann, &fake).await;
    let events = ann.say(calling("add_note", json!({}))).await.all().await;
    assert_eq!(result(&events)["ok"], false);
    let sent = server.fake.requests();
    let mut results =
        sent.iter().flat_map(|request| request.body["messages"].as_array().into_iter().flatten());
    let refused = results.rfind(|message| message["role"] == "tool").unwrap()["content"].to_string();
    assert!(refused.contains("`text` is missing") && refused.contains("It takes: "), "{refused}");
    assert!(refused.contains("<outside-"), "{refused}");
    assert!(fake.calls().is_empty());
}
