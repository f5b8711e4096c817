//! Tables without any mark in the file: lines whose pieces stand below each other in columns.

use super::lines::TextLine;
use crate::model::{Block, BlockKind, Line, Rect};
use crate::table::table;

/// Columns of running text have long pieces; cells are short.
const PROSE: usize = 30;

/// What stands at the start of these lines.
pub(super) enum Found {
    /// A table of so many lines.
    Table(Block, usize),
    /// Running text in two columns that the extractor read across: so many lines.
    Columns(usize),
    /// Nothing of the kind.
    Nothing,
}

/// Looks for a table that begins with the first of these lines.
pub(super) fn table_at(lines: &[TextLine]) -> Found {
    let count = run_of_rows(lines);
    let Some(run) = lines.get(..count).filter(|run| run.len() >= 2) else { return Found::Nothing };
    let rows_with_cells = run.iter().filter(|line| line.cells.len() >= 2).count();
    let widest = run.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    if rows_with_cells < 2 || (rows_with_cells < 3 && widest < 3) {
        return Found::Nothing;
    }
    if widest == 2 && is_prose(run) {
        return Found::Columns(count);
    }
    let columns = columns(run);
    if columns.len() < 2 {
        return Found::Nothing;
    }
    match rows(run, &columns) {
        Some(rows) => Found::Table(block(rows), count),
        None => Found::Nothing,
    }
}

/// How many lines from the first on belong together: rows, and lines that continue a cell of the row above.
fn run_of_rows(lines: &[TextLine]) -> usize {
    let mut count = 0;
    let mut previous: Option<&TextLine> = None;
    for line in lines {
        if let Some(above) = previous {
            let gap = line.rect.y - (above.rect.y + above.rect.height);
            if gap > 2.5 * above.rect.height || line.rect.y < above.rect.y - above.rect.height {
                break;
            }
            if line.cells.len() < 2 && !continues_a_cell(line, lines.get(..count).unwrap_or_default(), gap) {
                break;
            }
        } else if line.cells.len() < 2 {
            break;
        }
        previous = Some(line);
        count += 1;
    }
    while count > 0 && lines.get(count - 1).is_some_and(|line| line.cells.len() < 2) {
        count -= 1;
    }
    count
}

fn continues_a_cell(line: &TextLine, above: &[TextLine], gap: f32) -> bool {
    let Some(row) = above.iter().rev().find(|row| row.cells.len() >= 2) else { return false };
    gap < 0.6 * line.rect.height
        && row.cells.iter().any(|cell| {
            (cell.left - line.rect.x).abs() < 2.0
                && line.rect.x + line.rect.width < cell.right + 3.0 * line.rect.height
        })
}

fn is_prose(run: &[TextLine]) -> bool {
    let cells: Vec<usize> =
        run.iter().flat_map(|line| &line.cells).map(|cell| cell.text.chars().count()).collect();
    run.len() >= 5 && cells.iter().sum::<usize>() > PROSE * cells.len()
}

/// The columns: stretches of the page's width that the cells of the rows cover.
fn columns(run: &[TextLine]) -> Vec<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> = run
        .iter()
        .filter(|line| line.cells.len() >= 2)
        .flat_map(|line| line.cells.iter().map(|cell| (cell.left, cell.right)))
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut columns: Vec<(f32, f32)> = Vec::new();
    for (left, right) in spans {
        match columns.last_mut() {
            Some(last) if left < last.1 => last.1 = last.1.max(right),
            _ => columns.push((left, right)),
        }
    }
    columns
}

struct Row {
    cells: Vec<String>,
    rect: Rect,
}

/// The rows by column; `None` when two cells of a line fall into one column, so that it is no table.
fn rows(run: &[TextLine], columns: &[(f32, f32)]) -> Option<Vec<Row>> {
    let column_of = |left: f32, right: f32| {
        let middle = f32::midpoint(left, right);
        columns.iter().position(|(from, to)| *from <= middle && middle <= *to)
    };
    let mut rows: Vec<Row> = Vec::new();
    for line in run {
        if line.cells.len() < 2 {
            let column =
                columns.iter().position(|(from, to)| *from - 2.0 <= line.rect.x && line.rect.x < *to)?;
            let row = rows.last_mut()?;
            let cell = row.cells.get_mut(column)?;
            cell.push(' ');
            cell.push_str(&line.text);
            row.rect = row.rect.union(line.rect);
            continue;
        }
        let mut cells = vec![String::new(); columns.len()];
        for found in &line.cells {
            let cell = cells.get_mut(column_of(found.left, found.right)?)?;
            if !cell.is_empty() {
                return None;
            }
            cell.clone_from(&found.text);
        }
        rows.push(Row { cells, rect: line.rect });
    }
    Some(rows)
}

fn block(rows: Vec<Row>) -> Block {
    let rects: Vec<Rect> = rows.iter().map(|row| row.rect).collect();
    let mut blocks = table(rows.into_iter().map(|row| row.cells).collect());
    let Some(mut block) = blocks.pop() else { return Block::new(BlockKind::Paragraph, "") };
    // The second line of the text divides header and body and stands for nothing on the page.
    let mut start = 0;
    let mut rects = rects.into_iter();
    for (index, text) in block.text.split('\n').enumerate() {
        let end = start + text.len();
        if index != 1
            && let Some(rect) = rects.next()
        {
            block.lines.push(Line { start, end, rect });
        }
        start = end + 1;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::super::lines::Cell;
    use super::*;

    fn line(y: f32, cells: &[(&str, f32)]) -> TextLine {
        let cells: Vec<Cell> = cells
            .iter()
            .map(|(text, left)| Cell {
                text: (*text).to_owned(),
                left: *left,
                right: left + text.len() as f32 * 5.0,
            })
            .collect();
        let left = cells[0].left;
        let width = cells.iter().map(|cell| cell.right).fold(0.0, f32::max) - left;
        let text = cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ");
        TextLine {
            text,
            rect: Rect { x: left, y, width, height: 10.0 },
            size: 10.0,
            cells,
            ..TextLine::default()
        }
    }

    #[test]
    fn aligned_cells_are_a_table() {
        let lines = [
            line(0.0, &[("Item", 0.0), ("Count", 100.0), ("Price", 200.0)]),
            line(14.0, &[("Apples", 0.0), ("3", 105.0), ("1.20", 200.0)]),
            line(28.0, &[("Pears", 0.0), ("2.40", 200.0)]),
            line(38.0, &[("green", 0.0)]),
            line(52.0, &[("Plums", 0.0), ("7", 105.0), ("0.90", 200.0)]),
            line(90.0, &[("Text after the table.", 0.0)]),
        ];
        let Found::Table(block, count) = table_at(&lines) else { panic!("no table") };
        assert_eq!(count, 5);
        assert_eq!(
            block.text,
            "| Item | Count | Price |\n| --- | --- | --- |\n| Apples | 3 | 1.20 |\n| Pears green |  | 2.40 |\n| Plums | 7 | 0.90 |"
        );
        assert_eq!(block.lines.len(), 4);
        assert!(block.text[block.lines[2].start..block.lines[2].end].contains("Pears"));
    }

    #[test]
    fn two_columns_of_prose_are_not_a_table() {
        let long = "a line of running text as it stands in a column";
        let lines: Vec<TextLine> =
            (0..6).map(|row| line(row as f32 * 12.0, &[(long, 0.0), (long, 300.0)])).collect();
        assert!(matches!(table_at(&lines), Found::Columns(6)));
    }

    #[test]
    fn running_text_is_nothing() {
        let lines = [line(0.0, &[("Some words.", 0.0)]), line(12.0, &[("More words.", 0.0)])];
        assert!(matches!(table_at(&lines), Found::Nothing));
    }
}
