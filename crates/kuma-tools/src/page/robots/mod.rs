//! What a site asks of programs that read pages nobody named to them (`robots.txt`).
//!
//! Each site is asked once in a while. One that does not answer in time, has no such file or has trouble on its side
//! asks nothing, and is asked again soon. (RFC 9309 §2.3.1.4 would have a crawler keep away from a site in trouble.
//! What is read here is a handful of pages for somebody who waits.)

mod rules;

use std::sync::Arc;
use std::time::Duration;

use kuma_net::{GuardedClient, read_limited};
use moka::Expiry;
use moka::future::Cache;
use reqwest::Method;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use rules::Rules;

/// The name by which sites know this program.
const AGENT: &str = "Kuma";
/// The most of a file that is read: as much as the standard asks for at least.
const MOST_BYTES: usize = 500 * 1024;
/// How long what a site asks is remembered.
const KEEP: Duration = Duration::from_hours(1);
/// How long it is remembered that a site did not say.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// What all sites ask together, in memory.
const REMEMBERED_BYTES: u64 = 8 * 1024 * 1024;

/// What sites ask. Clones share what they know.
#[derive(Clone)]
pub(super) struct Robots {
    client: GuardedClient,
    /// How long a file may take to come.
    patience: Duration,
    known: Cache<String, Arc<Asked>>,
}

/// What a site asks, and whether it said so.
#[derive(Default)]
struct Asked {
    rules: Rules,
    said: bool,
}

struct Remembered;

impl Expiry<String, Arc<Asked>> for Remembered {
    fn expire_after_create(&self, _: &String, asked: &Arc<Asked>, _: std::time::Instant) -> Option<Duration> {
        Some(if asked.said { KEEP } else { ASK_AGAIN })
    }
}

impl Robots {
    /// Asks with that client, and waits so long for an answer.
    pub(super) fn new(client: GuardedClient, patience: Duration) -> Self {
        let known = Cache::builder()
            .weigher(|site: &String, asked: &Arc<Asked>| {
                u32::try_from(site.len() + asked.rules.bytes() + 64).unwrap_or(u32::MAX)
            })
            .max_capacity(REMEMBERED_BYTES)
            .expire_after(Remembered)
            .build();
        Self { client, patience, known }
    }

    /// Whether the site of an address lets this program read it.
    pub(super) async fn allow(&self, url: &Url) -> bool {
        let site = url.origin().ascii_serialization();
        let asked = self.known.get_with_by_ref(&site, async {
            let found = self.fetch(&site).await.map(|rules| Asked { rules, said: true });
            Arc::new(found.unwrap_or_else(|reason| {
                tracing::debug!(site, reason, "a site's robots.txt could not be had: it asks nothing");
                Asked::default()
            }))
        });
        asked.await.rules.allow(&url[Position::BeforePath..Position::AfterQuery])
    }

    async fn fetch(&self, site: &str) -> Result<Rules, String> {
        let deadline = Instant::now() + self.patience;
        let request = self.client.request(Method::GET, &format!("{site}/robots.txt"));
        let sent = self.client.send(request.map_err(|refusal| refusal.to_string())?);
        let response = timeout_at(deadline, sent).await.map_err(|_| "it took too long".to_owned())?;
        let response = response.map_err(|error| error.to_string())?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status().as_u16()));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let body = read_limited(response, MOST_BYTES, left).await.map_err(|error| error.to_string())?;
        Ok(Rules::of(&String::from_utf8_lossy(&body.bytes), AGENT))
    }
}
