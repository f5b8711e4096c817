//! Taking citation marks out of a stream, wherever it is cut.
//!
//! What comes out depends on the whole text and never on where its pieces end: what could still
//! become a mark is held back until it is one or cannot be. Code blocks are left alone.

use kuma_types::step::StepCitation;

use super::{Citations, Verdict};

/// The longest quote, in characters; what is longer is no quote.
const LONGEST_QUOTE: usize = 600;
/// Spaces in front of a mark that may go with it.
const MOST_SPACES: usize = 16;

/// A piece of what readers get.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Text without marks.
    Text(String),
    /// A citation; the text with its number follows.
    Citation(StepCitation),
}

/// What is done with marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The model was told of no marks: its text is passed on as it is.
    Off,
    /// Marks become citations.
    Cite,
    /// Marks go: the text is not the answer.
    Remove,
}

/// Reads one reply.
#[derive(Debug)]
pub(crate) struct MarkReader {
    mode: Mode,
    pending: String,
    lines: Lines,
    last: Option<char>,
    /// A mark went together with the spaces before it.
    owes_space: bool,
    dropped: u32,
}

impl MarkReader {
    pub(crate) fn new(mode: Mode) -> Self {
        let (pending, lines) = (String::new(), Lines::default());
        Self { mode, pending, lines, last: None, owes_space: false, dropped: 0 }
    }

    /// The next piece of the model's text.
    pub(crate) fn push(&mut self, text: &str, citations: &mut Citations) -> Vec<Piece> {
        if self.mode == Mode::Off {
            return vec![Piece::Text(text.to_owned())];
        }
        self.pending.push_str(text);
        self.advance(false, citations)
    }

    /// What was held back when the reply ended.
    pub(crate) fn finish(&mut self, citations: &mut Citations) -> Vec<Piece> {
        self.advance(true, citations)
    }

    /// Marks whose quotes are not in their sources.
    pub(crate) const fn dropped(&self) -> u32 {
        self.dropped
    }

    fn advance(&mut self, ended: bool, citations: &mut Citations) -> Vec<Piece> {
        let pending = std::mem::take(&mut self.pending);
        let mut out = Out::default();
        let mut rest = pending.as_str();
        while let Some(first) = rest.chars().next() {
            if self.lines.in_code || !matches!(first, ' ' | '[') {
                self.emit(first, &mut out);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            let behind = rest.get(spaces..).unwrap_or_default();
            if spaces > MOST_SPACES {
                self.emit(' ', &mut out);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            if behind.is_empty() && !ended {
                break;
            }
            let before = if spaces > 0 { Some(' ') } else { self.last };
            let found = if behind.starts_with('[') {
                classify(behind, ended, before, citations)
            } else {
                Found::Nothing
            };
            match found {
                Found::Open => break,
                Found::Nothing => {
                    // At least one character goes: the spaces, or the bracket.
                    let length = spaces.max(1);
                    rest.get(..length).unwrap_or_default().chars().for_each(|c| self.emit(c, &mut out));
                    rest = rest.get(length..).unwrap_or_default();
                }
                Found::Mark { length, numbers, words } => {
                    let shown = self.resolve(&numbers, words, citations, &mut out, spaces);
                    self.owes_space |= !shown && spaces > 0;
                    rest = behind.get(length..).unwrap_or_default();
                }
            }
        }
        rest.clone_into(&mut self.pending);
        out.0
    }

    /// Whether anything of the mark is shown.
    fn resolve(
        &mut self,
        numbers: &[u32],
        words: Option<&str>,
        citations: &mut Citations,
        out: &mut Out,
        spaces: usize,
    ) -> bool {
        if self.mode == Mode::Remove {
            return false;
        }
        let mut shown = Vec::new();
        for number in numbers {
            let verdict = match words {
                Some(words) => citations.cite(*number, words),
                None => citations.first_of(*number).map_or(Verdict::Dropped, Verdict::Known),
            };
            match verdict {
                Verdict::Known(index) => shown.push(index),
                Verdict::New(step) => {
                    shown.push(step.citation.index);
                    out.0.push(Piece::Citation(step));
                }
                Verdict::Dropped => self.dropped += 1,
            }
        }
        if shown.is_empty() {
            return false;
        }
        for _ in 0..spaces {
            self.emit(' ', out);
        }
        for index in shown {
            format!("[{index}]").chars().for_each(|c| self.emit(c, out));
        }
        true
    }

    fn emit(&mut self, c: char, out: &mut Out) {
        if std::mem::take(&mut self.owes_space) && c.is_alphanumeric() {
            out.text(' ');
        }
        out.text(c);
        self.lines.see(c);
        self.last = Some(c);
    }
}

#[derive(Default)]
struct Out(Vec<Piece>);

impl Out {
    fn text(&mut self, c: char) {
        if let Some(Piece::Text(text)) = self.0.last_mut() {
            text.push(c);
        } else {
            self.0.push(Piece::Text(c.into()));
        }
    }
}

/// Knows whether the text is in a code block.
#[derive(Debug, Default)]
struct Lines {
    in_code: bool,
    /// Backticks at the beginning of this line; none once anything else came.
    ticks: Option<u8>,
    begun: bool,
}

impl Lines {
    fn see(&mut self, c: char) {
        match c {
            '\n' => *self = Self { in_code: self.in_code, ticks: None, begun: false },
            ' ' if !self.begun => {}
            '`' if !self.begun || self.ticks.is_some() => {
                let ticks = self.ticks.unwrap_or(0).saturating_add(1);
                self.ticks = Some(ticks);
                self.begun = true;
                if ticks == 3 {
                    self.in_code = !self.in_code;
                }
            }
            _ => {
                self.begun = true;
                self.ticks = None;
            }
        }
    }
}

/// What stands at a bracket.
enum Found<'a> {
    /// More has to come to tell.
    Open,
    /// No mark.
    Nothing,
    /// A mark of so many bytes. Without words it is only numbers.
    Mark { length: usize, numbers: Vec<u32>, words: Option<&'a str> },
}

/// Reads what begins with a bracket. `before` is the character in front of it.
fn classify<'a>(text: &'a str, ended: bool, before: Option<char>, citations: &Citations) -> Found<'a> {
    let unclear = if ended { Found::Nothing } else { Found::Open };
    let mut numbers = Vec::new();
    let mut rest = text.get(1..).unwrap_or_default();
    loop {
        rest = rest.trim_start_matches(' ');
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if rest.is_empty() {
            return unclear;
        }
        let Some(number) = rest.get(..digits).filter(|d| d.len() <= 4).and_then(|d| d.parse().ok()) else {
            return Found::Nothing;
        };
        numbers.push(number);
        rest = rest.get(digits..).unwrap_or_default().trim_start_matches(' ');
        let Some(next) = rest.chars().next() else { return unclear };
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
        match next {
            ',' => {}
            ':' if numbers.len() == 1 => return quoted(text, rest, number, ended, citations),
            ']' => break,
            _ => return Found::Nothing,
        }
    }
    // `list[1]`, `[1](address)`, `[1]: note` and numbers that are no source's are ordinary text.
    if before.is_some_and(|c| c.is_alphanumeric() || "_])".contains(c))
        || !numbers.iter().all(|number| citations.has(*number))
    {
        return Found::Nothing;
    }
    match rest.chars().next() {
        None if !ended => Found::Open,
        Some('(' | ':' | '[') => Found::Nothing,
        _ => Found::Mark { length: text.len() - rest.len(), numbers, words: None },
    }
}

/// The part behind `[3:`.
fn quoted<'a>(text: &'a str, rest: &'a str, number: u32, ended: bool, citations: &Citations) -> Found<'a> {
    let unclear = if ended { Found::Nothing } else { Found::Open };
    let rest = rest.trim_start_matches(' ');
    let Some(first) = rest.chars().next() else { return unclear };
    let closers: &[char] = match first {
        '"' | '“' | '”' | '„' | '«' => &['"', '”', '“', '»'],
        '\'' | '‘' | '’' | '‚' => &['\'', '’', '‘'],
        _ if citations.has(number) => return unquoted(text, rest, number, ended),
        _ => return Found::Nothing,
    };
    let words = rest.get(first.len_utf8()..).unwrap_or_default();
    // What turns out to be no quote: its head goes and the words are shown.
    let head = Found::Mark { length: text.len() - words.len(), numbers: vec![number], words: Some("") };
    let mut newline = false;
    for (count, (at, c)) in words.char_indices().enumerate() {
        if count > LONGEST_QUOTE || (newline && c == '\n') {
            return head;
        }
        newline = c == '\n';
        if closers.contains(&c) {
            let behind = words.get(at + c.len_utf8()..).unwrap_or_default().trim_start_matches(' ');
            let mark = |length| Found::Mark { length, numbers: vec![number], words: words.get(..at) };
            match behind.chars().next() {
                Some(']') => return mark(text.len() - behind.len() + 1),
                Some(_) => {}
                None if ended => return mark(text.len()),
                None => return Found::Open,
            }
        }
    }
    if ended {
        // Cut off within the quote: half a quote is none.
        return Found::Mark { length: text.len(), numbers: vec![number], words: Some("") };
    }
    Found::Open
}

/// `[3: words]`, by a model that forgot the quotation marks. `[12:30]` is no such thing.
fn unquoted<'a>(text: &'a str, rest: &'a str, number: u32, ended: bool) -> Found<'a> {
    let mut letters = false;
    for (count, (at, c)) in rest.char_indices().enumerate() {
        match c {
            ']' if letters => {
                let length = text.len() - rest.len() + at + 1;
                return Found::Mark { length, numbers: vec![number], words: rest.get(..at) };
            }
            ']' | '[' | '\n' => return Found::Nothing,
            _ if count > LONGEST_QUOTE => return Found::Nothing,
            c => letters |= c.is_alphabetic(),
        }
    }
    if ended { Found::Nothing } else { Found::Open }
}

#[cfg(test)]
mod tests;
