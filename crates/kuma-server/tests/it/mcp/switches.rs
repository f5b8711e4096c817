//! Who gets which tool of an MCP server, when a run begins and when a call is made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use kuma_agent::Tool;
use kuma_agent::tool::{DEFAULT_TIMEOUT, ToolContext, ToolError, ToolInfo, ToolOutput};
use kuma_store::{McpAddress, McpServer};
use kuma_testkit::mcp::McpScript;
use kuma_testkit::{FakeMcp, Reply};
use kuma_types::{Effect, ToolCategory, UserId};
use serde_json::{Value, json};

use super::{add, patch, refresh, result};
use crate::support::{Client, Options, TestServer};

/// The agents that do not get a tool.
fn off_for(server: &Value, tool: &str) -> Value {
    let found = server["tools"].as_array().unwrap().iter().find(|one| one["name"] == tool);
    found.unwrap_or_else(|| panic!("no {tool} in {server}"))["disabledFor"].clone()
}

/// The tools of MCP servers that an agent's model is offered in a run.
async fn offered(server: &TestServer, who: &Client, agent: &str) -> Vec<String> {
    let before = server.fake.requests().len();
    who.say(json!({ "message": "What is new?", "agentType": agent })).await.all().await;
    let sent = server.fake.requests();
    let tools = sent.iter().skip(before).filter_map(|request| request.body["tools"].as_array());
    let mut names: Vec<String> = tools
        .flatten()
        .filter_map(|tool| tool["function"]["name"].as_str()?.strip_prefix("mcp__notes__").map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn single_tools_are_switched_for_single_agents() {
    let fake = FakeMcp::start().await;
    let server = TestServer::start().await;
    let (admin, ben) = (server.user("admin").await, server.user("ben").await);
    let notes = add(&admin, json!({ "name": "notes", "url": fake.url(), "scope": "global" })).await;
    assert_eq!(off_for(&notes, "count"), json!([]), "what was granted whole is on for all");
    let all = offered(&server, &ben, "research").await;
    assert_eq!(all.len(), 8, "{all:?}");

    let body = json!({ "disabledFor": { "count": ["research", "financial"], "fail": ["research"] } });
    assert_eq!(patch(&ben, &notes, body.clone()).await.problem(403), "admin_only");
    let changed = patch(&admin, &notes, body).await;
    assert_eq!(changed.status, 200, "{}", changed.json);
    assert_eq!(off_for(&changed.json["server"], "count"), json!(["financial", "research"]));
    let of_research = offered(&server, &ben, "research").await;
    assert!(of_research.len() == 6 && !of_research.contains(&"count".to_owned()), "{of_research:?}");
    let of_financial = offered(&server, &ben, "financial").await;
    assert!(of_financial.len() == 7 && of_financial.contains(&"fail".to_owned()), "{of_financial:?}");

    // What is not named stays; an empty list takes the switch back.
    let changed =
        patch(&admin, &notes, json!({ "disabledFor": { "count": [] } })).await.json["server"].clone();
    assert_eq!((off_for(&changed, "count"), off_for(&changed, "fail")), (json!([]), json!(["research"])));
    // A tool that was not there is on for every agent that gets the server.
    let mut tools = McpScript::default().tools();
    tools.push(json!({ "name": "brand_new", "description": "New.", "inputSchema": { "type": "object" } }));
    fake.set(McpScript { tools: Some(tools), page: 50, ..McpScript::default() });
    refresh(&admin, &notes).await;
    let of_research = offered(&server, &ben, "research").await;
    assert!(of_research.contains(&"brand_new".to_owned()), "{of_research:?}");
    assert!(!of_research.contains(&"fail".to_owned()), "{of_research:?}");

    let odd = patch(&admin, &notes, json!({ "disabledFor": { "count": ["nobody"] } })).await;
    assert!(odd.field("disabledFor").contains("nobody"), "{}", odd.json);
    let log = admin.get("/api/admin/audit").await.json["items"].to_string();
    assert!(log.contains("disabledFor"), "{log}");
    // One's own servers are one's own to switch.
    let own = add(&ben, json!({ "name": "mine", "url": fake.url() })).await;
    assert_eq!(patch(&ben, &own, json!({ "disabledFor": { "count": ["router"] } })).await.status, 200);
}

/// A tool of Kuma's own in whose call something happens to a server, as another process would do it.
struct Meddler {
    info: ToolInfo,
    deed: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Meddler {
    fn shared() -> Arc<Self> {
        let info = ToolInfo {
            name: "webSearch".into(),
            display_name: "The meddler".into(),
            description: "Changes something.".into(),
            hint: None,
            category: ToolCategory::Search,
            effect: Effect::Read,
            input_schema: json!({ "type": "object", "properties": {} }),
            requires: None,
            timeout: DEFAULT_TIMEOUT,
            outside: false,
        };
        Arc::new(Self { info, deed: Mutex::default() })
    }
}

#[async_trait]
impl Tool for Meddler {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn describe(&self, _: &Value) -> String {
        "Change something".into()
    }

    fn check(&self, _: &Value) -> Result<(), ToolError> {
        Ok(())
    }

    async fn call(&self, _: &ToolContext, _: Value) -> Result<ToolOutput, ToolError> {
        let deed = self.deed.lock().unwrap().take();
        deed.expect("something to do").await;
        Ok(ToolOutput::text("changed", "Changed"))
    }
}

/// What becomes of a server; none: it is removed.
type Change = fn(McpServer, &str) -> Option<McpServer>;

/// A run offers what there was when it began; what is called is what there is.
#[tokio::test]
async fn what_changed_in_the_middle_of_a_run_counts() {
    let cases: [(&str, Change, &str); 7] = [
        ("removed", |_, _| None, "It was removed"),
        ("server off", |row, _| Some(McpServer { enabled: false, ..row }), "It is switched off now"),
        (
            "tool off",
            |row, _| Some(McpServer { disabled_tools: vec!["list_notes".into()], ..row }),
            "somebody changed in Settings",
        ),
        (
            "tool off for the agent",
            |row, _| {
                let off = BTreeMap::from([("list_notes".to_owned(), vec!["router".to_owned()])]);
                Some(McpServer { disabled_for: off, ..row })
            },
            "somebody changed in Settings",
        ),
        (
            "server of other agents",
            |row, _| Some(McpServer { agents: Some(vec!["research".into()]), ..row }),
            "somebody changed in Settings",
        ),
        (
            "not believed any more",
            |row, _| Some(McpServer { trust_read_only_hint: false, ..row }),
            "somebody changed in Settings",
        ),
        (
            "moved",
            |row, other| {
                let address = McpAddress::Http { url: other.to_owned(), headers: BTreeMap::new() };
                Some(McpServer { address, ..row })
            },
            "has changed “notes: list_notes” in the meantime",
        ),
    ];
    let meddler = Meddler::shared();
    let server =
        TestServer::with(Options { tools: vec![meddler.clone() as Arc<dyn Tool>], ..Options::default() })
            .await;
    for (number, (name, change, says)) in cases.into_iter().enumerate() {
        let (fake, other) = (FakeMcp::start().await, FakeMcp::start().await);
        let ann = server.user(&format!("ann{number}")).await;
        let notes = add(&ann, json!({ "name": "notes", "url": fake.url(), "trustReadOnlyHint": true })).await;
        let read = json!({ "message": "please [tool mcp__notes__list_notes {}]" });
        let events = ann.say(read).await.all().await;
        assert_eq!(result(&events)["ok"], true, "{name}: it is connected");

        let id = notes["id"].as_str().unwrap().parse().unwrap();
        let me = ann.get("/api/auth/me").await.json["user"]["id"].as_str().unwrap().parse().unwrap();
        let (app, other_url) = (server.app.clone(), other.url());
        *meddler.deed.lock().unwrap() = Some(Box::pin(async move {
            let servers = app.store().mcp();
            let row = servers.latest(UserId(me), id).await.unwrap();
            match change(row, &other_url) {
                Some(row) => drop(servers.update(&row).await.unwrap()),
                None => assert!(servers.delete(id).await.unwrap()),
            }
        }));
        server.fake.push(Reply::builder().tool_call("webSearch", json!({})));
        server.fake.push(Reply::builder().tool_call("mcp__notes__list_notes", json!({})));
        let events = ann.say(json!({ "message": "What is new?" })).await.all().await;
        let refused = result(&events);
        assert_eq!(refused["ok"], false, "{name}: {refused}");
        assert!(refused["error"].as_str().unwrap().contains(says), "{name}: {refused}");
        assert_eq!(events.last().unwrap().kind, "done", "{name}");
        assert_eq!((fake.calls().len(), other.calls().len()), (1, 0), "{name}");
    }
}
