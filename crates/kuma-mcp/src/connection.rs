//! One connection to one server.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use kuma_net::{AllowList, ClientError, Refusal};
use reqwest::Client;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, CustomResult, ListToolsRequest,
    PaginatedRequestParams, ProgressToken, ProtocolVersion, RequestMetaObject, ServerResult, Tool,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt as _, PeerRequestOptions, RequestHandle, RoleClient,
    RunningService, ServiceError,
};
use rmcp::transport::IntoTransport;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::auth::{AuthClient, OAuthHttpClient};
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransport, StreamableHttpClientTransportConfig,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

use crate::bounds;
use crate::child::Child;
use crate::definition::Definition;
use crate::error::{McpError, McpErrorKind};
use crate::handler::Handler;
use crate::http_client::Guarded;
use crate::login::{self, Callback, Grant, GrantStore, Identity, PendingLogin};
use crate::result::CallResult;

/// The most pages of a list of tools.
const PAGES: usize = 20;
/// The longest that a silent server may take to show that it is there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// Requests to one server at once. One that only slow calls are made of must still be asked whether it is there.
const AT_ONCE: usize = 64;

/// How a server is reached.
pub enum Target {
    /// Over streamable HTTP.
    Http {
        /// Where.
        url: String,
        /// Headers of every request.
        headers: Vec<(String, SecretString)>,
        /// The person's grant, where the server wants a login.
        grants: Option<Arc<dyn GrantStore>>,
    },
    /// As a child process.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Its environment, beside `PATH`.
        env: Vec<(String, SecretString)>,
    },
}

/// Makes connections. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    http: Guarded,
}

impl Connector {
    /// `allow`: what may be reached although it is private.
    pub fn new(allow: &AllowList) -> Result<Self, ClientError> {
        Ok(Self { http: Guarded::new(allow)? })
    }

    /// Reads an address and says whether it may be called, as far as that can be said without looking up its name.
    pub fn check(&self, url: &str) -> Result<Url, Refusal> {
        self.http.check(url)
    }

    /// Whether a header can be sent with every request: its name and value are such, and it is none that the
    /// protocol uses itself.
    pub fn check_header(name: &str, value: &str) -> bool {
        const OWN: [&str; 11] = [
            "accept",
            "content-type",
            "content-length",
            "host",
            "connection",
            "transfer-encoding",
            "te",
            "upgrade",
            "mcp-session-id",
            "mcp-protocol-version",
            "last-event-id",
        ];
        let name = HeaderName::from_bytes(name.as_bytes()).ok();
        name.is_some_and(|name| !OWN.contains(&name.as_str())) && HeaderValue::from_str(value).is_ok()
    }

    /// Connects and agrees on a version of the protocol. The caller bounds the time; dropping this leaves nothing
    /// behind.
    pub async fn connect(&self, target: &Target) -> Result<Connection, McpError> {
        match target {
            Target::Http { url, headers, grants } => self.connect_http(url, headers, grants.as_ref()).await,
            Target::Stdio { command, args, env } => connect_stdio(command, args, env).await,
        }
    }

    async fn connect_http(
        &self,
        url: &str,
        headers: &[(String, SecretString)],
        grants: Option<&Arc<dyn GrantStore>>,
    ) -> Result<Connection, McpError> {
        let url = self.allowed(url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let headers: HashMap<HeaderName, HeaderValue> = headers
            .iter()
            .filter_map(|(name, value)| {
                let mut value = HeaderValue::from_str(value.expose_secret()).ok()?;
                value.set_sensitive(true);
                Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
            })
            .collect();
        let config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
            .custom_headers(headers)
            .max_sse_event_size(bounds::MESSAGE)
            .max_json_response_size(bounds::MESSAGE)
            .max_error_response_size(2_000)
            .max_concurrent_requests(AT_ONCE);
        let client: Client = self.http.same.http_client();
        let manager = match grants {
            Some(grants) => login::manager(self.oauth(), &url, Arc::clone(grants)).await?,
            None => None,
        };
        let handler = Handler::default();
        let started = match manager {
            Some(manager) => {
                let client = AuthClient::new(client, manager);
                start(&handler, StreamableHttpClientTransport::with_client(client, config), &host).await
            }
            None => start(&handler, StreamableHttpClientTransport::with_client(client, config), &host).await,
        };
        Ok(Connection { service: started?, handler, child: None, host })
    }

    /// Begins a login; gives the address for the person's browser and the state it will come back with.
    pub async fn begin_login(
        &self,
        url: &str,
        challenge: Option<&str>,
        identity: &Identity,
    ) -> Result<(String, String, PendingLogin), McpError> {
        login::begin(self.oauth(), &self.allowed(url)?, challenge, identity).await
    }

    /// Ends a login with what the browser brought back.
    pub async fn finish_login(
        &self,
        url: &str,
        pending: PendingLogin,
        callback: &Callback,
    ) -> Result<Grant, McpError> {
        login::finish(self.oauth(), &self.allowed(url)?, pending, callback).await
    }

    /// Asks the login server to take a grant back, where it offers that.
    pub async fn revoke(&self, grant: &Grant) -> Result<(), McpError> {
        login::revoke(&self.http, grant).await
    }

    fn oauth(&self) -> Arc<dyn OAuthHttpClient> {
        Arc::new(self.http.clone())
    }

    fn allowed(&self, url: &str) -> Result<Url, McpError> {
        self.check(url).map_err(|refusal| McpError::new(McpErrorKind::Refused, refusal.to_string()))
    }
}

async fn connect_stdio(
    command: &str,
    args: &[String],
    env: &[(String, SecretString)],
) -> Result<Connection, McpError> {
    let (child, stdout, stdin) = Child::start(command, args, env)?;
    let transport =
        AsyncRwTransport::<RoleClient, _, _>::new(stdout, stdin).with_max_line_length(bounds::MESSAGE);
    let handler = Handler::default();
    match start(&handler, transport, command).await {
        Ok(service) => Ok(Connection { service, handler, child: Some(child), host: command.to_owned() }),
        Err(error) => Err(match child.last_words_soon().await {
            Some(words) => McpError::new(McpErrorKind::Unreachable, words),
            None => error,
        }),
    }
}

fn start<T, E, A>(
    handler: &Handler,
    transport: T,
    host: &str,
) -> impl Future<Output = Result<RunningService<RoleClient, Handler>, McpError>> + Send
where
    T: IntoTransport<RoleClient, E, A> + Send,
    E: std::error::Error + Send + Sync + 'static,
{
    let lifecycle = ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        legacy_version: Some(ProtocolVersion::V_2025_11_25),
    };
    let (handler, host) = (handler.clone(), host.to_owned());
    async move {
        let started = handler.serve_with_lifecycle(transport, lifecycle).await;
        started.map_err(|error| McpError::of_start(&error, &host))
    }
}

/// One call of a tool.
#[derive(Debug)]
pub struct Call<'a> {
    /// The tool's name at the server.
    pub tool: &'a str,
    /// What it is called with.
    pub arguments: Map<String, Value>,
    /// The same for every attempt at this call; goes along as `kuma/idempotencyKey` in `_meta`.
    pub idempotency_key: &'a str,
    /// How long the server may be silent, without an answer and without a word on how far it is, before it is asked
    /// whether it is there at all.
    pub patience: Duration,
}

/// A server that is ready. When this is dropped, the connection is closed and a child process ends.
pub struct Connection {
    service: RunningService<RoleClient, Handler>,
    handler: Handler,
    child: Option<Child>,
    host: String,
}

impl Connection {
    /// Whether it can not be used any more.
    pub fn is_closed(&self) -> bool {
        self.service.is_closed() || self.service.peer().is_transport_closed()
    }

    /// Why it was closed, as far as a child process has said.
    pub fn last_words(&self) -> Option<String> {
        self.child.as_ref().and_then(Child::last_words)
    }

    /// Whether the server has said that its tools are others now, since this was asked last.
    pub fn take_tools_changed(&self) -> bool {
        self.handler.take_tools_changed()
    }

    /// The version of the protocol that was agreed on.
    pub fn protocol_version(&self) -> Option<String> {
        self.service.peer().peer_info().map(|info| info.protocol_version.as_str().to_owned())
    }

    /// The server's tools; those that make no sense are left out, and what is too much is cut.
    pub async fn tools(&self) -> Result<Vec<Definition>, McpError> {
        let mut tools: Vec<Definition> = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let params = PaginatedRequestParams::default().with_cursor(cursor.take());
            let request = ListToolsRequest::with_param(params);
            let answer = self.send(ClientRequest::ListToolsRequest(request)).await?;
            let (page, next) = read_page(answer)?;
            for tool in page {
                if tools.len() < bounds::TOOLS && tools.iter().all(|known| known.name != tool.name) {
                    tools.push(tool);
                }
            }
            cursor = next.filter(|next| !next.is_empty());
            if cursor.is_none() || tools.len() >= bounds::TOOLS {
                break;
            }
        }
        Ok(tools)
    }

    /// Calls a tool, once. `on_progress` gets lines for people. Dropping this tells the server that nobody waits
    /// any more. A tool may take as long as its caller waits; a server that shows no sign of life ends the call.
    pub async fn call(
        &self,
        call: Call<'_>,
        on_progress: &(dyn Fn(String) + Send + Sync),
    ) -> Result<CallResult, McpError> {
        let patience = call.patience;
        let heard = Notify::new();
        let tell = |line| {
            heard.notify_one();
            on_progress(line);
        };
        let work = self.make(call, &tell);
        let silence = tokio::time::sleep(patience);
        tokio::pin!(work, silence);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = heard.notified() => {}
                () = &mut silence => tokio::select! {
                    biased;
                    done = &mut work => return done,
                    lives = self.lives(patience) => if !lives {
                        return Err(McpError::silent(patience));
                    },
                },
            }
            silence.as_mut().reset(Instant::now() + patience);
        }
    }

    async fn make(
        &self,
        call: Call<'_>,
        on_progress: &(dyn Fn(String) + Send + Sync),
    ) -> Result<CallResult, McpError> {
        let mut meta = Map::new();
        meta.insert("kuma/idempotencyKey".to_owned(), Value::from(call.idempotency_key));
        let params = CallToolRequestParams::new(call.tool.to_owned()).with_arguments(call.arguments);
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let options = PeerRequestOptions::no_options().with_meta(RequestMetaObject::from(meta));
        let mut pending = self.begin(request, options).await?;
        let mut lines = self.handler.follow(&pending.token);
        let answer = loop {
            tokio::select! {
                biased;
                answer = pending.answer() => break answer,
                text = lines.next() => on_progress(text),
            }
        };
        while let Some(text) = lines.try_next() {
            on_progress(text);
        }
        match answer {
            Ok(answer) => read_result(answer),
            Err(error) => Err(self.failed(&error).await),
        }
    }

    /// Whether the server says anything at all. Asked for what every version of the protocol has: its tools; pings
    /// are only in the older ones.
    async fn lives(&self, patience: Duration) -> bool {
        let request = ListToolsRequest::with_param(PaginatedRequestParams::default());
        let asked = self.send(ClientRequest::ListToolsRequest(request));
        match tokio::time::timeout(patience.min(SIGN_OF_LIFE), asked).await {
            Ok(Ok(_)) => true,
            // Even a no is a word.
            Ok(Err(error)) => {
                use McpErrorKind::{Answered, Malformed, NeedsAuth};
                matches!(error.kind, Answered | Malformed | NeedsAuth)
            }
            Err(_silent) => false,
        }
    }

    /// Closes it in good order: a child process gets a moment to end by itself.
    pub async fn close(self) {
        let Self { service, child, .. } = self;
        // An error means that it was closed already.
        drop(service.cancel().await);
        if let Some(child) = child {
            child.end().await;
        }
    }

    async fn send(&self, request: ClientRequest) -> Result<ServerResult, McpError> {
        let mut pending = self.begin(request, PeerRequestOptions::no_options()).await?;
        match pending.answer().await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failed(&error).await),
        }
    }

    async fn begin(&self, request: ClientRequest, options: PeerRequestOptions) -> Result<Pending, McpError> {
        match self.service.peer().send_request_with_option(request, options).await {
            Ok(handle) => Ok(Pending { token: handle.progress_token.clone(), handle: Some(handle) }),
            // Nothing left this process.
            Err(error) => Err(McpError { may_have_happened: false, ..self.failed(&error).await }),
        }
    }

    async fn failed(&self, error: &ServiceError) -> McpError {
        let error = McpError::of_request(error, &self.host);
        if error.kind != McpErrorKind::Unreachable {
            return error;
        }
        let words = match &self.child {
            Some(child) => child.last_words_soon().await,
            None => None,
        };
        match words {
            Some(words) => McpError {
                may_have_happened: error.may_have_happened,
                ..McpError::new(McpErrorKind::Unreachable, words)
            },
            None => error,
        }
    }
}

/// A request that is under way. Dropped before its answer, it is cancelled at the server.
struct Pending {
    token: ProgressToken,
    handle: Option<RequestHandle<RoleClient>>,
}

impl Pending {
    async fn answer(&mut self) -> Result<ServerResult, ServiceError> {
        let Some(handle) = &mut self.handle else { return Err(ServiceError::TransportClosed) };
        let answer = (&mut handle.rx).await.unwrap_or(Err(ServiceError::TransportClosed));
        self.handle = None;
        answer
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            tokio::spawn(async move {
                // A server that is gone has nothing to cancel.
                drop(handle.cancel(Some("nobody waits for it any more".to_owned())).await);
            });
        }
    }
}

/// One page of a list of tools, read leniently: one tool that makes no sense does not hide the others.
fn read_page(answer: ServerResult) -> Result<(Vec<Definition>, Option<String>), McpError> {
    match answer {
        ServerResult::ListToolsResult(list) => {
            Ok((list.tools.iter().filter_map(Definition::of).collect(), list.next_cursor))
        }
        ServerResult::CustomResult(CustomResult(value)) => {
            let Some(tools) = value.get("tools").and_then(Value::as_array) else {
                return Err(McpError::malformed("it lists no tools"));
            };
            let tools = tools.iter().filter_map(|tool| {
                let mut tool = tool.clone();
                if !tool.get("inputSchema").is_some_and(Value::is_object) {
                    tool.as_object_mut()?.insert("inputSchema".to_owned(), Value::Object(Map::new()));
                }
                let tool: Tool = serde_json::from_value(tool).ok()?;
                Definition::of(&tool)
            });
            let next = value.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
            Ok((tools.collect(), next))
        }
        ServerResult::EmptyResult(_) => Ok((Vec::new(), None)),
        _ => Err(McpError::malformed("it lists no tools")),
    }
}

fn read_result(answer: ServerResult) -> Result<CallResult, McpError> {
    let odd = |what: &str| McpError { may_have_happened: true, ..McpError::malformed(what) };
    match answer {
        ServerResult::CallToolResult(result) => Ok(CallResult::of(result)),
        ServerResult::InputRequiredResult(_) => Err(McpError {
            may_have_happened: true,
            ..McpError::new(
                McpErrorKind::Answered,
                "The server asked for input in the middle of the call. Kuma does not pass such questions on, so the call was not finished.",
            )
        }),
        ServerResult::CreateTaskResult(_) => Err(odd("it began a task that nobody asked for")),
        // A result without content reads like other answers.
        other => {
            let value = serde_json::to_value(&other).map_err(|_| odd("its result cannot be read"))?;
            let result: CallToolResult =
                serde_json::from_value(value).map_err(|_| odd("its result is none of a tool"))?;
            Ok(CallResult::of(result))
        }
    }
}
