//! The control API under `/_fake/`, for tests that run the fakes as a process.
//!
//! | call | body | what it does |
//! |---|---|---|
//! | `GET health` | | says that it runs |
//! | `POST {vendor}/replies` | a reply, or a list | puts replies at the end of the queue |
//! | `GET {vendor}/replies` | | how many are left |
//! | `POST {vendor}/rules` | `{contains, reply, times?}` | answers matching requests, before the queue |
//! | `DELETE {vendor}/script` | | forgets queue, rules and failure |
//! | `POST {vendor}/failure` | `{failure: {status, message?, code?, retry_after?}, times?}` | fails every request |
//! | `DELETE {vendor}/failure` | | stops failing |
//! | `PUT {vendor}/keys` | `"any_but_bad"` or `{"only": […]}` | which keys are good |
//! | `PUT {vendor}/models` | list of ids | which models exist |
//! | `GET gates/{id}` | | what happened at the gate (made when first named) |
//! | `POST gates/{id}/release` | `{count}` (1 if left out) | lets deltas go |
//! | `POST gates/{id}/open` | | lets everything go |
//! | `GET gates/{id}/wait?for=…&timeout_ms=…` | | waits until `started`, `blocked`, `disconnected`, `finished` or `passed:N`; 408 if not in time |
//! | `GET requests?vendor=…` | | the last requests, keys redacted |
//! | `DELETE requests` | | forgets them |
//! | `GET violations?vendor=…` | | rules broken |
//! | `DELETE violations` | | forgets them |
//! | `GET connections` | | `{open, total, streams}` |
//! | `GET mcp/{name}` | | script, calls, notes, requests and violations of the fake MCP server at `/mcp/{name}` |
//! | `PUT mcp/{name}/script` | a script | how it behaves from now on |
//! | `POST mcp/{name}/expire`, `revoke`, `forget-sessions` | | its access tokens, all its tokens, its sessions are over |
//! | `POST reset` | | everything as at the start |
//!
//! A reply is the JSON of [`Reply`], with one field more: `gate`, the id of a gate that holds it. Errors are
//! `{"error": "…"}` with 400, 404 or 408.

use crate::gate::{Gate, GateState};
use crate::http_io::{FakeBody, json};
use crate::json::at;
use crate::mcp;
use crate::record::lock;
use crate::reply::{Failure, Reply};
use crate::script::Rule;
use crate::shared::{Keys, Shared};
use crate::vendor::Vendor;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// A status other than 200 and a sentence.
struct Problem(StatusCode, String);

type Answer = Result<Value, Problem>;

pub(crate) async fn handle(shared: &Shared, parts: &Parts, path: &str, body: &Bytes) -> Response<FakeBody> {
    let query = parts.uri.query().unwrap_or_default();
    match dispatch(shared, &parts.method, path, query, body).await {
        Ok(value) => json(StatusCode::OK, &value),
        Err(Problem(status, message)) => json(status, &json!({"error": message})),
    }
}

async fn dispatch(shared: &Shared, method: &Method, path: &str, query: &str, body: &Bytes) -> Answer {
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => Ok(json!({"ok": true})),
        ("POST", ["reset"]) => {
            shared.reset();
            Ok(json!({}))
        }
        ("GET", ["connections"]) => Ok(json!(shared.connections())),
        ("GET", ["requests"]) => {
            let requests = shared.records.requests(vendor_param(query)?);
            Ok(requests.iter().map(crate::record::Recorded::to_json).collect())
        }
        ("DELETE", ["requests"]) => {
            shared.records.forget_requests();
            Ok(json!({}))
        }
        ("GET", ["violations"]) => Ok(json!(shared.records.violations(vendor_param(query)?))),
        ("DELETE", ["violations"]) => {
            shared.records.forget_violations(vendor_param(query)?);
            Ok(json!({}))
        }
        (_, ["mcp", rest @ ..]) => {
            let answer = mcp::control(&shared.mcp, method, rest, body);
            answer.ok_or_else(|| not_found(path))?.map_err(bad)
        }
        (_, ["gates", id, rest @ ..]) => gate(&shared.gate(id), method, rest, query, body).await,
        (_, [vendor, what]) => {
            let vendor = Vendor::by_name(vendor).ok_or_else(|| not_found(path))?;
            script(shared, vendor, method, what, body)
        }
        _ => Err(not_found(path)),
    }
}

fn script(shared: &Shared, vendor: Vendor, method: &Method, what: &str, body: &Bytes) -> Answer {
    let state = shared.vendor(vendor);
    match (method.as_str(), what) {
        ("POST", "replies") => {
            let replies = match read::<Value>(body)? {
                Value::Array(replies) => replies,
                one => vec![one],
            };
            // All are understood before the first is taken.
            let replies: Vec<Reply> =
                replies.into_iter().map(|r| reply(shared, r)).collect::<Result<_, _>>()?;
            for reply in replies {
                state.script.push(reply);
            }
            Ok(json!({"queued": state.script.queued()}))
        }
        ("GET", "replies") => Ok(json!({"queued": state.script.queued()})),
        ("POST", "rules") => {
            let mut value: Value = read(body)?;
            let scripted = reply(shared, value.get_mut("reply").map(Value::take).unwrap_or_default())?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("reply".to_owned(), json!({}));
            }
            let rule: Rule = parse(value)?;
            state.script.rule(Rule { reply: scripted, ..rule });
            Ok(json!({}))
        }
        ("DELETE", "script") => {
            state.script.clear();
            Ok(json!({}))
        }
        ("POST", "failure") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Set {
                failure: Failure,
                #[serde(default)]
                times: Option<u32>,
            }
            let set: Set = read(body)?;
            state.script.fail(Some(set.failure), set.times);
            Ok(json!({}))
        }
        ("DELETE", "failure") => {
            state.script.fail(None, None);
            Ok(json!({}))
        }
        ("PUT", "keys") => {
            *lock(&state.keys) = read::<Keys>(body)?;
            Ok(json!({}))
        }
        ("PUT", "models") => {
            *lock(&state.models) = read::<Vec<String>>(body)?;
            Ok(json!({}))
        }
        _ => Err(not_found(what)),
    }
}

async fn gate(gate: &Gate, method: &Method, rest: &[&str], query: &str, body: &Bytes) -> Answer {
    match (method.as_str(), rest) {
        ("GET" | "POST", []) => {}
        ("POST", ["release"]) => {
            let count =
                if body.is_empty() { 1 } else { at(&read::<Value>(body)?, "/count").as_u64().unwrap_or(1) };
            gate.release(count as usize);
        }
        ("POST", ["open"]) => gate.open(),
        ("GET", ["wait"]) => wait(gate, query).await?,
        _ => return Err(not_found(&rest.join("/"))),
    }
    Ok(json!(gate.state()))
}

async fn wait(gate: &Gate, query: &str) -> Result<(), Problem> {
    let what = param(query, "for").unwrap_or("disconnected");
    let patience: u64 = param(query, "timeout_ms").and_then(|t| t.parse().ok()).unwrap_or(10_000);
    let passed: Option<usize> = what.strip_prefix("passed:").and_then(|n| n.parse().ok());
    let met = |s: &GateState| match (what, passed) {
        ("started", _) => s.attached > 0,
        ("blocked", _) => s.waiting > 0,
        ("disconnected", _) => s.disconnected > 0,
        ("finished", _) => s.finished > 0,
        (_, Some(count)) => s.passed >= count,
        _ => false,
    };
    if passed.is_none() && !["started", "blocked", "disconnected", "finished"].contains(&what) {
        return Err(bad(format!("cannot wait for `{what}`")));
    }
    if gate.wait(Duration::from_millis(patience), met).await {
        return Ok(());
    }
    let state = json!(gate.state());
    Err(Problem(StatusCode::REQUEST_TIMEOUT, format!("`{what}` did not happen in {patience} ms: {state}")))
}

/// A reply with its gate, which goes by a name here.
fn reply(shared: &Shared, mut value: Value) -> Result<Reply, Problem> {
    let gate = match value.as_object_mut().and_then(|fields| fields.remove("gate")) {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(shared.gate(&id)),
        Some(other) => return Err(bad(format!("`gate` is the id of a gate, not {other}"))),
    };
    let reply: Reply = parse(value)?;
    Ok(Reply { gate, ..reply })
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|e| bad(e.to_string()))
}

fn parse<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|e| bad(e.to_string()))
}

fn bad(message: String) -> Problem {
    Problem(StatusCode::BAD_REQUEST, message)
}

fn not_found(what: &str) -> Problem {
    Problem(StatusCode::NOT_FOUND, format!("the control API has no `{what}`"))
}

fn param<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v))
}

fn vendor_param(query: &str) -> Result<Option<Vendor>, Problem> {
    match param(query, "vendor") {
        None => Ok(None),
        Some(name) => Vendor::by_name(name).map(Some).ok_or_else(|| bad(format!("no vendor `{name}`"))),
    }
}
