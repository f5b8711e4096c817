//! A text as the words by which it is found: the same for what is stored and for what is asked.
//!
//! Letters are folded (case, accents, full width), English plurals lose their ending. Scripts that
//! write no spaces, and Korean, whose particles stick to words, become single characters and
//! overlapping pairs of them, so that words of two characters are found.

use std::collections::HashSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest word that is kept, in characters; longer ones are cut: nobody asks for all of it.
const LONGEST: usize = 40;

/// The words of a text, in order, with repetitions.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words = Vec::new();
    // Characters of the run of a script without spaces that is being read, and where it ended.
    let mut run: Vec<char> = Vec::new();
    let mut run_end = 0;
    for (at, word) in folded.unicode_word_indices() {
        if word.chars().all(is_unspaced) {
            if at != run_end {
                close_run(&mut run, &mut words);
            }
            run.extend(word.chars());
            run_end = at + word.len();
            continue;
        }
        close_run(&mut run, &mut words);
        // What Unicode sees as one word may hold points and apostrophes: `kuma.db`, `it's`.
        for part in word.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
            let part: String = part.chars().take(LONGEST).collect();
            if !part.is_empty() {
                words.push(stem(part));
            }
        }
    }
    close_run(&mut run, &mut words);
    words
}

/// The words to look for: of a run of a script without spaces the pairs alone, where it has any.
pub fn wanted_words(text: &str) -> Vec<String> {
    let all = words(text);
    let single = |word: &str| word.chars().count() == 1 && word.chars().all(is_unspaced);
    // Where a pair has a character, nothing is found more narrowly by the character; one that stands alone is a word.
    let paired: HashSet<char> = all
        .iter()
        .filter(|word| word.chars().count() == 2 && word.chars().all(is_unspaced))
        .flat_map(|word| word.chars())
        .collect();
    let mut wanted: Vec<String> = all
        .into_iter()
        .filter(|word| !(single(word) && word.chars().all(|only| paired.contains(&only))))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// Where a text has the words that are looked for: byte ranges, in order, neighbours joined.
pub fn matches(text: &str, wanted: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut add = |range: Range<usize>| match found.last_mut() {
        Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
        _ => found.push(range),
    };
    let has = |word: &str| words(word).iter().any(|word| wanted.contains(word));
    // The character of an unspaced script before this one.
    let mut before: Option<(usize, &str)> = None;
    for (at, word) in text.unicode_word_indices() {
        let end = at + word.len();
        if !word.chars().all(is_unspaced) {
            before = None;
            if has(word) {
                add(at..end);
            }
            continue;
        }
        for (offset, c) in word.char_indices() {
            let (at, end) = (at + offset, at + offset + c.len_utf8());
            let single = text.get(at..end).unwrap_or_default();
            let pair = before.filter(|(start, one)| start + one.len() == at);
            let pair = pair.and_then(|(start, _)| Some((start, text.get(start..end)?)));
            match pair {
                Some((start, pair)) if wanted.iter().any(|word| word == &fold(pair)) => add(start..end),
                _ if wanted.iter().any(|word| word == &fold(single)) => add(at..end),
                _ => {}
            }
            before = Some((at, single));
        }
    }
    found
}

fn close_run(run: &mut Vec<char>, words: &mut Vec<String>) {
    words.extend(run.iter().map(char::to_string));
    words.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
    run.clear();
}

/// Compatible forms made one, in small letters, without the accents that people leave out when they ask.
fn fold(text: &str) -> String {
    let accents = |c: &char| !matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}');
    let plain: String = text.nfkd().filter(accents).nfc().collect();
    plain.to_lowercase().replace('ß', "ss")
}

/// Whether the character belongs to a script whose words stand without spaces, or to Korean.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'          // Thai, Lao
        | '\u{1000}'..='\u{109f}'      // Myanmar
        | '\u{1100}'..='\u{11ff}'      // Hangul Jamo
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'      // Hiragana, Katakana
        | '\u{3130}'..='\u{318f}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'      // Han
        | '\u{ac00}'..='\u{d7af}'      // Hangul
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Without the ending of an English plural. What is no English loses an `s` at most, and in the
/// question too.
fn stem(mut word: String) -> String {
    if word.len() < 4 || !word.is_ascii() || !word.ends_with('s') {
        return word;
    }
    if word.ends_with("ies") && !word.ends_with("eies") && !word.ends_with("aies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if !word.ends_with("us") && !word.ends_with("ss") && !word.ends_with("is") {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{matches, wanted_words, words};

    #[test]
    fn words_are_folded() {
        assert_eq!(words("The Café's maps, ＡＢＣ 12-34"), ["the", "cafe", "s", "map", "abc", "12", "34"]);
        assert_eq!(words("Größe GRÖSSE"), ["grosse", "grosse"]);
        assert_eq!(words("policies class bus"), ["policy", "class", "bus"]);
        assert_eq!(words("Ωμέγα ПРИВЕТ"), ["ωμεγα", "привет"]);
        assert_eq!(words("हिन्दी में"), ["हिन्दी", "में"], "vowel signs are part of the word");
    }

    #[test]
    fn scripts_without_spaces_become_pairs() {
        assert_eq!(words("東京都"), ["東", "京", "都", "東京", "京都"]);
        assert_eq!(wanted_words("京都"), ["京都"]);
        assert_eq!(wanted_words("水"), ["水"]);
        assert_eq!(
            wanted_words("京都 水"),
            ["京都", "水"],
            "a word of one character is looked for beside others"
        );
        assert_eq!(words("水 火"), ["水", "火"], "a space is a border");
        assert!(words("한국어를").contains(&"한국".to_owned()));
        assert!(words("ภาษาไทย").iter().any(|word| word.chars().count() == 2));
    }

    #[test]
    fn matches_are_marked() {
        let marked = |text: &str, query: &str| -> Vec<String> {
            let found = matches(text, &wanted_words(query));
            found.into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(marked("The Bears, a bear; Bären", "bear bären"), ["Bears", "bear", "Bären"]);
        assert_eq!(marked("東京都の契約書", "契約書"), ["契約書"]);
        assert_eq!(marked("東京都", "京都"), ["京都"]);
        assert_eq!(marked("nothing here", "absent"), [""; 0]);
    }

    proptest! {
        #[test]
        fn matches_are_pieces_of_the_text(text in "\\PC{0,60}", query in "\\PC{0,20}") {
            let mut end = 0;
            for range in matches(&text, &wanted_words(&query)) {
                prop_assert!(range.start >= end && text.get(range.clone()).is_some());
                end = range.end;
            }
        }

        /// Whatever a text holds is found by asking for the text itself.
        #[test]
        fn a_text_has_the_words_that_are_asked_for(text in "\\PC{0,60}") {
            let has = words(&text);
            for word in wanted_words(&text) {
                prop_assert!(has.contains(&word));
                prop_assert!(!word.is_empty() && !word.contains('\0'));
            }
        }
    }
}
