//! MCP servers over HTTP, and what the tests of them have in common.

mod definitions;
mod hang;
mod logins;
mod programs;
mod servers;
mod switches;

use std::sync::Arc;

use async_trait::async_trait;
use kuma_agent::Tool;
use kuma_agent::tool::{DEFAULT_TIMEOUT, ToolContext, ToolError, ToolInfo, ToolOutput};
use kuma_testkit::FakeMcp;
use kuma_types::{Effect, ToolCategory};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Event, Options, TestServer};

/// A tool of Kuma's own: agents have more than those of MCP servers.
struct Clock(ToolInfo);

impl Clock {
    fn shared() -> Arc<dyn Tool> {
        Arc::new(Self(ToolInfo {
            name: "webSearch".into(),
            display_name: "The clock".into(),
            description: "Tells the time.".into(),
            hint: None,
            category: ToolCategory::Search,
            effect: Effect::Read,
            input_schema: json!({ "type": "object", "properties": {} }),
            requires: None,
            timeout: DEFAULT_TIMEOUT,
            outside: false,
        }))
    }
}

#[async_trait]
impl Tool for Clock {
    fn info(&self) -> &ToolInfo {
        &self.0
    }

    fn describe(&self, _: &Value) -> String {
        "Tell the time".into()
    }

    fn check(&self, _: &Value) -> Result<(), ToolError> {
        Ok(())
    }

    async fn call(&self, _: &ToolContext, _: Value) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::text("noon", "Noon"))
    }
}

/// A server whose agents have tools beside those of MCP servers.
async fn with_a_tool() -> TestServer {
    TestServer::with(Options { tools: vec![Clock::shared()], ..Options::default() }).await
}

/// The tools that somebody has from MCP servers.
async fn of_servers(who: &Client) -> Value {
    let listed = who.get("/api/tools").await.json["items"].clone();
    listed.as_array().unwrap().iter().filter(|tool| tool["category"] == "mcp").cloned().collect()
}

async fn add(who: &Client, body: Value) -> Value {
    let answer = who.post("/api/mcp/servers", body).await;
    assert_eq!(answer.status, 201, "{}", answer.json);
    answer.json["server"].clone()
}

async fn add_notes(who: &Client, fake: &FakeMcp) -> Value {
    add(who, json!({ "name": "notes", "url": fake.url() })).await
}

async fn refresh(who: &Client, server: &Value) -> Value {
    let id = server["id"].as_str().unwrap();
    let answer = who.post(&format!("/api/mcp/servers/{id}/refresh"), json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json["server"].clone()
}

async fn patch(who: &Client, server: &Value, body: Value) -> Answer {
    who.patch(&format!("/api/mcp/servers/{}", server["id"].as_str().unwrap()), body).await
}

fn calling(tool: &str, arguments: Value) -> Value {
    json!({ "message": format!("please [tool mcp__notes__{tool} {arguments}]") })
}

/// Says something that makes the model call a tool that asks; gives job, chat and the question.
async fn ask(who: &Client, message: Value) -> (String, String, Value) {
    let mut reader = who.say(message).await;
    let asked = reader.until("approval_required").await;
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let chat = reader.seen[0].data["chatId"].as_str().unwrap().to_owned();
    (job, chat, asked.data)
}

async fn decide(who: &Client, job: &str, asked: &Value, body: Value) {
    let call = asked["callId"].as_str().unwrap();
    let answer = who.post(&format!("/api/chat/jobs/{job}/approvals/{call}"), body).await;
    assert_eq!(answer.status, 202, "{}", answer.json);
}

/// The result of the run's only call.
fn result(events: &[Event]) -> Value {
    events
        .iter()
        .rev()
        .find(|event| event.kind == "tool_result")
        .map(|event| event.data.clone())
        .expect("a result")
}

fn tool<'a>(tools: &'a Value, name: &str) -> &'a Value {
    let found = tools.as_array().unwrap().iter().find(|tool| tool["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {tools}"))
}
