//! Hundreds of files that are damaged, locked, swollen or nested: each ends parsed or with a reason, within its limits, and
//! the process that asked lives on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kuma_documents::{Limits, ParseError, Parsed, Parser};
use tokio::task::JoinSet;

use crate::hostile_files::{crafted, damaged};
use crate::support::{ANSWER, parse_with, parser, stand_in};

/// Children at once.
const AT_ONCE: usize = 2;

fn limits() -> Limits {
    Limits {
        cpu_seconds: 4,
        wall_seconds: 20,
        memory_bytes: 600_000_000,
        unpacked_bytes: 60_000_000,
        text_bytes: 5_000_000,
        pages: 2_000,
        ..Limits::default()
    }
}

/// What must hold for a result.
fn check(name: &str, result: &Result<Parsed, ParseError>, took: Duration, limits: &Limits) {
    // The wall-clock limit and the time a busy machine takes to start and end a process.
    assert!(took < Duration::from_secs(limits.wall_seconds + 20), "{name} took {took:?}");
    match result {
        Ok(parsed) => {
            assert!(!parsed.is_empty(), "{name} is empty");
            assert!(parsed.text().len() as u64 <= limits.text_bytes * 2, "{name} has too much text");
            for block in parsed.pages.iter().flat_map(|page| &page.blocks) {
                for line in &block.lines {
                    assert!(
                        block.text.get(line.start..line.end).is_some(),
                        "{name}: a line out of its block"
                    );
                }
            }
        }
        Err(error) => {
            assert_ne!(error.code(), "internal", "{name}: {error}");
            assert!(error.to_string().len() > 15, "{name}: {error}");
        }
    }
}

async fn run(parser: Parser, name: String, bytes: Vec<u8>) -> (String, Result<Parsed, ParseError>, Duration) {
    let began = Instant::now();
    let result = parse_with(&parser, &bytes, None).await;
    (name, result, began.elapsed())
}

#[tokio::test]
async fn every_file_ends_parsed_or_with_a_reason() {
    let limits = limits();
    // Pictures are decoded only when somebody takes them.
    let folder = tempfile::tempdir().expect("a folder");
    let parser = parser().with_limits(limits.clone()).with_ocr(Some(stand_in(folder.path(), ANSWER)));
    let mut files = damaged();
    files.extend(crafted());
    assert!(files.len() >= 370, "{}", files.len());
    let mut ends: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut slowest = (Duration::ZERO, String::new());
    let mut running = JoinSet::new();
    let mut files = files.into_iter();
    loop {
        while running.len() < AT_ONCE
            && let Some((name, bytes)) = files.next()
        {
            running.spawn(run(parser.clone(), name, bytes));
        }
        let Some(done) = running.join_next().await else { break };
        let (name, result, took) = done.expect("no panic in the parent");
        check(&name, &result, took, &limits);
        *ends.entry(result.as_ref().map_or_else(ParseError::code, |_| "parsed")).or_default() += 1;
        if took > slowest.0 {
            slowest = (took, name);
        }
    }
    println!("{ends:?}; slowest {slowest:?}");
    // A suite in which everything fails for one reason would prove nothing.
    assert!(ends.get("parsed").is_some_and(|parsed| *parsed >= 40), "{ends:?}");
    assert!(ends.get("damaged").is_some_and(|damaged| *damaged >= 20), "{ends:?}");
    assert!(ends.len() >= 6, "{ends:?}");
    // And the parent still works.
    let parsed = parse_with(&parser, b"All is well.", None).await.expect("a plain text");
    assert_eq!(parsed.text(), "All is well.");
}
