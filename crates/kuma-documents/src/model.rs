//! What a file turns into: pages of blocks. The child process sends it page by page; everything after it (chunks, search,
//! citations) works on these types and never on the file.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// What the file is, by its content.
    pub kind: Kind,
    /// The title that the file states about itself.
    pub title: Option<String>,
    /// Its pages, slides, sheets or chapters, in order.
    pub pages: Vec<Page>,
    /// What is missing from the text, in sentences for the person who uploaded the file.
    pub warnings: Vec<String>,
}

impl Parsed {
    /// The whole text: blocks separated by an empty line. Offsets of chunks count in this text.
    pub fn text(&self) -> String {
        self.laid_out().0
    }

    /// The whole text, and for each block where it begins in it.
    pub(crate) fn laid_out(&self) -> (String, Vec<Placed<'_>>) {
        let mut text = String::new();
        let mut placed = Vec::new();
        for page in &self.pages {
            for block in &page.blocks {
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                placed.push(Placed { page, block, start: text.len() });
                text.push_str(&block.text);
            }
        }
        (text, placed)
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.pages.iter().all(Page::is_empty)
    }
}

/// A block and where it begins in the whole text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) page: &'a Page,
    pub(crate) block: &'a Block,
    pub(crate) start: usize,
}

/// One page, slide, sheet or chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1, through the whole file.
    pub number: u32,
    /// What a person would call it.
    pub label: Label,
    /// Its own name: a sheet's name, a slide's or chapter's title, a page's printed number ("iv").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Width and height in points as displayed, for pages that have boxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(f32, f32)>,
    /// The text in reading order.
    pub blocks: Vec<Block>,
}

impl Page {
    /// Whether the page has no text.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().all(|block| block.text.trim().is_empty())
    }
}

/// What a [`Page`] is to a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// A page of a PDF, of a multi-page image, of a text with form feeds.
    Page,
    /// A slide of a presentation.
    Slide,
    /// A sheet of a workbook.
    Sheet,
    /// A chapter of a book.
    Chapter,
    /// A file attached to a mail; its own pages all carry this label.
    Attachment,
    /// The format has no pages; the one there is stands for the whole file.
    #[default]
    Whole,
}

/// A piece of text that belongs together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
    /// Its text. A table is Markdown: header row, divider row, one line per row.
    pub text: String,
    /// Where its lines are on the page, for pages that have a size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

impl Block {
    /// A block without a place on the page.
    pub fn new(kind: BlockKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), lines: Vec::new() }
    }

    /// The boxes of the lines that a byte range of the text touches.
    pub fn boxes(&self, range: &Range<usize>) -> impl Iterator<Item = Rect> + '_ {
        let range = range.clone();
        self.lines
            .iter()
            .filter(move |line| line.start < range.end && range.start < line.end)
            .map(|line| line.rect)
    }
}

/// The kinds of [`Block`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; level 1 is the outermost, 6 the innermost.
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list.
    ListItem {
        /// How far it is nested; 0 is the outermost list.
        depth: u8,
    },
    /// A table as Markdown.
    Table,
    /// Text whose line breaks and spaces matter.
    Code {
        /// The language, when it is known: "rust", "json".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
}

/// A line of a [`Block`] on its page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// First byte of the line in the block's text.
    pub start: usize,
    /// Past its last byte.
    pub end: usize,
    /// Where it is.
    pub rect: Rect,
}

/// A box on a page in points, counted from the top left corner of the page as displayed (after rotation and cropping).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// From the left edge.
    pub x: f32,
    /// From the upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Rect {
    /// The smallest box around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: (self.x + self.width).max(other.x + other.width) - x,
            height: (self.y + self.height).max(other.y + other.height) - y,
        }
    }
}
