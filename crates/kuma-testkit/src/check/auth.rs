//! The key: there, in the right place, and good.

use super::Seen;
use crate::record::lock;
use crate::reply::Failure;
use crate::route::Endpoint;
use crate::shared::Shared;
use crate::vendor::Vendor;

/// The failure is the vendor's answer. A wrong key is no violation: people paste wrong keys. A missing one is.
pub(crate) fn auth(shared: &Shared, seen: &Seen<'_>, path: &str) -> Result<(), Failure> {
    let Some(key) = key(seen) else {
        if seen.vendor == Vendor::Ollama || !shared.check {
            return Ok(());
        }
        shared.violate(seen.vendor, path, format!("no key in {}", place(seen.vendor)));
        return Err(missing(seen.vendor));
    };
    if seen.vendor == Vendor::Gemini && seen.query.split('&').any(|p| p.starts_with("key=")) {
        shared.violate(seen.vendor, path, "the key is in the URL, where it ends up in logs".to_owned());
    }
    // Ollama lets anyone look at its version.
    let open = matches!(seen.endpoint, Endpoint::OllamaVersion | Endpoint::OllamaRoot);
    if open || lock(&shared.vendor(seen.vendor).keys).accept(key) { Ok(()) } else { Err(wrong(seen.vendor)) }
}

fn key<'a>(seen: &'a Seen<'_>) -> Option<&'a str> {
    let bearer = seen.header("authorization").and_then(|v| v.strip_prefix("Bearer "));
    let key = match seen.vendor {
        Vendor::OpenAi | Vendor::Ollama => bearer,
        Vendor::Anthropic => seen.header("x-api-key").or(bearer),
        Vendor::Gemini => seen
            .header("x-goog-api-key")
            .or_else(|| seen.query.split('&').find_map(|pair| pair.strip_prefix("key="))),
    };
    key.filter(|k| !k.trim().is_empty())
}

fn place(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::OpenAi | Vendor::Ollama => "`Authorization: Bearer`",
        Vendor::Anthropic => "`x-api-key` or `Authorization: Bearer`",
        Vendor::Gemini => "`x-goog-api-key`",
    }
}

fn missing(vendor: Vendor) -> Failure {
    match vendor {
        Vendor::OpenAi => Failure::status(401).message(
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer \
             auth (i.e. Authorization: Bearer YOUR_KEY).",
        ),
        Vendor::Anthropic => Failure::status(401).message("x-api-key header is required"),
        Vendor::Gemini => Failure::status(403),
        Vendor::Ollama => Failure::status(401),
    }
}

/// Gemini calls a wrong key an invalid argument; all others answer 401.
fn wrong(vendor: Vendor) -> Failure {
    match vendor {
        Vendor::OpenAi => Failure::status(401).code("invalid_api_key").message(
            "Incorrect API key provided: bad****. You can find your API key at \
             https://platform.openai.com/account/api-keys.",
        ),
        Vendor::Anthropic => Failure::status(401).message("invalid x-api-key"),
        Vendor::Gemini => Failure::status(400)
            .code("API_KEY_INVALID")
            .message("API key not valid. Please pass a valid API key."),
        Vendor::Ollama => Failure::status(401),
    }
}
