//! Word, PowerPoint and Excel (their XML formats).

use std::io::Cursor;

use office_oxide::ir::{Element, HeaderFooter, InlineContent, List, Section, Table};
use office_oxide::limits::Limits as OfficeLimits;
use office_oxide::options::ParseOptions;
use office_oxide::{Document, DocumentFormat};

use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Block, BlockKind, Label, Page};
use crate::output::{Output, heading, one_line, paragraph};
use crate::table::{MAX_COLUMNS, table};

/// Text boxes in tables in text boxes.
const MAX_DEPTH: u32 = 40;

pub(super) fn read(bytes: Vec<u8>, kind: Kind, output: &mut Output<'_>) -> Result<(), ParseError> {
    let format = match kind {
        Kind::Pptx => DocumentFormat::Pptx,
        Kind::Xlsx => DocumentFormat::Xlsx,
        _ => DocumentFormat::Docx,
    };
    let mut options = ParseOptions::default();
    options.limits = limits(output);
    let document = Document::from_reader_with(Cursor::new(bytes), format, &options)
        .map_err(|error| refusal(kind, &error.to_string(), output.limits.unpacked_bytes))?;
    let ir = document.to_ir();
    output.title(ir.metadata.title.clone());
    if ir.metadata.text_truncated {
        return Err(ParseError::TooMuchText { limit: output.limits.text_bytes });
    }
    let total = ir.sections.len() as u32;
    if kind == Kind::Docx {
        let mut blocks = Vec::new();
        let mut margins = Vec::new();
        for section in &ir.sections {
            section_blocks(section, &mut margins, &mut blocks)?;
        }
        return output.whole(blocks);
    }
    for (index, section) in ir.sections.iter().enumerate() {
        let mut blocks = Vec::new();
        section_blocks(section, &mut Vec::new(), &mut blocks)?;
        if let Some(notes) = &section.speaker_notes {
            let mut spoken = Vec::new();
            elements(notes, 0, &mut spoken)?;
            if !spoken.is_empty() {
                blocks.push(paragraph("Speaker notes:"));
                blocks.extend(spoken);
            }
        }
        let label = if kind == Kind::Pptx { Label::Slide } else { Label::Sheet };
        let name = section.title.as_deref().map(one_line).filter(|name| !name.is_empty());
        output.page(Page { label, name, blocks, ..Page::default() })?;
        output.progress(index as u32 + 1, Some(total))?;
    }
    Ok(())
}

fn limits(output: &Output<'_>) -> OfficeLimits {
    let mut limits = OfficeLimits::strict();
    limits.package_bytes = output.limits.unpacked_bytes;
    limits.part_bytes = output.limits.unpacked_bytes / 2;
    limits.text_chars = usize::try_from(output.limits.text_bytes).unwrap_or(usize::MAX);
    limits.memory_bytes = output.limits.memory_bytes / 4;
    limits
}

fn refusal(kind: Kind, why: &str, unpacked: u64) -> ParseError {
    let lower = why.to_lowercase();
    if lower.contains("password") || lower.contains("encrypt") {
        ParseError::Encrypted { kind }
    } else if lower.contains("decompress") || lower.contains("limit") || lower.contains("ratio") {
        ParseError::TooBigUnpacked { limit: unpacked }
    } else {
        ParseError::damaged(kind, why)
    }
}

/// The blocks of a section. `margins` remembers headers and footers, which sections repeat.
fn section_blocks(
    section: &Section,
    margins: &mut Vec<String>,
    blocks: &mut Vec<Block>,
) -> Result<(), ParseError> {
    let mut margin = |part: &Option<HeaderFooter>, blocks: &mut Vec<Block>| -> Result<(), ParseError> {
        let Some(part) = part else { return Ok(()) };
        let mut found = Vec::new();
        elements(&part.content, 0, &mut found)?;
        let text: String = found.iter().map(|block| block.text.as_str()).collect();
        if !margins.contains(&text) {
            margins.push(text);
            blocks.extend(found);
        }
        Ok(())
    };
    margin(&section.first_page_header, blocks)?;
    margin(&section.header, blocks)?;
    margin(&section.even_page_header, blocks)?;
    elements(&section.elements, 0, blocks)?;
    margin(&section.first_page_footer, blocks)?;
    margin(&section.footer, blocks)?;
    margin(&section.even_page_footer, blocks)
}

fn elements(elements_: &[Element], depth: u32, blocks: &mut Vec<Block>) -> Result<(), ParseError> {
    if depth > MAX_DEPTH {
        return Err(ParseError::TooDeep);
    }
    for element in elements_ {
        match element {
            Element::Heading(found) => blocks.push(heading(found.level, one_line(&inline(&found.content)))),
            Element::Paragraph(found) => blocks.push(paragraph(inline(&found.content).trim())),
            Element::Table(found) => rows(found, depth, blocks)?,
            Element::List(found) => list(found, depth, blocks)?,
            Element::TextBox(found) => elements(&found.content, depth + 1, blocks)?,
            Element::Footnote(note) | Element::Endnote(note) => {
                let text = flat(&note.content, depth + 1)?;
                let mark = note.marker.clone().unwrap_or_else(|| note.id.to_string());
                blocks.push(paragraph(format!("[{mark}] {text}")));
            }
            Element::CodeBlock(code) => {
                let kind = BlockKind::Code { language: code.language.clone() };
                blocks.push(Block::new(kind, code.content.trim_end()));
            }
            Element::Image(image) => {
                let words = image
                    .alt_text
                    .as_deref()
                    .map(one_line)
                    .filter(|text| !text.is_empty() && !image.decorative);
                blocks.extend(words.map(|text| paragraph(format!("[Picture: {text}]"))));
            }
            // Rules, breaks and drawn shapes have no text.
            _ => {}
        }
    }
    Ok(())
}

fn list(found: &List, depth: u32, blocks: &mut Vec<Block>) -> Result<(), ParseError> {
    if depth > MAX_DEPTH {
        return Err(ParseError::TooDeep);
    }
    let mut number = found.start_number.unwrap_or(1);
    for item in &found.items {
        let mut inner = Vec::new();
        elements(&item.content, depth + 1, &mut inner)?;
        let mut first = true;
        for mut block in inner {
            if first && block.kind == BlockKind::Paragraph && !block.text.is_empty() {
                if found.ordered {
                    block.text.insert_str(0, &format!("{number}. "));
                }
                block.kind = BlockKind::ListItem { depth: found.level.min(20) };
                first = false;
            }
            blocks.push(block);
        }
        number = number.saturating_add(1);
        if let Some(nested) = &item.nested {
            list(nested, depth + 1, blocks)?;
        }
    }
    Ok(())
}

fn rows(found: &Table, depth: u32, blocks: &mut Vec<Block>) -> Result<(), ParseError> {
    blocks.extend(found.caption.as_deref().map(one_line).filter(|text| !text.is_empty()).map(paragraph));
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let mut cells = Vec::new();
        for cell in &row.cells {
            cells.push(flat(&cell.content, depth + 1)?);
            // A cell over several columns keeps what follows it in its place; the width is the file's claim.
            let spare = (cell.col_span.max(1) - 1) as usize;
            let room = MAX_COLUMNS.saturating_sub(cells.len()).min(100);
            cells.extend(std::iter::repeat_n(String::new(), spare.min(room)));
        }
        rows.push(cells);
    }
    blocks.extend(table(rows));
    Ok(())
}

/// Everything inside as one line of text.
fn flat(elements_: &[Element], depth: u32) -> Result<String, ParseError> {
    let mut inner = Vec::new();
    elements(elements_, depth, &mut inner)?;
    let mut text = String::new();
    for block in inner {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&one_line(&block.text));
    }
    Ok(text)
}

fn inline(content: &[InlineContent]) -> String {
    let mut text = String::new();
    for piece in content {
        match piece {
            InlineContent::Text(span) => text.push_str(&span.text),
            InlineContent::LineBreak => text.push('\n'),
            InlineContent::FootnoteRef(note) | InlineContent::EndnoteRef(note) => {
                let mark = note.marker.clone().unwrap_or_else(|| note.note_id.to_string());
                text.extend(["[", mark.as_str(), "]"]);
            }
            _ => {}
        }
    }
    text
}
