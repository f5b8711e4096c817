//! What the tests have in common.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kuma_mcp::{Call, CallResult, Connection, Connector, McpError, Target};
use serde_json::{Map, Value, json};

/// How long anything may take before it counts as never.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

pub(crate) fn connector() -> Connector {
    Connector::new(&"127.0.0.1".parse().unwrap()).unwrap()
}

pub(crate) fn http(url: &str) -> Target {
    Target::Http { url: url.to_owned(), headers: Vec::new(), grants: None }
}

pub(crate) async fn connect(target: &Target) -> Result<Connection, McpError> {
    tokio::time::timeout(BOUND, connector().connect(target)).await.expect("in time")
}

pub(crate) fn arguments(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

pub(crate) async fn call(connection: &Connection, tool: &str, of: Value) -> Result<CallResult, McpError> {
    let call = Call { tool, arguments: arguments(of), idempotency_key: "key-1", patience: BOUND };
    tokio::time::timeout(BOUND, connection.call(call, &|_| {})).await.expect("in time")
}

/// Calls `count`; gives the lines about it.
pub(crate) async fn count(connection: &Connection, to: u64) -> (CallResult, Vec<String>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let arguments = arguments(json!({ "to": to }));
    let call = Call { tool: "count", arguments, idempotency_key: "key-2", patience: BOUND };
    let tell = move |line| told.lock().unwrap().push(line);
    let result = connection.call(call, &tell);
    let result = tokio::time::timeout(BOUND, result).await.expect("in time").unwrap();
    let lines = lines.lock().unwrap().clone();
    (result, lines)
}

/// Waits until something holds.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    let all = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("in time");
}
