//! The one place where Kuma's outgoing connections are made: the HTTP client factory and the
//! resumable download.
//!
//! Every outgoing call of every crate goes through a client built here, so that TLS (rustls with
//! ring), timeouts, proxies and the user agent are decided once. There are two kinds:
//!
//! - [`build_client`] is for addresses that the operator configured: it reaches loopback and private
//!   networks.
//! - [`GuardedClient`] is for addresses that a model or a user can steer (page fetches, MCP servers,
//!   webhooks): it refuses what is not on the public internet.
//!
//! Called by `kuma-llm` (providers), `kuma-tools`, the binary (`kuma models fetch`) and whoever else
//! talks HTTP.

pub mod body;
pub mod client;
pub mod download;
pub mod guard;
pub mod tls;

pub use body::{BodyError, LimitedBody, read_limited};

pub use client::{ClientError, ClientOptions, USER_AGENT, build_client, root_cause};
pub use download::{Download, DownloadError, Downloaded, Progress, download, hugging_face_url};
pub use guard::{
    AllowList, AllowListError, FetchError, GuardOptions, GuardedClient, Lookup, Refusal, SystemLookup,
    explain_sent,
};
pub use tls::install_crypto_provider;
