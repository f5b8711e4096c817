//! What a file is, by its content. A name's ending is only asked to tell apart kinds of plain text, where a wrong answer
//! costs a little structure and nothing else.

mod plain;

use crate::archive::Archive;
use crate::charset;
use crate::error::ParseError;
use crate::kind::Kind;
use crate::limits::Limits;

/// Where the name of a telling part is looked for in a damaged archive.
const NAMES_WITHIN: usize = 1 << 20;

/// A file's kind, and its text when it is a kind of text.
pub(crate) struct Detected {
    pub(crate) kind: Kind,
    /// For source code: its language.
    pub(crate) language: Option<&'static str>,
    /// Decoded text, for all kinds that are text.
    pub(crate) text: Option<String>,
}

impl Detected {
    fn binary(kind: Kind) -> Self {
        Self { kind, language: None, text: None }
    }
}

/// What the bytes are. `extension` is the ending of the file's name, without the dot.
pub(crate) fn detect(bytes: &[u8], extension: Option<&str>, limits: &Limits) -> Result<Detected, ParseError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ParseError::Empty);
    }
    if let Some(kind) = by_magic(bytes) {
        return Ok(Detected::binary(kind));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return packed(bytes, limits).map(Detected::binary);
    }
    if let Some(found) = refused(bytes) {
        return Err(found);
    }
    let Some(text) = charset::decode(bytes) else {
        return Err(unsupported(NEITHER));
    };
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    let (kind, language) = plain::kind_of(&text, extension);
    Ok(Detected { kind, language, text: Some(text) })
}

/// What the beginning of a file says, without reading all of it: its kind where that is certain, nothing
/// where the rest must be known, an error where the file is of no use. `extension` as for [`detect`].
///
/// A file that passes may still turn out to be of no use when it is read.
pub fn sniff(head: &[u8], extension: Option<&str>) -> Result<Option<Kind>, ParseError> {
    if let Some(kind) = by_magic(head) {
        return Ok(Some(kind));
    }
    if head.starts_with(b"PK\x03\x04") || head.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    if let Some(found) = refused(head) {
        // Old Office files and encrypted new ones look alike from the front.
        let is_compound = head.starts_with(b"\xd0\xcf\x11\xe0");
        return if is_compound { Ok(None) } else { Err(found) };
    }
    // The last character may be cut.
    let text = (0..4).find_map(|cut| charset::decode(head.get(..head.len().saturating_sub(cut))?));
    match text {
        Some(text) => Ok(Some(plain::kind_of(&text, extension).0)),
        None => Err(unsupported(NEITHER)),
    }
}

/// What is said of bytes that are nothing known.
const NEITHER: &str = "its content is neither text nor a format that Kuma knows. It reads PDF, Word, PowerPoint, Excel, OpenDocument text, EPUB, web pages, mails, plain text and pictures";

fn unsupported(found: &str) -> ParseError {
    ParseError::Unsupported { found: format!("{found}.") }
}

fn by_magic(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let riff = |name: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(name);
    Some(match bytes {
        _ if find(head, b"%PDF-").is_some() || headless_pdf(bytes, head) => Kind::Pdf,
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Kind::Png,
        _ if bytes.starts_with(b"\xff\xd8\xff") => Kind::Jpeg,
        _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Kind::Gif,
        _ if riff(b"WEBP") => Kind::Webp,
        _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Kind::Tiff,
        _ => return None,
    })
}

/// A PDF whose first line is gone; its readers find the objects all the same.
fn headless_pdf(bytes: &[u8], head: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(1024)..).unwrap_or(bytes);
    find(head, b" obj").is_some() && find(tail, b"startxref").is_some()
}

/// What a zip archive is: an office document, a book, or just an archive.
fn packed(bytes: &[u8], limits: &Limits) -> Result<Kind, ParseError> {
    let mut archive =
        Archive::open(bytes, Kind::Docx, limits).map_err(|error| match (looks_packed(bytes), error) {
            (Some(kind), ParseError::Damaged { why, .. }) => ParseError::Damaged { kind, why },
            _ => unsupported("it is a zip archive whose list of files is damaged"),
        })?;
    if let Some(media) = archive.text("mimetype")? {
        return match media.trim() {
            "application/vnd.oasis.opendocument.text"
            | "application/vnd.oasis.opendocument.text-template" => Ok(Kind::Odt),
            "application/epub+zip" => Ok(Kind::Epub),
            other if other.starts_with("application/vnd.oasis.opendocument.spreadsheet") => Err(unsupported(
                "it is an OpenDocument spreadsheet. Save it as Excel workbook (.xlsx) or CSV",
            )),
            other if other.starts_with("application/vnd.oasis.opendocument.presentation") => {
                Err(unsupported(
                    "it is an OpenDocument presentation. Save it as PowerPoint presentation (.pptx) or PDF",
                ))
            }
            _ => Err(unsupported("it is an archive of a kind that Kuma does not know")),
        };
    }
    if archive.has("[Content_Types].xml") {
        let holds = |folder: &str| archive.names().any(|name| name.starts_with(folder));
        if holds("word/") {
            return Ok(Kind::Docx);
        }
        if holds("ppt/") {
            return Ok(Kind::Pptx);
        }
        if archive.has("xl/workbook.bin") {
            return Err(unsupported("it is a binary Excel workbook (.xlsb). Save it as .xlsx"));
        }
        if holds("xl/") {
            return Ok(Kind::Xlsx);
        }
    }
    if archive.has("META-INF/container.xml") {
        return Ok(Kind::Epub);
    }
    Err(unsupported("it is a zip archive. Unpack it and upload the files in it"))
}

/// What an archive was meant to be whose list of parts is damaged: their names stand before each part as well.
fn looks_packed(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..NAMES_WITHIN).unwrap_or(bytes);
    let known: [(&[u8], Kind); 5] = [
        (b"application/epub+zip", Kind::Epub),
        (b"application/vnd.oasis.opendocument.text", Kind::Odt),
        (b"word/", Kind::Docx),
        (b"ppt/", Kind::Pptx),
        (b"xl/", Kind::Xlsx),
    ];
    known.iter().find(|(name, _)| find(head, name).is_some()).map(|(_, kind)| *kind)
}

/// Known formats that are not read: naming them helps more than "unknown".
fn refused(bytes: &[u8]) -> Option<ParseError> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(compound(bytes));
    }
    let found = match bytes {
        _ if bytes.starts_with(b"\x1f\x8b")
            || bytes.starts_with(b"BZh")
            || bytes.starts_with(b"\xfd7zXZ") =>
        {
            "it is a compressed archive. Unpack it and upload the files in it"
        }
        _ if bytes.starts_with(b"7z\xbc\xaf") || bytes.starts_with(b"Rar!") => {
            "it is a compressed archive. Unpack it and upload the files in it"
        }
        _ if bytes.starts_with(b"{\\rtf") => "it is a Rich Text file. Save it as .docx, .odt or PDF",
        _ if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"MZ") => "it is a program",
        _ if bytes.starts_with(b"ID3") || bytes.starts_with(b"OggS") || bytes.starts_with(b"fLaC") => {
            "it is a sound file"
        }
        _ if bytes.get(4..8) == Some(b"ftyp") => {
            "it is a video, or a picture in the HEIC format. Save a picture as JPEG or PNG"
        }
        _ if bytes.starts_with(b"BM") && bytes.len() > 54 && bytes.contains(&0) => {
            "it is a bitmap. Save it as PNG"
        }
        _ if bytes.starts_with(b"SQLite format 3\0") => "it is a database",
        _ => return None,
    };
    Some(unsupported(found))
}

/// The container of old Office files, which also wraps new ones that have a password.
fn compound(bytes: &[u8]) -> ParseError {
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    if find(bytes, &wide("EncryptedPackage")).is_some() {
        return ParseError::Encrypted { kind: Kind::Docx };
    }
    if find(bytes, &wide("__substg1.0_")).is_some() {
        return unsupported("it is an Outlook message (.msg). Save it as .eml");
    }
    unsupported(
        "it is a file of an old Office version (.doc, .xls or .ppt). Save it as .docx, .xlsx or .pptx",
    )
}

pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Result<Kind, ParseError> {
        detect(bytes, None, &Limits::default()).map(|found| found.kind)
    }

    #[test]
    fn pictures_and_pdf_by_their_first_bytes() {
        assert_eq!(kind(b"%PDF-1.7\n"), Ok(Kind::Pdf));
        assert_eq!(kind(b"junk before\n%PDF-1.4\n"), Ok(Kind::Pdf));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Ok(Kind::Png));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 "), Ok(Kind::Webp));
        assert_eq!(kind(b"GIF89a"), Ok(Kind::Gif));
        assert_eq!(kind(b"II*\0\x08\0\0\0"), Ok(Kind::Tiff));
    }

    #[test]
    fn the_ending_of_the_name_does_not_decide() {
        let found = detect(b"%PDF-1.7\n", Some("txt"), &Limits::default()).unwrap();
        assert_eq!(found.kind, Kind::Pdf);
        let refusal = detect(b"\x7fELF\x02\x01\x01\0\0", Some("pdf"), &Limits::default()).err().unwrap();
        assert_eq!(refusal.code(), "unsupported");
    }

    #[test]
    fn the_beginning_of_a_file_tells_what_it_is_not() {
        let sniffed = |bytes: &[u8]| sniff(bytes, None).map_err(|error| error.code());
        assert_eq!(sniffed(b"%PDF-1.7\n"), Ok(Some(Kind::Pdf)));
        assert_eq!(sniffed(b"PK\x03\x04...."), Ok(None));
        assert_eq!(sniffed(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Ok(None));
        assert_eq!(sniffed(b"\x7fELF\x02\x01\x01\0\0"), Err("unsupported"));
        assert_eq!(sniffed(&[0, 1, 2, 3]), Err("unsupported"));
        let cut = "Ein Text, der mitten im Wort für".as_bytes();
        assert_eq!(sniffed(&cut[..cut.len() - 2]), Ok(Some(Kind::Text)));
    }

    #[test]
    fn what_is_not_read_is_named() {
        let sentence = |bytes: &[u8]| kind(bytes).unwrap_err().to_string();
        assert!(sentence(b"\x1f\x8b\x08\0\0").contains("archive"));
        assert!(sentence(b"{\\rtf1\\ansi").contains("Rich Text"));
        assert!(sentence(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....").contains(".docx"));
        assert!(sentence(b"\0\0\0\x18ftypheic").contains("HEIC"));
        assert!(sentence(&[0, 1, 2, 3]).contains("neither text"));
        assert_eq!(kind(b""), Err(ParseError::Empty));
        assert_eq!(kind(b" \n\t"), Err(ParseError::Empty));
    }

    #[test]
    fn an_encrypted_office_file_says_so() {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert!(matches!(kind(&bytes), Err(ParseError::Encrypted { .. })));
    }
}
