//! Fake MCP servers over streamable HTTP, their login servers, and their part of the control API.
//!
//! | path | what |
//! |---|---|
//! | `/mcp/{name}` | the endpoint |
//! | `/mcp-login/{name}/…` | its login server: `register`, `authorize`, `token`, `revoke` |
//! | `/.well-known/oauth-protected-resource/mcp/{name}` | whose tokens it takes |
//! | `/.well-known/oauth-authorization-server/mcp-login/{name}` | the login server's description |

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::login::Answer;
use super::protocol::{self, Session};
use super::script::{McpAuth, McpMode, McpScript};
use super::{FakeServer, McpServers};
use crate::http_io::{self, FakeBody};
use crate::json::at;
use crate::record::lock;

/// Events as they are made.
pub(crate) struct McpBody(mpsc::UnboundedReceiver<Bytes>);

impl Body for McpBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// The answer to a request for one of these paths; none for any other.
pub(crate) async fn handle(servers: &McpServers, parts: &Parts, bytes: &Bytes) -> Option<Response<FakeBody>> {
    let path = parts.uri.path();
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let base = format!("http://{host}");
    let logs_in = |name: &&str| servers.of(name).script().auth == McpAuth::OAuth;
    if let Some(name) = path.strip_prefix("/.well-known/oauth-protected-resource/mcp/").filter(logs_in) {
        let resource = json!({
            "resource": format!("{base}/mcp/{name}"), "authorization_servers": [format!("{base}/mcp-login/{name}")],
            "scopes_supported": ["notes"],
        });
        return Some(http_io::json(StatusCode::OK, &resource));
    }
    if let Some(name) =
        path.strip_prefix("/.well-known/oauth-authorization-server/mcp-login/").filter(logs_in)
    {
        return Some(http_io::json(StatusCode::OK, &description(&base, name)));
    }
    if let Some((name, what)) = path.strip_prefix("/mcp-login/").and_then(|rest| rest.split_once('/')) {
        return Some(whole(login(&servers.of(name), &base, name, what, parts, bytes)));
    }
    let name = path.strip_prefix("/mcp/")?;
    Some(endpoint(servers.of(name), &base, name, parts, bytes).await)
}

fn description(base: &str, name: &str) -> Value {
    let issuer = format!("{base}/mcp-login/{name}");
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "registration_endpoint": format!("{issuer}/register"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "scopes_supported": ["notes"],
    })
}

fn login(fake: &FakeServer, base: &str, name: &str, what: &str, parts: &Parts, bytes: &Bytes) -> Answer {
    let script = fake.script();
    let form = |text: &[u8]| url::form_urlencoded::parse(text).into_owned().collect::<HashMap<_, _>>();
    match (&parts.method, what) {
        (&Method::POST, "register") => {
            fake.logins.register(&serde_json::from_slice(bytes).unwrap_or_default())
        }
        (&Method::GET, "authorize") => {
            let query = form(parts.uri.query().unwrap_or_default().as_bytes());
            fake.logins.authorize(&query, &format!("{base}/mcp-login/{name}"), script.consents)
        }
        (&Method::POST, "token") => fake.logins.token(&form(bytes), script.token_seconds),
        (&Method::POST, "revoke") => fake.logins.take_back(&form(bytes)),
        _ => (404, Vec::new(), json!({ "error": "not_found" })),
    }
}

fn whole((status, headers, body): Answer) -> Response<FakeBody> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = http_io::json(status, &body);
    for (name, value) in headers {
        http_io::set_header(&mut response, name, &value);
    }
    response
}

async fn endpoint(
    fake: Arc<FakeServer>,
    base: &str,
    name: &str,
    parts: &Parts,
    bytes: &Bytes,
) -> Response<FakeBody> {
    let script = fake.script();
    match script.mode {
        McpMode::Dead => return http_io::text(StatusCode::SERVICE_UNAVAILABLE, "down for maintenance"),
        McpMode::Html => {
            let page = Either::Left(Full::new(Bytes::from_static(b"<p>Hello</p>")));
            return http_io::with_kind(StatusCode::OK, "text/html", page);
        }
        McpMode::Hang => return std::future::pending().await,
        McpMode::Ok | McpMode::Drop => {}
    }
    let Ok(subject) = who(&fake, &script, parts) else {
        let mut refused = http_io::json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token" }));
        if script.auth == McpAuth::OAuth {
            let place = format!("{base}/.well-known/oauth-protected-resource/mcp/{name}");
            let challenge = format!("Bearer resource_metadata=\"{place}\", scope=\"notes\"");
            http_io::set_header(&mut refused, "www-authenticate", &challenge);
        }
        return refused;
    };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let session_id = header("mcp-session-id").map(str::to_owned);
    let session = session_id.as_ref().and_then(|id| lock(&fake.sessions).get(id).cloned());
    if session_id.is_some() && session.is_none() {
        return http_io::text(StatusCode::NOT_FOUND, "no such session");
    }
    match parts.method {
        Method::GET => match session {
            Some(session) => listen(&session),
            None => http_io::text(StatusCode::METHOD_NOT_ALLOWED, "nothing to listen to"),
        },
        Method::DELETE => {
            session_id.and_then(|id| lock(&fake.sessions).remove(&id));
            http_io::json(StatusCode::OK, &json!({}))
        }
        Method::POST => {
            let accept = header("accept").unwrap_or_default();
            if !accept.contains("application/json") || !accept.contains("text/event-stream") {
                fake.violate(format!("a POST accepts JSON and event streams, not {accept:?}"));
            }
            if !header("content-type").unwrap_or_default().starts_with("application/json") {
                fake.violate("a POST has a body of JSON");
            }
            let Ok(message) = serde_json::from_slice::<Value>(bytes) else {
                return http_io::json(
                    StatusCode::BAD_REQUEST,
                    &protocol::error(&Value::Null, -32700, "no JSON"),
                );
            };
            check_version(&fake, &message, session.as_ref(), header("mcp-protocol-version"));
            post(fake, message, session, subject, script.mode == McpMode::Drop).await
        }
        _ => http_io::text(StatusCode::METHOD_NOT_ALLOWED, "GET, POST or DELETE"),
    }
}

fn who(fake: &FakeServer, script: &McpScript, parts: &Parts) -> Result<Option<String>, ()> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    match &script.auth {
        McpAuth::None => Ok(None),
        McpAuth::Key(key) if header("x-key") == Some(key) => Ok(None),
        McpAuth::Key(_) => Err(()),
        McpAuth::OAuth => {
            let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
            token.and_then(|token| fake.logins.subject(token)).map(Some).ok_or(())
        }
    }
}

/// The header and the message name one version.
fn check_version(fake: &FakeServer, message: &Value, session: Option<&Session>, header: Option<&str>) {
    let method = message["method"].as_str().unwrap_or_default();
    let expected = protocol::version_of(message).or_else(|| session.map(|session| session.version.clone()));
    if let Some(expected) = expected
        && method != "initialize"
        && header != Some(expected.as_str())
    {
        fake.violate(format!("{method} is of version {expected}, its header says {header:?}"));
    }
}

/// Listens to what the server says by itself.
fn listen(session: &Session) -> Response<FakeBody> {
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Value>();
    let (sender, receiver) = mpsc::unbounded_channel();
    session.listen(outgoing);
    tokio::spawn(async move {
        while let Some(message) = messages.recv().await {
            if sender.send(event(&message)).is_err() {
                return;
            }
        }
    });
    stream(receiver)
}

async fn post(
    fake: Arc<FakeServer>,
    message: Value,
    session: Option<Session>,
    subject: Option<String>,
    drops: bool,
) -> Response<FakeBody> {
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Value>();
    if message.get("id").is_none() || message.get("method").is_none() {
        fake.respond(&message, session.as_ref(), subject, &outgoing).await;
        return http_io::with_kind(
            StatusCode::ACCEPTED,
            "application/json",
            Either::Left(Full::new(Bytes::new())),
        );
    }
    let method = at(&message, "/method").as_str().unwrap_or_default();
    if method != "tools/call" {
        let answer = fake.respond(&message, session.as_ref(), subject, &outgoing).await.unwrap_or_default();
        let mut response = http_io::json(StatusCode::OK, &answer);
        if method == "initialize" && answer.get("result").is_some() {
            let id = format!("session-{}", lock(&fake.requests).len());
            let version = at(&answer, "/result/protocolVersion").as_str().unwrap_or_default().to_owned();
            lock(&fake.sessions).insert(id.clone(), Session::of(version));
            http_io::set_header(&mut response, "mcp-session-id", &id);
        }
        return response;
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let work = fake.respond(&message, session.as_ref(), subject, &outgoing);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                Some(message) = messages.recv() => {
                    if sender.send(event(&message)).is_err() {
                        return;
                    }
                }
                answer = &mut work => {
                    // What was said before the answer goes out before it.
                    while let Ok(message) = messages.try_recv() {
                        drop(sender.send(event(&message)));
                    }
                    if !drops && let Some(answer) = answer {
                        drop(sender.send(event(&answer)));
                    }
                    return;
                }
                () = sender.closed() => return,
            }
        }
    });
    stream(receiver)
}

fn stream(receiver: mpsc::UnboundedReceiver<Bytes>) -> Response<FakeBody> {
    let body = Either::Right(Either::Right(McpBody(receiver)));
    http_io::with_kind(StatusCode::OK, "text/event-stream", body)
}

fn event(message: &Value) -> Bytes {
    Bytes::from(format!("event: message\ndata: {message}\n\n"))
}

/// The control API's part: `mcp/{name}` and below. None: there is no such call.
pub(crate) fn control(
    servers: &McpServers,
    method: &Method,
    rest: &[&str],
    body: &Bytes,
) -> Option<Result<Value, String>> {
    let (name, what) = rest.split_first()?;
    let fake = servers.of(name);
    Some(match (method.as_str(), what) {
        ("GET", []) => Ok(fake.state()),
        ("PUT", ["script"]) => match serde_json::from_slice::<McpScript>(body) {
            Ok(script) => {
                fake.set(script);
                Ok(json!({}))
            }
            Err(error) => Err(error.to_string()),
        },
        ("POST", ["expire"]) => {
            fake.expire_tokens();
            Ok(json!({}))
        }
        ("POST", ["revoke"]) => {
            fake.revoke_tokens();
            Ok(json!({}))
        }
        ("POST", ["forget-sessions"]) => {
            fake.forget_sessions();
            Ok(json!({}))
        }
        _ => return None,
    })
}
