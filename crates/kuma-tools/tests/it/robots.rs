//! What sites ask of programs, and how they learn who reads them.

use std::time::Duration;

use kuma_testkit::services::{Answer, FakeSite};
use kuma_tools::PageSettings;
use kuma_tools::page::{PageError, Pages};

use crate::support::page_settings;

const FORBIDS: &str =
    "User-agent: *\nDisallow: /\n\nUser-agent: Kuma\nDisallow: /private\nAllow: /private/open\n";

/// A site with pages that is asked what it asks.
async fn site(robots: Answer) -> FakeSite {
    let site = FakeSite::start().await;
    site.put("/robots.txt", robots);
    for path in ["/public", "/private/page", "/private/open"] {
        site.put(path, Answer::bytes("text/plain", format!("This is {path}.")));
    }
    site
}

fn pages() -> Pages {
    Pages::new(page_settings()).unwrap()
}

fn seen(site: &FakeSite, path: &str) -> usize {
    site.requests().iter().filter(|request| request.path == path).count()
}

#[tokio::test]
async fn what_nobody_named_is_read_where_the_site_lets_programs_read() {
    let site = site(Answer::bytes("text/plain", FORBIDS)).await;
    let pages = pages();
    for path in ["/public", "/private/open", "/public?again"] {
        pages.crawl(&site.url(path)).await.unwrap();
    }
    let error = pages.crawl(&site.url("/private/page#part")).await.unwrap_err();
    assert_eq!(error, PageError::Disallowed("127.0.0.1".to_owned()));
    assert!(error.to_string().contains("asks programs not to read this page"), "{error}");
    assert_eq!(
        (seen(&site, "/private/page"), seen(&site, "/robots.txt")),
        (0, 1),
        "asked once, and not contacted"
    );
    // Whoever names a page has it read to them.
    let page = pages.read(&site.url("/private/page")).await.unwrap();
    assert_eq!(page.content.text, "This is /private/page.");
    assert!(pages.crawl(&site.url("/private/page")).await.is_err(), "also when it is remembered");
}

#[tokio::test]
async fn where_an_address_leads_counts_too() {
    let site = site(Answer::bytes("text/plain", FORBIDS)).await;
    site.put("/public", Answer::redirect("/private/page"));
    let error = pages().crawl(&site.url("/public")).await.unwrap_err();
    assert_eq!(error, PageError::Disallowed("127.0.0.1".to_owned()));
}

#[tokio::test]
async fn a_site_that_does_not_say_asks_nothing() {
    let settings = PageSettings { robots_time: Duration::from_millis(150), ..page_settings() };
    for robots in [
        Answer::html("Not found").status(404),
        Answer::bytes("text/plain", FORBIDS).status(503),
        Answer::hang(),
        Answer::stall("text/plain", FORBIDS),
        Answer::cut("text/plain", FORBIDS),
        Answer::redirect("http://169.254.169.254/robots.txt"),
        Answer::bytes("text/plain", &b"\xff\xfe\0User-agent"[..]),
        Answer::html("<!doctype html><title>An app</title>"),
    ] {
        let site = site(robots).await;
        let pages = Pages::new(settings.clone()).unwrap();
        pages.crawl(&site.url("/private/page")).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_without_an_end_is_read_to_the_limit() {
    let site = site(Answer::endless("text/plain", FORBIDS.repeat(100))).await;
    let pages = pages();
    assert!(matches!(pages.crawl(&site.url("/private/page")).await, Err(PageError::Disallowed(_))));
    pages.crawl(&site.url("/public")).await.unwrap();
}

#[tokio::test]
async fn sites_are_told_who_reads_them() {
    let version = kuma_net::USER_AGENT;
    for (contact, expected) in [
        (None, format!("Mozilla/5.0 (compatible; {version})")),
        (
            Some("https://kuma.example/about".to_owned()),
            format!("Mozilla/5.0 (compatible; {version}; +https://kuma.example/about)"),
        ),
    ] {
        let site = site(Answer::bytes("text/plain", FORBIDS)).await;
        let pages = Pages::new(PageSettings { contact, ..page_settings() }).unwrap();
        pages.crawl(&site.url("/public")).await.unwrap();
        let agents: Vec<String> =
            site.requests().iter().map(|request| request.header("user-agent").to_owned()).collect();
        assert_eq!(agents, [expected.clone(), expected], "for the page and for what the site asks");
    }
}
