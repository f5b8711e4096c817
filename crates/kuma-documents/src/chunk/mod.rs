//! Passages of a size for embedding. They follow the structure (a heading stays with its text, rows with the header of their
//! table), cover the whole text in order, never exceed the size and know where they stand.

mod pieces;
mod split;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::pieces::{Piece, pieces};
use crate::model::{Label, Page, Parsed, Placed, Rect};

/// Stands between the headings of a path.
const PATH_SEPARATOR: &str = " › ";

/// How passages are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkOptions {
    /// Tokens that a passage has at most, together with its headings and table header, as [`Chunk::for_embedding`] puts
    /// them. At least 8.
    pub max_tokens: usize,
}

impl Default for ChunkOptions {
    /// Fits the window of all-MiniLM (256 tokens, two of them its own), with room for a tokenizer that counts a little
    /// differently.
    fn default() -> Self {
        Self { max_tokens: 240 }
    }
}

/// A passage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Counted from 0 through the file.
    pub index: u32,
    /// The passage as it stands in [`Parsed::text`].
    pub text: String,
    /// First byte in [`Parsed::text`].
    pub start: usize,
    /// Past its last byte.
    pub end: usize,
    /// Tokens of [`Chunk::for_embedding`].
    pub tokens: usize,
    /// The headings over it, the outermost first; for a slide, sheet, chapter or attachment its name before them.
    pub headings: Vec<String>,
    /// The header of the table in the middle of which the passage begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_header: Option<String>,
    /// Where it stands, page by page.
    pub places: Vec<Passage>,
}

/// The part of a [`Chunk`] on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// The page's number.
    pub page: u32,
    /// What the page is.
    pub label: Label,
    /// First byte in [`Parsed::text`].
    pub start: usize,
    /// Past the last byte on this page.
    pub end: usize,
    /// The boxes of its lines, for pages that have a size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<Rect>,
}

impl Chunk {
    /// What is embedded and searched: headings, table header, text.
    pub fn for_embedding(&self) -> String {
        embedding_text(&self.headings, self.table_header.as_deref(), &self.text)
    }
}

fn embedding_text(headings: &[String], header: Option<&str>, text: &str) -> String {
    let mut whole = headings.join(PATH_SEPARATOR);
    for part in header.into_iter().chain([text]) {
        if !whole.is_empty() {
            whole.push('\n');
        }
        whole.push_str(part);
    }
    whole
}

/// Cuts a file into passages. `count` says how many tokens a text has for the model that will embed it; it is called a few
/// times per paragraph. Joining two texts must not give more tokens than they have apart, plus one.
pub fn chunks(parsed: &Parsed, options: ChunkOptions, count: &mut dyn FnMut(&str) -> usize) -> Vec<Chunk> {
    let (text, placed) = parsed.laid_out();
    let max = options.max_tokens.max(8);
    let queue = pieces(&text, &placed, max, count);
    let mut packer = Packer {
        text: &text,
        placed: &placed,
        max,
        count,
        current: Vec::new(),
        tokens: 0,
        chunks: Vec::new(),
    };
    // Taken from the end, so that what does not fit can be put back.
    let mut queue: Vec<Piece> = queue.into_iter().rev().collect();
    while let Some(piece) = queue.pop() {
        if packer.ends_before(&piece) {
            packer.close(&mut queue, Some(piece));
        } else {
            packer.add(piece);
        }
        if queue.is_empty() {
            packer.close(&mut queue, None);
        }
    }
    packer.chunks
}

struct Packer<'a, 'c> {
    text: &'a str,
    placed: &'a [Placed<'a>],
    max: usize,
    count: &'c mut dyn FnMut(&str) -> usize,
    current: Vec<Piece>,
    tokens: usize,
    chunks: Vec<Chunk>,
}

impl Packer<'_, '_> {
    fn add(&mut self, piece: Piece) {
        if self.current.is_empty() {
            self.tokens = piece.context_tokens;
        }
        self.tokens += piece.tokens + 1;
        self.current.push(piece);
    }

    /// Whether the passage is complete without this piece.
    fn ends_before(&self, piece: &Piece) -> bool {
        let Some(last) = self.current.last() else { return false };
        let (before, after) = (self.page(last), self.page(piece));
        let page_ends = before.is_none_or(|page| after.is_none_or(|next| page.number != next.number));
        let stands_alone = after.is_some_and(|page| !matches!(page.label, Label::Page | Label::Whole));
        let only_headings = self.current.iter().all(|piece| piece.heading);
        self.tokens + piece.tokens + 1 > self.max
            || (page_ends && stands_alone)
            || (page_ends && self.tokens * 2 >= self.max && !only_headings)
            || (piece.heading && !only_headings && self.tokens * 3 >= self.max)
    }

    fn page(&self, piece: &Piece) -> Option<&Page> {
        self.placed.get(piece.block).map(|placed| placed.page)
    }

    /// Makes a passage of what was gathered. What does not belong or fit goes back to the queue, before `next`.
    fn close(&mut self, queue: &mut Vec<Piece>, next: Option<Piece>) {
        let ends_text = next.is_none();
        queue.extend(next);
        // A heading stands with what follows it, not with what precedes it.
        while !ends_text
            && self.current.len() > 1
            && self.current.last().is_some_and(|piece| piece.heading)
            && self.current.iter().any(|piece| !piece.heading)
        {
            queue.extend(self.current.pop());
        }
        while let Some(chunk) = self.chunk() {
            if chunk.tokens <= self.max {
                self.chunks.push(chunk);
                break;
            }
            if self.current.len() > 1 {
                queue.extend(self.current.pop());
                continue;
            }
            let Some(piece) = self.current.pop() else { break };
            match split::halves(self.text, &piece.range) {
                Some((first, second)) => {
                    for range in [second, first] {
                        let tokens = self.text.get(range.clone()).map_or(0, |text| (self.count)(text));
                        queue.push(Piece { range, tokens, ..piece.clone() });
                    }
                }
                // One character that no passage of this size can hold.
                None => {
                    self.chunks.push(Chunk { headings: Vec::new(), table_header: None, ..chunk });
                }
            }
        }
        self.current.clear();
        self.tokens = 0;
    }

    fn chunk(&mut self) -> Option<Chunk> {
        let (first, last) = (self.current.first()?, self.current.last()?);
        let (start, end) = (first.range.start, last.range.end);
        let text = self.text.get(start..end)?.to_owned();
        let mut headings = first.headings.as_ref().clone();
        for piece in &self.current {
            let same = headings.iter().zip(piece.headings.iter()).take_while(|(a, b)| a == b).count();
            headings.truncate(same);
        }
        let table_header = first.header.clone().and_then(|range| self.text.get(range)).map(str::to_owned);
        let places = self.places();
        let index = self.chunks.len() as u32;
        let tokens = (self.count)(&embedding_text(&headings, table_header.as_deref(), &text));
        Some(Chunk { index, text, start, end, tokens, headings, table_header, places })
    }

    fn places(&self) -> Vec<Passage> {
        let mut places: Vec<Passage> = Vec::new();
        for piece in &self.current {
            let Some(spot) = self.placed.get(piece.block) else { continue };
            let Range { start, end } = piece.range;
            let boxes = spot.block.boxes(&(start - spot.start..end - spot.start));
            match places.last_mut() {
                Some(last) if last.page == spot.page.number => {
                    last.end = end;
                    for rect in boxes {
                        if last.boxes.last() != Some(&rect) {
                            last.boxes.push(rect);
                        }
                    }
                }
                _ => places.push(Passage {
                    page: spot.page.number,
                    label: spot.page.label,
                    start,
                    end,
                    boxes: boxes.collect(),
                }),
            }
        }
        places
    }
}
