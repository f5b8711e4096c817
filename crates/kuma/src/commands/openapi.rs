//! `kuma openapi`: the document, as `GET /api/openapi.json` gives it.

use crate::telemetry::say;

pub fn run() {
    say(&kuma_server::openapi::to_json(&kuma_server::openapi::document()));
}
