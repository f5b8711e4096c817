//! Pages made to hurt whoever reads them. The server lives on, and the next page is read.

use std::path::PathBuf;
use std::time::Duration;

use kuma_testkit::services::{Answer, FakeSite};
use kuma_tools::PageSettings;
use kuma_tools::page::{PageError, Pages, ReadError};

use crate::support::{page_settings, pdf};

#[tokio::test]
async fn a_page_without_an_end_is_cut_and_says_so() {
    let site = FakeSite::start().await;
    let settings = PageSettings { most_text_bytes: 200_000, ..page_settings() };
    let pages = Pages::new(settings).unwrap();
    for (path, kind, piece) in [
        ("/html", "text/html; charset=utf-8", "<p>Bären schlafen.</p>"),
        ("/text", "text/plain; charset=utf-8", "Bären schlafen.\n"),
    ] {
        site.put(path, Answer::endless(kind, piece.repeat(100)));
        let page = pages.read(&site.url(path)).await.unwrap();
        assert!(page.content.partial && page.content.text.contains("Bären schlafen."), "{path}");
        assert!(page.content.text.len() <= 400_000);
    }
    let settings = PageSettings { most_pdf_bytes: 100_000, most_text_bytes: 1_000, ..page_settings() };
    site.put("/pdf", Answer::endless("application/pdf", "%PDF-1.4 ".repeat(100)));
    let error = Pages::new(settings).unwrap().read(&site.url("/pdf")).await.unwrap_err();
    assert!(matches!(error, PageError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn hostile_markup_ends_at_most_its_own_reader() {
    let site = FakeSite::start().await;
    let deep = 400_000;
    let hostile = [
        ("nested", "<div>".repeat(deep) + "deep inside"),
        ("nested lists", "<ul><li>".repeat(deep / 2) + "deep inside"),
        ("nested tables", "<table><tr><td>".repeat(20_000) + "deep inside"),
        ("nested quotes", "<blockquote>".repeat(50_000) + "deep inside"),
        ("formatting", "<b><i><a href=x>".repeat(50_000) + "deep inside"),
        ("attributes", format!("<p {}>text", "a=b ".repeat(500_000))),
        ("one tag", format!("<p class=\"{}\">text", "x".repeat(3_000_000))),
        ("comments", "<!--".repeat(500_000)),
        ("entities", "&amp;&lt;&#x10FFFF;&nosuch;".repeat(100_000)),
        ("zeros", "a\0".repeat(500_000)),
        ("unclosed", "<".repeat(1_000_000)),
        ("metadata", format!("<script type=application/ld+json>{}</script><p>text", "[".repeat(500_000))),
    ];
    // Less time than a person waits; what is not done by then counts as too hard.
    let settings = PageSettings { read_time: Duration::from_secs(2), ..page_settings() };
    let pages = Pages::new(settings).unwrap();
    let reads = hostile.into_iter().map(|(name, page)| {
        let path = format!("/{}", name.replace(' ', "-"));
        site.put(&path, Answer::html(page));
        let (pages, address) = (&pages, site.url(&path));
        async move { (name, pages.read(&address).await) }
    });
    for (name, read) in futures::future::join_all(reads).await {
        let fine = matches!(&read, Ok(_) | Err(PageError::Read(ReadError::TooHard | ReadError::NoText)));
        assert!(fine, "{name}: {read:?}");
    }
    let pages = Pages::new(page_settings()).unwrap();
    site.put("/", Answer::html("<p>Still reading."));
    assert_eq!(pages.read(&site.url("/")).await.unwrap().content.text, "Still reading.");
}

#[tokio::test]
async fn hostile_pdf_files_end_at_most_their_own_reader() {
    let good = pdf(&["text"]);
    let text = String::from_utf8(good.clone()).unwrap();
    let hostile = [
        ("no table", text.split("xref").next().unwrap().as_bytes().to_vec()),
        ("half", good[..good.len() / 2].to_vec()),
        ("pages of pages", text.replace("/Kids [4 0 R]", "/Kids [2 0 R 2 0 R]").into_bytes()),
        ("many pages", text.replace("/Count 1", "/Count 2000000000").into_bytes()),
        ("nested", format!("%PDF-1.4\n1 0 obj\n{}", "[".repeat(2_000_000)).into_bytes()),
        ("noise", [b"%PDF-1.7\n".to_vec(), (0..=255).cycle().take(1_000_000).collect()].concat()),
    ];
    let site = FakeSite::start().await;
    let pages = Pages::new(PageSettings { read_time: Duration::from_secs(15), ..page_settings() }).unwrap();
    for (name, file) in hostile {
        site.put("/", Answer::bytes("application/pdf", file));
        let read = pages.read(&format!("{}?{}", site.url("/"), name.replace(' ', "-"))).await;
        assert!(matches!(&read, Ok(_) | Err(PageError::Read(_))), "{name}: {read:?}");
    }
    site.put("/", Answer::bytes("application/pdf", good));
    assert!(pages.read(&site.url("/")).await.unwrap().content.text.contains("text"));
}

/// A worker that is not what it should be.
async fn with_worker(program: &str, arguments: &[&str]) -> PageError {
    let site = FakeSite::start().await;
    site.put("/", Answer::html("<p>text"));
    let arguments = arguments.iter().map(|one| (*one).to_owned()).collect();
    let settings = PageSettings {
        worker: Some((PathBuf::from(program), arguments)),
        read_time: Duration::from_millis(500),
        ..page_settings()
    };
    Pages::new(settings).unwrap().read(&site.url("/")).await.unwrap_err()
}

#[tokio::test]
async fn a_reader_that_misbehaves_is_told_from_a_bad_page() {
    let too_hard = PageError::Read(ReadError::TooHard);
    // Sleeps on, says nonsense, says nothing, does not stop talking.
    assert_eq!(with_worker("/bin/sh", &["-c", "exec sleep 1000"]).await, too_hard);
    assert_eq!(with_worker("/bin/sh", &["-c", "echo nonsense"]).await, too_hard);
    assert_eq!(with_worker("/bin/sh", &["-c", "kill -9 $$"]).await, too_hard);
    assert_eq!(
        with_worker("/bin/sh", &["-c", "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaa; done"]).await,
        too_hard
    );
    assert_eq!(with_worker("/nowhere/at/all", &[]).await, PageError::Read(ReadError::NoReader));
    assert_eq!(with_worker("/bin/sh", &["-c", "exit 64"]).await, PageError::Read(ReadError::NoReader));
}
