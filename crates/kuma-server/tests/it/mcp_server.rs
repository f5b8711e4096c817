//! Kuma's tools for other assistants, by the Model Context Protocol. The official client talks to the
//! real server in scripts/api-clients.sh; here is what it cannot see.

use std::sync::Arc;

use http::Method;
use kuma_agent::Tool;
use kuma_types::Effect;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Echo, Options, TestServer};

const READ: &str = "webSearch";
const WRITE: &str = "sendEmail";

async fn server() -> (TestServer, Arc<Echo>, Arc<Echo>) {
    let (read, write) = (Echo::new(READ, Effect::Read), Echo::new(WRITE, Effect::Write));
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone(), write.clone()];
    (TestServer::with(Options { tools, ..Options::default() }).await, read, write)
}

fn request(client: &Client, body: &Value) -> reqwest::RequestBuilder {
    client.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream").json(body)
}

async fn rpc(client: &Client, method: &str, params: Value) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    client.send(request(client, &body)).await
}

fn names(tools: &Value) -> Vec<&str> {
    tools.as_array().unwrap().iter().filter_map(|tool| tool["name"].as_str()).collect()
}

async fn call(client: &Client, tool: &str, arguments: Value) -> Answer {
    rpc(client, "tools/call", json!({ "name": tool, "arguments": arguments })).await
}

#[tokio::test]
async fn an_assistant_lists_and_calls_what_only_reads() {
    let (server, read, write) = server().await;
    let ann = server.user("ann").await;
    let other = ann.with_key(&["mcp"]).await;
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let begun = rpc(&other, "initialize", hello).await.json["result"].clone();
    assert_eq!(
        (begun["protocolVersion"].as_str(), begun["serverInfo"]["name"].as_str()),
        (Some("2025-11-25"), Some("kuma"))
    );
    assert!(begun["capabilities"]["tools"].is_object(), "{begun}");
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(other.send(request(&other, &ready)).await.status, 202);

    let tools = rpc(&other, "tools/list", json!({})).await.json["result"]["tools"].clone();
    assert_eq!(names(&tools), [READ, "searchMemories"], "no writes, nothing saved, no documents yet");
    assert_eq!(
        (tools[0]["name"].as_str(), &tools[0]["annotations"]["readOnlyHint"]),
        (Some(READ), &json!(true))
    );
    assert_eq!(tools[0]["inputSchema"]["required"], json!(["text"]));

    let answer = call(&other, READ, json!({ "text": "bears" })).await.json["result"].clone();
    assert_eq!(answer["isError"], json!(false));
    let text = answer["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("echo: bears") && text.contains("https://example.com/page"), "{text}");
    assert_eq!(read.calls(), [json!({ "text": "bears" })]);

    // The revision without sessions, which wants no hello.
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} });
    let body = json!({ "jsonrpc": "2.0", "id": 8, "method": "tools/list", "params": { "_meta": meta } });
    let modern = request(&other, &body)
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/list");
    let modern = other.send(modern).await;
    assert_eq!(
        (modern.status, modern.json["result"]["tools"][0]["name"].as_str()),
        (200, Some(READ)),
        "{}",
        modern.json
    );
    assert!(write.calls().is_empty());
}

#[tokio::test]
async fn what_goes_wrong_is_told_to_whoever_can_mend_it() {
    let (server, _, write) = server().await;
    let ann = server.user("ann").await;
    let other = ann.with_key(&["mcp"]).await;
    // In the tool: a result for the model.
    for (text, told) in
        [(json!("fail"), "the service is away"), (json!("panic"), "fault"), (json!(7), "missing")]
    {
        let result = call(&other, READ, json!({ "text": text })).await.json["result"].clone();
        assert_eq!(result["isError"], json!(true), "{result}");
        assert!(result["content"][0]["text"].as_str().unwrap().contains(told), "{result}");
    }
    // In the call: an error of the protocol.
    for tool in ["nothing", WRITE] {
        let answer = call(&other, tool, json!({ "text": "x" })).await;
        assert_eq!(answer.json["error"]["code"], -32602, "{}", answer.json);
        assert!(answer.json["error"]["message"].as_str().unwrap().contains("no tool"), "{}", answer.json);
    }
    assert!(write.calls().is_empty(), "a write cannot be called, whatever it is called with");
    assert_eq!(rpc(&other, "resources/list", json!({})).await.json["error"]["code"], -32601);
    // At the door.
    assert_eq!(rpc(&server.anybody(), "tools/list", json!({})).await.problem(401), "session_over");
    assert_eq!(rpc(&ann.with_token("kuma_wrong"), "tools/list", json!({})).await.problem(401), "bad_api_key");
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let from = |origin: &'static str| other.send(request(&other, &list).header("origin", origin));
    assert_eq!(from("https://evil.example").await.problem(403), "origin_not_allowed");
    assert_eq!(from("null").await.problem(403), "origin_not_allowed");
    assert_eq!(from("http://localhost:3001").await.status, 200);
    let bare = other.request(Method::POST, "/mcp").json(&list);
    assert_eq!(other.send(bare).await.problem(406), "not_acceptable");
    let odd = other.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream");
    assert_eq!(
        other.send(odd.header("content-type", "text/plain").body("{}")).await.problem(415),
        "unsupported_media_type"
    );
    assert_eq!(other.send(request(&other, &json!({ "no": "rpc" }))).await.problem(400), "malformed");
    assert_eq!(other.get("/mcp").await.problem(405), "method_not_allowed");
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_gone_here_too() {
    let (server, read, _) = server().await;
    let ann = server.user("ann").await;
    let other = ann.with_key(&["mcp"]).await;
    let off = ann.patch(&format!("/api/admin/tools/{READ}"), json!({ "isActive": false })).await;
    assert_eq!(off.json["tool"]["isActive"], json!(false), "{}", off.json);
    let tools = rpc(&other, "tools/list", json!({})).await.json["result"]["tools"].clone();
    assert_eq!(names(&tools), ["searchMemories"]);
    let result = call(&other, READ, json!({ "text": "x" })).await.json["result"].clone();
    assert!(
        result["isError"] == json!(true) && result.to_string().contains("switched this tool off"),
        "{result}"
    );
    assert!(read.calls().is_empty());
}

#[tokio::test]
async fn calls_count_like_messages() {
    use kuma_server::limits::{Rate, Rates};
    let rate = |count| Rate {
        count: std::num::NonZeroU32::new(count).unwrap(),
        per: std::time::Duration::from_hours(1),
    };
    let rates = Rates { login: rate(9), signup: rate(9), chat: rate(2), upload: rate(9), api: rate(5) };
    let read = Echo::new(READ, Effect::Read);
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone()];
    let server = TestServer::with(Options { tools, rates: Some(rates), ..Options::default() }).await;
    let other = server.user("ann").await.with_key(&["mcp"]).await;
    for _ in 0..2 {
        assert_eq!(call(&other, READ, json!({ "text": "x" })).await.json["result"]["isError"], json!(false));
    }
    let refused = call(&other, READ, json!({ "text": "x" })).await;
    assert_eq!(
        (refused.status, refused.json["error"]["code"].as_i64()),
        (200, Some(-32000)),
        "{}",
        refused.json
    );
    assert_eq!(read.calls().len(), 2);
    assert_eq!(rpc(&other, "tools/list", json!({})).await.status, 200);
    let over = rpc(&other, "tools/list", json!({})).await;
    assert_eq!(over.problem(429), "rate_limited");
    assert!(over.headers.contains_key("retry-after"));
}
