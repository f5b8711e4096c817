//! DuckDuckGo's page for browsers without scripts: the last resort, which may take us for a robot.

use std::time::Duration;

use async_trait::async_trait;
use dom_query::Document;
use reqwest::{Client, StatusCode};
use url::Url;

use super::{Found, SearchHit, SearchQuery, TimeRange, WebSearch};
use crate::upstream::{UpstreamError, UpstreamErrorKind, refused, send};

/// DuckDuckGo without a key.
pub struct DuckDuckGo {
    client: Client,
    url: String,
    time: Duration,
}

impl DuckDuckGo {
    /// The page at a base URL.
    pub fn new(client: Client, base_url: &str, time: Duration) -> Self {
        Self { client, url: format!("{}/html/", base_url.trim_end_matches('/')), time }
    }
}

#[async_trait]
impl WebSearch for DuckDuckGo {
    fn name(&self) -> &'static str {
        "DuckDuckGo"
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, UpstreamError> {
        let mut form = vec![("q", query.text.as_str()), ("b", ""), ("l", "wt-wt")];
        if let Some(range) = query.since {
            let since = match range {
                TimeRange::Day => "d",
                TimeRange::Week => "w",
                TimeRange::Month => "m",
                TimeRange::Year => "y",
            };
            form.push(("df", since));
        }
        let request = self.client.post(&self.url).form(&form);
        let (status, wait, body) = send(self.name(), request, self.time).await?;
        if status == StatusCode::ACCEPTED || status == StatusCode::FORBIDDEN {
            return Err(UpstreamError::new(self.name(), UpstreamErrorKind::Blocked, ""));
        }
        if !status.is_success() {
            return Err(refused(self.name(), status, wait, &body));
        }
        read(&String::from_utf8_lossy(&body)).map_err(|kind| UpstreamError::new(self.name(), kind, ""))
    }
}

/// The results of the page.
fn read(page: &str) -> Result<Found, UpstreamErrorKind> {
    let page = Document::from(page);
    let mut results = Vec::new();
    for body in &page.select("div.result__body") {
        let link = body.select("h2 a");
        let Some(target) = link.attr("href").and_then(|href| target(&href)) else { continue };
        let (title, snippet) = (link.text(), body.select("a.result__snippet, .result__snippet").text());
        results.extend(SearchHit::of_text(&title, &target, &snippet, None));
    }
    if results.is_empty() {
        if page.select(".anomaly-modal__modal, #challenge-form").exists() {
            return Err(UpstreamErrorKind::Blocked);
        }
        if !page.select(".no-results, #links").exists() {
            return Err(UpstreamErrorKind::Malformed);
        }
    }
    Ok(Found { results, notices: Vec::new() })
}

/// Where a result leads: the page links by way of a redirect of its own. Advertisements lead nowhere.
fn target(href: &str) -> Option<String> {
    let url = Url::parse("https://duckduckgo.com/").ok()?.join(href).ok()?;
    let own =
        url.host_str().is_some_and(|host| host == "duckduckgo.com" || host.ends_with(".duckduckgo.com"));
    match (own, url.path()) {
        (false, _) => Some(url.into()),
        (true, "/l/") => {
            url.query_pairs().find(|(name, _)| name == "uddg").map(|(_, value)| value.into_owned())
        }
        (true, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_past_the_redirect_and_advertisements_nowhere() {
        for (href, leads) in [
            (
                "//duckduckgo.com/l/?uddg=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y&rut=1",
                Some("https://a.example/?x=1&y"),
            ),
            ("https://b.example/", Some("https://b.example/")),
            ("https://duckduckgo.com/y.js?ad_domain=c.example", None),
            ("//duckduckgo.com/l/?rut=1", None),
            ("/settings", None),
        ] {
            assert_eq!(target(href).as_deref(), leads, "{href}");
        }
    }

    #[test]
    fn a_page_without_results_is_told_from_one_that_is_no_result_page() {
        assert_eq!(read(r#"<div id="links"><div class="no-results">None</div></div>"#), Ok(Found::default()));
        assert_eq!(read("<div class=anomaly-modal__modal>Robot?</div>"), Err(UpstreamErrorKind::Blocked));
        assert_eq!(read("<p>Something else"), Err(UpstreamErrorKind::Malformed));
        assert_eq!(read(""), Err(UpstreamErrorKind::Malformed));
    }
}
