//! Shortening a tool's output to its room.
//!
//! The rule: as much of the beginning as fits, up to the last blank line, or else line end, sentence
//! end, or space in the last third of it; a remark after it says how much is missing. Below
//! [`LEAST`] tokens nothing is shown but the remark.

use crate::tokens;

/// A piece shorter than this helps nobody.
pub const LEAST: usize = 64;

/// The text as it is shown to the model, within about `room` tokens.
pub fn to_fit(text: &str, room: usize) -> String {
    if tokens::estimate(text) <= room {
        return text.to_owned();
    }
    let all = text.chars().count();
    if room < LEAST {
        return format!(
            "[Left out: {all} characters. There is no room left for results of tools in this answer; go on with what you have.]"
        );
    }
    let kept = beginning(text, room);
    let shown = kept.chars().count();
    format!(
        "{kept}\n[Cut here: {shown} of {all} characters are shown. If the rest matters, ask for a smaller part.]"
    )
}

fn beginning(text: &str, room: usize) -> &str {
    let end = last_that_fits(text, room);
    let fits = text.get(..end).unwrap_or_default();
    let earliest = end - end / 3;
    for boundary in ["\n\n", "\n", ". ", "。", " "] {
        let Some(at) = fits.rfind(boundary) else { continue };
        // The full stop stays with its sentence.
        let at = if boundary.starts_with(['.', '。']) { at + boundary.trim_end().len() } else { at };
        if at >= earliest {
            return fits.get(..at).unwrap_or(fits).trim_end();
        }
    }
    fits
}

/// The longest beginning whose estimate is within the room, as a byte position.
fn last_that_fits(text: &str, room: usize) -> usize {
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = text.floor_char_boundary(low + (high - low).div_ceil(2));
        // Two boundaries of one wide character.
        let middle = if middle <= low { high } else { middle };
        if tokens::estimate(text.get(..middle).unwrap_or_default()) <= room {
            low = middle;
        } else {
            high = text.floor_char_boundary(middle - 1);
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_at_the_best_boundary_in_reach() {
        let words = "word ".repeat(100);
        for (text, ends) in [
            (format!("{words}\n\n{words}"), words.trim_end()),
            (format!("{words}end.\n{words}"), "end."),
            (format!("{words}it ends. {words}"), "it ends."),
            (words.repeat(2), "word"),
        ] {
            let cut = to_fit(&text, tokens::estimate(&words) + 12);
            let (kept, remark) = cut.rsplit_once('\n').unwrap();
            assert!(kept.ends_with(ends), "{kept:?}");
            assert!(remark.starts_with("[Cut here: "), "{remark}");
        }
        assert!(to_fit(&words, LEAST - 1).starts_with("[Left out: 500 characters."));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_a_beginning_that_fits(text in "(\\PC|\n){0,2000}", room in 0usize..600) {
            let cut = to_fit(&text, room);
            if tokens::estimate(&text) <= room {
                prop_assert_eq!(cut, text);
            } else if room < LEAST {
                prop_assert!(cut.starts_with("[Left out: "));
            } else {
                let kept = &cut[..cut.rfind("\n[Cut here: ").unwrap()];
                prop_assert!(text.starts_with(kept));
                prop_assert!(tokens::estimate(kept) <= room);
            }
        }
    }
}
