//! The server that every fake service runs on.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::answer::{Answer, AnswerBody, Content};
use crate::record::lock;

const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What makes one service different from another.
pub trait Service: Send + Sync + 'static {
    /// For messages: `Exa`.
    const NAME: &'static str;

    /// What is wrong with a request, by the service's rules and by ours.
    fn check(&self, request: &Seen) -> Vec<String>;

    /// Whether the service would turn the request away for its key.
    fn refuses_key(&self, request: &Seen) -> bool {
        let _ = request;
        false
    }

    /// What it answers when a test has not said.
    fn answer(&self, request: &Seen) -> Answer;

    /// Its error body for a status.
    fn failure(&self, status: u16) -> Value;
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Seen {
    /// The first value of a header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What is at a JSON pointer of the body; null if nothing is.
    pub fn at(&self, pointer: &str) -> &Value {
        crate::json::at(&self.json, pointer)
    }

    /// The fields of a form body, decoded, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// A running fake. Dropping it ends it, and fails the test if a request broke the rules.
pub struct FakeService<S: Service> {
    address: SocketAddr,
    shared: Arc<Shared<S>>,
    accepting: JoinHandle<()>,
}

struct Shared<S> {
    service: S,
    script: Mutex<Script>,
    requests: Mutex<Vec<Seen>>,
    violations: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

#[derive(Default)]
struct Script {
    queue: VecDeque<Answer>,
    always: Option<Answer>,
}

impl<S: Service> FakeService<S> {
    /// Starts `service` on a random port of `127.0.0.1`.
    ///
    /// # Panics
    /// When no port can be bound.
    pub async fn start_with(service: S) -> Self {
        Self::start_on(service, Ipv4Addr::LOCALHOST).await
    }

    /// Starts `service` on a random port of another loopback address.
    ///
    /// # Panics
    /// When no port can be bound.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its fake")]
    pub async fn start_on(service: S, address: Ipv4Addr) -> Self {
        let listener = TcpListener::bind((address, 0)).await.expect("a loopback port for the fake");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            service,
            script: Mutex::default(),
            requests: Mutex::default(),
            violations: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The service's own state.
    pub fn service(&self) -> &S {
        &self.shared.service
    }

    /// Answers the next request like this; several are taken in turn.
    pub fn push(&self, answer: Answer) {
        lock(&self.shared.script).queue.push_back(answer);
    }

    /// Answers every request like this once the queue is empty, until it is taken back with `None`.
    pub fn always(&self, answer: impl Into<Option<Answer>>) {
        lock(&self.shared.script).always = answer.into();
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.requests).clone()
    }

    /// The one request so far.
    ///
    /// # Panics
    /// When there is none or more than one.
    pub fn single_request(&self) -> Seen {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "expected one request to {}", S::NAME);
        requests.remove(0)
    }

    /// TCP connections since the start, whether something was sent on them or not.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// The rules broken so far, forgotten with this call: for a test that breaks them on purpose.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.shared.violations))
    }
}

impl<S: Service> Drop for FakeService<S> {
    fn drop(&mut self) {
        self.accepting.abort();
        if !std::thread::panicking() {
            let violations = lock(&self.shared.violations).clone();
            assert!(violations.is_empty(), "requests to {} broke rules: {violations:#?}", S::NAME);
        }
    }
}

async fn accept<S: Service>(listener: TcpListener, shared: Arc<Shared<S>>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        // Out of file descriptors is the one error here, and the test that waits for an answer says so.
        let Ok((stream, _)) = listener.accept().await else { return };
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(handle(&shared, request).await) }
            });
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // Clients that vanish and connections cut by a script end here.
            drop(served.await);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn handle<S: Service>(shared: &Shared<S>, request: Request<Incoming>) -> Response<AnswerBody> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default();
    let seen = Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: parts.headers,
        json: serde_json::from_slice(&body).unwrap_or(Value::Null),
        body,
    };
    lock(&shared.requests).push(seen.clone());
    let broken = shared.service.check(&seen);
    let refused = !broken.is_empty();
    lock(&shared.violations)
        .extend(broken.into_iter().map(|rule| format!("{} {}: {rule}", seen.method, seen.path)));
    let answer = if refused {
        Answer::failure(400)
    } else if shared.service.refuses_key(&seen) {
        Answer::failure(401)
    } else {
        scripted(shared).unwrap_or_else(|| shared.service.answer(&seen))
    };
    respond(shared, answer).await
}

fn scripted<S>(shared: &Shared<S>) -> Option<Answer> {
    let mut script = lock(&shared.script);
    script.queue.pop_front().or_else(|| script.always.clone())
}

async fn respond<S: Service>(shared: &Shared<S>, answer: Answer) -> Response<AnswerBody> {
    if let Some(gate) = &answer.gate {
        gate.pass().await;
    }
    let body = match answer.content {
        Content::Whole(bytes) => AnswerBody::Whole(Some(bytes)),
        Content::Failure => {
            AnswerBody::Whole(Some(Bytes::from(shared.service.failure(answer.status).to_string())))
        }
        Content::Hang => std::future::pending().await,
        Content::Stall(bytes) => AnswerBody::Stall(Some(bytes)),
        Content::Cut(bytes) => AnswerBody::Cut(Some(bytes), false),
        Content::Endless(bytes) => AnswerBody::Endless(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        // A header that is none would be a bug of a test's script; the bytes of a location may be anything else.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
