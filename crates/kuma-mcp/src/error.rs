//! What can go wrong with an MCP server.

use std::error::Error;
use std::time::Duration;

use kuma_net::{FetchError, explain_sent};
use rmcp::service::{ClientInitializeError, ServiceError};
use rmcp::transport::DynamicTransportError;
use rmcp::transport::auth::AuthError;
use rmcp::transport::streamable_http_client::StreamableHttpError;

use crate::bounds::{self, line};

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpErrorKind {
    /// The address, the program or a header is none that can be used; nothing was sent.
    Refused,
    /// It cannot be reached, or went away.
    Unreachable,
    /// It did not answer in time.
    TimedOut,
    /// It wants a login first.
    NeedsAuth,
    /// It answered with an error of the protocol.
    Answered,
    /// It answered something that makes no sense.
    Malformed,
    /// The store of grants is away.
    Store,
}

/// A failed call of an MCP server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct McpError {
    /// What sort of failure it is.
    pub kind: McpErrorKind,
    /// What happened, one sentence for people. May quote the server, bounded.
    pub sentence: String,
    /// What the server said when it asked for a login.
    pub challenge: Option<String>,
    /// Whether the server may have begun to do what was asked.
    pub may_have_happened: bool,
}

impl McpError {
    pub(crate) fn new(kind: McpErrorKind, sentence: impl AsRef<str>) -> Self {
        let sentence = line(sentence.as_ref(), bounds::ERROR);
        Self { kind, sentence, challenge: None, may_have_happened: false }
    }

    /// Nothing came in time.
    pub fn timed_out(seconds: u64) -> Self {
        Self::new(McpErrorKind::TimedOut, format!("The server did not answer within {seconds} seconds."))
    }

    /// In the middle of a call the server fell silent, and it does not answer anything else either.
    pub(crate) fn silent(patience: Duration) -> Self {
        let seconds = patience.as_secs_f64();
        Self {
            may_have_happened: true,
            ..Self::new(
                McpErrorKind::TimedOut,
                format!("The server did not answer: it was silent for {seconds} seconds."),
            )
        }
    }

    pub(crate) fn needs_auth(challenge: Option<&str>) -> Self {
        Self {
            // A header of one's own server is short; more than this is no challenge.
            challenge: challenge.map(|text| bounds::clip(text, 2_000)),
            ..Self::new(McpErrorKind::NeedsAuth, "The server wants you to log in first.")
        }
    }

    pub(crate) fn malformed(what: impl AsRef<str>) -> Self {
        let what = what.as_ref();
        let sentence = format!("The server answered in a way that is not MCP: {what}.");
        Self::new(McpErrorKind::Malformed, sentence)
    }

    /// What went wrong before the server was ready. `host`: who was called.
    pub(crate) fn of_start(error: &ClientInitializeError, host: &str) -> Self {
        if error.is_authorization_required() || error.auth_challenge().is_some() {
            return Self::needs_auth(error.auth_challenge());
        }
        match error {
            ClientInitializeError::TransportError { error, .. } => Self::of_transport(error, host),
            ClientInitializeError::LegacyFallbackFailed { fallback, .. } => Self::of_start(fallback, host),
            ClientInitializeError::ConnectionClosed(_) => {
                Self::new(McpErrorKind::Unreachable, "The server closed the connection before it was ready.")
            }
            ClientInitializeError::JsonRpcError(error) => Self::answered(&error.message),
            ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
                Self::malformed("it speaks no version of the protocol that Kuma knows")
            }
            other => Self::malformed(line(&other.to_string(), 200)),
        }
    }

    /// What went wrong with a request.
    pub(crate) fn of_request(error: &ServiceError, host: &str) -> Self {
        if error.is_authorization_required() || error.auth_challenge().is_some() {
            return Self::needs_auth(error.auth_challenge());
        }
        match error {
            ServiceError::McpError(error) => {
                // Turned away before anything was done; any other error may come after the deed.
                let turned_away = matches!(error.code.0, -32700 | -32602..=-32600 | -32022..=-32020);
                Self { may_have_happened: !turned_away, ..Self::answered(&error.message) }
            }
            ServiceError::TransportSend(error) => Self::of_transport(error, host),
            ServiceError::TransportClosed | ServiceError::Cancelled { .. } => Self {
                may_have_happened: true,
                ..Self::new(McpErrorKind::Unreachable, "The server went away before it answered.")
            },
            ServiceError::Timeout { timeout } => {
                Self { may_have_happened: true, ..Self::timed_out(timeout.as_secs()) }
            }
            ServiceError::UnexpectedResponse => Self {
                may_have_happened: true,
                ..Self::malformed("its answer is of another kind than was asked for")
            },
            other => Self { may_have_happened: true, ..Self::malformed(line(&other.to_string(), 200)) },
        }
    }

    /// An error of the protocol in the server's own words.
    pub(crate) fn answered(message: &str) -> Self {
        let message = line(message, 300);
        Self::new(McpErrorKind::Answered, format!("The server answered with an error: {message}"))
    }

    fn of_transport(error: &DynamicTransportError, host: &str) -> Self {
        let inner: &(dyn Error + 'static) = error.error.as_ref();
        let Some(http) = inner.downcast_ref::<StreamableHttpError<reqwest::Error>>() else {
            return Self {
                may_have_happened: true,
                ..Self::new(McpErrorKind::Unreachable, "The connection to the server broke.")
            };
        };
        match http {
            StreamableHttpError::Client(sent) => Self::of_sent(sent, host),
            StreamableHttpError::Auth(error) => Self::of_auth(error, host),
            StreamableHttpError::AuthRequired(error) => {
                Self::needs_auth(Some(&error.www_authenticate_header))
            }
            StreamableHttpError::HttpStatus(status) => Self {
                may_have_happened: status.status != 429 && status.status != 503,
                ..Self::new(
                    McpErrorKind::Unreachable,
                    format!("The server at {host} answered with status {}.", status.status),
                )
            },
            StreamableHttpError::UnexpectedContentType(kind) => Self::malformed(format!(
                "it sent {}, neither JSON nor an event stream. Is the address that of its MCP endpoint?",
                kind.as_deref().unwrap_or("nothing with a type")
            )),
            StreamableHttpError::UnexpectedServerResponse(what) => {
                Self { may_have_happened: true, ..Self::malformed(line(what, 200)) }
            }
            other => Self { may_have_happened: true, ..Self::malformed(line(&other.to_string(), 200)) },
        }
    }

    /// A call that the guard refused, or that got no answer.
    fn of_sent(sent: &reqwest::Error, host: &str) -> Self {
        if let Some(status) = sent.status() {
            return Self::new(
                McpErrorKind::Unreachable,
                format!("The server at {host} answered with status {}.", status.as_u16()),
            );
        }
        let failure = explain_sent(sent, host);
        let before = sent.is_connect() || sent.is_builder() || sent.is_redirect();
        let kind = match &failure {
            Some(FetchError::Refused(_)) => McpErrorKind::Refused,
            Some(FetchError::TimedOut(_)) => McpErrorKind::TimedOut,
            _ => McpErrorKind::Unreachable,
        };
        let sentence = failure.map(|failure| failure.to_string());
        Self {
            may_have_happened: !before,
            ..Self::new(kind, sentence.unwrap_or_else(|| format!("{host} cannot be reached.")))
        }
    }

    /// What went wrong with a login. `host`: whose.
    pub(crate) fn of_auth(error: &AuthError, host: &str) -> Self {
        let found = explain_sent(error, host).map(|failure| failure.to_string());
        match error {
            AuthError::AuthorizationRequired | AuthError::TokenRefreshRejected(_) => Self::needs_auth(None),
            AuthError::CredentialStoreError(_) => Self::new(
                McpErrorKind::Store,
                "What you granted on this server cannot be read right now. Try again in a moment.",
            ),
            other => {
                let why = found.unwrap_or_else(|| line(&other.to_string(), 250));
                Self::new(McpErrorKind::Answered, format!("Logging in at {host} failed: {why}"))
            }
        }
    }
}
