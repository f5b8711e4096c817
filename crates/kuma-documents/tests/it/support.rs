//! What the tests share: the parser with this crate's own child program, and a picture of a result for snapshots.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kuma_documents::{Block, BlockKind, Ocr, ParseError, Parsed, Parser};

pub(crate) use crate::made::fixture;

/// The parser as the server has it, with the child program of this crate.
pub(crate) fn parser() -> Parser {
    Parser::new(env!("CARGO_BIN_EXE_kuma-parse"), Vec::<String>::new())
}

/// The bytes as an open file without a name.
pub(crate) fn open(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("a file that takes bytes");
    file.seek(SeekFrom::Start(0)).expect("a file that can be read again");
    file
}

pub(crate) async fn parse_with(
    parser: &Parser,
    bytes: &[u8],
    extension: Option<&str>,
) -> Result<Parsed, ParseError> {
    parser.parse(open(bytes), extension, &mut |_| ()).await
}

pub(crate) async fn parse(bytes: &[u8], extension: Option<&str>) -> Result<Parsed, ParseError> {
    parse_with(&parser(), bytes, extension).await
}

/// A result as a person would write it down.
pub(crate) fn picture(parsed: &Parsed) -> String {
    let mut text = format!("{:?}, title {:?}\n", parsed.kind, parsed.title);
    for warning in &parsed.warnings {
        writeln!(text, "! {warning}").unwrap();
    }
    for page in &parsed.pages {
        let name = page.name.as_deref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let size = page.size.map(|(width, height)| format!(", {width} × {height}")).unwrap_or_default();
        writeln!(text, "== {:?} {}{name}{size}", page.label, page.number).unwrap();
        for block in &page.blocks {
            writeln!(text, "{}{}{}", mark(block), block.text, place(block)).unwrap();
        }
    }
    text
}

fn mark(block: &Block) -> String {
    match &block.kind {
        BlockKind::Heading { level } => format!("{} ", "#".repeat(usize::from(*level))),
        BlockKind::Paragraph => "¶ ".to_owned(),
        BlockKind::ListItem { depth } => format!("{}• ", "  ".repeat(usize::from(*depth))),
        BlockKind::Table => "▦ ".to_owned(),
        BlockKind::Code { language } => format!("‹{}› ", language.as_deref().unwrap_or("code")),
    }
}

fn place(block: &Block) -> String {
    let Some(rect) = block.lines.iter().map(|line| line.rect).reduce(kuma_documents::Rect::union) else {
        return String::new();
    };
    format!(" @{:.0},{:.0} {:.0}×{:.0}", rect.x, rect.y, rect.width, rect.height)
}

/// A program that does this with the picture on its input. It may not start others, so shells' own commands it is.
pub(crate) fn stand_in(folder: &Path, script: &str) -> Ocr {
    let program = folder.join("tesseract");
    std::fs::write(&program, format!("#!/bin/sh\nwhile read -r line; do :; done\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Ocr { program, languages: "eng".to_owned() }
}

/// Two words, as tesseract would say where they are.
pub(crate) const ANSWER: &str = "printf '5\\t1\\t1\\t1\\t1\\t1\\t100\\t200\\t300\\t50\\t95\\tHello\\n5\\t1\\t1\\t1\\t1\\t2\\t420\\t200\\t300\\t50\\t95\\tscan\\n'";
