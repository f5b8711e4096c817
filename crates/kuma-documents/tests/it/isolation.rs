//! The walls around the child, and what the server makes of a child that ends badly.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use kuma_documents::{Limits, ParseError, Parser, Progress};

use crate::made::{archive, page_text, pdf_pages};
use crate::support::{open, parse_with, parser};

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_reaches_nothing() {
    let probe = parser().probe().await.unwrap();
    assert!(probe.walls.system_calls, "{probe:?}");
    assert!(probe.no_files && probe.no_network && probe.no_processes && probe.no_more_memory, "{probe:?}");
}

#[tokio::test]
async fn walls_stand_before_the_file_is_read() {
    let mut told = Vec::new();
    let pages: Vec<String> = (0..3).map(|_| page_text(&[("Words", 50.0, 700.0, 12.0)])).collect();
    parser().parse(open(&pdf_pages(&pages, "")), None, &mut |progress| told.push(progress)).await.unwrap();
    assert!(matches!(told.first(), Some(Progress::Started(_))), "{told:?}");
    assert_eq!(told.last(), Some(&Progress::Pages { done: 3, total: Some(3) }));
}

/// A child that is a script.
fn script(folder: &Path, text: &str) -> Parser {
    let program = folder.join("child");
    std::fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Parser::new(program, Vec::<String>::new())
}

#[tokio::test]
async fn every_end_of_a_child_has_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { wall_seconds: 1, output_bytes: 10_000, ..Limits::default() };
    for (text, code) in [
        ("exit 0", "internal"),
        ("exit 3", "internal"),
        ("echo hello", "internal"),
        ("kill -SEGV $$", "crashed"),
        ("kill -XCPU $$", "too_slow"),
        ("kill -KILL $$", "too_much_memory"),
        ("echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$", "too_much_memory"),
        ("echo 'thread has overflowed its stack' >&2; kill -ABRT $$", "too_deep"),
        ("exec /bin/sleep 60", "too_slow"),
        ("printf 'T\\377\\377\\377\\177'; exec /bin/sleep 60", "too_much_text"),
        ("printf 'Zabcd'; exec /bin/sleep 60", "internal"),
    ] {
        let parser = script(folder.path(), text).with_limits(limits.clone());
        let error = parse_with(&parser, b"words", None).await.unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
    }
    let missing = Parser::new(folder.path().join("nothing"), Vec::<String>::new());
    assert_eq!(parse_with(&missing, b"words", None).await.unwrap_err().code(), "internal");
}

#[tokio::test]
async fn a_child_dies_with_the_one_who_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let parser = script(folder.path(), &format!("echo $$ > {}; exec /bin/sleep 600", pid_file.display()));
    let task = tokio::spawn(async move { parse_with(&parser, b"words", None).await });
    let pid = wait_for(|| std::fs::read_to_string(&pid_file).ok()?.trim().parse::<i32>().ok()).await;
    task.abort();
    let gone = || {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let alive = Path::new(&format!("/proc/{pid}")).exists() && !state.contains(") Z ");
        (!alive).then_some(())
    };
    wait_for(gone).await;
}

/// Asks until there is an answer, ten seconds at most.
async fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_000 {
        if let Some(answer) = ask() {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited ten seconds in vain");
}

#[tokio::test]
async fn limits_are_reasons() {
    let words = "words and words ".repeat(1_000);
    let limited = |limits: Limits| parser().with_limits(limits);
    let small = limited(Limits { file_bytes: 1_000, ..Limits::default() });
    assert_eq!(
        parse_with(&small, words.as_bytes(), None).await.unwrap_err(),
        ParseError::TooBig { limit: 1_000 }
    );
    let short = limited(Limits { text_bytes: 1_000, ..Limits::default() });
    assert_eq!(
        parse_with(&short, words.as_bytes(), None).await.unwrap_err(),
        ParseError::TooMuchText { limit: 1_000 }
    );
    let pages: Vec<String> = (0..5).map(|_| page_text(&[("Words", 50.0, 700.0, 12.0)])).collect();
    let few = limited(Limits { pages: 4, ..Limits::default() });
    assert_eq!(
        parse_with(&few, &pdf_pages(&pages, ""), None).await.unwrap_err(),
        ParseError::TooManyPages { pages: 5, limit: 4 }
    );
    let chapter = vec![b' '; 3_000_000];
    let book = archive(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", b"<c><rootfile full-path='p.opf'/></c>"),
        (
            "p.opf",
            b"<p><manifest><item id='a' href='a.html'/></manifest><spine><itemref idref='a'/></spine></p>",
        ),
        ("a.html", &chapter),
    ]);
    let tight = limited(Limits { unpacked_bytes: 1_000_000, ..Limits::default() });
    assert_eq!(
        parse_with(&tight, &book, None).await.unwrap_err(),
        ParseError::TooBigUnpacked { limit: 1_000_000 }
    );
}

#[tokio::test]
async fn memory_and_time_are_held_by_the_kernel() {
    let paragraph = "<p>words</p>".repeat(1_000_000);
    let lean = parser().with_limits(Limits { memory_bytes: 150_000_000, ..Limits::default() });
    let error = parse_with(&lean, paragraph.as_bytes(), None).await.expect_err("a limit");
    assert_eq!(error, ParseError::TooMuchMemory { limit: 150_000_000 });
    // Elements that cannot be closed in the order they are make the tree builder work in squares.
    let slow = format!("<html>{}", "<b><i><div>".repeat(400_000));
    let hasty = parser().with_limits(Limits { cpu_seconds: 1, ..Limits::default() });
    let error = parse_with(&hasty, slow.as_bytes(), None).await.expect_err("a limit");
    assert!(matches!(error, ParseError::TooSlow { .. } | ParseError::TooMuchMemory { .. }), "{error}");
}
