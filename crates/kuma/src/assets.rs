//! The web app, embedded in the binary; read from `web/dist` in debug builds.

use kuma_server::assets::{Asset, Assets};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// The built web app.
pub struct WebApp;

impl WebApp {
    /// Whether this binary has it.
    pub fn is_there() -> bool {
        Dist::get("index.html").is_some()
    }
}

impl Assets for WebApp {
    fn get(&self, path: &str) -> Option<Asset> {
        let file = Dist::get(path)?;
        let hash = file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Asset { data: file.data, hash })
    }
}
