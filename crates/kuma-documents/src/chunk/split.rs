//! Where a text may be cut: between sentences, else between words, else between letters as people see them.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// How far from its middle a text is searched for a word's end, in bytes.
const NEAR: usize = 4_096;
/// Places near the middle that are tried.
const TRIES: usize = 64;

/// The sentences of a part, in any script.
pub(super) fn sentences(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    text.get(range.clone())
        .unwrap_or_default()
        .split_sentence_bounds()
        .map(|sentence| {
            let found = start..start + sentence.len();
            start = found.end;
            found
        })
        .collect()
}

/// The part without white space around it; `None` when nothing is left. A space that carries a mark stays.
pub(super) fn trimmed(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let part = text.get(range.clone())?;
    let mut start = part.len() - part.trim_start().len();
    let mut end = part.trim_end().len();
    if start >= end {
        return None;
    }
    if !is_boundary(part, start) {
        start = 0;
    }
    if !is_boundary(part, end) {
        end = part.len();
    }
    Some(range.start + start..range.start + end)
}

/// Whether a text can be cut here without tearing a letter from its marks.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

/// Cuts a part in two near its middle: after a word if there is one, else between two letters with all their marks. Only
/// when the whole part is a single such letter, between its characters. `None` for a single character.
pub(super) fn halves(text: &str, range: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let part = text.get(range.clone())?;
    let middle = part.len() / 2;
    let window = window(part, middle)?;
    let near = part.get(window.clone())?;
    let inside = |at: usize| at > 0 && at < part.len();
    // The edges of the window are the end of nothing, and what it shows may begin inside a letter.
    let candidates = |bounds: Vec<usize>| {
        let mut cuts: Vec<usize> =
            bounds.into_iter().filter(|at| *at > 0 && *at < near.len()).map(|at| window.start + at).collect();
        cuts.sort_by_key(|at| at.abs_diff(middle));
        cuts.into_iter().take(TRIES).find(|at| is_boundary(part, *at))
    };
    let cut = candidates(near.split_word_bound_indices().map(|(at, _)| at).collect())
        .or_else(|| candidates(near.grapheme_indices(true).map(|(at, _)| at).collect()))
        .or_else(|| part.grapheme_indices(true).map(|(at, _)| at).find(|at| inside(*at)))
        .or_else(|| {
            part.char_indices()
                .map(|(at, _)| at)
                .filter(|at| inside(*at))
                .min_by_key(|at| at.abs_diff(middle))
        })?;
    let cut = range.start + cut;
    Some((range.start..cut, cut..range.end))
}

/// A stretch around the middle: a text of megabytes without a space is not segmented as a whole each time it is halved.
fn window(part: &str, middle: usize) -> Option<Range<usize>> {
    let mut start = middle.saturating_sub(NEAR);
    while !part.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (middle + NEAR).min(part.len());
    while !part.is_char_boundary(end) {
        end += 1;
    }
    (start < end).then_some(start..end)
}
