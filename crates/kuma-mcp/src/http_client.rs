//! The guarded clients: every byte over HTTP goes through one of them, logins included.

use std::time::Duration;

use http::Response;
use kuma_net::{AllowList, ClientError, GuardOptions, GuardedClient, Refusal, read_limited};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Request};
use rmcp::transport::auth::{
    OAuthHttpClient, OAuthHttpClientError, OAuthHttpClientFuture, OAuthHttpRedirectPolicy, OAuthHttpRequest,
};
use url::Url;

use crate::error::{McpError, McpErrorKind};

/// The largest answer of a login server, in bytes.
const LOGIN_ANSWER: usize = 256 * 1024;
/// How long a login server may take.
const LOGIN_TIME: Duration = Duration::from_secs(15);

/// Two clients of the same guard.
#[derive(Clone)]
pub(crate) struct Guarded {
    /// Follows redirects that stay with the server and keep the request: `/mcp` → `/mcp/`.
    pub(crate) same: GuardedClient,
    /// Follows none.
    stop: GuardedClient,
}

impl Guarded {
    pub(crate) fn new(allow: &AllowList) -> Result<Self, ClientError> {
        let client = |max_redirects| {
            GuardedClient::new(GuardOptions {
                allow: allow.clone(),
                max_redirects,
                same_origin: true,
                ..GuardOptions::default()
            })
        };
        Ok(Self { same: client(3)?, stop: client(0)? })
    }

    /// Sends a form; an answer other than 2xx is an error.
    pub(crate) async fn post_form(&self, address: &str, form: String) -> Result<(), McpError> {
        let refused = |why: String| McpError::new(McpErrorKind::Refused, why);
        let request = self.stop.request(Method::POST, address).map_err(|error| refused(error.to_string()))?;
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let sent = tokio::time::timeout(LOGIN_TIME, self.stop.send(request)).await;
        let answer = sent
            .map_err(|_| McpError::timed_out(LOGIN_TIME.as_secs()))?
            .map_err(|error| McpError::new(McpErrorKind::Unreachable, error.to_string()))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let status = answer.status().as_u16();
        Err(McpError::new(McpErrorKind::Answered, format!("The login server answered with status {status}.")))
    }

    pub(crate) fn check(&self, address: &str) -> Result<Url, Refusal> {
        self.same.check(address)
    }
}

impl OAuthHttpClient for Guarded {
    fn execute(&self, asked: OAuthHttpRequest) -> OAuthHttpClientFuture<'_> {
        Box::pin(async move {
            let client = match asked.redirect_policy {
                OAuthHttpRedirectPolicy::Follow => &self.same,
                _ => &self.stop,
            };
            let request = Request::try_from(asked.request).map_err(boxed)?;
            // The library follows what servers name: each address is checked like the first.
            client.check(request.url().as_str()).map_err(boxed)?;
            let sent = client.http_client().execute(request);
            let answer = tokio::time::timeout(LOGIN_TIME, sent).await.map_err(boxed)?.map_err(boxed)?;
            let mut response = Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                response = response.header(name, value);
            }
            let body = read_limited(answer, LOGIN_ANSWER, LOGIN_TIME).await.map_err(boxed)?;
            if body.truncated {
                return Err("the answer is too long".into());
            }
            response.body(body.bytes.to_vec()).map_err(boxed)
        })
    }
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> OAuthHttpClientError {
    Box::new(error)
}
