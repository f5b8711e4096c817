//! The parts of a page that speak of a question.

use std::collections::HashSet;

/// At most about `most` characters of `text`: the paragraphs that share the most words with the question, in the
/// order of the page, and the beginning where nothing does. Cuts are marked with `[…]`.
pub(super) fn about(text: &str, question: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.trim().to_owned();
    }
    let wanted = words(question);
    let paragraphs: Vec<&str> =
        text.split("\n\n").flat_map(|block| pieces(block, most)).filter(|p| !p.trim().is_empty()).collect();
    let mut ranked: Vec<(usize, usize)> = paragraphs
        .iter()
        .enumerate()
        .map(|(index, paragraph)| (words(paragraph).intersection(&wanted).count(), index))
        .collect();
    // Most words first; among equals the earlier one.
    ranked.sort_by_key(|(shared, index)| (std::cmp::Reverse(*shared), *index));
    let (mut kept, mut room) = (Vec::new(), most);
    for (shared, index) in ranked {
        // What shares nothing is only kept where there would be next to nothing without it.
        if shared == 0 && room < most * 2 / 3 {
            break;
        }
        let length = paragraphs.get(index).map_or(0, |paragraph| paragraph.chars().count() + 2);
        if length <= room {
            room -= length;
            kept.push(index);
        }
    }
    kept.sort_unstable();
    let mut out = String::new();
    let mut expected = 0;
    for index in kept {
        if index != expected {
            out.push_str("[…]\n\n");
        }
        out.push_str(paragraphs.get(index).copied().unwrap_or_default().trim());
        out.push_str("\n\n");
        expected = index + 1;
    }
    if expected < paragraphs.len() {
        out.push_str("[…]");
    }
    out.trim().to_owned()
}

/// A block in pieces that each fit several times.
fn pieces(block: &str, most: usize) -> Vec<&str> {
    let size = (most / 4).max(100);
    let mut pieces = Vec::new();
    let mut rest = block;
    while let Some((end, _)) = rest.char_indices().nth(size) {
        let full = rest.get(..end).unwrap_or_default();
        let cut =
            full.rfind(['.', '\n', '。', '!', '?']).and_then(|at| full.char_indices().find(|(i, _)| *i > at));
        let cut = cut.map_or(end, |(at, _)| at).max(1);
        let (piece, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

/// The words of a text that say something, in lower case; pairs of characters where words are not spaced.
fn words(text: &str) -> HashSet<String> {
    let mut words = HashSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().all(|c| c as u32 >= 0x2e80) {
            let characters: Vec<char> = word.chars().collect();
            words.extend(characters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if word.chars().count() > 3 {
            words.insert(word.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_page_is_kept_whole() {
        assert_eq!(about("  All of it.\n\nEven this. ", "anything", 100), "All of it.\n\nEven this.");
    }

    #[test]
    fn paragraphs_about_the_question_are_kept_in_order() {
        let filler = "Nothing of interest stands in this sentence at all. ".repeat(4);
        let page = format!(
            "Beginning.\n\n{filler}\n\nBears sleep in winter.\n\n{filler}\n\nIn winter bears lose weight.\n\n{filler}"
        );
        let kept = about(&page, "Where do bears sleep in winter?", 120);
        let (first, second) = (kept.find("Bears sleep").unwrap(), kept.find("bears lose").unwrap());
        assert!(first < second && kept.contains("[…]"), "{kept}");
        assert!(!kept.contains("Nothing of interest"), "{kept}");
    }

    #[test]
    fn any_text_is_cut_to_about_its_room() {
        for text in [
            "日本の熊は冬に眠る。".repeat(500),
            "word ".repeat(5000),
            "x".repeat(9000),
            "\n\n".repeat(5000),
            "ä".repeat(5000),
        ] {
            let kept = about(&text, "熊は冬に眠るか bears", 1_000);
            assert!(kept.chars().count() <= 1_500, "{}", kept.chars().count());
        }
    }
}
