//! From the pieces that tokens stand for to text that may be shown.

/// Puts characters together whose bytes come in several tokens.
#[derive(Default)]
pub(super) struct Utf8 {
    open: Vec<u8>,
}

impl Utf8 {
    /// Adds the bytes of a token and returns the text that is complete now. Bytes that can never
    /// become a character come out as U+FFFD.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.open.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.open) {
                Ok(rest) => {
                    text.push_str(rest);
                    self.open.clear();
                    return text;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(self.open.get(..valid).unwrap_or_default()));
                    let Some(bad) = error.error_len() else {
                        self.open.drain(..valid);
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.open.drain(..valid + bad);
                }
            }
        }
    }

    /// What an answer that ended within a character leaves behind.
    pub(super) fn finish(&mut self) -> String {
        let text = if self.open.is_empty() { String::new() } else { char::REPLACEMENT_CHARACTER.to_string() };
        self.open.clear();
        text
    }
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// For the person.
    Text(String),
    /// The model's thinking, which it wrote between `<think>` and `</think>`.
    Thought(String),
}

/// Tells thinking from the answer. Models that think do so first and between these tags.
pub(super) struct Thoughts {
    state: State,
    held: String,
}

enum State {
    /// Nothing but white space and perhaps a part of the opening tag so far.
    Start,
    Thinking,
    Answer {
        /// White space between the thinking and the answer is not shown.
        trim: bool,
    },
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

impl Thoughts {
    /// `open` when the prompt itself ends with the opening tag.
    pub(super) fn new(open: bool) -> Self {
        Self { state: if open { State::Thinking } else { State::Start }, held: String::new() }
    }

    /// Whether what comes now is the answer itself.
    pub(super) fn answering(&self) -> bool {
        !matches!(self.state, State::Thinking)
    }

    /// Adds text and returns what is certain now.
    pub(super) fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        loop {
            match &mut self.state {
                State::Start => {
                    let begun = self.held.trim_start();
                    if let Some(rest) = begun.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.state = State::Thinking;
                    } else if OPEN.starts_with(begun) {
                        return pieces;
                    } else {
                        self.state = State::Answer { trim: false };
                    }
                }
                State::Thinking => {
                    if let Some((thought, rest)) = self.held.split_once(CLOSE) {
                        push_thought(&mut pieces, thought);
                        self.held = rest.to_owned();
                        self.state = State::Answer { trim: true };
                    } else {
                        let keep = tail_that_may_begin(&self.held, CLOSE);
                        let rest = self.held.split_off(self.held.len() - keep);
                        push_thought(&mut pieces, &self.held);
                        self.held = rest;
                        return pieces;
                    }
                }
                State::Answer { trim } => {
                    let text = if *trim { self.held.trim_start() } else { self.held.as_str() };
                    if !text.is_empty() {
                        pieces.push(Piece::Text(text.to_owned()));
                        *trim = false;
                    }
                    self.held.clear();
                    return pieces;
                }
            }
        }
    }

    /// What was held back when the model stopped.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        let held = std::mem::take(&mut self.held);
        match self.state {
            _ if held.is_empty() => None,
            State::Thinking => Some(Piece::Thought(held)),
            State::Start | State::Answer { .. } => Some(Piece::Text(held)),
        }
    }
}

fn push_thought(pieces: &mut Vec<Piece>, thought: &str) {
    if !thought.is_empty() {
        pieces.push(Piece::Thought(thought.to_owned()));
    }
}

/// Length of the longest end of `text` with which `tag` could begin.
pub(super) fn tail_that_may_begin(text: &str, tag: &str) -> usize {
    (1..tag.len())
        .rev()
        .find(|&n| tag.get(..n).is_some_and(|start| text.ends_with(start)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(thoughts: &mut Thoughts, parts: &[&str]) -> (String, String) {
        let (mut thought, mut answer) = (String::new(), String::new());
        let mut pieces: Vec<Piece> = parts.iter().flat_map(|part| thoughts.push(part)).collect();
        pieces.extend(thoughts.finish());
        for piece in pieces {
            match piece {
                Piece::Text(text) => answer.push_str(&text),
                Piece::Thought(text) => thought.push_str(&text),
            }
        }
        (thought, answer)
    }

    proptest! {
        #[test]
        fn any_split_of_any_text_comes_out_whole(text in "\\PC{0,40}", cuts in prop::collection::vec(1usize..5, 0..60)) {
            let mut utf8 = Utf8::default();
            let (mut rest, mut out) = (text.as_bytes(), String::new());
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                out.push_str(&utf8.push(head));
                rest = tail;
            }
            out.push_str(&utf8.push(rest));
            out.push_str(&utf8.finish());
            prop_assert_eq!(out, text);
        }

        #[test]
        fn any_bytes_give_what_lossy_decoding_gives(bytes in prop::collection::vec(any::<u8>(), 0..60), at in 0usize..60) {
            let mut utf8 = Utf8::default();
            let (head, tail) = bytes.split_at(at.min(bytes.len()));
            let out = utf8.push(head) + &utf8.push(tail) + &utf8.finish();
            prop_assert_eq!(out, String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn thinking_is_told_apart_however_it_is_cut(at in 0usize..40, more in 0usize..40) {
            let whole = "\n<think>a < b</thin k</think>\n\nThe answer.";
            let (one, rest) = whole.split_at(at.min(whole.len()));
            let (two, three) = rest.split_at(more.min(rest.len()));
            let got = split(&mut Thoughts::new(false), &[one, two, three]);
            prop_assert_eq!(got, ("a < b</thin k".to_owned(), "The answer.".to_owned()));
        }
    }

    #[test]
    fn an_answer_without_thinking_is_left_alone() {
        let got = split(&mut Thoughts::new(false), &[" ", "<", "b> is bold; </think> is not"]);
        assert_eq!(got, (String::new(), " <b> is bold; </think> is not".to_owned()));
    }

    #[test]
    fn a_prompt_may_open_the_thinking() {
        let got = split(&mut Thoughts::new(true), &["hm", "</think>", "yes"]);
        assert_eq!(got, ("hm".to_owned(), "yes".to_owned()));
    }

    #[test]
    fn an_answer_that_is_cut_off_loses_nothing() {
        assert_eq!(split(&mut Thoughts::new(false), &["<thi"]), (String::new(), "<thi".to_owned()));
        assert_eq!(split(&mut Thoughts::new(true), &["a</th"]), ("a</th".to_owned(), String::new()));
        let mut utf8 = Utf8::default();
        assert_eq!(utf8.push("é".as_bytes().get(..1).unwrap()), "");
        assert_eq!(utf8.finish(), "\u{FFFD}");
    }
}
