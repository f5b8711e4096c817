use kuma_types::{Source, SourceAt};
use proptest::prelude::*;

use super::*;

const BEARS: &str = "Bears are mammals. A bear sleeps “all winter”, and rises in spring.";
const FISH: &str = "Salmon is a fish.\nBears eat it.";

fn citations() -> Citations {
    let source = |title: &str, text: &str| Source {
        title: title.into(),
        at: SourceAt::Url(format!("https://example.com/{title}")),
        page: None,
        text: text.into(),
    };
    let mut citations = Citations::default();
    assert_eq!(citations.add(&[source("bears", BEARS), source("fish", FISH)]), 1);
    citations
}

/// Text, `(number, source)` of each citation in order, and how many marks were dropped.
type Shown = (String, Vec<(u32, u32, String)>, u32);

fn read<'a>(mode: Mode, pieces: impl IntoIterator<Item = &'a str>) -> Shown {
    let mut known = citations();
    let mut reader = MarkReader::new(mode);
    let mut out: Vec<Piece> = pieces.into_iter().flat_map(|piece| reader.push(piece, &mut known)).collect();
    out.extend(reader.finish(&mut known));
    let (mut text, mut cited) = (String::new(), Vec::new());
    for piece in out {
        match piece {
            Piece::Text(piece) => text.push_str(&piece),
            Piece::Citation(step) => cited.push((step.citation.index, step.source, step.citation.quote)),
        }
    }
    (text, cited, reader.dropped())
}

fn cite(text: &str) -> Shown {
    read(Mode::Cite, [text])
}

#[test]
fn a_table_of_marks() {
    for (written, shown, cited, dropped) in [
        ("They sleep [1: \"all winter\"].", "They sleep [1].", 1, 0),
        (
            "Fish [2: \"Salmon is a fish.\"] and bears [1: \"Bears are mammals\"].",
            "Fish [1] and bears [2].",
            2,
            0,
        ),
        ("Twice [1: \"are mammals\"] the same [1: \"are  mammals\"].", "Twice [1] the same [1].", 1, 0),
        ("Two of one [1: \"are mammals\"][1: \"rises in spring\"].", "Two of one [1][2].", 2, 0),
        ("By number [1: \"are mammals\"], again [1].", "By number [1], again [1].", 1, 0),
        ("Typography [1: “A bear sleeps \"all winter\"”].", "Typography [1].", 1, 0),
        ("Apostrophes [2: 'Salmon is a fish'].", "Apostrophes [1].", 1, 0),
        ("Over lines [2: \"a fish. Bears eat\"].", "Over lines [1].", 1, 0),
        ("Bare words [1: Bears are mammals].", "Bare words [1].", 1, 0),
        ("Not there [1: \"bears can fly\"].", "Not there.", 0, 1),
        ("Not there [1: \"bears can fly\"] at all.", "Not there at all.", 0, 1),
        ("Glued [1: \"bears can fly\"]on.", "Glued on.", 0, 1),
        ("No such source [7: \"are mammals\"].", "No such source.", 0, 1),
        ("Source nought [0: \"are mammals\"].", "Source nought.", 0, 1),
        ("No quote [1].", "No quote.", 0, 1),
        ("Lists [1, 2] go, [1: \"are mammals\"] then [1, 2].", "Lists go, [1] then [1].", 1, 3),
        ("Too short [1: \"a\"].", "Too short.", 0, 1),
        ("Cut off [1: \"are mamm", "Cut off", 0, 1),
        ("Almost done [1: \"are mammals\"", "Almost done [1]", 1, 0),
        ("A paragraph [1: \"are\n\nmammals\"].", "A paragraph are\n\nmammals\"].", 0, 1),
        // Ordinary text.
        (
            "list[1] and [1](https://a.example) and [1]: note",
            "list[1] and [1](https://a.example) and [1]: note",
            0,
            0,
        ),
        ("[7] [12:30] [x] [1 2] [] [ [12345] [1", "[7] [12:30] [x] [1 2] [] [ [12345] [1", 0, 0),
        (
            "```\nx = [1: \"are mammals\"][1]\n```\nthen [1: \"are mammals\"]",
            "```\nx = [1: \"are mammals\"][1]\n```\nthen [1]",
            1,
            0,
        ),
        ("  spaces   stay   ", "  spaces   stay   ", 0, 0),
    ] {
        let (text, citations, gone) = cite(written);
        assert_eq!((text.as_str(), citations.len(), gone), (shown, cited, dropped), "{written}");
    }
}

#[test]
fn the_sources_own_words_are_quoted() {
    let (_, cited, _) = cite("[1: \"sleeps \"all winter\"\"] [2: \"fish.Bears\"]");
    assert_eq!(cited, [(1, 1, "sleeps “all winter”".to_owned()), (2, 2, "fish. Bears".to_owned())]);
}

#[test]
fn a_quote_without_end_holds_nothing_back_for_ever() {
    let mut known = citations();
    let mut reader = MarkReader::new(Mode::Cite);
    assert_eq!(reader.push("Look [1: \"", &mut known), [Piece::Text("Look".into())]);
    let out = reader.push(&"word ".repeat(200), &mut known);
    assert!(matches!(out.as_slice(), [Piece::Text(text)] if text.starts_with(" word word")), "{out:?}");
    assert_eq!(reader.dropped(), 1);
}

#[test]
fn other_modes() {
    let written = "A [1: \"are mammals\"] b [1] c.";
    assert_eq!(read(Mode::Off, [written]), (written.to_owned(), Vec::new(), 0));
    assert_eq!(read(Mode::Remove, [written]), ("A b c.".to_owned(), Vec::new(), 0));
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z .,\n]{0,8}",
        1 => "\\PC{0,4}",
        2 => prop::sample::select(vec![
            "[1: \"are mammals\"]", "[2: “Salmon is a fish”]", "[1: \"no such words\"]", "[9: \"x y z w\"]", "[1]", "[1, 2]",
            "[", "]", "[1", "[1:", "[1: \"", "\"]", "\"", "[2: a fish]", "```\n", "\n```", "`", "  ", "1", ":", "\n\n", "[12:30]",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn cut<'a>(text: &'a str, lengths: &[usize]) -> Vec<&'a str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let at = rest.char_indices().nth(*length).map_or(rest.len(), |(at, _)| at);
        let (piece, tail) = rest.split_at(at);
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn where_the_stream_is_cut_does_not_matter(text in any_text(), lengths in prop::collection::vec(1usize..9, 1..8)) {
        prop_assert_eq!(read(Mode::Cite, cut(&text, &lengths)), cite(&text));
    }

    /// Whole marks in any text; halves of one that another one parts are no marks.
    #[test]
    fn no_mark_is_ever_shown(pieces in prop::collection::vec(prop_oneof![
        "[a-z .,\n\"']{0,8}",
        prop::sample::select(vec![
            "[1: \"are mammals\"]", "[2: “Salmon is a fish”]", "[1: “no such words”]", "[9: \"x y z w\"]", "[1:\"mammals\"]",
        ]).prop_map(str::to_owned),
    ], 0..24)) {
        let text = pieces.concat();
        let (shown, cited, _) = cite(&text);
        for mark in ["[1: \"", "[2: “", "[1: “", "[9: \"", "[1:\""] {
            prop_assert!(!shown.contains(mark), "{:?} in {:?}", mark, shown);
        }
        for (_, source, quote) in cited {
            let source: String = [BEARS, FISH][source as usize - 1].split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert!(source.contains(&quote));
        }
    }

    #[test]
    fn text_without_brackets_is_not_changed(text in "(\\PC|\n){0,200}") {
        let text = text.replace('[', "(");
        prop_assert_eq!(cite(&text), (text, Vec::new(), 0));
    }
}
