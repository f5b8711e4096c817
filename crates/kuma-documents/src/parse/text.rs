//! Plain text and source code.

use crate::error::ParseError;
use crate::model::{Block, BlockKind, Label, Page};
use crate::output::{Output, paragraph};

/// Paragraphs are separated by empty lines, pages by form feeds.
pub(super) fn read(text: &str, output: &mut Output<'_>) -> Result<(), ParseError> {
    let pages: Vec<&str> = text.split('\u{c}').collect();
    if pages.len() < 2 {
        return output.whole(paragraphs(text));
    }
    for page in pages {
        output.page(Page { label: Label::Page, blocks: paragraphs(page), ..Page::default() })?;
    }
    Ok(())
}

/// The paragraphs of a text; lines within one stay lines.
pub(super) fn paragraphs(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut current = String::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        if line.trim().is_empty() {
            if !current.is_empty() {
                blocks.push(paragraph(std::mem::take(&mut current)));
            }
            continue;
        }
        if !current.is_empty() {
            current.push('\n');
        }
        current.push_str(line.trim_end());
    }
    if !current.is_empty() {
        blocks.push(paragraph(current));
    }
    blocks
}

/// Source code is one block: its line breaks and spaces matter.
pub(super) fn read_code(
    text: &str,
    language: Option<&str>,
    output: &mut Output<'_>,
) -> Result<(), ParseError> {
    let kind = BlockKind::Code { language: language.map(str::to_owned) };
    output.whole(vec![Block::new(kind, text.trim_start_matches('\u{feff}').trim_end())])
}
