//! The smallest parts that passages are made of: whole blocks where they fit, else rows, lines or sentences.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::{PATH_SEPARATOR, split};
use crate::model::{BlockKind, Label, Page, Placed};
use crate::output::one_line;

/// Letters of a heading that are repeated over its passages.
const HEADING_CHARS: usize = 120;

#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// In the whole text.
    pub(super) range: Range<usize>,
    /// Which block it is of.
    pub(super) block: usize,
    pub(super) tokens: usize,
    /// The headings over it that fit.
    pub(super) headings: Rc<Vec<String>>,
    /// The header of its table, when it does not contain that itself.
    pub(super) header: Option<Range<usize>>,
    /// Tokens that headings and header take when a passage begins here.
    pub(super) context_tokens: usize,
    pub(super) heading: bool,
}

/// All pieces in order.
pub(super) fn pieces(
    text: &str,
    placed: &[Placed<'_>],
    max: usize,
    count: &mut dyn FnMut(&str) -> usize,
) -> Vec<Piece> {
    let mut maker =
        Maker { text, max, count, path: Path::default(), pieces: Vec::new(), known: HashMap::new() };
    for (index, placed) in placed.iter().enumerate() {
        maker.block(index, placed);
    }
    maker.pieces
}

struct Maker<'a, 'c> {
    text: &'a str,
    max: usize,
    count: &'c mut dyn FnMut(&str) -> usize,
    path: Path,
    pieces: Vec<Piece>,
    /// Paths that were fitted, with their tokens.
    known: HashMap<Vec<String>, (Rc<Vec<String>>, usize)>,
}

impl Maker<'_, '_> {
    fn block(&mut self, index: usize, placed: &Placed<'_>) {
        self.path.enter(placed.page);
        let heading = match placed.block.kind {
            BlockKind::Heading { level } => Some(level),
            _ => None,
        };
        if let Some(level) = heading {
            self.path.leave(level);
        }
        let (headings, context_tokens) = self.context();
        let range = placed.start..placed.start + placed.block.text.len();
        let base = Piece {
            range: range.clone(),
            block: index,
            tokens: 0,
            headings,
            header: None,
            context_tokens,
            heading: heading.is_some(),
        };
        match placed.block.kind {
            BlockKind::Table => self.table(&base),
            BlockKind::Code { .. } => self.parts(&base, Self::lines),
            _ => self.parts(&base, split::sentences),
        }
        if let Some(level) = heading {
            self.path.push(level, &placed.block.text);
        }
    }

    /// The path of headings, without the outermost ones that would take more than a quarter of a passage.
    fn context(&mut self) -> (Rc<Vec<String>>, usize) {
        let path = self.path.names();
        if let Some((fitted, tokens)) = self.known.get(&path) {
            return (Rc::clone(fitted), *tokens);
        }
        let mut fitted = path.clone();
        let mut tokens = 0;
        while !fitted.is_empty() {
            tokens = (self.count)(&fitted.join(PATH_SEPARATOR)) + 1;
            if tokens * 4 <= self.max {
                break;
            }
            fitted.remove(0);
            tokens = 0;
        }
        let fitted = Rc::new(fitted);
        self.known.insert(path, (Rc::clone(&fitted), tokens));
        (fitted, tokens)
    }

    /// One piece when the block fits, else its parts; parts that are too large are halved until they fit.
    fn parts(&mut self, base: &Piece, parts: fn(&str, &Range<usize>) -> Vec<Range<usize>>) {
        let budget = self.max.saturating_sub(base.context_tokens + 1).max(1);
        let Some(range) = split::trimmed(self.text, &base.range) else { return };
        let tokens = self.tokens(&range);
        if tokens <= budget {
            self.pieces.push(Piece { range, tokens, ..base.clone() });
            return;
        }
        for part in parts(self.text, &range) {
            self.fitted(base, part, budget);
        }
    }

    fn fitted(&mut self, base: &Piece, range: Range<usize>, budget: usize) {
        // Parts that wait, the next on top.
        let mut parts = vec![range];
        while let Some(part) = parts.pop() {
            let Some(range) = split::trimmed(self.text, &part) else { continue };
            let tokens = self.tokens(&range);
            match split::halves(self.text, &range) {
                Some((first, second)) if tokens > budget => parts.extend([second, first]),
                _ => self.pieces.push(Piece { range, tokens, ..base.clone() }),
            }
        }
    }

    fn lines(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut start = range.start;
        for line in text.get(range.clone()).unwrap_or_default().split_inclusive('\n') {
            lines.push(start..start + line.len());
            start += line.len();
        }
        lines
    }

    /// A table in rows, each of which knows the header.
    fn table(&mut self, base: &Piece) {
        let budget = self.max.saturating_sub(base.context_tokens + 1).max(1);
        let tokens = self.tokens(&base.range);
        if tokens <= budget {
            self.pieces.push(Piece { tokens, ..base.clone() });
            return;
        }
        let mut lines = Self::lines(self.text, &base.range).into_iter();
        let header = match (lines.next(), lines.next()) {
            (Some(first), Some(divider)) => first.start..divider.end,
            _ => return self.parts(base, split::sentences),
        };
        let header = split::trimmed(self.text, &header).unwrap_or(header);
        let header_tokens = self.tokens(&header) + 1;
        // A header that fills a third of the passage is not worth repeating.
        let repeated = header_tokens * 3 <= self.max;
        let mut row = base.clone();
        if repeated {
            row.header = Some(header.clone());
            row.context_tokens += header_tokens;
        }
        let row_budget = self.max.saturating_sub(row.context_tokens + 1).max(1);
        // The header goes with the first row; a passage of nothing but a header says nothing.
        if let Some(first) = lines.next() {
            let both = header.start..first.end;
            if self.tokens(&both) <= budget {
                self.fitted(base, both, budget);
            } else {
                self.fitted(base, header, budget);
                self.fitted(&row, first, row_budget);
            }
        } else {
            self.fitted(base, header, budget);
        }
        for line in lines {
            self.fitted(&row, line, row_budget);
        }
    }

    fn tokens(&mut self, range: &Range<usize>) -> usize {
        self.text.get(range.clone()).map_or(0, |text| (self.count)(text))
    }
}

/// The headings over the current place.
#[derive(Default)]
struct Path {
    page: u32,
    name: Option<String>,
    stack: Vec<(u8, String)>,
}

impl Path {
    /// Slides, sheets, chapters and attachments begin anew, under their name; pages of a text go on.
    fn enter(&mut self, page: &Page) {
        if page.number == self.page {
            return;
        }
        self.page = page.number;
        if matches!(page.label, Label::Page | Label::Whole) {
            self.name = None;
            return;
        }
        let same_file = page.label == Label::Attachment && self.name == page.name;
        if !same_file {
            self.stack.clear();
        }
        self.name.clone_from(&page.name);
    }

    fn leave(&mut self, level: u8) {
        self.stack.retain(|(other, _)| *other < level);
    }

    fn push(&mut self, level: u8, heading: &str) {
        let heading: String = one_line(heading).chars().take(HEADING_CHARS).collect();
        if !heading.is_empty() {
            self.stack.push((level, heading));
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.name.iter().map(|name| name.chars().take(HEADING_CHARS).collect()).collect();
        for (_, heading) in &self.stack {
            if names.last() != Some(heading) {
                names.push(heading.clone());
            }
        }
        names
    }
}
