//! Bytes of unknown encoding into text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes are looked at to tell text from something else, and one encoding from another.
const SAMPLE: usize = 64 * 1024;

/// The text in `bytes`, or `None` when they are not text. Line ends become `\n`.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let encoding = encoding_of(bytes)?;
    let (text, _, _) = encoding.decode(bytes);
    Some(unix_lines(&text))
}

/// The text in `bytes` that are known to be text, in the encoding a header named, if that is a known one.
pub(crate) fn decode_as(bytes: &[u8], label: Option<&str>) -> String {
    let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = named.or_else(|| encoding_of(bytes)).unwrap_or(UTF_8);
    unix_lines(&encoding.decode(bytes).0)
}

fn unix_lines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn encoding_of(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Some(encoding);
    }
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if let Some(encoding) = utf16_without_mark(sample) {
        return Some(encoding);
    }
    if !looks_like_text(sample) {
        return None;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Some(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    Some(detector.guess(None, Utf8Detection::Allow))
}

/// Text has no NUL and hardly any other control characters, whatever its encoding (UTF-16 is asked for before).
fn looks_like_text(sample: &[u8]) -> bool {
    let mut odd = 0usize;
    for byte in sample {
        match byte {
            0 => return false,
            b'\t' | b'\n' | b'\r' | 0x0c | 0x1b => {}
            0x01..=0x1f | 0x7f => odd += 1,
            _ => {}
        }
    }
    odd * 200 <= sample.len()
}

/// UTF-16 of a script whose characters share the upper byte: most of the bytes on one side are the same small number.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    if sample.len() < 8 {
        return None;
    }
    let pairs = sample.len() / 2;
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 4 && even * 50 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 4 && odd * 50 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_recognised() {
        let text = "Die Straße führt über die Brücke nach Köln; dort wohnen viele Leute, die gerne süße Äpfel essen.";
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(decode(&latin).as_deref(), Some(text));
        let text = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。";
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        assert_eq!(decode(&sjis).as_deref(), Some(text));
        let text =
            "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.";
        let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(decode(&cyrillic).as_deref(), Some(text));
    }

    #[test]
    fn utf16_is_text_with_and_without_a_mark() {
        let text = "plain words\nin two lines";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little).as_deref(), Some(text));
        assert_eq!(decode(&big).as_deref(), Some(text));
        let mut marked = vec![0xff, 0xfe];
        marked.extend(&little);
        assert_eq!(decode(&marked).as_deref(), Some(text));
    }

    #[test]
    fn line_ends_are_unix() {
        assert_eq!(decode(b"a\r\nb\rc\n").as_deref(), Some("a\nb\nc\n"));
    }

    #[test]
    fn other_bytes_are_not_text() {
        assert_eq!(decode(b"\x7fELF\x02\x01\x01\x00\x00\x00"), None);
        assert_eq!(decode(&[1, 2, 3, 4, 5, 6, 14, 15, 16]), None);
    }
}
