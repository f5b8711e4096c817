//! One file per format. Everything here runs in the child process: it may be slow, run out of memory or die, but it cannot
//! reach anything.

pub(crate) mod csv;
mod email;
mod epub;
mod html;
mod json;
mod markdown;
mod odt;
mod office;
mod pdf;
mod picture;
mod text;
mod xml;

use crate::detect::{Detected, detect};
use crate::error::ParseError;
use crate::kind::Kind;
use crate::limits::Limits;
use crate::output::{Emit, Output};

/// What is known of a file once all of it was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// What the file is.
    pub kind: Kind,
    /// Its own title.
    pub title: Option<String>,
    /// What is missing from the text.
    pub warnings: Vec<String>,
}

/// Reads a file in this process: only for the child, tests and fuzzing, since a hostile file can take the process down.
/// `extension` is the ending of the file's name without the dot; `ocr` says whether somebody takes the pictures that are
/// emitted.
pub fn parse(
    bytes: Vec<u8>,
    extension: Option<&str>,
    limits: &Limits,
    ocr: bool,
    emit: &mut Emit<'_>,
) -> Result<Summary, ParseError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(ParseError::TooBig { limit: limits.file_bytes });
    }
    // The sink borrows the receiver for as long as itself, which is shorter than the caller's.
    let mut forward = |event| emit(event);
    let mut output = Output::new(limits, ocr, &mut forward);
    let kind = dispatch(bytes, extension, &mut output, 0)?;
    if !output.found_something() {
        return Err(ParseError::NoText);
    }
    let notes = std::mem::take(&mut output.notes);
    Ok(Summary { kind, title: notes.title, warnings: notes.warnings })
}

/// Finds out what the bytes are and reads them. `depth`: in how many mails they lie.
pub(crate) fn dispatch(
    bytes: Vec<u8>,
    extension: Option<&str>,
    output: &mut Output<'_>,
    depth: u32,
) -> Result<Kind, ParseError> {
    let Detected { kind, language, text } = detect(&bytes, extension, output.limits)?;
    let text = text.unwrap_or_default();
    match kind {
        Kind::Pdf => pdf::read(bytes, output)?,
        Kind::Docx | Kind::Pptx | Kind::Xlsx => office::read(bytes, kind, output)?,
        Kind::Odt => odt::read(&bytes, output)?,
        Kind::Epub => epub::read(&bytes, output)?,
        Kind::Html => html::read(&text, output)?,
        Kind::Markdown => markdown::read(&text, output)?,
        Kind::Text => text::read(&text, output)?,
        Kind::Code => text::read_code(&text, language, output)?,
        Kind::Csv => csv::read(&text, output)?,
        Kind::Json => json::read(&text, output)?,
        Kind::Email => email::read(&bytes, output, depth)?,
        Kind::Png | Kind::Jpeg | Kind::Webp | Kind::Gif | Kind::Tiff => picture::read(bytes, kind, output)?,
    }
    Ok(kind)
}
