//! Where a quote stands in its document, so that it can be shown there.

use kuma_agent::cite::find_quote;
use kuma_store::Passage;
use kuma_types::{DocumentId, UserId};
use serde_json::Value;

use super::find::number;
use super::manage::get;
use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// How many passages are looked through: those of the largest documents that are read.
const MOST: usize = 200_000;
/// How many at a time.
const AT_ONCE: u32 = 200;

/// A place in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The page, where there are pages.
    pub page: Option<u32>,
    /// The passage that has the quote.
    pub text: String,
    /// Where the passage stands, page by page, with the boxes of its lines.
    pub places: Vec<Value>,
    /// First byte of the passage in the document's text.
    pub start: u64,
    /// Past its last byte.
    pub end: u64,
}

/// Finds the passage that holds a quote, whatever became of spaces and typography. `page` is looked at
/// first.
pub async fn locate(
    app: &App,
    owner: UserId,
    id: DocumentId,
    quote: &str,
    page: Option<u32>,
) -> Result<Located> {
    let document = get(app, owner, id).await?;
    let mut elsewhere = None;
    let mut from = 0;
    while from < document.chunk_count && (from as usize) < MOST {
        let wanted: Vec<(DocumentId, u32)> =
            (from..document.chunk_count.min(from + AT_ONCE)).map(|position| (id, position)).collect();
        from += AT_ONCE;
        let passages = app.store().document_search().passages(owner, &wanted).await?;
        let mut last: Option<&Passage> = None;
        for passage in &passages {
            // A quote may reach over the end of a passage.
            let joined = last.map(|last| format!("{}\n{}", last.text, passage.text));
            let found = find_quote(&passage.text, quote).is_some();
            let over = !found && joined.is_some_and(|joined| find_quote(&joined, quote).is_some());
            let at = if over { last } else { Some(passage).filter(|_| found) };
            if let Some(at) = at {
                let located = located(at, quote);
                if page.is_none() || located.page == page {
                    return Ok(located);
                }
                elsewhere.get_or_insert(located);
            }
            last = Some(passage);
        }
    }
    elsewhere.ok_or_else(|| {
        AppError::new(
            ErrorKind::NotFound,
            "quote_not_found",
            "These words are not in the document. It may have been read anew since they were quoted.",
        )
    })
}

fn located(passage: &Passage, quote: &str) -> Located {
    let places = if let Value::Array(places) = &passage.places { places.clone() } else { Vec::new() };
    // The page on which the quote itself begins.
    let at = find_quote(&passage.text, quote).map(|at| passage.start + at as u64);
    let page = at.and_then(|at| {
        let of = |place: &&Value| number(place, "start").is_some_and(|start| start <= at);
        places.iter().rev().find(of).and_then(|place| number(place, "page"))
    });
    Located {
        page: passage.page.map(|first| page.and_then(|page| u32::try_from(page).ok()).unwrap_or(first)),
        text: passage.text.clone(),
        places,
        start: passage.start,
        end: passage.end,
    }
}
