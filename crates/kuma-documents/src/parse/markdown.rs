//! Markdown.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::error::ParseError;
use crate::model::{Block, BlockKind};
use crate::output::{Output, heading, one_line, paragraph};
use crate::table::table;

pub(super) fn read(text: &str, output: &mut Output<'_>) -> Result<(), ParseError> {
    let blocks = blocks(text.trim_start_matches('\u{feff}'));
    let first = blocks.first().filter(|block| matches!(block.kind, BlockKind::Heading { level: 1 }));
    output.title(first.map(|block| block.text.clone()));
    output.whole(blocks)
}

#[derive(Default)]
struct Walk {
    blocks: Vec<Block>,
    inline: String,
    lists: Vec<Option<u64>>,
    item: bool,
    language: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    links: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut walk = Walk::default();
    for event in Parser::new_ext(text, options) {
        walk.event(event);
    }
    walk.flush();
    walk.blocks
}

impl Walk {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Html(text) | Event::InlineHtml(text) => self.html(&text),
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Rule => self.flush(),
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.text(&format!("[{name}]")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                self.item = true;
                if let Some(Some(number)) = self.lists.last_mut() {
                    self.inline = format!("{number}. ");
                    *number += 1;
                }
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().filter(|name| !name.is_empty()).map(str::to_owned)
                    }
                    CodeBlockKind::Indented => None,
                };
            }
            Tag::MetadataBlock(_) => {
                self.flush();
                self.language = Some("yaml".to_owned());
            }
            Tag::Table(_) => {
                self.flush();
                self.rows = Some(Vec::new());
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(rows) = &mut self.rows {
                    rows.push(Vec::new());
                }
            }
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            Tag::Heading { .. } | Tag::Paragraph if !self.item => self.flush(),
            Tag::BlockQuote(_) | Tag::HtmlBlock | Tag::FootnoteDefinition(_) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let text = one_line(&std::mem::take(&mut self.inline));
                self.blocks.push(heading(level as u8, text));
            }
            TagEnd::Item => {
                self.flush();
                self.item = false;
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::CodeBlock | TagEnd::MetadataBlock(_) => {
                let language = self.language.take();
                let text = std::mem::take(&mut self.inline);
                self.blocks.push(Block::new(BlockKind::Code { language }, text.trim_end()));
            }
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.inline);
                if let Some(row) = self.rows.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(text);
                }
            }
            TagEnd::Table => {
                let rows = self.rows.take().unwrap_or_default();
                self.blocks.extend(table(rows));
            }
            TagEnd::Link => {
                let target = self.links.pop().unwrap_or_default();
                if target.starts_with("http") && !self.inline.ends_with(&target) {
                    self.text(&format!(" ({target})"));
                }
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.inline.push_str(text);
    }

    /// Tags say nothing to a reader; what stands between them arrives as text of its own or in the same piece.
    fn html(&mut self, text: &str) {
        let mut tag = false;
        for c in text.chars() {
            match c {
                '<' => tag = true,
                '>' if tag => tag = false,
                _ if !tag => self.inline.push(c),
                _ => {}
            }
        }
    }

    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        let text = inline.trim();
        if text.is_empty() {
            return;
        }
        self.blocks.push(if self.item {
            let depth = self.lists.len().saturating_sub(1).min(20) as u8;
            Block::new(BlockKind::ListItem { depth }, text)
        } else {
            paragraph(text)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_becomes_blocks() {
        let seen = blocks(
            "# Title\n\nSome *text* with a [link](https://e.x/a).\n\n1. one\n2. two\n   - inner\n\n```rust\nfn x() {}\n```\n\n\
             | a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n",
        );
        let seen: Vec<_> = seen.iter().map(|block| (block.kind.clone(), block.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                (BlockKind::Heading { level: 1 }, "Title"),
                (BlockKind::Paragraph, "Some text with a link (https://e.x/a)."),
                (BlockKind::ListItem { depth: 0 }, "1. one"),
                (BlockKind::ListItem { depth: 0 }, "2. two"),
                (BlockKind::ListItem { depth: 1 }, "inner"),
                (BlockKind::Code { language: Some("rust".to_owned()) }, "fn x() {}"),
                (BlockKind::Table, "| a | b |\n| --- | --- |\n| 1 | 2 |"),
                (BlockKind::Paragraph, "quoted"),
            ]
        );
    }
}
