//! Tables as Markdown: one form for all formats, which models read well and which can be cut between rows.

use crate::model::{Block, BlockKind};
use crate::output::{one_line, paragraph};

/// Columns that a row may have; what lies further right is dropped only from rows that repeat empty cells.
pub(crate) const MAX_COLUMNS: usize = 2_000;

/// Rows of cells into blocks: a table, or paragraphs when there is but one column. Empty rows and columns go.
pub(crate) fn table(mut rows: Vec<Vec<String>>) -> Vec<Block> {
    for row in &mut rows {
        for cell in row.iter_mut() {
            *cell = one_line(cell);
        }
        while row.last().is_some_and(String::is_empty) {
            row.pop();
        }
    }
    rows.retain(|row| !row.is_empty());
    drop_empty_columns(&mut rows);
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    match width {
        0 => Vec::new(),
        1 => rows.into_iter().flatten().filter(|cell| !cell.is_empty()).map(paragraph).collect(),
        _ => vec![Block::new(BlockKind::Table, markdown(&rows, width))],
    }
}

fn drop_empty_columns(rows: &mut [Vec<String>]) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut used = vec![false; width];
    for row in rows.iter() {
        for (cell, used) in row.iter().zip(&mut used) {
            *used |= !cell.is_empty();
        }
    }
    if used.iter().all(|used| *used) {
        return;
    }
    for row in rows {
        let mut keep = used.iter();
        row.retain(|_| keep.next().copied().unwrap_or(true));
    }
}

/// The first row is the header: Markdown has no tables without one.
fn markdown(rows: &[Vec<String>], width: usize) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        // Rows shorter than the table are closed early, which Markdown allows for all but the header.
        let cells = if index == 0 { width } else { row.len() };
        text.push('|');
        for column in 0..cells {
            text.push(' ');
            push_cell(&mut text, row.get(column).map_or("", String::as_str));
            text.push_str(" |");
        }
        if index == 0 {
            text.push_str("\n|");
            text.push_str(&" --- |".repeat(width));
        }
    }
    text
}

fn push_cell(text: &mut String, cell: &str) {
    for c in cell.chars() {
        if c == '|' {
            text.push('\\');
        }
        text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_table_has_a_header_and_closed_rows() {
        let blocks = table(rows(&[&["Name", "Age", ""], &["Ada\nL.", "36"], &["a|b"], &["", ""]]));
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].text, "| Name | Age |\n| --- | --- |\n| Ada L. | 36 |\n| a\\|b |");
    }

    #[test]
    fn one_column_is_no_table() {
        let blocks = table(rows(&[&["one"], &["two", ""]]));
        assert_eq!(blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert!(blocks.iter().all(|block| block.kind == BlockKind::Paragraph));
    }

    #[test]
    fn nothing_makes_nothing() {
        assert!(table(rows(&[&["", " "], &[]])).is_empty());
    }

    #[test]
    fn empty_columns_in_between_go() {
        let blocks = table(rows(&[&["a", "", "b"], &["c", "", "d"]]));
        assert_eq!(blocks[0].text, "| a | b |\n| --- | --- |\n| c | d |");
    }
}
