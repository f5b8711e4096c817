//! Finding a quote in its source, whatever became of spaces, quotation marks and dashes on the way.

/// A source's text, ready for searching.
#[derive(Clone, Debug, Default)]
pub(super) struct Searchable {
    /// The compared characters.
    plain: String,
    /// For every byte of `plain`: where its character begins and ends in the text.
    origin: Vec<(u32, u32)>,
}

/// Fewer characters prove nothing.
const SHORTEST: usize = 4;

impl Searchable {
    pub(super) fn of(text: &str) -> Self {
        let mut searchable = Self::default();
        for (at, c) in text.char_indices() {
            let before = searchable.plain.len();
            plain(c, &mut searchable.plain);
            let origin = (at as u32, (at + c.len_utf8()) as u32);
            searchable.origin.resize(searchable.origin.len() + searchable.plain.len() - before, origin);
        }
        searchable
    }

    /// The source's own words for a quote, on one line, and the byte at which they begin; none when they
    /// are not there.
    pub(super) fn find(&self, text: &str, quote: &str) -> Option<(String, u32)> {
        let wanted = comparable(quote);
        if wanted.chars().count() < SHORTEST {
            return None;
        }
        let at = self.plain.find(&wanted)?;
        let (start, _) = *self.origin.get(at)?;
        let (_, end) = *self.origin.get(at + wanted.len() - 1)?;
        let words = text.get(start as usize..end as usize)?;
        Some((words.split_whitespace().collect::<Vec<_>>().join(" "), start))
    }
}

/// A quote as it is compared.
pub(super) fn comparable(quote: &str) -> String {
    let mut compared = String::with_capacity(quote.len());
    quote.chars().for_each(|c| plain(c, &mut compared));
    compared
}

/// The compared form of a character: nothing for spaces and what cannot be seen, ASCII for
/// typographic marks, letters for ligatures.
fn plain(c: char, out: &mut String) {
    match c {
        c if c.is_whitespace() || c.is_control() => {}
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | 'ʼ' | '‹' | '›' => out.push('\''),
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => out.push('"'),
        '‐'..='―' | '−' | '﹣' | '－' => out.push('-'),
        '…' => out.push_str("..."),
        'ﬀ' => out.push_str("ff"),
        'ﬁ' => out.push_str("fi"),
        'ﬂ' => out.push_str("fl"),
        'ﬃ' => out.push_str("ffi"),
        'ﬄ' => out.push_str("ffl"),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(text: &str, quote: &str) -> Option<String> {
        Searchable::of(text).find(text, quote).map(|(words, _)| words)
    }

    #[test]
    fn spaces_and_typography_do_not_matter_and_words_do() {
        let source = "The bear\u{a0}said:\n“I don’t\u{ad} sleep – I rest…”  And the ﬁnal word was “no”.";
        for (quote, found) in [
            ("The bear said", Some("The bear said")),
            ("\"I don't sleep - I rest...\"", Some("“I don’t\u{ad} sleep – I rest…”")),
            ("I don’t sleep — I rest…", Some("I don’t\u{ad} sleep – I rest…")),
            ("the final word", Some("the ﬁnal word")),
            ("The bear slept", None),
            ("the bear said", None),
            ("no", None),
            ("   ", None),
        ] {
            assert_eq!(find(source, quote).as_deref(), found, "{quote}");
        }
    }

    proptest! {
        #[test]
        fn every_piece_of_a_text_is_found_in_it(text in "\\PC{0,200}", start in 0usize..200, length in 4usize..60) {
            let quote: String = text.chars().skip(start).take(length).collect();
            let found = find(&text, &quote);
            if comparable(&quote).chars().count() >= SHORTEST {
                let found = found.expect("a piece of it");
                prop_assert_eq!(comparable(&found), comparable(&quote));
            } else {
                prop_assert_eq!(found, None);
            }
        }
    }
}
