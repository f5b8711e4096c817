//! Any text in any blocks: passages cover it in order and never exceed their size.
#![no_main]

use kuma_documents::{Block, BlockKind, ChunkOptions, Kind, Label, Page, Parsed, chunks};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<(u8, &str)>, u8)| {
    let (parts, size) = input;
    let max_tokens = usize::from(size).max(16);
    let blocks = parts.iter().map(|(kind, text)| Block::new(block_kind(*kind), *text)).collect();
    let page = Page { number: 1, label: Label::Page, blocks, ..Page::default() };
    let parsed = Parsed { kind: Kind::Text, title: None, pages: vec![page], warnings: Vec::new() };
    let text = parsed.text();
    let mut count = |text: &str| text.split_whitespace().map(|word| word.chars().count().div_ceil(4)).sum::<usize>();
    let mut end = 0;
    for chunk in chunks(&parsed, ChunkOptions { max_tokens }, &mut count) {
        assert!(chunk.tokens <= max_tokens);
        assert!(text[end..chunk.start].trim().is_empty());
        assert_eq!(&text[chunk.start..chunk.end], chunk.text);
        end = chunk.end;
    }
    assert!(text[end..].trim().is_empty());
});

fn block_kind(kind: u8) -> BlockKind {
    match kind % 5 {
        0 => BlockKind::Paragraph,
        1 => BlockKind::Heading { level: kind / 5 % 6 + 1 },
        2 => BlockKind::ListItem { depth: kind / 5 },
        3 => BlockKind::Table,
        _ => BlockKind::Code { language: None },
    }
}
