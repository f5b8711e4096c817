//! What handlers are given.

use std::sync::Arc;

use kuma_app::App;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::assets::Assets;
use crate::limits::Limits;
use crate::middleware::pace::Pace;

/// The server's settings.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The version that is told.
    pub version: &'static str,
    /// Origins that may call from a browser, beside the server's own.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed, beside those on this machine.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// When set, `/metrics` needs it as Bearer.
    pub metrics_token: Option<String>,
    /// Whether browsers reach the server by https: then they are told to insist on it.
    pub https: bool,
    /// How fast bodies of requests have to come.
    pub pace: Pace,
}

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct ServerState {
    /// The use cases.
    pub app: App,
    /// Rate limits.
    pub limits: Arc<Limits>,
    /// Settings.
    pub config: Arc<ServerConfig>,
    /// The web app.
    pub assets: Arc<dyn Assets>,
    /// Renders the metrics.
    pub metrics: Option<PrometheusHandle>,
}
