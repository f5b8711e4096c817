//! The web app's files. Where they come from (the binary itself, or a folder while developing) is
//! the binary's business.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::problem;

/// One file of the web app.
pub struct Asset {
    /// Its bytes.
    pub data: Cow<'static, [u8]>,
    /// Names this content: changes when it does. Hexadecimal.
    pub hash: String,
}

/// Gives out the web app's files.
pub trait Assets: Send + Sync {
    /// The file at that path, such as `index.html` or `assets/app-1a2b.js.br`.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// Compressed forms that the build leaves beside a file, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The web app's answer to a path: the file, or the page that routes by itself.
pub fn serve(assets: &dyn Assets, path: &str, request: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let file = if path.is_empty() { "index.html" } else { path };
    if let Some(response) = file_response(assets, file, request) {
        return response;
    }
    if is_file {
        return problem::response(StatusCode::NOT_FOUND, "not_found", "There is no such file.");
    }
    file_response(assets, "index.html", request).unwrap_or_else(|| {
        let detail = "This server was built without the web app. Build it with `make build`, or use the API under /api.";
        problem::response(StatusCode::NOT_FOUND, "no_web_app", detail)
    })
}

fn file_response(assets: &dyn Assets, path: &str, request: &HeaderMap) -> Option<Response> {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let encoded = ENCODINGS.iter().find_map(|(name, suffix)| {
        let wanted =
            accepted.split(',').any(|offer| offer.split(';').next().unwrap_or_default().trim() == *name);
        wanted.then(|| assets.get(&format!("{path}{suffix}")).map(|asset| (asset, Some(*name))))?
    });
    let (asset, encoding) = encoded.or_else(|| assets.get(path).map(|asset| (asset, None)))?;

    let mut headers = HeaderMap::new();
    let etag = format!("\"{}\"", asset.hash.get(..24).unwrap_or(&asset.hash));
    let unchanged =
        request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).ok()?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(path)));
    // Built files carry their hash in their name; everything else is asked for again.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if unchanged {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Some((headers, asset.data).into_response())
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Assets for Fixed {
        fn get(&self, path: &str) -> Option<Asset> {
            let data: &'static [u8] = match path {
                "index.html" => b"<html>",
                "assets/a.js" => b"plain",
                "assets/a.js.br" => b"brotli",
                _ => return None,
            };
            Some(Asset { data: data.into(), hash: "abcdef".repeat(8) })
        }
    }

    fn get(path: &str, headers: &[(header::HeaderName, &'static str)]) -> Response {
        let headers = headers.iter().map(|(k, v)| (k.clone(), HeaderValue::from_static(v))).collect();
        serve(&Fixed, path, &headers)
    }

    #[test]
    fn pages_files_and_what_is_neither() {
        assert_eq!(get("/chat/123", &[]).headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(get("/", &[]).headers()[header::CACHE_CONTROL], "no-cache");
        assert_eq!(get("/missing.js", &[]).status(), StatusCode::NOT_FOUND);
        let brotli = get("/assets/a.js", &[(header::ACCEPT_ENCODING, "gzip, br;q=1.0")]);
        assert_eq!(brotli.headers()[header::CONTENT_ENCODING], "br");
        let plain = get("/assets/a.js", &[(header::ACCEPT_ENCODING, "gzip")]);
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let same = get("/assets/a.js", &[(header::IF_NONE_MATCH, "\"abcdefabcdefabcdefabcdef\"")]);
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    }
}
