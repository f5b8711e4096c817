//! The text of a PDF file, page by page. Runs in the worker process.

use std::fmt::Write;
use std::time::Duration;

use pdfrum::{Deadline, Document, Error, Limits, OpenOptions};

use super::{Extracted, ReadError};
use crate::text::{clip, one_line};

/// Pages beyond this are left out.
const MOST_PAGES: u32 = 500;
/// The longest text that is handed on, in bytes.
const LONGEST: usize = 2 * 1024 * 1024;
/// What one compressed part of the file may unpack to.
const MOST_UNPACKED: usize = 64 * 1024 * 1024;
/// How long reading may take before what was read is taken for all.
const TIME: Duration = Duration::from_secs(10);

pub(super) fn read(file: Vec<u8>) -> Result<Extracted, ReadError> {
    let deadline = Deadline::after(TIME);
    let limits = Limits {
        max_decoded_stream_len: MOST_UNPACKED,
        deadline: Some(deadline.clone()),
        ..Limits::default()
    };
    let options = OpenOptions::builder().limits(limits).build();
    let document = Document::from_bytes_with(file, &options).map_err(|error| match error {
        Error::WrongPassword => ReadError::Encrypted,
        _ => ReadError::Damaged,
    })?;
    let count = document.page_count();
    let mut session = document.render_session();
    let mut extracted = Extracted {
        title: document.metadata().title.map(|title| clip(&one_line(&title), 200)).unwrap_or_default(),
        pages: Some(count),
        partial: count > MOST_PAGES,
        ..Extracted::default()
    };
    let mut found = false;
    for index in 0..count.min(MOST_PAGES) {
        let text = match document.page(index) {
            Ok(page) => page.text_on(&mut session).to_string(),
            // A page that cannot be read is left out, and the others are still worth something.
            Err(_) => String::new(),
        };
        if deadline.passed() || extracted.text.len() + text.len() > LONGEST {
            extracted.partial = true;
            break;
        }
        let text = text.trim();
        found |= !text.is_empty();
        // Writing to a string does not fail.
        let _ = write!(extracted.text, "[Page {}]\n{text}\n\n", index + 1);
    }
    if found {
        Ok(extracted)
    } else {
        Err(if deadline.passed() { ReadError::TooHard } else { ReadError::NoText })
    }
}
