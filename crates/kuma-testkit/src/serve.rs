//! The HTTP server of the fakes, and the way of one request through it.

use crate::check::{self, Seen};
use crate::control;
use crate::default_reply::{default_reply, side_job};
use crate::http_io::{FakeBody, json, set_header, text, with_kind};
use crate::mcp;
use crate::plan::{Plan, PlanBody};
use crate::prompt::Prompt;
use crate::record::{Ending, Exchange, lock};
use crate::reply::{Failure, Reply};
use crate::route::{Dialect, Endpoint, ErrorStyle, NoRoute, Route, route, style_of};
use crate::shared::Shared;
use crate::vendor::Vendor;
use crate::wire::{self, embeddings, error, models};
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Either, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Bodies with images inside are large, but not larger than this.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The one vendor to play at `/`; `None`: all of them, each under `/{name}`.
    pub vendor: Option<Vendor>,
    /// The port on the loopback address; 0 for any that is free.
    pub port: u16,
    /// How many of the last requests to keep for reading. 0 keeps none, which is the cheapest.
    pub keep_requests: usize,
    /// Whether requests are checked against the vendors' rules.
    pub check: bool,
}

/// A running server. Ends when dropped.
pub struct Server {
    address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Binds and serves on the current Tokio runtime.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options.vendor, options.keep_requests, options.check));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, Arc::clone(&shared)));
        } else {
            // Out of file descriptors: the next connection to close makes room.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _open = shared.connected();
    // Each delta is to leave at once. Failing to set it means that the peer has gone.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(handle(&shared, request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // Clients that vanish and connections cut by a script end here; both are recorded by the body's guard.
    drop(served.await);
}

async fn handle(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<FakeBody> {
    let (parts, body) = request.into_parts();
    let bytes = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(bytes) => bytes.to_bytes(),
        Err(_) => return text(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or broke off"),
    };
    let path = parts.uri.path();
    if let Some(rest) = path.strip_prefix("/_fake/") {
        let rest = rest.to_owned();
        return control::handle(shared, &parts, &rest, &bytes).await;
    }
    if let Some(answer) = mcp::handle(&shared.mcp, &parts, &bytes).await {
        return answer;
    }
    let (vendor, path) = match shared.single {
        Some(vendor) => (vendor, path.to_owned()),
        None => match split_prefix(path) {
            Some(found) => found,
            None => return text(StatusCode::NOT_FOUND, "no vendor of that name; try /openai/v1/models"),
        },
    };
    answer(shared, vendor, &path, &parts, &bytes).await
}

/// `/openai/v1/models` is `/v1/models` of OpenAI.
fn split_prefix(path: &str) -> Option<(Vendor, String)> {
    let (name, rest) = path.strip_prefix('/')?.split_once('/').unwrap_or((path.strip_prefix('/')?, ""));
    Some((Vendor::by_name(name)?, format!("/{rest}")))
}

async fn answer(
    shared: &Arc<Shared>,
    vendor: Vendor,
    path: &str,
    parts: &Parts,
    bytes: &Bytes,
) -> Response<FakeBody> {
    let parsed: Option<Value> = serde_json::from_slice(bytes).ok();
    let null = Value::Null;
    let body = parsed.as_ref().unwrap_or(&null);
    let query = parts.uri.query().unwrap_or_default();
    let full = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let (number, exchange) = shared.records.add(vendor, &parts.method, full, &parts.headers, body);
    let call = Call { shared, vendor, style: style_of(vendor, path), number, exchange };

    let Route { endpoint, .. } = match route(vendor, &parts.method, path) {
        Ok(route) => route,
        Err(missing) => return call.no_route(missing, path, &parts.method),
    };
    let style = call.style;
    let seen = Seen {
        vendor,
        style,
        endpoint: &endpoint,
        headers: &parts.headers,
        query,
        body,
        json: parsed.is_some(),
    };
    if let Err(failure) = check::auth(shared, &seen, path) {
        return call.fail(&failure);
    }
    if shared.check
        && let Err(failure) = check::request(shared, &seen, path)
    {
        return call.fail(&failure);
    }
    if let Some(failure) = shared.vendor(vendor).script.take_failure() {
        return call.fail(&failure);
    }
    match endpoint {
        Endpoint::Chat { dialect, path_model, path_stream } => {
            let sse = query.split('&').any(|p| p == "alt=sse");
            let prompt = Prompt::read(dialect, body, path_model.as_deref(), path_stream, sse);
            call.chat(&prompt).await
        }
        other => call.plain(other, body, parts),
    }
}

/// One request on its way to an answer.
struct Call<'a> {
    shared: &'a Arc<Shared>,
    vendor: Vendor,
    style: ErrorStyle,
    number: u64,
    exchange: Exchange,
}

impl Call<'_> {
    async fn chat(self, prompt: &Prompt) -> Response<FakeBody> {
        if let Some(missing) = self.unknown_model(&prompt.model) {
            return missing;
        }
        let script = &self.shared.vendor(self.vendor).script;
        let reply = script
            .take(prompt, side_job(prompt).is_some())
            .unwrap_or_else(|| default_reply(self.shared, self.vendor, prompt));
        if let Some(failure) = &reply.fail {
            return self.fail(failure);
        }
        if reply.hang {
            let _ends = EndOnDrop(&self.exchange);
            return std::future::pending().await;
        }
        let plan = self.plan(reply, prompt);
        let kind = match (prompt.stream, prompt.dialect) {
            (false, _) => "application/json",
            (true, Dialect::Ollama) => "application/x-ndjson",
            (true, Dialect::Gemini) if !prompt.sse => "application/json",
            (true, _) => "text/event-stream; charset=utf-8",
        };
        let body = PlanBody::new(plan, self.exchange.clone(), &self.shared.streams);
        self.tagged(with_kind(StatusCode::OK, kind, Either::Right(Either::Left(body))))
    }

    fn plan(&self, reply: Reply, prompt: &Prompt) -> Plan {
        let steps = match &reply.cache_key {
            Some(key) => {
                // Everything that changes the frames; the rate does not.
                let key = format!(
                    "{:?} {} {} {} {} {:?} {key}",
                    prompt.dialect,
                    prompt.model,
                    prompt.stream,
                    prompt.include_usage,
                    prompt.sse,
                    reply.split
                );
                self.shared.rendered(key, || wire::render(&reply, prompt, "shared").into())
            }
            None => wire::render(&reply, prompt, &self.number.to_string()).into(),
        };
        let interval = reply.rate.filter(|r| *r > 0.0).map(|rate| Duration::from_secs_f64(1.0 / rate));
        Plan { steps, interval, gate: reply.gate }
    }

    fn plain(&self, endpoint: Endpoint, body: &Value, parts: &Parts) -> Response<FakeBody> {
        let known = lock(&self.shared.vendor(self.vendor).models).clone();
        let body_model = || body["model"].as_str().unwrap_or_default().to_owned();
        let answer = match endpoint {
            Endpoint::Models => models::list(self.style, &known),
            Endpoint::Model(id) => {
                if let Some(missing) = self.unknown_model(&id) {
                    return missing;
                }
                models::one(self.style, &id)
            }
            Endpoint::CountTokens { path_model } => {
                let is_gemini = path_model.is_some();
                if let Some(missing) = self.unknown_model(&path_model.unwrap_or_else(body_model)) {
                    return missing;
                }
                let tokens = body.to_string().len().div_ceil(4);
                if is_gemini { json!({"totalTokens": tokens}) } else { json!({"input_tokens": tokens}) }
            }
            Endpoint::Embed { form, path_model } => {
                let model = path_model.unwrap_or_else(body_model);
                if let Some(missing) = self.unknown_model(&model) {
                    return missing;
                }
                embeddings::answer(form, body, &model)
            }
            Endpoint::OllamaShow => {
                if let Some(missing) = self.unknown_model(&body_model()) {
                    return missing;
                }
                models::ollama_show(&body_model())
            }
            Endpoint::OllamaTags => models::ollama_tags(&known),
            Endpoint::OllamaPs => json!({"models": []}),
            Endpoint::OllamaVersion => json!({"version": "0.32.0"}),
            Endpoint::OllamaRoot | Endpoint::Chat { .. } => {
                self.exchange.end(Ending::Finished);
                return text(StatusCode::OK, "Ollama is running");
            }
        };
        self.exchange.end(Ending::Finished);
        let status = StatusCode::OK;
        if parts.method == http::Method::HEAD {
            return self.tagged(with_kind(status, "application/json", Either::Left(Bytes::new().into())));
        }
        self.tagged(json(status, &answer))
    }

    fn unknown_model(&self, model: &str) -> Option<Response<FakeBody>> {
        let known = lock(&self.shared.vendor(self.vendor).models);
        // Ollama reads a name without a tag as `:latest`.
        let latest = format!("{model}:latest");
        let is_known = known.iter().any(|m| m == model || (self.vendor == Vendor::Ollama && *m == latest));
        if is_known || model.starts_with("fake-") {
            return None;
        }
        let message = match self.style {
            ErrorStyle::OpenAi => {
                format!("The model `{model}` does not exist or you do not have access to it.")
            }
            ErrorStyle::Anthropic => format!("model: {model}"),
            ErrorStyle::Gemini => format!(
                "models/{model} is not found for API version v1beta, or is not supported for generateContent. \
                 Call ListModels to see the list of available models and their supported methods."
            ),
            ErrorStyle::Ollama => format!("model '{model}' not found"),
        };
        Some(self.fail(&Failure::status(404).message(message)))
    }

    fn no_route(&self, missing: NoRoute, path: &str, method: &http::Method) -> Response<FakeBody> {
        let what = match missing {
            NoRoute::UnknownPath => "unknown path",
            NoRoute::WrongMethod => "wrong method",
        };
        if self.shared.check {
            self.shared.violate(self.vendor, path, format!("{what}: {method} {path}"));
        }
        let status = if missing == NoRoute::WrongMethod { 405 } else { 404 };
        self.fail(&Failure::status(status).message(format!("Invalid URL ({method} {path})")))
    }

    fn fail(&self, failure: &Failure) -> Response<FakeBody> {
        self.exchange.end(Ending::Finished);
        let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = error::body(self.style, failure, &self.request_id());
        let mut response = self.tagged(json(status, &body));
        if let Some(seconds) = failure.retry_after {
            set_header(&mut response, "retry-after", &seconds.to_string());
        }
        response
    }

    fn request_id(&self) -> String {
        format!("req_fake_{}", self.number)
    }

    fn tagged(&self, mut response: Response<FakeBody>) -> Response<FakeBody> {
        let name = match self.style {
            ErrorStyle::OpenAi => "x-request-id",
            ErrorStyle::Anthropic => "request-id",
            ErrorStyle::Gemini | ErrorStyle::Ollama => return response,
        };
        set_header(&mut response, name, &self.request_id());
        response
    }
}

/// For an answer that never begins.
struct EndOnDrop<'a>(&'a Exchange);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end(Ending::Disconnected);
    }
}
