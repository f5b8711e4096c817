//! The record of what tools changed: who, what, with what, and what came of it; never secrets.

use std::sync::Arc;

use kuma_agent::Tool;
use kuma_testkit::FakeMcp;
use kuma_types::Effect;
use serde_json::{Value, json};

use crate::support::{Client, Echo, Options, TestServer};

/// A tool that changes something, under a name that the first agents may use.
const WRITE: &str = "getPageContent";
/// What must not be in the record, each in the middle of a text.
const SECRETS: [&str; 3] = ["4111 1111 1111 1111", "hunter2", "sk-proj-abcdefghij0123456789"];

fn with_secrets(text: &str) -> String {
    let [card, password, key] = SECRETS;
    format!("{text}: card {card}, my password is {password}, the key is {key}")
}

fn without(text: &str) -> String {
    format!("{text}: card [secret], my password is [secret], the key is [secret]")
}

/// The record. The first account is the administrator.
async fn record(admin: &Client) -> Vec<Value> {
    admin.get("/api/admin/audit?limit=100").await.json["items"].as_array().unwrap().clone()
}

/// The one entry of that action about a call.
fn entry<'a>(record: &'a [Value], action: &str, call: &str) -> &'a Value {
    let mut found =
        record.iter().filter(|entry| entry["action"] == action && entry["details"]["callId"] == call);
    let entry = found.next().unwrap_or_else(|| panic!("no {action} in {record:?}"));
    assert!(found.next().is_none(), "{action} twice in {record:?}");
    entry
}

async fn id_of(who: &Client) -> Value {
    who.get("/api/auth/me").await.json["user"]["id"].clone()
}

/// Has a tool called, decides about it, and gives the run and the call.
async fn call(who: &Client, tool: &str, arguments: &Value, decision: Value) -> (String, String) {
    let mut reader = who.say(json!({ "message": format!("please [tool {tool} {arguments}]") })).await;
    let asked = reader.until("approval_required").await.data;
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let call = asked["callId"].as_str().unwrap().to_owned();
    let answer = who.post(&format!("/api/chat/jobs/{job}/approvals/{call}"), decision).await;
    assert_eq!(answer.status, 202, "{}", answer.json);
    who.follow(&job, 0).await.all().await;
    (job, call)
}

#[tokio::test]
async fn every_write_is_on_record_whatever_came_of_it() {
    let write = Echo::new(WRITE, Effect::Write);
    let tools: Vec<Arc<dyn Tool>> = vec![write.clone()];
    let server = TestServer::with(Options { tools, ..Options::default() }).await;
    let (ann, ben) = (server.user("ann").await, server.user("ben").await);
    let id = id_of(&ben).await;
    let approve = || json!({ "decision": "approve" });
    let edited = json!({ "text": with_secrets("edited"), "apiKey": "k-2" });
    let cases = [
        (json!({ "text": with_secrets("plain"), "apiKey": "k-1" }), approve(), json!({ "is": "done" })),
        (
            json!({ "text": "draft" }),
            json!({ "decision": "approve", "arguments": edited }),
            json!({ "is": "done" }),
        ),
        (json!({ "text": with_secrets("denied") }), json!({ "decision": "deny" }), json!({ "is": "denied" })),
        (json!({ "text": "fail" }), approve(), json!({ "is": "failed", "error": "upstream" })),
        // It was begun, and nobody knows what it did before it broke.
        (json!({ "text": "panic" }), approve(), json!({ "is": "unknown" })),
    ];
    for (arguments, decision, outcome) in cases {
        let (job, call) = call(&ben, WRITE, &arguments, decision.clone()).await;
        let entries = record(&ann).await;
        let granted = decision["decision"] == "approve";
        let word = if granted { "approval.granted" } else { "approval.denied" };
        let (decided, called) = (entry(&entries, word, &call), entry(&entries, "tool.called", &call));
        let is_edited = decision["arguments"].is_object();
        let kept = match arguments["text"].as_str().unwrap().split(':').next().unwrap() {
            "plain" => json!({ "text": without("plain"), "apiKey": "[secret]" }),
            "draft" => json!({ "text": without("edited"), "apiKey": "[secret]" }),
            "denied" => json!({ "text": without("denied") }),
            other => json!({ "text": other }),
        };
        for entry in [decided, called] {
            let details = &entry["details"];
            assert_eq!((&entry["userId"], &entry["subject"]), (&id, &json!(WRITE)), "{entry}");
            assert_eq!((&details["jobId"], &details["callId"]), (&json!(job), &json!(call)), "{entry}");
            if granted || entry == called {
                assert_eq!(details["arguments"], kept, "{entry}");
            }
        }
        let details = &called["details"];
        assert_eq!((&details["outcome"], &details["edited"]), (&outcome, &json!(is_edited)), "{called}");
        assert!(details["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{called}");
    }
    assert_eq!(write.calls()[0]["apiKey"], "k-1", "the tool got what was kept out of the record");
    assert_eq!(write.calls()[1], edited);
    let entries = record(&ann).await;
    assert_eq!(entries.iter().filter(|entry| entry["action"] == "tool.called").count(), 5);
    let all = json!(entries).to_string();
    assert!(SECRETS.iter().chain(&["k-1", "k-2"]).all(|secret| !all.contains(secret)), "{all}");
}

#[tokio::test]
async fn writes_at_other_programs_are_on_record_too() {
    let fake = FakeMcp::start().await;
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let added = ann.post("/api/mcp/servers", json!({ "name": "notes", "url": fake.url() })).await;
    assert_eq!(added.status, 201, "{}", added.json);
    let text = with_secrets("milk");
    let tool = "mcp__notes__add_note";
    let (job, call) = call(&ann, tool, &json!({ "text": text }), json!({ "decision": "approve" })).await;
    assert_eq!(fake.calls()[0].arguments, json!({ "text": text }), "the server got all of it");
    let entries = record(&ann).await;
    let called = entry(&entries, "tool.called", &call);
    assert_eq!((&called["userId"], &called["subject"]), (&id_of(&ann).await, &json!(tool)), "{called}");
    let details = &called["details"];
    assert_eq!(details["jobId"], json!(job));
    assert_eq!(details["arguments"], json!({ "text": without("milk") }));
    assert_eq!(details["outcome"], json!({ "is": "done" }));
    // The server says again what it was told; people see that in the chat, and nobody in the record.
    assert!(fake.notes()[0].contains("hunter2"), "{:?}", fake.notes());
    let all = json!(entries).to_string();
    assert!(SECRETS.iter().all(|secret| !all.contains(secret)), "{all}");
}
