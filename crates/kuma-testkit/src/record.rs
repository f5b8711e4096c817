//! What a fake was sent, and what was wrong with it.

use crate::vendor::Vendor;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// How the answer to a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Sent whole.
    Finished,
    /// The client went away first.
    Disconnected,
    /// The script cut the connection.
    Cut,
}

/// The state of one request's answer, shared by the record and the body on its way.
#[derive(Clone, Debug)]
pub(crate) struct Exchange(watch::Sender<Option<Ending>>);

impl Exchange {
    fn new() -> Self {
        Self(watch::channel(None).0)
    }

    pub(crate) fn end(&self, ending: Ending) {
        self.0.send_replace(Some(ending));
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Counts from 1 in the order of arrival on this server.
    pub number: u64,
    /// The provider it was for.
    pub vendor: Vendor,
    /// The HTTP method.
    pub method: String,
    /// Path and query, as the vendor would see them. A key in the query is redacted.
    pub path: String,
    /// Header names in lower case with their values; keys and tokens are redacted.
    pub headers: Vec<(String, String)>,
    /// The JSON body; null if there was none or it was not JSON.
    pub body: Value,
    exchange: Exchange,
}

impl Recorded {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// How the answer ended; `None` while it is on its way.
    pub fn ending(&self) -> Option<Ending> {
        *self.exchange.0.borrow()
    }

    /// Waits until the answer has ended.
    ///
    /// # Panics
    /// When that takes longer than 20 seconds.
    #[expect(clippy::panic, reason = "a test double fails the test that waits in vain")]
    pub async fn ended(&self) -> Ending {
        let mut seen = self.exchange.0.subscribe();
        let ended = tokio::time::timeout(Duration::from_secs(20), seen.wait_for(Option::is_some)).await;
        match ended.ok().and_then(Result::ok).and_then(|e| *e) {
            Some(ending) => ending,
            None => panic!("request {} {} has not ended after 20 s", self.number, self.path),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(n, v)| (n.clone(), Value::from(v.as_str()))).collect();
        serde_json::json!({
            "number": self.number, "vendor": self.vendor, "method": self.method, "path": self.path,
            "headers": headers, "body": self.body, "ending": self.ending(),
        })
    }
}

/// A request that broke the vendor's rules, or a rule of ours about what the product must send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The provider.
    pub vendor: Vendor,
    /// Path without the query.
    pub path: String,
    /// What was wrong.
    pub message: String,
}

/// The last requests and all violations of a server.
#[derive(Debug)]
pub(crate) struct Records {
    keep: usize,
    count: AtomicU64,
    requests: Mutex<VecDeque<Recorded>>,
    violations: Mutex<Vec<Violation>>,
}

impl Records {
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, count: AtomicU64::new(0), requests: Mutex::default(), violations: Mutex::default() }
    }

    /// Stores a request and returns the handle its answer reports to.
    pub(crate) fn add(
        &self,
        vendor: Vendor,
        method: &http::Method,
        path: String,
        headers: &http::HeaderMap,
        body: &Value,
    ) -> (u64, Exchange) {
        let exchange = Exchange::new();
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if self.keep > 0 {
            let recorded = Recorded {
                number,
                vendor,
                method: method.to_string(),
                path: redact_query(&path),
                headers: headers.iter().map(redact).collect(),
                body: body.clone(),
                exchange: exchange.clone(),
            };
            let mut requests = lock(&self.requests);
            if requests.len() >= self.keep {
                requests.pop_front();
            }
            requests.push_back(recorded);
        }
        (number, exchange)
    }

    pub(crate) fn requests(&self, vendor: Option<Vendor>) -> Vec<Recorded> {
        lock(&self.requests).iter().filter(|r| vendor.is_none_or(|v| r.vendor == v)).cloned().collect()
    }

    pub(crate) fn violate(&self, violation: Violation) {
        lock(&self.violations).push(violation);
    }

    pub(crate) fn violations(&self, vendor: Option<Vendor>) -> Vec<Violation> {
        lock(&self.violations).iter().filter(|v| vendor.is_none_or(|w| v.vendor == w)).cloned().collect()
    }

    pub(crate) fn forget_requests(&self) {
        lock(&self.requests).clear();
    }

    pub(crate) fn forget_violations(&self, vendor: Option<Vendor>) {
        lock(&self.violations).retain(|v| vendor.is_some_and(|w| v.vendor != w));
    }
}

/// A poisoned lock only means that another test thread failed while it held it; the data is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn redact((name, value): (&http::HeaderName, &http::HeaderValue)) -> (String, String) {
    let secret = ["authorization", "x-api-key", "x-goog-api-key", "cookie", "proxy-authorization"];
    let text = String::from_utf8_lossy(value.as_bytes());
    let shown = match text.split_once(' ') {
        Some((scheme, _)) if name == "authorization" => format!("{scheme} [redacted]"),
        _ if secret.contains(&name.as_str()) => "[redacted]".to_owned(),
        _ => text.into_owned(),
    };
    (name.as_str().to_owned(), shown)
}

fn redact_query(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let query: Vec<String> = query
        .split('&')
        .map(|pair| if pair.starts_with("key=") { "key=[redacted]".to_owned() } else { pair.to_owned() })
        .collect();
    format!("{path}?{}", query.join("&"))
}
