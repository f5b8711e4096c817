//! PDF: the text of each page with its boxes; headings from the outline and the size of letters, tables from columns that
//! line up. Pages without text are drawn for text recognition.

mod blocks;
mod colours;
mod lines;
mod place;
mod scan;
mod tables;

use std::collections::HashMap;
use std::time::Duration;

use pdfrum::{
    Deadline, DiagKind, Document, Error, FieldKind, Limits as PdfLimits, OpenOptions, RenderSession,
};

use self::blocks::{Sizes, page_blocks};
use self::lines::{TextLine, page_lines};
use self::place::Place;
use self::scan::Original;
use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Block, BlockKind, Label, Page};
use crate::output::{Output, Picture, heading, one_line};

/// Bytes that one packed stream inside the file may have once unpacked.
const STREAM_BYTES: usize = 64 << 20;
/// A page with fewer letters and digits than this is looked at as a picture.
const FEW_LETTERS: usize = 12;
/// Form fields that are read.
const MAX_FIELDS: usize = 5_000;

/// A page between the two passes: sizes of letters mean something only once all pages are known.
struct Draft {
    lines: Vec<TextLine>,
    place: Place,
    name: Option<String>,
    picture: Option<Picture>,
}

pub(super) fn read(bytes: Vec<u8>, output: &mut Output<'_>) -> Result<(), ParseError> {
    let options = OpenOptions::builder().limits(limits(output)).build();
    let plain = colours::without_profiles(bytes.clone());
    let original = Original::new(bytes, options.clone());
    let document = match Document::from_bytes_with(plain, &options) {
        Ok(document) => document,
        Err(error) => return Err(refusal(error, output)),
    };
    let total = document.page_count();
    if total > output.limits.pages {
        return Err(ParseError::TooManyPages { pages: u64::from(total), limit: output.limits.pages });
    }
    if total == 0 {
        return Err(ParseError::damaged(Kind::Pdf, "it has no pages"));
    }
    output.title(document.metadata().title);
    let drafts = drafts(&document, &original, total, output)?;
    let outline = outline(&document);
    let sizes = Sizes::of(drafts.iter().flat_map(|draft| &draft.lines));
    let last = drafts.len().saturating_sub(1);
    let mut unread = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let titles = outline.get(&(index as u32)).map_or(&[][..], Vec::as_slice);
        let few = letters(&draft.lines) < FEW_LETTERS;
        let mut blocks = page_blocks(draft.lines, &sizes, titles);
        if index == last {
            blocks.extend(form_values(&document));
        }
        let number = output.pages() + 1;
        let size = draft.place.size();
        output.page(Page { label: Label::Page, name: draft.name, size, blocks, ..Page::default() })?;
        let read = match draft.picture {
            Some(picture) => output.picture(picture)?,
            None => !few || output.ocr,
        };
        if !read {
            unread.push(number);
        }
    }
    say_unread(&original, &unread, total, output)
}

fn limits(output: &Output<'_>) -> PdfLimits {
    let mut limits = PdfLimits::default();
    limits.max_decoded_stream_len = STREAM_BYTES;
    limits.max_render_pixels = Some(output.limits.pixels);
    limits.deadline = Some(Deadline::after(Duration::from_secs(output.limits.cpu_seconds.max(1))));
    limits
}

fn refusal(error: Error, output: &Output<'_>) -> ParseError {
    match error {
        Error::WrongPassword => ParseError::Encrypted { kind: Kind::Pdf },
        Error::Limit(_) => ParseError::TooSlow { seconds: output.limits.cpu_seconds },
        other => {
            let why = other.to_string();
            if why.to_lowercase().contains("encrypt") || why.to_lowercase().contains("password") {
                ParseError::Encrypted { kind: Kind::Pdf }
            } else {
                ParseError::damaged(Kind::Pdf, why.trim_start_matches("cannot open document: "))
            }
        }
    }
}

fn drafts(
    document: &Document,
    original: &Original,
    total: u32,
    output: &mut Output<'_>,
) -> Result<Vec<Draft>, ParseError> {
    let mut session = RenderSession::new();
    let mut drafts = Vec::new();
    let (mut text, mut pictures, mut damaged) = (0u64, 0u32, 0u32);
    for index in 0..total {
        let page = match document.page(index) {
            Ok(page) => page,
            Err(error @ Error::Limit(_)) => return Err(refusal(error, output)),
            Err(error) if total == 1 => return Err(refusal(error, output)),
            Err(_) => {
                damaged += 1;
                drafts.push(Draft { lines: Vec::new(), place: Place::default(), name: None, picture: None });
                continue;
            }
        };
        let place = Place::of(&page);
        let lines = page_lines(&page.text_on(&mut session), &place);
        text += lines.iter().map(|line| line.text.len() as u64).sum::<u64>();
        if text > output.limits.text_bytes {
            return Err(ParseError::TooMuchText { limit: output.limits.text_bytes });
        }
        let mut picture = None;
        if output.ocr && letters(&lines) < FEW_LETTERS && pictures <= output.limits.ocr_pages {
            picture = original.draw(index, output.limits);
            pictures += u32::from(picture.is_some());
        }
        let name =
            document.page_label(index).filter(|name| *name != (index + 1).to_string() && !name.is_empty());
        drafts.push(Draft { lines, place, name, picture });
        output.progress(index + 1, Some(total))?;
    }
    if document.all_diagnostics().contains(&DiagKind::TimeLimitReached) {
        return Err(ParseError::TooSlow { seconds: output.limits.cpu_seconds });
    }
    if damaged == total {
        return Err(ParseError::damaged(Kind::Pdf, "none of its pages can be read"));
    }
    if damaged > 0 {
        output.warn(format!("{damaged} of {total} pages are damaged and were left out."));
    }
    Ok(drafts)
}

/// Letters and digits that mean something: not those a font without a key leaves as replacement characters.
fn letters(lines: &[TextLine]) -> usize {
    lines.iter().flat_map(|line| line.text.chars()).filter(|c| c.is_alphanumeric()).count()
}

/// The outline's titles by page, with the level of the heading each stands for.
fn outline(document: &Document) -> HashMap<u32, Vec<(String, u8)>> {
    let mut titles: HashMap<u32, Vec<(String, u8)>> = HashMap::new();
    for bookmark in document.outline().iter().take(10_000) {
        if let Some(page) = bookmark.page_index() {
            let level = (bookmark.depth() + 1).min(6) as u8;
            titles.entry(page.into()).or_default().push((one_line(&bookmark.title()), level));
        }
    }
    titles
}

/// What was filled into the form, which is not part of the pages' text.
fn form_values(document: &Document) -> Vec<Block> {
    let Some(form) = document.form() else { return Vec::new() };
    let mut blocks = Vec::new();
    for field in form.fields().take(MAX_FIELDS) {
        let value = match field.kind() {
            FieldKind::Text | FieldKind::Combo | FieldKind::List => one_line(&field.value()),
            FieldKind::Check if field.is_checked() => "yes".to_owned(),
            FieldKind::Radio => {
                Some(one_line(&field.value())).filter(|value| value != "Off").unwrap_or_default()
            }
            _ => String::new(),
        };
        if !value.is_empty() {
            let name = field.tooltip().map(|text| one_line(&text)).filter(|text| !text.is_empty());
            let name = name.unwrap_or_else(|| field.name().to_owned());
            blocks.push(Block::new(BlockKind::ListItem { depth: 0 }, format!("{name}: {value}")));
        }
    }
    if !blocks.is_empty() {
        blocks.insert(0, heading(2, "Form fields"));
    }
    blocks
}

/// Says which pages hold only pictures that nobody reads.
fn say_unread(
    original: &Original,
    unread: &[u32],
    total: u32,
    output: &mut Output<'_>,
) -> Result<(), ParseError> {
    if unread.is_empty() {
        return Ok(());
    }
    let drawn = |number: &u32| original.has_pictures(number - 1);
    if !output.found_something() {
        let pictures = unread.iter().take(5).any(drawn);
        return Err(if pictures { ParseError::NoOcr } else { ParseError::NoText });
    }
    let pages: Vec<String> =
        unread.iter().filter(|number| drawn(number)).take(10).map(u32::to_string).collect();
    if !pages.is_empty() {
        let more = if unread.len() > pages.len() && pages.len() == 10 { " and more" } else { "" };
        let why = if output.ocr {
            "the file has too many of them"
        } else {
            "text recognition (OCR) is not installed"
        };
        let pages = pages.join(", ");
        output.warn(format!(
            "Of {total} pages these hold pictures whose text was not read, since {why}: {pages}{more}."
        ));
    }
    Ok(())
}
