//! Pages as they are on the web.

use std::sync::Arc;
use std::time::Duration;

use kuma_agent::tool::typed;
use kuma_testkit::Gate;
use kuma_testkit::services::{Answer, FakeSite};
use kuma_tools::PageSettings;
use kuma_tools::page::{PageError, PageKind, Pages, ReadError};
use kuma_tools::tools::GetPageContent;
use kuma_types::{SourceAt, ToolErrorKind};
use serde_json::json;

use crate::support::{page_settings, pdf, silent};

fn pages() -> Pages {
    Pages::new(page_settings()).unwrap()
}

async fn site(path: &str, answer: Answer) -> FakeSite {
    let site = FakeSite::start().await;
    site.put(path, answer);
    site
}

const SENTENCE: &str =
    "Bears sleep through the winter in dens that they dig or find, and lose a third of their weight. ";

fn article() -> String {
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bears in winter — The Journal</title>
        <meta name="author" content="A. Writer"><meta property="og:site_name" content="The Journal">
        <meta property="article:published_time" content="2026-01-15T08:00:00Z"><style>p {{ color: red }}</style></head>
        <body><nav><a href="/">Home</a> <a href="/login">Log in</a></nav><script>track("everything")</script>
        <article><h1>Bears in winter</h1><p>{SENTENCE}</p><p>{SENTENCE}{SENTENCE}</p><h2>Dens</h2>
        <p>{SENTENCE}See <a href="../dens?a=1&amp;b=2">how dens are built</a>.</p><ul><li>{SENTENCE}Use snake_case &amp; *stars*.</li><li>Second</li></ul>
        <pre><code>let bear = asleep();</code></pre></article><footer>Imprint and cookies</footer></body></html>"#
    )
}

#[tokio::test]
async fn an_article_becomes_markdown_without_what_is_around_it() {
    let site = site("/news/bears", Answer::html(article())).await;
    let page = pages().read(&site.url("/news/bears#dens")).await.unwrap();
    assert_eq!((page.kind, page.url.as_str()), (PageKind::Html, site.url("/news/bears").as_str()));
    let content = &page.content;
    assert!(content.title.starts_with("Bears in winter"), "{}", content.title);
    assert_eq!(content.byline.as_deref(), Some("A. Writer"));
    assert_eq!(content.published_at.as_deref(), Some("2026-01-15T08:00:00Z"));
    assert_eq!(content.site.as_deref(), Some("The Journal"));
    for part in [
        "lose a third of their weight",
        "## Dens",
        "let bear = asleep();",
        "snake_case & *stars*.",
        &site.url("/dens?a=1&b=2"),
    ] {
        assert!(content.text.contains(part), "{part} is missing in: {}", content.text);
    }
    for part in ["Log in", "track(", "color: red", "Imprint"] {
        assert!(!content.text.contains(part), "{part} is in: {}", content.text);
    }
    assert!(!content.partial);
}

#[tokio::test]
async fn a_page_that_is_no_article_is_read_whole() {
    let rows: Vec<String> =
        (1..40).map(|n| format!("<tr><td><a href=/item/{n}>Item {n}</a><td>{n} €")).collect();
    let rows = rows.concat();
    let site = site("/", Answer::html(format!("<title>Prices</title><table>{rows}</table>"))).await;
    let page = pages().read(&site.url("/")).await.unwrap();
    assert_eq!(page.content.title, "Prices");
    assert!(
        page.content.text.contains("Item 1") && page.content.text.contains("39 €"),
        "{}",
        page.content.text
    );
    assert!(page.content.text.contains(&site.url("/item/39")), "{}", page.content.text);
}

#[tokio::test]
async fn who_reads_says_so() {
    let site = site("/", Answer::html(article())).await;
    pages().read(&site.url("/")).await.unwrap();
    let seen = site.single_request();
    assert!(seen.header("user-agent").contains("Kuma/"), "{}", seen.header("user-agent"));
    assert!(seen.header("accept").starts_with("text/html"));
    assert_eq!((seen.header("cookie"), seen.header("referer")), ("", ""));
}

#[tokio::test]
async fn the_last_address_of_a_redirect_counts() {
    let site = site("/old", Answer::redirect("/new")).await;
    site.put("/new", Answer::html(article()));
    assert_eq!(pages().read(&site.url("/old")).await.unwrap().url, site.url("/new"));
}

#[tokio::test]
async fn every_encoding_is_read() {
    // "日本語の文章です。" in Shift_JIS.
    let japanese = b"\x93\xfa\x96{\x8c\xea\x82\xcc\x95\xb6\x8f\xcd\x82\xc5\x82\xb7\x81B";
    let mut labelled = b"<meta charset=shift_jis><p>".to_vec();
    labelled.extend_from_slice(&japanese.repeat(20));
    for answer in [
        Answer::bytes("text/html; charset=Shift_JIS", [b"<p>", japanese.repeat(20).as_slice()].concat()),
        Answer::bytes("text/html", labelled),
        Answer::bytes("text/plain; charset=\"sjis\"", japanese.to_vec()),
    ] {
        let site = site("/", answer).await;
        let page = pages().read(&site.url("/")).await.unwrap();
        assert!(page.content.text.contains("日本語の文章です。"), "{}", page.content.text);
    }
}

#[tokio::test]
async fn a_pdf_gives_its_pages() {
    let file = pdf(&["Bears sleep in winter.", "", "They dream \\(perhaps\\)."]);
    for kind in ["application/pdf", "application/octet-stream", "binary/octet-stream"] {
        let site = site("/file", Answer::bytes(kind, file.clone())).await;
        let page = pages().read(&site.url("/file")).await.unwrap();
        assert_eq!((page.kind, page.content.pages), (PageKind::Pdf, Some(3)));
        let text = &page.content.text;
        assert!(text.contains("[Page 1]\nBears sleep in winter."), "{text}");
        assert!(text.contains("[Page 3]\nThey dream (perhaps)."), "{text}");
    }
    let untyped = site("/file", Answer::untyped(file)).await;
    assert_eq!(pages().read(&untyped.url("/file")).await.unwrap().kind, PageKind::Pdf);
}

#[tokio::test]
async fn text_and_json_are_as_they_are() {
    for (kind, body, found) in [
        ("text/plain", "line one\n  line <b>two</b>\n", PageKind::Text),
        ("text/markdown; charset=utf-8", "# Ümlaut\n", PageKind::Text),
        ("text/csv", "a,b\n1,2\n", PageKind::Text),
        ("application/xml", "<feed><title>x</title></feed>", PageKind::Text),
        ("application/rss+xml", "<rss/>", PageKind::Text),
        ("application/json", "{\"a\": [1, 2]}", PageKind::Json),
        ("application/ld+json; charset=utf-8", "{}", PageKind::Json),
        ("application/octet-stream", "just text", PageKind::Text),
    ] {
        let site = site("/", Answer::bytes(kind, body)).await;
        let page = pages().read(&site.url("/")).await.unwrap();
        assert_eq!((page.kind, page.content.text.as_str()), (found, body), "{kind}");
    }
    let site =
        site("/", Answer::bytes("text/plain", "\n<!DOCTYPE html><p>A page with the wrong label.")).await;
    assert_eq!(pages().read(&site.url("/")).await.unwrap().kind, PageKind::Html);
}

#[tokio::test]
async fn what_is_no_text_is_named() {
    let site = FakeSite::start().await;
    for (answer, said) in [
        (Answer::bytes("image/png", "\u{89}PNG"), "a picture (image/png)"),
        (Answer::bytes("video/mp4", "x"), "a video (video/mp4)"),
        (Answer::bytes("audio/ogg", "x"), "a sound"),
        (Answer::bytes("application/zip", "PK"), "application/zip"),
        (Answer::bytes("application/octet-stream", "a\0b\0\0c"), "application/octet-stream"),
        (Answer::untyped(&b"a\0b"[..]), "no text"),
        (Answer::html("x").header("content-encoding", "gzip"), "a compressed file"),
    ] {
        site.put("/", answer);
        let error = pages().read(&site.url("/")).await.unwrap_err();
        assert!(matches!(error, PageError::NotText { .. }), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn every_failure_says_what_it_means() {
    let site = FakeSite::start().await;
    for (status, said) in [
        (401, "may need a login"),
        (403, "login"),
        (404, "no such page"),
        (410, "no such page"),
        (429, "too often"),
        (451, "legal"),
        (500, "trouble"),
        (503, "trouble"),
        (418, "cannot be had"),
    ] {
        site.put("/", Answer::html("<p>Sorry").status(status));
        let error = pages().read(&site.url("/")).await.unwrap_err();
        assert_eq!(error, PageError::Status { host: "127.0.0.1".to_owned(), status });
        assert!(error.to_string().contains(said), "{error}");
    }
    for empty in [
        Answer::html(""),
        Answer::html("<script>app()</script><div id=root></div>"),
        Answer::bytes("text/plain", " \n "),
    ] {
        site.put("/", empty);
        assert_eq!(pages().read(&site.url("/")).await.unwrap_err(), PageError::Read(ReadError::NoText));
    }
    site.put("/", Answer::bytes("application/pdf", "%PDF-1.4 and then nothing of the kind"));
    assert_eq!(pages().read(&site.url("/")).await.unwrap_err(), PageError::Read(ReadError::Damaged));
    site.put("/", Answer::bytes("application/pdf", "<p>no PDF"));
    assert_eq!(pages().read(&site.url("/")).await.unwrap_err(), PageError::Read(ReadError::Damaged));
    site.put("/", Answer::bytes("application/pdf", pdf(&["", ""])));
    assert_eq!(pages().read(&site.url("/")).await.unwrap_err(), PageError::Read(ReadError::NoText));
}

#[tokio::test]
async fn the_inside_is_refused() {
    let inside = site("/", Answer::html(article())).await;
    let settings = PageSettings { allow_private: "127.0.0.2".parse().unwrap(), ..page_settings() };
    let outside = FakeSite::start_at([127, 0, 0, 2].into()).await;
    outside.put("/go", Answer::redirect(&inside.url("/")));
    let pages = Pages::new(settings).unwrap();
    let addresses = [
        inside.url("/"),
        outside.url("/go"),
        "file:///etc/passwd".to_owned(),
        "localhost".to_owned(),
        "metadata".to_owned(),
    ];
    for address in addresses {
        let error = pages.read(&address).await.unwrap_err();
        assert!(matches!(error, PageError::Refused(_)), "{address}: {error:?}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_page_is_fetched_once_for_all_who_ask() {
    let site = FakeSite::start().await;
    let gate = Gate::new();
    site.push(Answer::html(article()).gate(&gate));
    let pages = pages();
    let address = site.url("/");
    let one = tokio::spawn({
        let (pages, address) = (pages.clone(), address.clone());
        async move { pages.read(&address).await }
    });
    gate.blocked().await;
    let two = pages.read(&address);
    gate.open();
    let (two, one) = (two.await.unwrap(), one.await.unwrap().unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    pages.read(&format!("{address}#section")).await.unwrap();
    assert_eq!(site.requests().len(), 1);

    site.put("/fails", Answer::html("").status(500));
    for _ in 0..2 {
        pages.read(&site.url("/fails")).await.unwrap_err();
    }
    assert_eq!(site.requests().len(), 3, "a failure is not remembered");
}

#[tokio::test]
async fn the_tool_gives_a_long_page_in_parts() {
    let text: Vec<String> = (1..=400).map(|n| format!("Zeile {n} über Bären\n")).collect();
    let text = text.concat();
    let site = site("/", Answer::bytes("text/plain; charset=utf-8", text.clone())).await;
    let tool = typed(GetPageContent(pages()));
    let (mut whole, mut offset, mut calls) = (String::new(), 0, 0);
    loop {
        let arguments = json!({"url": site.url("/"), "offset": offset, "maxCharacters": 3000});
        let output = tool.call(&silent(), arguments).await.unwrap();
        assert_eq!(output.result["totalCharacters"], text.chars().count());
        whole += &output.sources[0].text;
        calls += 1;
        match output.result["nextOffset"].as_u64() {
            Some(next) => {
                assert!(output.content.contains(&format!("offset {next}")), "{}", output.content);
                offset = next;
            }
            None => break,
        }
    }
    assert_eq!((whole == text, calls), (true, 3));
    assert_eq!(site.requests().len(), 1);
    let error = tool.call(&silent(), json!({"url": site.url("/"), "offset": 99_999})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::BadArguments);
}

#[tokio::test]
async fn the_tool_names_title_address_and_provenance() {
    let site = site("/a", Answer::html(article())).await;
    let tool = typed(GetPageContent(pages()));
    assert_eq!(tool.describe(&json!({"url": "https://a.example/"})), "Read https://a.example/");
    let output = tool.call(&silent(), json!({"url": site.url("/a")})).await.unwrap();
    assert!(output.content.starts_with("# Bears in winter"), "{}", output.content);
    assert!(
        output.content.contains("Published: 2026-01-15T08:00:00Z")
            && output.content.contains(&site.url("/a"))
    );
    assert_eq!(output.result["url"], site.url("/a"));
    assert_eq!(output.sources[0].at, SourceAt::Url(site.url("/a")));
    assert!(output.sources[0].text.contains("lose a third"));
    assert_eq!(output.provenance.unwrap().places(), ["127.0.0.1"]);
    assert!(output.summary.starts_with("Read “Bears in winter"), "{}", output.summary);

    let error = tool.call(&silent(), json!({"url": "http://169.254.169.254/"})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::Refused);
    assert!(error.sentence.contains("not on the public internet"), "{}", error.sentence);
}

#[tokio::test]
async fn a_slow_page_is_given_up() {
    let site = FakeSite::start().await;
    for slow in [Answer::hang(), Answer::stall("text/html", "<p>The beginning")] {
        site.put("/", slow);
        let settings = PageSettings { fetch_time: Duration::from_millis(150), ..page_settings() };
        let error = Pages::new(settings).unwrap().read(&site.url("/")).await.unwrap_err();
        assert!(error.to_string().contains("did not answer in time"), "{error}");
    }
    site.put("/", Answer::cut("text/html", "<p>The beginning"));
    let error = pages().read(&site.url("/")).await.unwrap_err();
    assert!(matches!(error, PageError::Fetch(_)), "{error:?}");
}
