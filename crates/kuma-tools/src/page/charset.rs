//! From bytes to text: what a page is written in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// How far into a page its own word about its encoding may stand.
const PRESCAN: usize = 4096;

/// The text of a body. In the order of the HTML standard: a byte order mark, what the server says, what the page
/// says, what the bytes look like. Bytes that make no sense become the replacement character.
pub(super) fn decode(bytes: &[u8], said: Option<&str>, markup: bool) -> String {
    let encoding = said
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .or_else(|| if markup { declared(bytes) } else { None })
        .unwrap_or_else(|| guessed(bytes));
    // This looks for a byte order mark first.
    encoding.decode(bytes).0.into_owned()
}

/// What `<meta charset>`, `<meta http-equiv>` or an XML declaration says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN.min(bytes.len()))?.to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head).into_owned();
    for mark in ["charset", "encoding"] {
        for (at, _) in head.match_indices(mark) {
            let rest = head.get(at + mark.len()..)?.trim_start();
            let Some(value) = rest.strip_prefix('=') else { continue };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let label: String =
                value.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
            if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
                // A page whose markup can be read as ASCII is not in UTF-16, whatever it says.
                return Some(encoding.output_encoding());
            }
        }
    }
    None
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_KR, GBK, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

    use super::*;

    #[test]
    fn the_encoding_is_found_in_this_order() {
        let latin = WINDOWS_1252.encode("Grüße").0;
        for (bytes, said, markup, text) in [
            (&b"\xef\xbb\xbfhi"[..], Some("windows-1252"), true, "hi"),
            (b"\xff\xfeh\0i\0", None, false, "hi"),
            (&latin, Some("ISO-8859-1"), true, "Grüße"),
            (&latin, Some("nonsense"), true, "Grüße"),
            (&latin, None, false, "Grüße"),
            ("Grüße".as_bytes(), None, false, "Grüße"),
            (b"", None, true, ""),
        ] {
            assert_eq!(decode(bytes, said, markup), text);
        }
    }

    #[test]
    fn a_page_says_its_encoding_in_many_ways() {
        for (encoding, head, text) in [
            (SHIFT_JIS, "<meta charset=Shift_JIS>", "日本語"),
            (SHIFT_JIS, "<META CHARSET = 'sjis'>", "日本語"),
            (EUC_KR, r#"<meta http-equiv="Content-Type" content="text/html; charset=euc-kr">"#, "한국어"),
            (GBK, r#"<?xml version="1.0" encoding="gb2312"?>"#, "中文"),
            (WINDOWS_1251, "<meta name=x><meta charset=\"windows-1251\">", "Привет"),
        ] {
            let mut page = head.as_bytes().to_vec();
            page.extend_from_slice(&encoding.encode(text).0);
            assert_eq!(decode(&page, None, true), format!("{head}{text}"));
        }
        assert_eq!(decode("<meta charset=utf-16>ü".as_bytes(), None, true), "<meta charset=utf-16>ü");
    }

    #[test]
    fn an_unlabelled_text_is_guessed() {
        let text = "Съешь же ещё этих мягких французских булок, да выпей чаю.";
        assert_eq!(decode(&WINDOWS_1251.encode(text).0, None, false), text);
        let text = "これは日本語で書かれた文章です。文字コードを推測します。";
        assert_eq!(decode(&SHIFT_JIS.encode(text).0, None, false), text);
    }
}
