//! The HTTP client factory.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, NoProxy, Proxy};

use crate::tls;

/// Who we say we are: `Kuma/0.1.0`.
pub const USER_AGENT: &str = concat!("Kuma/", env!("CARGO_PKG_VERSION"));

/// Hosts that are never reached through a proxy, whatever the environment says: a proxy for the
/// internet does not know this machine's Ollama.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1";

/// A client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A proxy variable holds something that is no address.
    #[error(
        "{variable} is not a proxy address: {reason}. Set it to something like http://proxy.example:3128, or unset it."
    )]
    Proxy {
        /// Which variable.
        variable: &'static str,
        /// What is wrong with it; never the value, which may hold a password.
        reason: String,
    },
    /// TLS could not be set up.
    #[error("Secure connections cannot be set up: {0}.")]
    Tls(String),
}

/// How a client behaves. The default is right for everything but long streams by the thousand.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How long to wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// Offer HTTP/2. Off for model streams: all requests to a host would share one connection, whose
    /// server allows some hundred streams at once, so the next ones wait unseen, and one lost
    /// connection would take every answer with it.
    pub http2: bool,
    /// Idle connections kept per host.
    pub max_idle_per_host: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10), http2: true, max_idle_per_host: 32 }
    }
}

impl ClientOptions {
    /// For model answers: one HTTP/1.1 connection per running stream, many kept for the next ones.
    pub fn streaming() -> Self {
        Self { http2: false, max_idle_per_host: 512, ..Self::default() }
    }
}

/// A client. Clones share its connections, so one per purpose is enough.
///
/// There is no limit on a request's total time: answers stream for minutes. Callers set their own
/// deadlines. Compressed answers are not asked for: the streams are short lines, and a download's
/// length must be the file's.
///
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (or their lower-case forms) are honoured,
/// except for loopback addresses, which are always reached directly. System-wide proxy settings of
/// desktop systems are not read.
///
/// The system's root certificates are trusted, see [`tls`].
pub fn build_client(options: &ClientOptions) -> Result<Client, ClientError> {
    let mut builder = direct(options)?;
    for proxy in proxies(|name| std::env::var(name).ok())? {
        builder = builder.proxy(proxy);
    }
    built(builder)
}

/// The client, or why it cannot be.
pub(crate) fn built(builder: ClientBuilder) -> Result<Client, ClientError> {
    builder.build().map_err(|error| ClientError::Tls(root_cause(&error)))
}

/// What all clients have in common, without a proxy.
pub(crate) fn direct(options: &ClientOptions) -> Result<ClientBuilder, ClientError> {
    tls::install_crypto_provider();
    let secure = tls::config(options.http2).map_err(|error| ClientError::Tls(error.to_string()))?;
    let builder = Client::builder()
        .tls_backend_preconfigured(secure)
        .user_agent(USER_AGENT)
        .connect_timeout(options.connect_timeout)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_mins(1))
        .pool_max_idle_per_host(options.max_idle_per_host)
        .pool_idle_timeout(Duration::from_mins(1))
        .no_gzip()
        .no_proxy();
    Ok(if options.http2 {
        builder.http2_adaptive_window(true).http2_keep_alive_interval(Duration::from_secs(30))
    } else {
        builder.http1_only()
    })
}

type MakeProxy = fn(String) -> reqwest::Result<Proxy>;

/// The proxies that the environment asks for.
fn proxies(lookup: impl Fn(&str) -> Option<String>) -> Result<Vec<Proxy>, ClientError> {
    let get = |upper: &str| {
        lookup(&upper.to_ascii_lowercase()).or_else(|| lookup(upper)).filter(|value| !value.trim().is_empty())
    };
    let exceptions = match get("NO_PROXY") {
        Some(own) => format!("{own},{NEVER_PROXIED}"),
        None => NEVER_PROXIED.to_owned(),
    };
    let kinds: [(&'static str, MakeProxy); 3] =
        [("HTTPS_PROXY", Proxy::https), ("HTTP_PROXY", Proxy::http), ("ALL_PROXY", Proxy::all)];
    let mut proxies = Vec::new();
    for (variable, make) in kinds {
        if let Some(address) = get(variable) {
            let proxy =
                make(address).map_err(|error| ClientError::Proxy { variable, reason: root_cause(&error) })?;
            proxies.push(proxy.no_proxy(NoProxy::from_string(&exceptions)));
        }
    }
    Ok(proxies)
}

/// The innermost reason, which is the one that says something.
pub fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_both_kinds_can_be_built() {
        build_client(&ClientOptions::default()).unwrap();
        build_client(&ClientOptions::streaming()).unwrap();
    }

    #[test]
    fn proxies_come_from_the_environment_and_bad_ones_are_named_without_their_value() {
        let found =
            proxies(|name| (name == "https_proxy").then(|| "http://proxy.example:3128".to_owned())).unwrap();
        assert_eq!(found.len(), 1);
        assert!(proxies(|name| (name == "HTTP_PROXY").then(|| " ".to_owned())).unwrap().is_empty());

        let error = proxies(|name| (name == "HTTP_PROXY").then(|| "http://user:pa55word@:bad".to_owned()))
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("HTTP_PROXY") && !text.contains("pa55word"), "{text}");
    }
}
