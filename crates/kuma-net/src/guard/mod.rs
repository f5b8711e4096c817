//! The guard for calls that a model or a user can steer: they reach the public internet and nothing else.
//!
//! Three gates, each for what the others cannot see. The address itself (scheme, credentials, port, names of the
//! inside, literal addresses in any notation) is checked before anything happens and again at every redirect; the
//! addresses that a name resolves to are checked by the resolver that the connection uses, so nothing can change
//! between check and use; and no proxy is used, because a proxy would resolve names by itself.
//!
//! Called by whoever fetches what somebody else named: pages, MCP servers, webhooks.

mod address;
mod allow;
mod check;
mod resolve;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Method, RequestBuilder, Response};
use url::Url;

pub use address::is_public;
pub use allow::{AllowList, AllowListError};
pub use check::Refusal;
pub use resolve::{Lookup, SystemLookup};

use crate::client::{ClientError, ClientOptions, built, direct, root_cause};
use resolve::{GuardedResolver, Unresolved};

/// How a guarded client behaves.
#[derive(Clone)]
pub struct GuardOptions {
    /// What may be reached although it is private.
    pub allow: AllowList,
    /// How names are looked up.
    pub lookup: Arc<dyn Lookup>,
    /// How long to wait for a connection, look-up and TLS included.
    pub connect_timeout: Duration,
    /// How many redirects are followed, each checked like the first address. 0: none, the redirect is the answer.
    pub max_redirects: usize,
    /// Whether only redirects are followed that stay with the same scheme, host and port and keep method and body
    /// (307, 308); any other is the answer. For requests that carry secrets in headers of their own.
    pub same_origin: bool,
    /// The `User-Agent` of its requests.
    pub user_agent: String,
}

impl Default for GuardOptions {
    fn default() -> Self {
        Self {
            allow: AllowList::default(),
            lookup: Arc::new(SystemLookup),
            connect_timeout: Duration::from_secs(10),
            max_redirects: 5,
            same_origin: false,
            user_agent: crate::USER_AGENT.to_owned(),
        }
    }
}

/// A client for addresses that somebody else named. Clones share its connections.
#[derive(Clone)]
pub struct GuardedClient {
    client: Client,
    allow: Arc<AllowList>,
}

/// A steered call that gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The guard did not let it through; nothing was sent to where it led.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such name.
    #[error("There is no server of the name {0}. Check the address.")]
    NoSuchHost(String),
    /// Nobody answered in time.
    #[error("{0} did not answer in time.")]
    TimedOut(String),
    /// No connection, or it broke.
    #[error("{host} cannot be reached: {reason}.")]
    Unreachable {
        /// Who was called.
        host: String,
        /// The innermost cause.
        reason: String,
    },
}

impl GuardedClient {
    /// Builds one; one per purpose is enough.
    pub fn new(options: GuardOptions) -> Result<Self, ClientError> {
        let allow = Arc::new(options.allow);
        let resolver = GuardedResolver { lookup: options.lookup, allow: Arc::clone(&allow) };
        let connection =
            ClientOptions { connect_timeout: options.connect_timeout, ..ClientOptions::default() };
        let builder = direct(&connection)?
            .user_agent(&options.user_agent)
            .referer(false)
            .dns_resolver(Arc::new(resolver))
            .redirect(redirects(options.max_redirects, options.same_origin, Arc::clone(&allow)));
        Ok(Self { client: built(builder)?, allow })
    }

    /// Reads an address and says whether it may be called, as far as that can be said without looking up its name.
    pub fn check(&self, address: &str) -> Result<Url, Refusal> {
        check::check_text(address, &self.allow)
    }

    /// A request to `address`, if that may be called. To be sent with [`GuardedClient::send`].
    pub fn request(&self, method: Method, address: &str) -> Result<RequestBuilder, Refusal> {
        let url = self.check(address)?;
        Ok(self.client.request(method, url))
    }

    /// Sends a request and says what went wrong in words for people.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        let request = request.build().map_err(|error| FetchError::Unreachable {
            host: error.url().map(host_of).unwrap_or_default(),
            reason: root_cause(&error.without_url()),
        })?;
        check::check(request.url(), &self.allow)?;
        let first = host_of(request.url());
        self.client.execute(request).await.map_err(|error| explain(error, first))
    }

    /// The client inside, for libraries that want to send by themselves. Redirects and names are guarded in it; the
    /// first address is not, and must have passed [`GuardedClient::check`].
    pub fn http_client(&self) -> Client {
        self.client.clone()
    }
}

fn redirects(most: usize, same_origin: bool, allow: Arc<AllowList>) -> Policy {
    Policy::custom(move |attempt| {
        if most == 0 || same_origin && !stays(&attempt) {
            return attempt.stop();
        }
        if attempt.previous().len() > most {
            return attempt.error(Refusal::TooManyRedirects(most));
        }
        match check::check(attempt.url(), &allow) {
            Ok(()) => attempt.follow(),
            Err(refusal) => attempt.error(refusal),
        }
    })
}

/// Whether a redirect asks for the same of the same server.
fn stays(attempt: &Attempt<'_>) -> bool {
    let from = attempt.previous().last().map(Url::origin);
    from.is_some_and(|from| from == attempt.url().origin()) && matches!(attempt.status().as_u16(), 307 | 308)
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Finds what happened at the bottom of a library's error.
fn explain(error: reqwest::Error, first: String) -> FetchError {
    let host = error.url().map_or(first, host_of);
    if let Some(found) = found_below(&error) {
        return found;
    }
    if error.is_timeout() {
        return FetchError::TimedOut(host);
    }
    FetchError::Unreachable { host, reason: root_cause(&error.without_url()) }
}

/// What went wrong with a call that a library has sent by itself with [`GuardedClient::http_client`]; none when the
/// error is not that of a call. `host`: who was called.
pub fn explain_sent(error: &(dyn Error + 'static), host: &str) -> Option<FetchError> {
    if let Some(found) = found_below(error) {
        return Some(found);
    }
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(sent) = inner.downcast_ref::<reqwest::Error>() {
            let host = host.to_owned();
            if sent.is_timeout() {
                return Some(FetchError::TimedOut(host));
            }
            let bottom = sent.source().map_or_else(|| "the connection broke".to_owned(), root_cause);
            return Some(FetchError::Unreachable { host, reason: bottom });
        }
        cause = inner.source();
    }
    None
}

/// A refusal of the guard's own, or a name that is none.
fn found_below(error: &(dyn Error + 'static)) -> Option<FetchError> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return Some(FetchError::Refused(refusal.clone()));
        }
        if let Some(unresolved) = inner.downcast_ref::<Unresolved>() {
            let reason = unresolved.cause.as_ref().map(ToString::to_string);
            tracing::debug!(reason, "a name could not be looked up");
            return Some(FetchError::NoSuchHost(unresolved.host.clone()));
        }
        cause = inner.source();
    }
    None
}
