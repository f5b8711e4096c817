//! OpenDocument text: one XML part, read as a stream.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml::{attribute, entity};
use crate::archive::Archive;
use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Block, BlockKind};
use crate::output::{Output, heading, paragraph};
use crate::table::{MAX_COLUMNS, table};

/// Elements inside elements; a document of a person has some dozens.
const MAX_DEPTH: usize = 1_000;
/// Spaces that one element may stand for.
const MAX_SPACES: usize = 1_000;

pub(super) fn read(bytes: &[u8], output: &mut Output<'_>) -> Result<(), ParseError> {
    let mut archive = Archive::open(bytes, Kind::Odt, output.limits)?;
    if archive.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(ParseError::Encrypted { kind: Kind::Odt });
    }
    let content = archive.required("content.xml")?;
    if let Some(meta) = archive.text("meta.xml")? {
        output.title(element_text(&meta, "title"));
    }
    let blocks = blocks(&content, output.limits.text_bytes)?;
    output.whole(blocks)
}

/// The text of the first element of this local name.
pub(super) fn element_text(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut text = None::<String>;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) if element.local_name().as_ref() == name && text.is_none() => {
                text = Some(String::new());
            }
            Ok(Event::Text(part)) => {
                if let Some(text) = &mut text {
                    text.push_str(&part.xml10_content());
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some(text) = &mut text {
                    text.extend(entity(&reference));
                }
            }
            Ok(Event::End(element)) if element.local_name().as_ref() == name && text.is_some() => {
                return text;
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn blocks(xml: &str, text_limit: u64) -> Result<Vec<Block>, ParseError> {
    let mut reader = Reader::from_str(xml);
    let mut walk = Walk { left: text_limit, limit: text_limit, ..Walk::default() };
    loop {
        match reader.read_event().map_err(|error| ParseError::damaged(Kind::Odt, error))? {
            Event::Start(element) => {
                walk.depth += 1;
                if walk.depth > MAX_DEPTH {
                    return Err(ParseError::TooDeep);
                }
                walk.open(&element);
            }
            Event::Empty(element) => {
                walk.open(&element);
                walk.close(element.local_name().as_ref());
            }
            Event::End(element) => {
                walk.depth = walk.depth.saturating_sub(1);
                walk.close(element.local_name().as_ref());
            }
            Event::Text(text) => walk.text(&text.xml10_content())?,
            Event::CData(text) => walk.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                if let Some(c) = entity(&reference) {
                    walk.text(c.encode_utf8(&mut [0; 4]))?;
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(walk.blocks)
}

#[derive(Default)]
struct Walk {
    blocks: Vec<Block>,
    depth: usize,
    /// The paragraphs that are open: text boxes and notes stand inside other paragraphs.
    open: Vec<(Option<u8>, String)>,
    lists: usize,
    skipped: usize,
    tables: usize,
    rows: Vec<Vec<String>>,
    repeat_cell: usize,
    left: u64,
    limit: u64,
}

impl Walk {
    fn open(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name();
        if is_skipped(name.as_ref()) {
            self.skipped += 1;
        }
        let number = |name: &str| attribute(element, name).and_then(|value| value.parse::<usize>().ok());
        match name.as_ref() {
            "h" => {
                self.open.push((Some(number("outline-level").unwrap_or(1).clamp(1, 6) as u8), String::new()));
            }
            "p" => self.open.push((None, String::new())),
            "list" => self.lists += 1,
            "s" => self.push(&" ".repeat(number("c").unwrap_or(1).clamp(1, MAX_SPACES))),
            "tab" => self.push("\t"),
            "line-break" => self.push("\n"),
            "table" => self.tables += 1,
            "table-row" if self.tables == 1 => self.rows.push(Vec::new()),
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.repeat_cell = number("number-columns-repeated").unwrap_or(1).clamp(1, 100);
                if let Some(row) = self.rows.last_mut() {
                    row.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if is_skipped(name) {
            self.skipped = self.skipped.saturating_sub(1);
        }
        match name {
            "h" | "p" => {
                if let Some((level, text)) = self.open.pop() {
                    self.finish(level, &text);
                }
            }
            "list" => self.lists = self.lists.saturating_sub(1),
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                if let Some(row) = self.rows.last_mut()
                    && let Some(cell) = row.last().cloned()
                {
                    let copies = (self.repeat_cell - 1).min(MAX_COLUMNS.saturating_sub(row.len()));
                    // Only empty cells are repeated in documents of people; a long text times a hundred is a bomb.
                    if cell.len() < 100 {
                        row.extend(std::iter::repeat_n(cell, copies));
                    }
                }
                self.repeat_cell = 1;
            }
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.blocks.extend(table(std::mem::take(&mut self.rows)));
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, level: Option<u8>, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.tables > 0
            && let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut())
        {
            if !cell.is_empty() {
                cell.push(' ');
            }
            cell.push_str(text);
            return;
        }
        self.blocks.push(match level {
            Some(level) => heading(level, text),
            None if self.lists > 0 => {
                Block::new(BlockKind::ListItem { depth: (self.lists - 1).min(20) as u8 }, text)
            }
            None => paragraph(text),
        });
    }

    fn text(&mut self, text: &str) -> Result<(), ParseError> {
        let Some(left) = self.left.checked_sub(text.len() as u64) else {
            return Err(ParseError::TooMuchText { limit: self.limit });
        };
        self.left = left;
        // White space in the file stands for one space; more are written as elements.
        let mut collapsed = String::with_capacity(text.len());
        for c in text.chars() {
            let space = matches!(c, ' ' | '\t' | '\n' | '\r');
            if !space {
                collapsed.push(c);
            } else if !collapsed.ends_with(' ') {
                collapsed.push(' ');
            }
        }
        self.push(&collapsed);
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if self.skipped == 0
            && let Some((_, line)) = self.open.last_mut()
        {
            line.push_str(text);
        }
    }
}

/// Deleted text, comments, and the numbers of notes.
fn is_skipped(name: &str) -> bool {
    matches!(name, "tracked-changes" | "annotation" | "note-citation" | "forms" | "ruby-text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(body: &str) -> Vec<(BlockKind, String)> {
        let blocks = blocks(&format!("<a><b>{body}</b></a>"), 1_000_000).unwrap();
        blocks.into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn structure_becomes_blocks() {
        let seen = seen(
            "<text:h text:outline-level=\"2\">Head</text:h><text:p>One<text:s text:c=\"2\"/>two &amp; <text:span>three</text:span></text:p>\
             <text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>\
             <table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row>\
             <table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>\
             <text:tracked-changes><text:p>gone</text:p></text:tracked-changes>",
        );
        assert_eq!(
            seen,
            [
                (BlockKind::Heading { level: 2 }, "Head".to_owned()),
                (BlockKind::Paragraph, "One  two & three".to_owned()),
                (BlockKind::ListItem { depth: 0 }, "item".to_owned()),
                (BlockKind::Table, "| a | b |\n| --- | --- |\n| 1 | 2 |".to_owned()),
            ]
        );
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = "<x>".repeat(2_000);
        assert_eq!(blocks(&deep, 1_000), Err(ParseError::TooDeep));
        let long = format!("<p>{}</p>", "x".repeat(2_000));
        assert_eq!(blocks(&long, 1_000), Err(ParseError::TooMuchText { limit: 1_000 }));
    }
}
