//! The words of a passage that answer a question best, when no model says them.

use kuma_store::{wanted_words, words};

/// The longest quote, in characters.
const LONGEST: usize = 400;

/// A text as what it says: to see whether two say the same.
pub(super) fn same_words(text: &str) -> String {
    words(text).join(" ")
}

/// The sentence, or the few that follow each other, with the most words of the question.
pub(super) fn best_quote(text: &str, question: &str) -> String {
    let wanted = wanted_words(question);
    let sentences = sentences(text);
    let mut best = (0.0, String::new());
    for first in 0..sentences.len() {
        let mut quote = String::new();
        for sentence in sentences.iter().skip(first).take(3) {
            let joined =
                if quote.is_empty() { (*sentence).to_owned() } else { format!("{quote} {sentence}") };
            if joined.chars().count() > LONGEST && !quote.is_empty() {
                break;
            }
            quote = joined;
            let has = words(&quote);
            let found = wanted.iter().filter(|word| has.contains(word)).count() as f64;
            // Of two that say as much the shorter one.
            let score = found / (1.0 + has.len() as f64 / 60.0);
            if score > best.0 || best.1.is_empty() {
                best = (score, quote.clone());
            }
        }
    }
    let (_, quote) = best;
    if quote.chars().count() <= LONGEST {
        return quote;
    }
    let cut: String = quote.chars().take(LONGEST).collect();
    // Whole words, where there are any.
    cut.rsplit_once(' ').map_or(cut.clone(), |(whole, _)| whole.to_owned())
}

/// Where a text has the words of a query: from and to in UTF-16 units, in order.
pub fn matches(text: &str, query: &str) -> Vec<[usize; 2]> {
    let (mut bytes, mut units) = (0, 0);
    let mut unit_of = |at: usize| {
        units += text.get(bytes..at).unwrap_or_default().encode_utf16().count();
        bytes = at;
        units
    };
    let found = kuma_store::matches(text, &wanted_words(query));
    found.into_iter().map(|range| [unit_of(range.start), unit_of(range.end)]).collect()
}

/// The sentences and lines of a text, each on one line.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut start = 0;
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let ends = match c {
                '。' | '！' | '？' | '।' => true,
                '.' | '!' | '?' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
                _ => false,
            };
            if ends {
                let end = at + c.len_utf8();
                sentences.extend(line.get(start..end).map(str::trim).filter(|text| !text.is_empty()));
                start = end;
            }
        }
        sentences.extend(line.get(start..).map(str::trim).filter(|text| !text.is_empty()));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, best_quote, matches, same_words, sentences};

    #[test]
    fn the_sentence_that_answers_is_quoted() {
        let text = "We open at nine. On Saturdays the shop closes at 4 pm. Parking is free.\nCall us.";
        assert_eq!(
            best_quote(text, "When does the shop close on Saturday?"),
            "On Saturdays the shop closes at 4 pm."
        );
        assert_eq!(best_quote("東京は首都です。大阪は違います。", "大阪"), "大阪は違います。");
        assert_eq!(best_quote("", "x"), "");
        assert_eq!(best_quote("Only this", "unrelated"), "Only this");
        assert!(best_quote(&"long ".repeat(900), "long").chars().count() <= LONGEST);
    }

    #[test]
    fn matches_count_as_javascript_does() {
        assert_eq!(matches("🐻 bear, ünder bear", "bear"), [[3, 7], [15, 19]]);
    }

    #[test]
    fn sentences_end_where_they_end() {
        assert_eq!(sentences("Version 3.5 is out. Really? Yes"), ["Version 3.5 is out.", "Really?", "Yes"]);
        assert_eq!(same_words("A  Text."), same_words("a text"));
    }
}
