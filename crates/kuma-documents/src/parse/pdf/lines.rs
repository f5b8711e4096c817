//! From the characters of a page to its lines.

use pdfrum::TextPage;
use pdfrum_text::{CharBox, CharType};

use super::place::Place;
use crate::model::Rect;

/// A gap wider than this many heights of the line separates two cells of it.
const CELL_GAP: f32 = 0.9;

/// A line of text as it stands on the page.
#[derive(Debug, Clone, Default)]
pub(super) struct TextLine {
    pub(super) text: String,
    pub(super) rect: Rect,
    /// Size of most of its letters in points.
    pub(super) size: f32,
    pub(super) bold: bool,
    /// The line ends inside a word, whose hyphen is not part of the text.
    pub(super) hyphenated: bool,
    /// The pieces between wide gaps; one for running text.
    pub(super) cells: Vec<Cell>,
}

/// A piece of a line.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// The lines of a page in reading order.
pub(super) fn page_lines(page: &TextPage, place: &Place) -> Vec<TextLine> {
    let mut builder = Builder::default();
    for (index, info) in page.chars.iter().enumerate() {
        if builder.line.text.is_empty() && !info.is_generated() {
            builder.line.bold = page.font_name(pdfrum::CharIndex::from(index)).is_some_and(is_bold);
        }
        builder.char(info, place);
    }
    builder.end_line();
    builder.lines
}

fn is_bold(font: &str) -> bool {
    let font = font.to_ascii_lowercase();
    ["bold", "black", "heavy", "semibold", "demi"].iter().any(|weight| font.contains(weight))
}

#[derive(Default)]
struct Builder {
    lines: Vec<TextLine>,
    line: TextLine,
    /// The box of the last visible character.
    last: Option<Rect>,
    placed: bool,
    sizes: Vec<f32>,
}

impl Builder {
    fn char(&mut self, info: &CharBox, place: &Place) {
        match info.char_type {
            CharType::Generated => return self.generated(info.unicode),
            CharType::Hyphen => {
                self.line.hyphenated = true;
                return self.end_line();
            }
            _ => {}
        }
        if !info.is_normal() {
            return;
        }
        let c = match info.char_type {
            CharType::NotUnicode => '\u{fffd}',
            _ => char::from_u32(info.unicode).unwrap_or('\u{fffd}'),
        };
        if c == '\n' || c == '\r' {
            return self.end_line();
        }
        let visible = info.char_box.width().abs() > 0.01 && info.char_box.height().abs() > 0.01;
        let rect = if visible { place.rect(info.loose_char_box) } else { None };
        if let (Some(rect), Some(last)) = (rect, self.last) {
            self.step(rect, last);
        }
        let [_, _, c1, d1, ..] = info.matrix.as_coeffs();
        let size = (f64::from(info.font_size).abs() * c1.hypot(d1)) as f32;
        if visible && size.is_finite() {
            self.sizes.push(size.clamp(0.1, 2_000.0));
        }
        self.push(c, rect);
    }

    /// Starts a new line or a new cell where the next character stands far from the last.
    fn step(&mut self, rect: Rect, last: Rect) {
        let below = rect.y >= last.y + last.height || rect.y + rect.height <= last.y;
        let height = rect.height.max(last.height).max(1.0);
        if below && rect.x + height < last.x {
            return self.end_line();
        }
        let gap = rect.x - (last.x + last.width);
        if !below && gap > CELL_GAP * height {
            self.end_cell();
        }
    }

    fn push(&mut self, c: char, rect: Option<Rect>) {
        if self.line.cells.is_empty() {
            self.line.cells.push(Cell::default());
        }
        let before = self.line.text.len();
        match c {
            c if c.is_whitespace() || c == '\u{a0}' => {
                if !self.line.text.is_empty() && !self.line.text.ends_with(' ') {
                    self.line.text.push(' ');
                }
            }
            '\u{fb00}' => self.line.text.push_str("ff"),
            '\u{fb01}' => self.line.text.push_str("fi"),
            '\u{fb02}' => self.line.text.push_str("fl"),
            '\u{fb03}' => self.line.text.push_str("ffi"),
            '\u{fb04}' => self.line.text.push_str("ffl"),
            '\u{ad}' => {}
            c if c.is_control() => {}
            c => self.line.text.push(c),
        }
        let added = self.line.text.get(before..).unwrap_or_default();
        if let Some(cell) = self.line.cells.last_mut() {
            cell.text.push_str(added);
            if let Some(rect) = rect {
                if cell.right <= cell.left && cell.text.len() == added.len() {
                    cell.left = rect.x;
                    cell.right = rect.x + rect.width;
                }
                cell.left = cell.left.min(rect.x);
                cell.right = cell.right.max(rect.x + rect.width);
            }
        }
        if let Some(rect) = rect {
            self.line.rect = if self.placed { self.line.rect.union(rect) } else { rect };
            self.placed = true;
            self.last = Some(rect);
        }
    }

    /// What the extractor concluded from the geometry: spaces and line ends.
    fn generated(&mut self, unicode: u32) {
        match char::from_u32(unicode) {
            Some('\n') => self.end_line(),
            Some('\r') | None => {}
            Some(_) => self.push(' ', None),
        }
    }

    fn end_cell(&mut self) {
        if !self.line.text.ends_with(' ') {
            self.push(' ', None);
        }
        self.line.cells.push(Cell::default());
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        self.last = None;
        self.placed = false;
        let mut sizes = std::mem::take(&mut self.sizes);
        line.text.truncate(line.text.trim_end().len());
        for cell in &mut line.cells {
            cell.text = cell.text.trim().to_owned();
        }
        line.cells.retain(|cell| !cell.text.is_empty());
        if line.text.is_empty() {
            return;
        }
        sizes.sort_by(f32::total_cmp);
        line.size = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        self.lines.push(line);
    }
}
