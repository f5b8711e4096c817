//! Recorded event streams of runs that call tools: approvals, a specialist at work, citations.
//!
//! The agents of a new server may use tools of certain names only, so the write tool here bears one of
//! them; in the recordings it has the name of what it does.

use std::sync::Arc;

use async_trait::async_trait;
use kuma_agent::Tool;
use kuma_agent::tool::{DEFAULT_TIMEOUT, ToolContext, ToolError, ToolInfo, ToolOutput};
use kuma_testkit::{Piece, Reply, ToolCall};
use kuma_types::{Effect, Provenance, Source, SourceAt, ToolCategory};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::fixtures::{check, titled};
use crate::support::{Client, Event, Events, Options, TestServer};

const SEND: &str = "getPageContent";
const SEARCH: &str = "webSearch";
const PAGE: &str = "https://bears.example/sleep";

/// Sends mail, or so it says.
struct Send(ToolInfo);

/// Finds one page, when it is let.
struct Search(ToolInfo, Arc<Notify>);

fn info(
    name: &str,
    display_name: &str,
    category: ToolCategory,
    effect: Effect,
    properties: &Value,
) -> ToolInfo {
    ToolInfo {
        name: name.into(),
        display_name: display_name.into(),
        description: format!("{display_name}."),
        hint: None,
        category,
        effect,
        input_schema: json!({ "type": "object", "properties": properties }),
        requires: None,
        timeout: DEFAULT_TIMEOUT,
        outside: effect == Effect::Read,
    }
}

#[async_trait]
impl Tool for Send {
    fn info(&self) -> &ToolInfo {
        &self.0
    }

    fn describe(&self, arguments: &Value) -> String {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        format!("Send “{}” to {}", text("subject"), text("to"))
    }

    fn check(&self, arguments: &Value) -> Result<(), ToolError> {
        let ok = arguments["to"].as_str().is_some_and(|to| to.contains('@'));
        if ok { Ok(()) } else { Err(ToolError::bad_arguments("`to` is no address")) }
    }

    async fn call(&self, _: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        let to = arguments["to"].as_str().unwrap_or_default();
        let output = ToolOutput::text(format!("Sent to {to}."), format!("Sent to {to}"));
        Ok(ToolOutput { result: json!({ "messageId": "m-1" }), ..output })
    }
}

#[async_trait]
impl Tool for Search {
    fn info(&self) -> &ToolInfo {
        &self.0
    }

    fn describe(&self, arguments: &Value) -> String {
        format!("Search the web for “{}”", arguments["query"].as_str().unwrap_or_default())
    }

    fn check(&self, _: &Value) -> Result<(), ToolError> {
        Ok(())
    }

    async fn call(&self, context: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        context.progress.say("Asking the search engine");
        self.1.notified().await;
        let text = "Bears sleep through the winter because food is scarce.";
        let title = "How bears sleep".to_owned();
        Ok(ToolOutput {
            content: text.into(),
            result: json!({
                "provider": "Exa", "query": arguments["query"], "failed": [], "notices": [],
                "results": [{ "title": title, "url": PAGE, "snippet": text }],
            }),
            summary: "1 result from Exa".into(),
            sources: vec![Source { title, at: SourceAt::Url(PAGE.into()), page: None, text: text.into() }],
            provenance: Some(Provenance::of("bears.example")),
        })
    }
}

/// A server with both tools; the second value lets a search go on.
async fn server() -> (TestServer, Arc<Notify>) {
    let go_on = Arc::new(Notify::new());
    let words = json!({ "type": "string" });
    let mail = json!({ "to": words, "subject": words, "body": words });
    let tools: Vec<Arc<dyn Tool>> = vec![
        Arc::new(Search(
            info(SEARCH, "Search the web", ToolCategory::Search, Effect::Read, &json!({ "query": words })),
            Arc::clone(&go_on),
        )),
        Arc::new(Send(info(SEND, "Send mail", ToolCategory::Gmail, Effect::Write, &mail))),
    ];
    (TestServer::with(Options { tools, ..Options::default() }).await, go_on)
}

fn call(id: &str, tool: &str, arguments: Value) -> Piece {
    Piece::ToolCall(ToolCall { id: id.into(), ..ToolCall::new(tool, arguments) })
}

fn mail() -> Value {
    json!({ "to": "ada@example.org", "subject": "Hello", "body": "Hi Ada" })
}

/// What was recorded, with the write tool under its own name.
fn recorded(name: &str, events: &[Event]) {
    let named = |event: &Event| {
        let data = event.data.to_string().replace(SEND, "sendEmail");
        Event { data: serde_json::from_str(&data).unwrap(), ..event.clone() }
    };
    check(name, &events.iter().map(named).collect::<Vec<_>>());
}

/// Reads until the run waits for a decision, and decides.
async fn decide(user: &Client, reader: &mut Events, body: Value) {
    let asked = reader.until("approval_required").await;
    while reader.until("status").await.data["status"] != "WAITING_APPROVAL" {}
    let job = reader.seen[0].data["jobId"].as_str().unwrap();
    let call = asked.data["callId"].as_str().unwrap();
    let answer = user.post(&format!("/api/chat/jobs/{job}/approvals/{call}"), body).await;
    assert_eq!(answer.status, 202, "{}", answer.json);
}

#[tokio::test]
async fn approved_with_a_change_and_denied_with_a_reason() {
    let (server, _) = server().await;
    let ann = server.user("ann").await;
    let chat = titled(&ann).await;
    let edited = json!({ "to": "ada@example.org", "subject": "Hello", "body": "Dear Ada" });
    for (name, decision, end) in [
        ("approval", json!({ "decision": "approve", "arguments": edited }), " It is sent."),
        ("approval-denied", json!({ "decision": "deny", "reason": "not today" }), " I have not sent it."),
    ] {
        server.fake.push(
            Reply::builder().delta("I have written it.").piece(call("call_1", SEND, mail())).usage(60, 20),
        );
        server.fake.push(Reply::builder().delta(end).usage(80, 6));
        let mut reader = ann.say(json!({ "message": "Write to Ada", "chatId": chat })).await;
        decide(&ann, &mut reader, decision).await;
        recorded(name, &reader.all().await);
    }
}

#[tokio::test]
async fn a_write_after_text_from_outside() {
    let (server, go_on) = server().await;
    let ann = server.user("ann").await;
    let chat = titled(&ann).await;
    server
        .fake
        .push(Reply::builder().piece(call("call_1", SEARCH, json!({ "query": "bears" }))).usage(50, 9));
    server.fake.push(Reply::builder().piece(call("call_2", SEND, mail())).usage(70, 12));
    server.fake.push(Reply::builder().delta("Sent.").usage(90, 3));
    let mut reader = ann.say(json!({ "message": "Find bears, write to Ada", "chatId": chat })).await;
    reader.until("tool_progress").await;
    go_on.notify_one();
    decide(&ann, &mut reader, json!({ "decision": "approve" })).await;
    recorded("approval-tainted", &reader.all().await);
}

#[tokio::test]
async fn a_specialist_searches_and_asks_and_is_cited() {
    let (server, go_on) = server().await;
    let ann = server.user("ann").await;
    let chat = titled(&ann).await;
    let task = json!({ "agent": "research", "task": "Find out why bears sleep, and mail it to Ada." });
    server.fake.push(
        Reply::builder().delta("I ask research.").piece(call("call_1", "delegate", task)).usage(50, 12),
    );
    server.fake.push(
        Reply::builder().piece(call("call_2", SEARCH, json!({ "query": "why bears sleep" }))).usage(40, 8),
    );
    server.fake.push(Reply::builder().piece(call("call_3", SEND, mail())).usage(60, 14));
    server.fake.push(
        Reply::builder()
            .delta("They sleep because [1: \"food is scarce\"] there is little to eat.")
            .usage(80, 12),
    );
    server.fake.push(
        Reply::builder().delta(" Because of hunger [1: \"because food is scarce\"], mostly.").usage(100, 11),
    );
    let mut reader = ann.say(json!({ "message": "Why do bears sleep?", "chatId": chat })).await;
    reader.until("tool_progress").await;
    go_on.notify_one();
    decide(&ann, &mut reader, json!({ "decision": "approve" })).await;
    recorded("delegation", &reader.all().await);
}
