//! The files that the hostile tests read, here and through the server: real ones, damaged, and such as were made to
//! hurt. The same ones every time.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use crate::hostile_fonts;
use crate::made::{
    archive, docx, fixture, odt, page_text, pdf, pdf_pages, png_claiming, small_picture, tiff_pages,
};

/// What the damage begins with.
const SEED: u64 = 0x6b75_6d61;
/// Variations of each real file.
const VARIATIONS: usize = 16;

/// Real files, damaged in ways that do not repeat.
pub(crate) fn damaged() -> Vec<(String, Vec<u8>)> {
    let mut random = StdRng::seed_from_u64(SEED);
    let names = [
        "report.pdf",
        "word-processor.pdf",
        "japanese.pdf",
        "boxes.pdf",
        "embedded.docx",
        "picture.pptx",
        "sheets.xlsx",
        "headings.odt",
        "chapters.epub",
        "tables.html",
        "attachment.eml",
        "mailbox.eml",
        "rotated.pdf",
    ];
    let mut files: Vec<(String, Vec<u8>)> =
        names.iter().map(|name| ((*name).to_owned(), fixture(name))).collect();
    files.push(("pages.tiff".to_owned(), tiff_pages(3)));
    for format in
        [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::WebP, image::ImageFormat::Gif]
    {
        files.push((format!("picture.{format:?}"), small_picture(format)));
    }
    let mut made = Vec::new();
    for (name, bytes) in files {
        for variation in 0..VARIATIONS {
            let mut copy = bytes.clone();
            let what = damage(&mut copy, variation, &mut random);
            made.push((format!("{name} {variation} {what}"), copy));
        }
    }
    made
}

fn damage(bytes: &mut Vec<u8>, variation: usize, random: &mut StdRng) -> &'static str {
    let length = bytes.len();
    match variation % 6 {
        0 => {
            bytes.truncate(random.random_range(1..length));
            "truncated"
        }
        1 | 2 => {
            for _ in 0..random.random_range(1..=length / 100 + 3) {
                let at = random.random_range(0..length);
                bytes[at] ^= 1 << random.random_range(0..8);
            }
            "with flipped bits"
        }
        3 => {
            let from = random.random_range(0..length);
            let to = (from + random.random_range(1..2_000)).min(length);
            random.fill_bytes(&mut bytes[from..to]);
            "with noise inside"
        }
        4 => {
            let from = random.random_range(0..length);
            let to = (from + random.random_range(1..5_000)).min(length);
            let piece = bytes[from..to].to_vec();
            let at = random.random_range(0..length);
            bytes.splice(at..at, piece);
            "with a piece twice"
        }
        _ => {
            let from = random.random_range(0..length);
            let to = (from + random.random_range(1..3_000)).min(length);
            bytes.drain(from..to);
            "with a piece gone"
        }
    }
}

/// Files made to hurt.
pub(crate) fn crafted() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| files.push((name.to_owned(), bytes));
    for name in ["count-huge", "length-loop", "mediabox-nan", "predictor-huge", "prev-self"] {
        add(name, fixture(&format!("hostile-{name}.pdf")));
    }
    pdf_files(&mut add);
    hostile_fonts::add_all(&mut add);
    packed_files(&mut add);
    plain_files(&mut add);
    for (width, height) in [(60_000, 60_000), (u32::MAX, u32::MAX), (1, u32::MAX), (0, 10), (9_000, 9_000)] {
        add("a picture that claims to be huge", png_claiming(width, height));
    }
    add("many pages of grey", tiff_pages(400));
    files
}

fn pdf_files(add: &mut impl FnMut(&str, Vec<u8>)) {
    let words = page_text(&[("Words", 50.0, 700.0, 12.0)]);
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    add(
        "page tree in a circle",
        pdf(&[catalog.clone(), "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>".to_owned()]),
    );
    add(
        "two page nodes in a circle",
        pdf(&[
            catalog.clone(),
            "<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 9 >>".to_owned(),
            "<< /Type /Pages /Kids [2 0 R 2 0 R] /Parent 2 0 R /Count 9 >>".to_owned(),
        ]),
    );
    let kids = "4 0 R ".repeat(400_000);
    add(
        "one page four hundred thousand times",
        pdf(&[
            catalog.clone(),
            format!("<< /Type /Pages /Kids [{kids}] /Count 400000 >>"),
            "<< >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>".to_owned(),
        ]),
    );
    add(
        "arrays in arrays",
        pdf(&[format!("<< /Type /Catalog /Pages 2 0 R /X {} >>", "[".repeat(100_000)), String::new()]),
    );
    add("dictionaries in dictionaries", pdf(&["<< /A ".repeat(50_000)]));
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 24 >>\nstream\n/X Do /X Do /X Do /X Do \nendstream";
    add(
        "a drawing that draws itself",
        pdf(&[
            catalog.clone(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>".to_owned(),
            "<< /Length 5 >>\nstream\n/X Do\nendstream".to_owned(),
            form.to_owned(),
        ]),
    );
    add("operators without end", pdf_pages(&["q ".repeat(3_000_000)], ""));
    add("a million letters on one spot", pdf_pages(&[words.repeat(60_000)], ""));
    add("a page as large as a country", pdf_pages(std::slice::from_ref(&words), "/MediaBox [0 0 1e12 1e12]"));
    add("a page turned by nonsense", pdf_pages(std::slice::from_ref(&words), "/Rotate 12345678901234567890"));
    add("a page of negative size", pdf_pages(&[words], "/CropBox [900 900 -900 -900]"));
    add("only a header", b"%PDF-1.7\n".to_vec());
    add("a header and noise", {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut noise = vec![0; 200_000];
        StdRng::seed_from_u64(SEED).fill_bytes(&mut noise);
        bytes.extend(noise);
        bytes
    });
    let locked = "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A> /U <00000000000000000000000000000000000000000000000000000000000000> >>";
    let mut file = String::from_utf8(pdf_pages(&[String::new()], "")).expect("made of text");
    file = file.replace("/Root 1 0 R", &format!("/Root 1 0 R /ID [<00> <00>] /Encrypt {locked}"));
    add("locked", file.into_bytes());
}

fn packed_files(add: &mut impl FnMut(&str, Vec<u8>)) {
    let paragraph = "<w:p><w:r><w:t>words</w:t></w:r></w:p>";
    add(
        "a document of spaces",
        docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", " ".repeat(80_000_000))),
    );
    add("a document of a million paragraphs", docx(&paragraph.repeat(1_000_000)));
    add("tables in tables", docx(&format!("{}{paragraph}", "<w:tbl><w:tr><w:tc>".repeat(5_000))));
    add(
        "a cell over two billion columns",
        docx(
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2000000000\"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        ),
    );
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    add(
        "entities in entities",
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", format!("{laughs}<o><text:p>&c;&c;&c; words</text:p></o>").as_bytes()),
        ]),
    );
    add(
        "an entity from the file system",
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            (
                "content.xml",
                b"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><o><text:p>&a; words</text:p></o>",
            ),
        ]),
    );
    add("elements in elements", odt(&"<text:section>".repeat(300_000)));
    add("spaces by the billion", odt(&"<text:p>a<text:s text:c=\"4000000000\"/>b</text:p>".repeat(20_000)));
    add(
        "columns by the billion",
        odt(
            "<table:table><table:table-row><table:table-cell table:number-columns-repeated=\"4000000000\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>",
        ),
    );
    let zeros = vec![0u8; 90_000_000];
    add(
        "a part of nothing but zeros",
        archive(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", &zeros)]),
    );
    add(
        "a book of zeros",
        archive(&[("mimetype", b"application/epub+zip"), ("META-INF/container.xml", &zeros)]),
    );
    add("names that climb", archive(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", b"<c><rootfile full-path='../../../../etc/passwd'/></c>"),
        ("../../../../etc/passwd", b"<p><manifest><item id='a' href='/etc/shadow'/></manifest><spine><itemref idref='a'/></spine></p>"),
    ]));
    add(
        "a book whose package is itself",
        archive(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", b"<c><rootfile full-path='META-INF/container.xml'/></c>"),
        ]),
    );
    let names: Vec<String> = (0..60_000).map(|index| format!("word/{index}")).collect();
    let mut parts: Vec<(&str, &[u8])> = vec![("[Content_Types].xml", b"<Types/>")];
    parts.extend(names.iter().map(|name| (name.as_str(), &b"x"[..])));
    add("sixty thousand parts", archive(&parts));
    add("an archive in an archive", archive(&[("a.zip", &archive(&[("b.zip", b"PK\x03\x04")]))]));
    add("an archive cut to its first bytes", b"PK\x03\x04\x14\x00".to_vec());
    add(
        "nothing but an end of archive",
        b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0".to_vec(),
    );
}

fn plain_files(add: &mut impl FnMut(&str, Vec<u8>)) {
    add("brackets", "[".repeat(3_000_000).into_bytes());
    add("objects in objects", "{\"a\":".repeat(500_000).into_bytes());
    add("a web page of divs", format!("<html>{}", "<div>".repeat(300_000)).into_bytes());
    add("a web page of bold", format!("<html>{}", "<b><i><p>".repeat(30_000)).into_bytes());
    add(
        "tables in tables on a web page",
        format!("<html>{}x", "<table><tr><td>".repeat(20_000)).into_bytes(),
    );
    add(
        "a cell over everything",
        b"<html><table><tr><td colspan=4000000000 rowspan=4000000000>x<td>y</table>".to_vec(),
    );
    add("an attribute without end", format!("<html><p class=\"{}", "x".repeat(5_000_000)).into_bytes());
    add("quotes in quotes", "> ".repeat(200_000).into_bytes());
    let items: Vec<String> = (0..2_000).map(|depth| format!("{}- x\n", " ".repeat(depth))).collect();
    add("lists in lists", format!("# a\n\n{}", items.concat()).into_bytes());
    add("links in links", format!("# a\n[b](c)\n- d\n{}", "[".repeat(100_000)).into_bytes());
    add("a line of commas", format!("a,b\nc,d\ne,f\n{}", ",".repeat(3_000_000)).into_bytes());
    add("an open quote", format!("a,b\n1,2\n3,4\n\"{}", "x\n".repeat(1_000_000)).into_bytes());
    let mut mail = String::from("From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nMIME-Version: 1.0\r\n");
    for depth in 0..500 {
        write!(mail, "Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n")
            .expect("a string takes text");
    }
    add("parts in parts of a mail", mail.into_bytes());
    let inner =
        "Content-Type: message/rfc822\r\n\r\nFrom: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n".repeat(2_000);
    add("mails in mails", format!("From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n{inner}\r\nwords").into_bytes());
    add("a letter of marks", format!("a{}", "\u{301}".repeat(500_000)).into_bytes());
    add("mixed encodings", [&b"\xff\xfe"[..], &[0xd8; 5_001]].concat());
    add("one byte", vec![b'x']);
    add("zeros", vec![0; 1_000_000]);
    for seed in 0..6 {
        let mut noise = vec![0; 50_000];
        StdRng::seed_from_u64(seed).fill_bytes(&mut noise);
        add("noise", noise);
    }
}
