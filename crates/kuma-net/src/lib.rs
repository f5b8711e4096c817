//! The one place where Kuma's outgoing connections are made: the HTTP client factory and the
//! resumable download.
//!
//! Every outgoing call of every crate goes through a client built here, so that TLS (rustls with
//! ring), timeouts, proxies and the user agent are decided once. These clients are for addresses
//! that the operator configured: they reach loopback and private networks. Calls that a model or a
//! user can steer must not use them.
//!
//! Called by `kuma-llm` (providers), the binary (`kuma models fetch`) and whoever else talks HTTP.

pub mod client;
pub mod download;

pub use client::{ClientError, ClientOptions, USER_AGENT, build_client, install_crypto_provider, root_cause};
pub use download::{Download, DownloadError, Downloaded, Progress, download, hugging_face_url};
