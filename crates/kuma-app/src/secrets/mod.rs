//! What is never kept: passwords, keys, codes, numbers of cards and accounts.
//!
//! [`spans`] errs towards finding too much: a memory that is refused can be written without the secret, a
//! secret that was kept is out. Used before a memory is saved, whoever saves it, before a message is shown
//! to the model that looks for what lasts, and before arguments of tools are written into the audit log.

mod values;

use std::ops::Range;

pub use values::redact_value;

/// Beginnings of keys that vendors give out, each with the least number of characters that follow.
const PREFIXES: &[(&str, usize)] = &[
    ("sk-", 12),
    ("sk_", 12),
    ("pk_", 12),
    ("rk_", 12),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghs_", 16),
    ("ghu_", 16),
    ("github_pat_", 16),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("AKIA", 12),
    ("ASIA", 12),
    ("AIza", 20),
    ("ya29.", 12),
    ("eyJ", 20),
    ("kuma_", 12),
    ("sm_", 16),
    ("npm_", 16),
    ("pypi-", 16),
    ("hf_", 16),
    ("SG.", 16),
    ("tvly-", 10),
];

/// Words after which a secret comes, in the languages that people write them in.
const NAMES: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passcode",
    "pincode",
    "pin",
    "cvv",
    "cvc",
    "otp",
    "secret",
    "apikey",
    "token",
    "passwd",
    "pwd",
    "contraseña",
    "contrasena",
    "senha",
    "motdepasse",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "पासवर्ड",
];

/// Names of secrets in two words.
const NAMES_OF_TWO: &[(&str, &str)] = &[
    ("api", "key"),
    ("access", "key"),
    ("access", "code"),
    ("secret", "key"),
    ("private", "key"),
    ("security", "code"),
    ("pin", "code"),
    ("recovery", "code"),
    ("recovery", "phrase"),
    ("seed", "phrase"),
    ("card", "number"),
    ("account", "number"),
    ("social", "security"),
];

/// Names that mean nothing else, even as a part of a longer name or right before a colon.
const UNMISTAKABLE: &[&str] =
    &["password", "passwd", "passwort", "kennwort", "passphrase", "contraseña", "apikey", "authorization"];

/// What makes the name of a field that of a secret, wherever in it it stands. Fields are named by programs: what
/// could mean something else in a sentence does not there.
const IN_FIELDS: &[&str] = &[
    "secret",
    "token",
    "pwd",
    "credential",
    "cookie",
    "privatekey",
    "accesskey",
    "signingkey",
    "encryptionkey",
];

/// Whether a field or header of that name holds a secret, however the name is written: `apiKey`, `X-API-KEY`.
pub fn is_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let inside = |word: &&str| plain.contains(*word);
    UNMISTAKABLE.iter().any(inside)
        || IN_FIELDS.iter().any(inside)
        || NAMES_OF_TWO.iter().any(|(a, b)| plain.contains(&format!("{a}{b}")))
        || NAMES.contains(&plain.as_str())
        || plain == "auth"
}

/// Whether there is a secret in the text.
pub fn found(text: &str) -> bool {
    !spans(text).is_empty()
}

/// What stands in the place of a secret.
pub const INSTEAD: &str = "[secret]";

/// The text with [`INSTEAD`] in the place of every secret.
pub fn redact(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans(text) {
        if span.start > at {
            safe.push_str(text.get(at..span.start).unwrap_or_default());
        }
        if span.end > at {
            safe.push_str(INSTEAD);
            at = span.end;
        }
    }
    safe.push_str(text.get(at..).unwrap_or_default());
    safe
}

/// Where secrets are, in order; they may overlap.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    digits(text, &mut spans);
    pieces(text, &mut spans);
    named(text, &mut spans);
    blocks(text, &mut spans);
    spans.sort_by_key(|span| (span.start, span.end));
    spans
}

/// Numbers of cards: 13 to 19 digits with a valid check digit, however they are grouped. And US social
/// security numbers, by their form.
fn digits(text: &str, spans: &mut Vec<Range<usize>>) {
    let mut run = Run::default();
    let mut gap = 0;
    for (at, letter) in text.char_indices() {
        if let Some(digit) = letter.to_digit(10).or_else(|| wide_digit(letter)) {
            run.add(at..at + letter.len_utf8(), u8::try_from(digit).unwrap_or(0), gap > 0);
            gap = 0;
        } else if run.is_open() && gap < 2 && may_separate(letter) {
            gap += 1;
        } else {
            spans.extend(run.close(text));
            gap = 0;
        }
    }
    spans.extend(run.close(text));
}

fn may_separate(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}')
}

/// Digits with little between them.
#[derive(Default)]
struct Run {
    span: Option<Range<usize>>,
    digits: Vec<u8>,
    /// Where groups of digits begin.
    groups: Vec<usize>,
}

impl Run {
    const fn is_open(&self) -> bool {
        self.span.is_some()
    }

    fn add(&mut self, at: Range<usize>, digit: u8, is_apart: bool) {
        if is_apart || self.digits.is_empty() {
            self.groups.push(self.digits.len());
        }
        self.digits.push(digit);
        let start = self.span.as_ref().map_or(at.start, |span| span.start);
        self.span = Some(start..at.end);
    }

    fn close(&mut self, text: &str) -> Option<Range<usize>> {
        let Self { span, digits, groups } = std::mem::take(self);
        let span = span?;
        let social = text.get(span.clone()).is_some_and(is_social);
        // Something else may stand before and after a card's number.
        let ends = || groups.iter().copied().skip(1).chain([digits.len()]);
        let card = groups.iter().any(|start| {
            ends().any(|end| digits.get(*start..end).is_some_and(|number| is_issued(number) && luhn(number)))
        });
        (social || card).then_some(span)
    }
}

fn wide_digit(letter: char) -> Option<u32> {
    let code = u32::from(letter);
    // Full width, Arabic, Persian, Devanagari, Bengali.
    [0xff10, 0x0660, 0x06f0, 0x0966, 0x09e6]
        .into_iter()
        .find_map(|zero| code.checked_sub(zero).filter(|digit| *digit < 10))
}

/// Whether cards of this length begin like this.
fn is_issued(digits: &[u8]) -> bool {
    matches!(
        (digits.first(), digits.len()),
        (Some(4), 13 | 16 | 19) | (Some(3), 14..=16) | (Some(5 | 6), 16..=19) | (Some(2), 16)
    )
}

/// The check of card numbers.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            if place % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

fn is_social(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut next = |length: usize| {
        parts.next().is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
    };
    next(3) && next(2) && next(4) && parts.next().is_none()
}

/// Words that are keys by their look: known beginnings, bank accounts, and long words in which letters,
/// capitals and digits are mixed as nobody writes.
fn pieces(text: &str, spans: &mut Vec<Range<usize>>) {
    for (at, piece) in split(text, |c| c.is_whitespace() || "\"'`,;()[]{}<>=".contains(c)) {
        let trimmed = piece.trim_end_matches(['.', '!', '?', ':']);
        let known = PREFIXES.iter().any(|(prefix, least)| {
            trimmed.find(prefix).is_some_and(|found| {
                let begins = found == 0
                    || !trimmed.get(..found).unwrap_or_default().ends_with(|c: char| c.is_alphanumeric());
                begins && trimmed.len() >= found + prefix.len() + least
            })
        });
        let with_password = trimmed.split_once("://").is_some_and(|(_, rest)| {
            rest.split('/')
                .next()
                .and_then(|host| host.rsplit_once('@'))
                .is_some_and(|(who, _)| who.contains(':'))
        });
        if known || with_password || is_random(trimmed) || is_iban(trimmed) {
            spans.push(at..at + trimmed.len());
        }
    }
    ibans(text, spans);
}

/// 20 characters or more of one word that mix digits with small and capital letters, or a long run of
/// hexadecimal digits.
fn is_random(word: &str) -> bool {
    if word.contains("://") || word.contains('@') {
        return false;
    }
    let hex = word.len() >= 32
        && word.bytes().all(|b| b.is_ascii_hexdigit())
        && word.bytes().any(|b| b.is_ascii_digit());
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+/_-=.~".contains(&b);
    let mixed = word.len() >= 20
        && word.bytes().all(allowed)
        && word.bytes().filter(u8::is_ascii_digit).count() >= 3
        && word.bytes().any(|b| b.is_ascii_lowercase())
        && word.bytes().any(|b| b.is_ascii_uppercase());
    hex || mixed
}

/// Bank accounts in groups of four.
fn ibans(text: &str, spans: &mut Vec<Range<usize>>) {
    let words: Vec<(usize, &str)> = split(text, char::is_whitespace).collect();
    for (place, (at, first)) in words.iter().enumerate() {
        let begins = first.len() == 4
            && first.bytes().take(2).all(|b| b.is_ascii_uppercase())
            && first.bytes().skip(2).all(|b| b.is_ascii_digit());
        if !begins {
            continue;
        }
        let mut joined = String::new();
        for (from, word) in words.iter().skip(place).take(9) {
            let word = word.trim_end_matches(['.', ',', ';', '!', '?']);
            joined.push_str(word);
            if is_iban(&joined) {
                spans.push(*at..from + word.len());
                break;
            }
        }
    }
}

fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = (15..=34).contains(&bytes.len())
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit)
        && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !form {
        return false;
    }
    let rest = bytes.iter().skip(4).chain(bytes.iter().take(4)).fold(0_u32, |rest, byte| {
        let value = if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 };
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    rest == 1
}

/// What follows the name of a secret: `my password is hunter2`, `PIN: 4711`.
fn named(text: &str, spans: &mut Vec<Range<usize>>) {
    let words: Vec<(usize, &str)> =
        split(text, |c| c.is_whitespace() || ":=\"'`,;()「」“”".contains(c) || is_unspaced(c)).collect();
    let folded: Vec<String> =
        words.iter().map(|(_, word)| word.trim_end_matches(['.', '!', '?']).to_lowercase()).collect();
    for (place, word) in folded.iter().enumerate() {
        let two = folded
            .get(place + 1)
            .is_some_and(|next| NAMES_OF_TWO.iter().any(|(a, b)| a == word && next.starts_with(b)));
        let one =
            NAMES.iter().any(|name| word == name || word.strip_suffix('s') == Some(name)) || is_joined(word);
        if let Some(span) = behind_colon(text, &words, place, word) {
            spans.push(span);
        }
        if !one && !two {
            continue;
        }
        // Its value is close by, and looks like one.
        let after = place + if two { 2 } else { 1 };
        for (at, value) in words.iter().skip(after).take(6) {
            let bare = value.trim_end_matches(['.', '!', '?']);
            if looks_like_value(bare) {
                spans.push(*at..at + bare.len());
                break;
            }
        }
    }
    // Scripts without spaces: the name anywhere, and digits or Latin letters soon after it.
    for name in NAMES.iter().filter(|name| name.chars().any(is_unspaced)) {
        for (at, _) in text.match_indices(name) {
            let from = at + name.len();
            let rest = text.get(from..).unwrap_or_default();
            let mut values = split(rest, |c| !c.is_ascii_graphic() || "\"'`,;:()".contains(c));
            if let Some((offset, value)) =
                values.find(|(offset, value)| *offset <= 24 && looks_like_value(value))
            {
                spans.push(from + offset..from + offset + value.len());
            }
        }
    }
}

/// `DB_PASSWORD`, `?api_key`: the name of a secret at the end of a longer one.
fn is_joined(word: &str) -> bool {
    let joined = |c: char| !c.is_alphanumeric();
    let mut parts = word.split(joined).filter(|part| !part.is_empty()).rev();
    let (Some(last), Some(before)) = (parts.next(), parts.next()) else { return false };
    NAMES.contains(&last) || NAMES_OF_TWO.contains(&(before, last))
}

/// What stands right behind a name and a colon is the value, however it looks: `password: correcthorse`.
fn behind_colon(text: &str, words: &[(usize, &str)], place: usize, name: &str) -> Option<Range<usize>> {
    if !UNMISTAKABLE.iter().any(|known| name.ends_with(known)) {
        return None;
    }
    let (at, written) = words.get(place)?;
    let mut behind = words.iter().skip(place + 1);
    let (mut from, mut value) = behind.next().copied()?;
    if !text.get(at + written.len()..from)?.contains([':', '=']) {
        return None;
    }
    if ["bearer", "basic", "token"].contains(&value.to_lowercase().as_str()) {
        (from, value) = behind.next().copied()?;
    }
    (value.chars().count() >= 4 && !value.starts_with(INSTEAD)).then(|| from..from + value.len())
}

/// With a digit or a sign in it: `hunter2`, `4711`, `tr0ub4dor&3`; or letters of both sizes mixed inside.
fn looks_like_value(word: &str) -> bool {
    let long = word.chars().count() >= 3;
    let digit = word.chars().any(char::is_numeric);
    let sign = word.chars().any(|c| "!@#$%^&*+_~|\\/".contains(c));
    let mixed = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    long && (digit || sign || mixed)
}

fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whole keys in their armour.
fn blocks(text: &str, spans: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("-----BEGIN ") {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find("-----END ").and_then(|end| {
            let tail = rest.get(end + 9..)?;
            Some(end + 9 + tail.find("-----").map_or(tail.len(), |close| close + 5))
        });
        spans.push(at..at + end.unwrap_or(rest.len()));
    }
}

/// The pieces between separators, with their places.
fn split(text: &str, separates: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = (usize, &str)> {
    text.split(separates).filter(|piece| !piece.is_empty()).map(move |piece| {
        // Pieces are parts of `text`.
        (piece.as_ptr() as usize - text.as_ptr() as usize, piece)
    })
}

#[cfg(test)]
mod tests;
