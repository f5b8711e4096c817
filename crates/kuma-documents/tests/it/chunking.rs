//! Passages: what holds for every text, and what they look like.

use std::ops::Range;

use kuma_documents::{Block, BlockKind, Chunk, ChunkOptions, Kind, Label, Line, Page, Parsed, Rect, chunks};
use proptest::prelude::*;
use unicode_segmentation::GraphemeCursor;

use crate::support::{fixture, parse};

/// A stand-in for a tokenizer: a token per four letters of a word, and one per sign.
fn tokens(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count().div_ceil(4)).sum()
}

fn cut(parsed: &Parsed, max_tokens: usize) -> Vec<Chunk> {
    chunks(parsed, ChunkOptions { max_tokens }, &mut tokens)
}

fn document(pages: Vec<(Label, Vec<Block>)>) -> Parsed {
    let pages = pages
        .into_iter()
        .enumerate()
        .map(|(index, (label, blocks))| Page { number: index as u32 + 1, label, blocks, ..Page::default() })
        .collect();
    Parsed { kind: Kind::Text, title: None, pages, warnings: Vec::new() }
}

fn heading(level: u8, text: &str) -> Block {
    Block::new(BlockKind::Heading { level }, text)
}

fn paragraph(text: &str) -> Block {
    Block::new(BlockKind::Paragraph, text)
}

/// What must hold for every text: all of it in order, nothing too large, no letter torn.
fn check(parsed: &Parsed, max_tokens: usize) -> Result<(), TestCaseError> {
    let text = parsed.text();
    let chunks = cut(parsed, max_tokens);
    let mut end = 0;
    for (index, chunk) in chunks.iter().enumerate() {
        prop_assert_eq!(chunk.index as usize, index);
        prop_assert!(chunk.start >= end && chunk.start < chunk.end);
        prop_assert_eq!(text.get(chunk.start..chunk.end), Some(chunk.text.as_str()));
        prop_assert!(text[end..chunk.start].trim().is_empty(), "left out: {:?}", &text[end..chunk.start]);
        prop_assert_eq!(chunk.tokens, tokens(&chunk.for_embedding()));
        prop_assert!(chunk.tokens <= max_tokens, "{} tokens: {:?}", chunk.tokens, chunk);
        for at in [chunk.start, chunk.end] {
            let whole = GraphemeCursor::new(at, text.len(), true).is_boundary(&text, 0).unwrap();
            prop_assert!(whole, "cut inside a letter at {at} of {text:?}");
        }
        let places: Vec<Range<usize>> = chunk.places.iter().map(|place| place.start..place.end).collect();
        prop_assert_eq!(places.first().map(|place| place.start), Some(chunk.start));
        prop_assert_eq!(places.last().map(|place| place.end), Some(chunk.end));
        prop_assert!(places.windows(2).all(|pair| pair[0].end <= pair[1].start));
        end = chunk.end;
    }
    prop_assert!(text[end..].trim().is_empty(), "left out at the end: {:?}", &text[end..]);
    Ok(())
}

fn any_block() -> impl Strategy<Value = Block> {
    let text = prop_oneof![
        "[a-zA-Z ,.]{0,400}",
        "[\\PC]{0,60}",
        "[日本語中文字。、！ ]{0,200}",
        "[กขคงจฉชซเแโาีู่้๊ ]{0,120}",
        "[🇩🇪🇫🇷👩‍👧é\u{301}\u{308}a ]{0,60}",
        "[a-z]{300,900}",
    ];
    let kind = prop_oneof![
        3 => Just(BlockKind::Paragraph),
        1 => (1u8..=6).prop_map(|level| BlockKind::Heading { level }),
        1 => (0u8..3).prop_map(|depth| BlockKind::ListItem { depth }),
        1 => Just(BlockKind::Code { language: None }),
    ];
    let plain = (kind, text).prop_map(|(kind, text)| Block::new(kind, text));
    let table = proptest::collection::vec("[a-z ]{0,30}", 2..40).prop_map(|cells| {
        let rows: Vec<String> = cells.chunks(2).map(|row| format!("| {} |", row.join(" | "))).collect();
        let (head, body) = rows.split_first().unwrap();
        Block::new(BlockKind::Table, format!("{head}\n| --- | --- |\n{}", body.join("\n")))
    });
    prop_oneof![4 => plain, 1 => table]
}

fn any_document() -> impl Strategy<Value = Parsed> {
    let label =
        prop_oneof![Just(Label::Page), Just(Label::Slide), Just(Label::Whole), Just(Label::Attachment)];
    let page = (label, proptest::collection::vec(any_block(), 0..8));
    proptest::collection::vec(page, 1..4).prop_map(document)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn passages_cover_all_text_and_fit(parsed in any_document(), max_tokens in 16usize..200) {
        check(&parsed, max_tokens)?;
    }
}

#[test]
fn a_heading_stays_with_its_text() {
    let filler = "Some words that fill the passage until it is full enough. ".repeat(3);
    let parsed = document(vec![(
        Label::Whole,
        vec![
            heading(1, "Book"),
            paragraph(&filler),
            heading(2, "Part"),
            paragraph(&filler),
            paragraph("The end."),
        ],
    )]);
    let chunks = cut(&parsed, 60);
    let part = chunks.iter().find(|chunk| chunk.text.contains("Part")).unwrap();
    assert!(part.text.starts_with("Part\n\nSome words"), "{part:?}");
    assert_eq!(part.headings, ["Book"]);
    let last = chunks.last().unwrap();
    assert!(last.text.contains("The end."));
    if !last.text.starts_with("Part") {
        assert_eq!(last.headings, ["Book", "Part"]);
    }
}

#[test]
fn rows_come_with_the_header_of_their_table() {
    let rows: Vec<String> = (0..40).map(|row| format!("| item number {row} | {} |", row * 7)).collect();
    let table = format!("| Item | Price |\n| --- | --- |\n{}", rows.join("\n"));
    let parsed = document(vec![(Label::Sheet, vec![Block::new(BlockKind::Table, table)])]);
    let chunks = cut(&parsed, 80);
    assert!(chunks.len() > 3);
    assert!(chunks[0].table_header.is_none() && chunks[0].text.starts_with("| Item | Price |"));
    for chunk in &chunks[1..] {
        assert_eq!(chunk.table_header.as_deref(), Some("| Item | Price |\n| --- | --- |"));
        assert!(chunk.text.starts_with("| item") && chunk.text.ends_with(" |"), "{chunk:?}");
    }
}

#[test]
fn passages_end_with_their_slide_but_not_with_their_page() {
    let words = "A few words.";
    let slides =
        document(vec![(Label::Slide, vec![paragraph(words)]), (Label::Slide, vec![paragraph(words)])]);
    assert_eq!(cut(&slides, 100).len(), 2);
    let pages = document(vec![(Label::Page, vec![paragraph(words)]), (Label::Page, vec![paragraph(words)])]);
    let chunks = cut(&pages, 100);
    assert_eq!(chunks.len(), 1);
    assert_eq!(chunks[0].places.iter().map(|place| place.page).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn boxes_are_those_of_the_lines_that_the_passage_has() {
    let rect = |y| Rect { x: 10.0, y, width: 100.0, height: 10.0 };
    let mut block = paragraph("First sentence here. Second sentence here.");
    block.lines =
        vec![Line { start: 0, end: 20, rect: rect(0.0) }, Line { start: 21, end: 42, rect: rect(12.0) }];
    let chunks = cut(&document(vec![(Label::Page, vec![block])]), 8);
    assert_eq!(chunks.len(), 2);
    assert_eq!(chunks[0].places[0].boxes, [rect(0.0)]);
    assert_eq!(chunks[1].places[0].boxes, [rect(12.0)]);
}

#[test]
fn a_text_without_spaces_is_cut_between_letters() {
    let parsed = document(vec![(Label::Whole, vec![paragraph(&"あ".repeat(100_000))])]);
    check(&parsed, 64).unwrap();
    let flags = document(vec![(Label::Whole, vec![paragraph(&"🇩🇪".repeat(5_000))])]);
    check(&flags, 17).unwrap();
}

#[test]
fn a_letter_larger_than_a_passage_is_the_one_exception() {
    let monster = format!("a{}", "\u{301}".repeat(5_000));
    let chunks = cut(&document(vec![(Label::Whole, vec![paragraph(&monster)])]), 20);
    assert!(chunks.iter().all(|chunk| chunk.tokens <= 20));
    assert_eq!(chunks.iter().map(|chunk| chunk.text.as_str()).collect::<String>(), monster);
}

#[tokio::test]
async fn real_files_are_cut_by_the_rules() {
    for name in
        ["word-processor.pdf", "report.pdf", "japanese.pdf", "chapters.epub", "sheets.xlsx", "tables.odt"]
    {
        let parsed = parse(&fixture(name), None).await.unwrap();
        check(&parsed, 60).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let parsed = parse(&fixture("report.pdf"), None).await.unwrap();
    insta::assert_json_snapshot!(cut(&parsed, 60), { "[].places[].boxes" => "[boxes]" });
}
