//! From the lines of a page to its blocks: paragraphs, headings, list items, tables.

use std::collections::HashMap;

use super::lines::TextLine;
use super::tables::{Found, table_at};
use crate::model::{Block, BlockKind, Line, Rect};

/// Longer text is not a heading, however large its letters.
const HEADING_CHARS: usize = 200;

/// The sizes of letters in the whole file, against which headings stand out.
pub(super) struct Sizes {
    body: f32,
    /// Larger sizes, the largest first.
    larger: Vec<f32>,
}

impl Sizes {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a TextLine>) -> Self {
        let mut counts: HashMap<u32, (usize, bool)> = HashMap::new();
        for line in lines {
            let entry = counts.entry((line.size * 2.0).round() as u32).or_default();
            entry.0 += line.text.len();
            entry.1 |= line.text.chars().any(char::is_alphabetic);
        }
        let body =
            counts.iter().max_by_key(|(size, (count, _))| (*count, **size)).map_or(0, |(size, _)| *size);
        let body = body as f32 / 2.0;
        let mut larger: Vec<f32> = counts
            .iter()
            .filter(|(_, (_, letters))| *letters)
            .map(|(size, _)| *size as f32 / 2.0)
            .filter(|size| *size >= body * 1.15 && *size >= body + 0.9)
            .collect();
        larger.sort_by(|a, b| b.total_cmp(a));
        Self { body, larger }
    }

    /// The level of headings that stand out by being bold only: below all that are larger.
    fn bold_level(&self) -> u8 {
        self.larger.last().and_then(|size| self.level(*size)).map_or(1, |level| level + 1)
    }

    /// The level of a heading in letters of this size; sizes closer than a tenth are one level.
    fn level(&self, size: f32) -> Option<u8> {
        if self.body <= 0.0 || size < self.body * 1.15 || size < self.body + 0.9 {
            return None;
        }
        let mut level = 0u8;
        let mut last = f32::INFINITY;
        for larger in &self.larger {
            if *larger < last * 0.9 {
                level += 1;
                last = *larger;
            }
            if size >= *larger - 0.3 {
                break;
            }
        }
        Some(level.clamp(1, 5))
    }
}

/// The blocks of a page. `titles` are the outline's entries for it.
pub(super) fn page_blocks(lines: Vec<TextLine>, sizes: &Sizes, titles: &[(String, u8)]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut group: Vec<TextLine> = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((line, tail)) = rest.split_first() {
        if line.cells.len() >= 2 {
            match table_at(rest) {
                Found::Table(block, count) => {
                    flush(&mut group, sizes, titles, &mut blocks);
                    blocks.push(block);
                    rest = rest.get(count..).unwrap_or_default();
                    continue;
                }
                Found::Columns(count) => {
                    flush(&mut group, sizes, titles, &mut blocks);
                    let run = rest.get(..count).unwrap_or_default();
                    for column in [0, 1] {
                        for piece in run.iter().filter_map(|line| piece(line, column)) {
                            add(piece, &mut group, sizes, titles, &mut blocks);
                        }
                        flush(&mut group, sizes, titles, &mut blocks);
                    }
                    rest = rest.get(count..).unwrap_or_default();
                    continue;
                }
                Found::Nothing => {}
            }
        }
        add(line.clone(), &mut group, sizes, titles, &mut blocks);
        rest = tail;
    }
    flush(&mut group, sizes, titles, &mut blocks);
    blocks
}

/// One cell of a line as a line of its own.
fn piece(line: &TextLine, column: usize) -> Option<TextLine> {
    let cell = line.cells.get(column)?;
    let rect = Rect { x: cell.left, width: cell.right - cell.left, ..line.rect };
    Some(TextLine {
        text: cell.text.clone(),
        rect,
        hyphenated: line.hyphenated && column + 1 == line.cells.len(),
        cells: vec![cell.clone()],
        ..*line
    })
}

fn add(
    line: TextLine,
    group: &mut Vec<TextLine>,
    sizes: &Sizes,
    titles: &[(String, u8)],
    blocks: &mut Vec<Block>,
) {
    if let Some(last) = group.last()
        && starts_anew(last, &line, group, titles)
    {
        flush(group, sizes, titles, blocks);
    }
    group.push(line);
}

/// Whether a line does not continue the paragraph of the lines before it.
fn starts_anew(last: &TextLine, line: &TextLine, group: &[TextLine], titles: &[(String, u8)]) -> bool {
    if last.hyphenated {
        return false;
    }
    let size = last.size.max(1.0);
    if (last.size - line.size).abs() > 0.1 * size || last.bold != line.bold || is_item(&line.text) {
        return true;
    }
    if titled(&line.text, titles).is_some() || titled(&last.text, titles).is_some() {
        return true;
    }
    let step = line.rect.y - last.rect.y;
    let gap = line.rect.y - (last.rect.y + last.rect.height);
    // Upwards, or beside: another column.
    let left_behind = line.rect.x + line.rect.width + 2.0 * size < last.rect.x;
    if step < -0.5 * size || line.rect.x > last.rect.x + last.rect.width || left_behind {
        return true;
    }
    let usual = match group {
        [.., before, last] => last.rect.y - before.rect.y,
        _ => 0.0,
    };
    if gap > 0.9 * size || (usual > 0.0 && step > usual * 1.35) {
        return true;
    }
    let Some(first) = group.first() else { return false };
    let indented = line.rect.x - last.rect.x > 0.8 * size && last.text.ends_with(['.', ':', '!', '?', '。']);
    let hanging = is_item(&first.text);
    indented && !hanging
}

/// The heading level of the outline's entry that this line is.
fn titled(text: &str, titles: &[(String, u8)]) -> Option<u8> {
    let same = |title: &str| {
        let (text, title) = (text.trim(), title.trim());
        !title.is_empty()
            && (text.eq_ignore_ascii_case(title)
                || (text.len() <= title.len() + 12
                    && text.ends_with(title)
                    && text.chars().next().is_some_and(|c| c.is_ascii_digit())))
    };
    titles.iter().find(|(title, _)| same(title)).map(|(_, level)| *level)
}

/// Whether a line begins like an item of a list: a bullet, "1." or "a)".
fn is_item(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('•' | '‣' | '▪' | '◦' | '●' | '○' | '■' | '–' | '*' | '·' | '\u{f0b7}') => {
            chars.next().is_some_and(char::is_whitespace)
        }
        Some(first) if first.is_ascii_alphanumeric() => {
            let digits = text.chars().take_while(char::is_ascii_digit).count();
            let mark = if first.is_ascii_digit() { digits } else { 1 };
            let mut rest = text.chars().skip(mark);
            (1..=3).contains(&mark)
                && matches!(
                    (rest.next(), first.is_ascii_digit()),
                    (Some('.' | ')'), true) | (Some(')'), false)
                )
                && rest.next() == Some(' ')
        }
        _ => false,
    }
}

fn flush(group: &mut Vec<TextLine>, sizes: &Sizes, titles: &[(String, u8)], blocks: &mut Vec<Block>) {
    let lines = std::mem::take(group);
    let Some(first) = lines.first() else { return };
    let chars: usize = lines.iter().map(|line| line.text.chars().count()).sum();
    let letters = lines.iter().any(|line| line.text.chars().any(char::is_alphabetic));
    let level = titled(&first.text, titles).or_else(|| {
        let short = letters && chars <= HEADING_CHARS && lines.len() <= 3;
        let bold = lines.iter().all(|line| line.bold)
            && lines.len() == 1
            && chars <= 80
            && first.size >= sizes.body - 0.3
            && !first.text.ends_with(['.', ',', ';', ':']);
        sizes.level(first.size).or_else(|| bold.then(|| sizes.bold_level())).filter(|_| short)
    });
    let kind = match level {
        Some(level) => BlockKind::Heading { level },
        None if is_item(&first.text) => BlockKind::ListItem { depth: 0 },
        None => BlockKind::Paragraph,
    };
    blocks.push(joined(&lines, kind));
}

/// The lines as one text, each line's place kept.
fn joined(lines: &[TextLine], kind: BlockKind) -> Block {
    let mut block = Block::new(kind, String::new());
    let mut hyphenated = false;
    for line in lines {
        let spaced = |c: Option<char>| c.is_none_or(|c| !is_unspaced(c));
        if !block.text.is_empty()
            && !hyphenated
            && (spaced(block.text.chars().next_back()) || spaced(line.text.chars().next()))
        {
            block.text.push(' ');
        }
        let start = block.text.len();
        block.text.push_str(&line.text);
        if line.rect.width > 0.0 && line.rect.height > 0.0 {
            block.lines.push(Line { start, end: block.text.len(), rect: line.rect });
        }
        hyphenated = line.hyphenated;
    }
    block
}

/// Scripts that put no space between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3000..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, y: f32, size: f32) -> TextLine {
        let rect = Rect { x: 50.0, y, width: text.len() as f32 * size / 2.0, height: size };
        TextLine { text: text.to_owned(), rect, size, ..TextLine::default() }
    }

    fn blocks_of(lines: Vec<TextLine>, titles: &[(String, u8)]) -> Vec<(BlockKind, String)> {
        let sizes = Sizes::of(lines.iter());
        page_blocks(lines, &sizes, titles).into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn large_letters_are_headings_and_gaps_separate_paragraphs() {
        let lines = vec![
            line("Title", 20.0, 20.0),
            line("Some running text that goes on", 50.0, 10.0),
            line("in a second line.", 62.0, 10.0),
            line("Another paragraph after a gap.", 95.0, 10.0),
            line("• a point", 107.0, 10.0),
        ];
        let seen = blocks_of(lines, &[]);
        assert_eq!(
            seen,
            [
                (BlockKind::Heading { level: 1 }, "Title".to_owned()),
                (BlockKind::Paragraph, "Some running text that goes on in a second line.".to_owned()),
                (BlockKind::Paragraph, "Another paragraph after a gap.".to_owned()),
                (BlockKind::ListItem { depth: 0 }, "• a point".to_owned()),
            ]
        );
    }

    #[test]
    fn the_outline_names_headings() {
        let lines = vec![line("2.1 Methods", 20.0, 10.0), line("We did this and that.", 32.0, 10.0)];
        let seen = blocks_of(lines, &[("Methods".to_owned(), 2)]);
        assert_eq!(seen[0], (BlockKind::Heading { level: 2 }, "2.1 Methods".to_owned()));
        assert_eq!(seen[1].0, BlockKind::Paragraph);
    }

    #[test]
    fn words_cut_at_the_line_end_are_whole_again() {
        let mut first = line("an exam", 10.0, 10.0);
        first.hyphenated = true;
        let seen = blocks_of(vec![first, line("ple of it", 22.0, 10.0)], &[]);
        assert_eq!(seen[0].1, "an example of it");
        let seen = blocks_of(vec![line("日本語の", 10.0, 10.0), line("文章です", 22.0, 10.0)], &[]);
        assert_eq!(seen[0].1, "日本語の文章です");
    }

    #[test]
    fn items_are_recognised() {
        for item in ["• x", "1. x", "12) x", "a) x", "– x"] {
            assert!(is_item(item), "{item}");
        }
        for other in ["1.5 mm", "A. Smith", "2024 was", "-5", "word"] {
            assert!(!is_item(other), "{other}");
        }
    }
}
