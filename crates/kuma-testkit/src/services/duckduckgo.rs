//! A fake of DuckDuckGo's page for browsers without scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// DuckDuckGo: a form posted to `/html/`, answered with a page.
#[derive(Debug)]
pub struct DuckDuckGo;

/// A fake of `html.duckduckgo.com`.
pub type FakeDuckDuckGo = FakeService<DuckDuckGo>;

impl FakeDuckDuckGo {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(DuckDuckGo).await
    }
}

/// One result as the page shows it.
fn result(href: &str, title: &str, snippet: &str) -> String {
    format!(
        r#"<div class="result results_links web-result"><div class="links_main links_deep result__body">
        <h2 class="result__title"><a rel="nofollow" class="result__a" href="{href}">{title}</a></h2>
        <a class="result__url" href="{href}">shown.example</a>
        <a class="result__snippet" href="{href}">{snippet}</a></div></div>"#
    )
}

impl Service for DuckDuckGo {
    const NAME: &'static str = "DuckDuckGo";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut rules = Rules::of(request);
        rules.method("POST").path("/html/");
        let kind = request.header("content-type").starts_with("application/x-www-form-urlencoded");
        rules.must(kind, "the body is a form");
        let form = request.form();
        rules.must(form.iter().any(|(name, value)| name == "q" && !value.is_empty()), "q is missing");
        for (name, value) in &form {
            rules.must(["q", "b", "l", "df", "s"].contains(&name.as_str()), format!("unknown field {name}"));
            if name == "df" {
                rules.one_of("df", Some(value), &["d", "w", "m", "y"]);
            }
        }
        rules.end()
    }

    fn answer(&self, request: &Seen) -> Answer {
        let form = request.form();
        let query = form.iter().find(|(name, _)| name == "q").map_or("", |(_, value)| value.as_str());
        let mut page = String::from("<!DOCTYPE html><html><head><title>q at DuckDuckGo</title></head><body>");
        page += &result("https://duckduckgo.com/y.js?ad_domain=shop.example", "An advertisement", "Buy this");
        for n in 1..=10 {
            // The page links by way of a redirect of its own, with the address inside.
            let href = format!(
                "//duckduckgo.com/l/?uddg=https%3A%2F%2Fduck.example%2F{n}%3Fa%3D1%26b%3D2&amp;rut=abc{n}"
            );
            page += &result(
                &href,
                &format!("Duck result {n} on <b>{}</b>", escape(query)),
                &format!("Snippet {n} &amp; more"),
            );
        }
        // Writing to a string does not fail.
        let _ = write!(page, "</body></html>");
        Answer::html(page)
    }

    fn failure(&self, status: u16) -> Value {
        json!(format!("status {status}"))
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
