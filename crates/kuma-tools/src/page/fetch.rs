//! Fetching an address within limits, and finding out what came.

use bytes::Bytes;
use kuma_net::{FetchError, GuardedClient, read_limited};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Method, Response};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::charset::decode;
use super::{PageError, ReadError};
use crate::settings::PageSettings;
use crate::text::{clip, one_line};

/// What came.
pub(super) enum Body {
    /// Markup in UTF-8.
    Html { text: String, truncated: bool },
    /// A whole PDF file.
    Pdf(Bytes),
    /// Text as it is.
    Text { text: String, truncated: bool, json: bool },
}

const WANTED: &str =
    "text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.8,application/json;q=0.8,*/*;q=0.1";

/// Fetches an address that was checked, and gives where it was at last.
pub(super) async fn fetch(
    client: &GuardedClient,
    address: &str,
    settings: &PageSettings,
) -> Result<(Url, Body), PageError> {
    let deadline = Instant::now() + settings.fetch_time;
    let host = crate::text::host(address);
    let slow = || PageError::from(FetchError::TimedOut(host.clone()));
    let request = client.request(Method::GET, address).map_err(FetchError::from)?.header(ACCEPT, WANTED);
    let response = timeout_at(deadline, client.send(request)).await.map_err(|_| slow())??;
    let status = response.status().as_u16();
    if !response.status().is_success() {
        return Err(PageError::Status { host, status });
    }
    let url = response.url().clone();
    let label = Label::of(&response);
    if let Some(encoding) = response.headers().get(CONTENT_ENCODING)
        && encoding != "identity"
    {
        // Nothing was asked for, and unpacking what a stranger packed is how servers run out of memory.
        return Err(PageError::NotText { kind: "a compressed file".to_owned() });
    }
    if label.is_refused() {
        return Err(PageError::NotText { kind: label.for_people() });
    }
    let left = deadline.saturating_duration_since(Instant::now());
    let most = settings.most_pdf_bytes.max(settings.most_text_bytes);
    let most = if label.may_be_pdf() { most } else { settings.most_text_bytes };
    let body = read_limited(response, most, left).await.map_err(|error| match error {
        kuma_net::BodyError::TooSlow(_) => slow(),
        kuma_net::BodyError::Broken(reason) => FetchError::Unreachable { host: host.clone(), reason }.into(),
    })?;
    let found = sort(&label, body.bytes, body.truncated, settings)?;
    Ok((url, found))
}

fn sort(
    label: &Label,
    mut bytes: Bytes,
    mut truncated: bool,
    settings: &PageSettings,
) -> Result<Body, PageError> {
    let beginning = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
    if beginning.windows(5).any(|window| window == b"%PDF-") && !label.is_markup() {
        if truncated {
            return Err(PageError::TooLarge { most_mb: settings.most_pdf_bytes / (1024 * 1024) });
        }
        return Ok(Body::Pdf(bytes));
    }
    if label.kind == "application/pdf" {
        return Err(PageError::Read(ReadError::Damaged));
    }
    if bytes.len() > settings.most_text_bytes {
        bytes.truncate(settings.most_text_bytes);
        truncated = true;
    }
    let markup = label.is_markup() || (label.is_vague() && looks_like_markup(&bytes));
    if !markup && label.is_vague() && bytes.contains(&0) && !has_mark(&bytes) {
        return Err(PageError::NotText { kind: label.for_people() });
    }
    let text = decode(&bytes, label.charset.as_deref(), markup);
    Ok(if markup {
        Body::Html { text, truncated }
    } else {
        Body::Text { text, truncated, json: label.is_json() }
    })
}

fn looks_like_markup(bytes: &[u8]) -> bool {
    let head = bytes.get(..512.min(bytes.len())).unwrap_or_default().to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head).into_owned();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype html", "<html", "<head", "<body", "<!--"].iter().any(|mark| head.starts_with(mark))
}

/// UTF-16 is full of zeros.
fn has_mark(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// The content type.
struct Label {
    /// Lower case, without parameters; empty when there is none.
    kind: String,
    charset: Option<String>,
}

impl Label {
    fn of(response: &Response) -> Self {
        let value =
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut parts = value.split(';');
        let kind = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']);
            name.trim().eq_ignore_ascii_case("charset").then(|| value.to_owned())
        });
        Self { kind, charset }
    }

    fn is_markup(&self) -> bool {
        matches!(self.kind.as_str(), "text/html" | "application/xhtml+xml")
    }

    fn is_json(&self) -> bool {
        self.kind == "application/json" || self.kind.ends_with("+json")
    }

    /// Says nothing about what it is: the bytes have to.
    fn is_vague(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "" | "text/plain" | "application/octet-stream" | "binary/octet-stream" | "application/download"
        )
    }

    fn may_be_pdf(&self) -> bool {
        self.kind == "application/pdf" || self.is_vague()
    }

    fn is_refused(&self) -> bool {
        let text = self.kind.starts_with("text/")
            || self.kind.ends_with("+xml")
            || matches!(
                self.kind.as_str(),
                "application/xml"
                    | "application/javascript"
                    | "application/x-yaml"
                    | "application/yaml"
                    | "application/toml"
                    | "application/sql"
            );
        !(text || self.is_markup() || self.is_json() || self.may_be_pdf())
    }

    fn for_people(&self) -> String {
        let shown = clip(&one_line(&self.kind), 60);
        match self.kind.split('/').next().unwrap_or_default() {
            "" => "no text".to_owned(),
            "image" => format!("a picture ({shown})"),
            "video" => format!("a video ({shown})"),
            "audio" => format!("a sound ({shown})"),
            _ => format!("a file of the type {shown}"),
        }
    }
}
