//! Web pages, and everything that carries them: chapters of books, bodies of mails.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use crate::error::ParseError;
use crate::model::{Block, BlockKind};
use crate::output::{Output, heading, one_line, paragraph};
use crate::table::{MAX_COLUMNS, table};

/// A cell longer than this is a piece of layout, not of a table.
const LAYOUT_CELL: usize = 500;
/// Columns or rows that a cell may claim.
const MAX_SPAN: usize = 200;

pub(super) fn read(text: &str, output: &mut Output<'_>) -> Result<(), ParseError> {
    let page = blocks(text);
    output.title(page.title);
    output.whole(page.blocks)
}

/// What a web page says.
pub(super) struct WebPage {
    pub(super) title: Option<String>,
    pub(super) blocks: Vec<Block>,
}

/// The blocks of a web page. The tree is walked without recursion: depth costs nothing.
pub(super) fn blocks(text: &str) -> WebPage {
    let html = Html::parse_document(text);
    let mut walk = Walk::default();
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) => walk.open(element),
                Node::Text(text) => walk.text(text),
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    walk.close(element.name());
                }
            }
        }
    }
    walk.flush();
    WebPage { title: walk.title, blocks: walk.blocks }
}

#[derive(Default)]
struct Walk {
    blocks: Vec<Block>,
    title: Option<String>,
    inline: String,
    /// Inside elements whose text is not for readers.
    hidden: u32,
    in_title: bool,
    heading: Option<u8>,
    lists: u32,
    /// Inside a list item whose text has not been put out yet.
    item: bool,
    pre: u32,
    tables: u32,
    grid: Grid,
}

/// The rows of a table while they are read: cells over several columns or rows keep the others in their places.
#[derive(Default)]
struct Grid {
    rows: Vec<Vec<String>>,
    /// For each column the row up to which a cell from above takes it.
    taken: Vec<usize>,
    /// Columns that the last cell takes besides its own.
    wide: usize,
}

impl Grid {
    fn row(&mut self) {
        self.end_cell();
        self.fill();
        self.rows.push(Vec::new());
    }

    fn cell(&mut self, columns: usize, rows: usize) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.end_cell();
        self.fill();
        let Some(row) = self.rows.last_mut() else { return };
        let column = row.len();
        row.push(String::new());
        self.wide = columns.clamp(1, MAX_SPAN) - 1;
        let until = self.rows.len() + rows.clamp(1, MAX_SPAN) - 1;
        if column + self.wide < MAX_COLUMNS {
            self.taken.resize(self.taken.len().max(column + self.wide + 1), 0);
            for taken in self.taken.iter_mut().skip(column).take(self.wide + 1) {
                *taken = until;
            }
        }
    }

    fn end_cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.extend(std::iter::repeat_n(String::new(), std::mem::take(&mut self.wide)));
        }
    }

    /// Empty cells for the columns that are taken from above, up to the first that is free.
    fn fill(&mut self) {
        let number = self.rows.len();
        let Some(row) = self.rows.last_mut() else { return };
        while row.len() < MAX_COLUMNS && self.taken.get(row.len()).is_some_and(|until| *until >= number) {
            row.push(String::new());
        }
    }
}

impl Walk {
    fn open(&mut self, element: &scraper::node::Element) {
        let name = element.name();
        if is_hidden(name) {
            self.hidden += 1;
            return;
        }
        if self.tables > 0 {
            return self.open_in_table(element);
        }
        match name {
            "title" => self.in_title = true,
            "br" => self.inline.push('\n'),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name.as_bytes().get(1).map(|digit| digit - b'0');
            }
            "ul" | "ol" | "menu" => {
                self.flush();
                self.lists += 1;
            }
            "li" => {
                self.flush();
                self.item = true;
            }
            "pre" => {
                self.flush();
                self.pre += 1;
            }
            "table" => {
                self.flush();
                self.tables = 1;
            }
            _ if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn open_in_table(&mut self, element: &scraper::node::Element) {
        match element.name() {
            "table" => self.tables += 1,
            "tr" if self.tables == 1 => self.grid.row(),
            "td" | "th" if self.tables == 1 => {
                let span =
                    |name: &str| element.attr(name).and_then(|value| value.trim().parse().ok()).unwrap_or(1);
                self.grid.cell(span("colspan"), span("rowspan"));
            }
            "br" => self.cell_text("\n"),
            name if is_block(name) => self.cell_text("\n"),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if is_hidden(name) {
            self.hidden = self.hidden.saturating_sub(1);
            return;
        }
        if self.tables > 0 {
            if name == "table" {
                self.tables -= 1;
                if self.tables == 0 {
                    self.end_table();
                }
            }
            return;
        }
        match name {
            "title" => self.in_title = false,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = None;
            }
            "ul" | "ol" | "menu" => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
            }
            "li" => {
                self.flush();
                self.item = false;
            }
            "pre" => {
                self.flush();
                self.pre = self.pre.saturating_sub(1);
            }
            _ if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.get_or_insert_default().push_str(text);
        } else if self.hidden > 0 {
            // Scripts and styles.
        } else if self.tables > 0 {
            self.cell_text(text);
        } else if self.pre > 0 {
            self.inline.push_str(text);
        } else {
            push_collapsed(&mut self.inline, text);
        }
    }

    fn cell_text(&mut self, text: &str) {
        match self.grid.rows.last_mut().and_then(|row| row.last_mut()) {
            Some(cell) => push_collapsed(cell, text),
            None if text.trim().is_empty() => {}
            // A caption, or text that strayed out of the cells.
            None => self.blocks.push(paragraph(one_line(text))),
        }
    }

    fn end_table(&mut self) {
        let mut rows = std::mem::take(&mut self.grid).rows;
        for row in &mut rows {
            row.truncate(MAX_COLUMNS);
        }
        if rows.iter().flatten().any(|cell| cell.len() > LAYOUT_CELL) {
            let cells = rows.iter().flatten().map(|cell| one_line(cell)).filter(|cell| !cell.is_empty());
            self.blocks.extend(cells.map(paragraph));
        } else {
            self.blocks.extend(table(rows));
        }
    }

    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        if inline.trim().is_empty() {
            return;
        }
        if self.pre > 0 {
            let kind = BlockKind::Code { language: None };
            self.blocks.push(Block::new(kind, inline.trim_matches('\n').trim_end()));
            return;
        }
        let lines: Vec<String> = inline.lines().map(one_line).filter(|line| !line.is_empty()).collect();
        let text = lines.join("\n");
        self.blocks.push(if let Some(level) = self.heading {
            heading(level, one_line(&text))
        } else if self.item {
            Block::new(BlockKind::ListItem { depth: self.lists.saturating_sub(1).min(20) as u8 }, text)
        } else {
            paragraph(text)
        });
    }
}

/// Adds text as a browser shows it: white space is one space, and none at the start of a line.
fn push_collapsed(line: &mut String, text: &str) {
    if text == "\n" {
        line.push('\n');
        return;
    }
    for c in text.chars() {
        if !c.is_whitespace() || c == '\u{a0}' {
            line.push(if c == '\u{a0}' { ' ' } else { c });
        } else if !line.is_empty() && !line.ends_with([' ', '\n']) {
            line.push(' ');
        }
    }
}

fn is_hidden(name: &str) -> bool {
    matches!(name, "script" | "style" | "noscript" | "template" | "svg" | "iframe" | "object" | "select")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "address"
            | "dl"
            | "dt"
            | "dd"
            | "form"
            | "fieldset"
            | "legend"
            | "hr"
            | "body"
            | "head"
            | "html"
            | "caption"
            | "details"
            | "summary"
            | "center"
            | "tr"
            | "td"
            | "th"
            | "option"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_becomes_blocks() {
        let page = blocks(
            "<html><head><title> A  title </title><style>p{}</style></head><body><h2>Head<br>ing</h2>\
             <p>One  <b>bold</b>\n word.</p><ul><li>first<ul><li>inner</li></ul></li><li><p>second</p></li></ul>\
             <pre>  keep\n   this</pre><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>\
             <script>no()</script>tail</body></html>",
        );
        assert_eq!(page.title.as_deref().map(one_line).as_deref(), Some("A title"));
        let seen: Vec<_> =
            page.blocks.iter().map(|block| (block.kind.clone(), block.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                (BlockKind::Heading { level: 2 }, "Head ing"),
                (BlockKind::Paragraph, "One bold word."),
                (BlockKind::ListItem { depth: 0 }, "first"),
                (BlockKind::ListItem { depth: 1 }, "inner"),
                (BlockKind::ListItem { depth: 0 }, "second"),
                (BlockKind::Code { language: None }, "  keep\n   this"),
                (BlockKind::Table, "| a | b |\n| --- | --- |\n| 1 | 2 |"),
                (BlockKind::Paragraph, "tail"),
            ]
        );
    }

    #[test]
    fn cells_over_columns_and_rows_keep_the_others_in_place() {
        let page = blocks(
            "<table><tr><th>a<th>b<th>c</tr><tr><td rowspan=2>1<td colspan=2>2</tr><tr><td>3<td>4</tr><tr><td>5</tr></table>",
        );
        assert_eq!(page.blocks[0].text, "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 |\n|  | 3 | 4 |\n| 5 |");
        let bomb = blocks("<table><tr><td colspan=999999999 rowspan=999999999>x<td>y</table>");
        assert_eq!(bomb.blocks[0].text, "| x | y |\n| --- | --- |");
    }

    #[test]
    fn tables_in_tables_are_text_of_their_cell() {
        let page = blocks(
            "<table><tr><td>a<table><tr><td>x</td><td>y</td></tr></table></td><td>b</td></tr></table>",
        );
        assert_eq!(page.blocks.len(), 1);
        assert_eq!(page.blocks[0].text, "| a x y | b |\n| --- | --- |");
    }
}
