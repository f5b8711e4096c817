//! The web app, embedded in the binary; read from `web/dist` in debug builds.

use std::fmt::Write as _;

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
        let mut hash = String::with_capacity(64);
        for byte in file.metadata.sha256_hash() {
            // Writing to a string cannot fail.
            write!(hash, "{byte:02x}").ok();
        }
        Some(Asset { data: file.data, hash })
    }
}
