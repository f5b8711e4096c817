//! Files that the first reader cannot open, most of them cut short: another one finds what is left. Without boxes, since its
//! pages come as Markdown.

use std::time::{Duration, Instant};

use pdf_oxide::PdfDocument;
use pdf_oxide::converters::ConversionOptions;

use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Label, Page};
use crate::output::Output;
use crate::parse::markdown;

/// Reads what can be found of a damaged file.
pub(super) fn read(bytes: Vec<u8>, output: &mut Output<'_>) -> Result<(), ParseError> {
    let damaged = |error: pdf_oxide::Error| ParseError::damaged(Kind::Pdf, error);
    let document = PdfDocument::from_bytes(bytes).map_err(damaged)?;
    if document.is_encrypted() {
        return Err(ParseError::Encrypted { kind: Kind::Pdf });
    }
    let total = document.page_count().map_err(damaged)?;
    if total as u64 > u64::from(output.limits.pages) {
        return Err(ParseError::TooManyPages { pages: total as u64, limit: output.limits.pages });
    }
    let until = Instant::now() + Duration::from_secs(output.limits.cpu_seconds);
    let mut missing = 0;
    for index in 0..total {
        if Instant::now() > until {
            return Err(ParseError::TooSlow { seconds: output.limits.cpu_seconds });
        }
        let blocks = match document.to_markdown(index, &ConversionOptions::default()) {
            Ok(text) => markdown::blocks(&text),
            Err(_) => {
                missing += 1;
                Vec::new()
            }
        };
        output.page(Page { label: Label::Page, blocks, ..Page::default() })?;
        output.progress(index as u32 + 1, Some(total as u32))?;
    }
    if !output.found_something() {
        return Err(ParseError::damaged(Kind::Pdf, "no text is left in it"));
    }
    output.warn(match missing {
        0 => "The file is damaged; text may be missing.".to_owned(),
        pages => format!("The file is damaged; {pages} of {total} pages could not be read."),
    });
    Ok(())
}
