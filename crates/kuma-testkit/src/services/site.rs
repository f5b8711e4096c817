//! A fake web site with whatever pages a test puts on it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::answer::Answer;
use super::server::{FakeService, Seen, Service};
use crate::record::lock;

/// Pages by path.
#[derive(Debug, Default)]
pub struct Site(Mutex<HashMap<String, Answer>>);

/// A fake site. What was not put on it is 404.
pub type FakeSite = FakeService<Site>;

impl FakeSite {
    /// Starts an empty site on a random port of `127.0.0.1`.
    pub async fn start() -> Self {
        Self::start_with(Site::default()).await
    }

    /// Starts an empty site on a random port of another loopback address.
    pub async fn start_at(address: Ipv4Addr) -> Self {
        Self::start_on(Site::default(), address).await
    }

    /// Puts a page at `path`, or replaces it.
    pub fn put(&self, path: &str, answer: Answer) {
        lock(&self.service().0).insert(path.to_owned(), answer);
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url())
    }
}

impl Service for Site {
    const NAME: &'static str = "the site";

    fn check(&self, request: &Seen) -> Vec<String> {
        let named = request.header("user-agent").contains("Kuma/");
        if named { Vec::new() } else { vec!["the user agent names Kuma".to_owned()] }
    }

    fn answer(&self, request: &Seen) -> Answer {
        let found = lock(&self.0).get(&request.path).cloned();
        found.unwrap_or_else(|| Answer::html("<h1>Not found</h1>").status(404))
    }

    fn failure(&self, status: u16) -> Value {
        json!({"status": status})
    }
}
