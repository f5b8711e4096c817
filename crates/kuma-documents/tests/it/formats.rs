//! Each format, on a real file where there is one and on a made one where its details matter.

use kuma_documents::{Kind, Label, ParseError};

use crate::made::{archive, docx, page_text, pdf_pages};
use crate::support::{fixture, parse, picture};

async fn seen(name: &str) -> String {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    picture(&parse(&fixture(name), extension).await.unwrap_or_else(|error| panic!("{name}: {error}")))
}

macro_rules! real_files {
    ($($name:ident: $file:literal,)*) => {$(
        #[tokio::test]
        async fn $name() {
            insta::assert_snapshot!(seen($file).await);
        }
    )*};
}

real_files! {
    a_report_with_headings_and_a_table: "report.pdf",
    a_long_pdf: "word-processor.pdf",
    japanese: "japanese.pdf",
    russian: "russian.pdf",
    two_text_boxes: "boxes.pdf",
    a_rotated_page: "rotated.pdf",
    word: "embedded.docx",
    a_presentation: "picture.pptx",
    a_presentation_with_a_date: "date.pptx",
    a_workbook: "sheets.xlsx",
    headings_and_lists_of_odt: "headings.odt",
    tables_of_odt: "tables.odt",
    a_book: "chapters.epub",
    a_web_page_with_tables: "tables.html",
    a_mail_with_an_attachment: "attachment.eml",
    a_mail_out_of_a_mailbox: "mailbox.eml",
}

#[tokio::test]
async fn the_boxes_of_a_pdf_stand_where_its_text_does() {
    let text = page_text(&[("Upper left", 50.0, 750.0, 12.0), ("Lower down", 50.0, 100.0, 12.0)]);
    let parsed = parse(&pdf_pages(std::slice::from_ref(&text), ""), None).await.unwrap();
    let page = &parsed.pages[0];
    assert_eq!((page.label, page.size), (Label::Page, Some((600.0, 800.0))));
    let rect = page.blocks[0].lines[0].rect;
    // The baseline is at 750 from below, so 50 from above; the letters stand on it.
    assert!((rect.x - 50.0).abs() < 2.0 && rect.y > 35.0 && rect.y + rect.height < 56.0, "{rect:?}");
    assert!(rect.width > 40.0 && rect.width < 80.0, "{rect:?}");
    let turned = parse(&pdf_pages(&[text], "/Rotate 90"), None).await.unwrap();
    let page = &turned.pages[0];
    assert_eq!(page.size, Some((800.0, 600.0)));
    let upright = page.blocks.iter().find(|block| block.text.contains("Upper")).unwrap().lines[0].rect;
    // What was up is right once the page is turned clockwise.
    assert!(upright.x > 740.0 && upright.height > 40.0, "{upright:?}");
}

#[tokio::test]
async fn pages_of_a_pdf_are_numbered() {
    let pages: Vec<String> =
        (1..=12).map(|page| page_text(&[(&format!("This is page {page}"), 50.0, 700.0, 12.0)])).collect();
    let parsed = parse(&pdf_pages(&pages, ""), None).await.unwrap();
    let seen: Vec<(u32, String)> =
        parsed.pages.iter().map(|page| (page.number, page.blocks[0].text.clone())).collect();
    assert_eq!(seen.len(), 12);
    assert!(seen.iter().all(|(number, text)| *text == format!("This is page {number}")), "{seen:?}");
}

#[tokio::test]
async fn a_word_document_with_everything() {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Title</w:t></w:r></w:p>\
                <w:p><w:r><w:t xml:space=\"preserve\">Some </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r><w:r><w:t xml:space=\"preserve\"> text &amp; more.</w:t></w:r></w:p>\
                <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Name</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Count</w:t></w:r></w:p></w:tc></w:tr>\
                <w:tr><w:tc><w:p><w:r><w:t>Apples</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>3</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
                <w:p><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins></w:p>";
    insta::assert_snapshot!(picture(&parse(&docx(body), None).await.unwrap()), @r#"
    Docx, title Some("Title")
    == Whole 1
    # Title
    ¶ Some bold text & more.
    ▦ | Name | Count |
    | --- | --- |
    | Apples | 3 |
    ¶ inserted
    "#);
}

#[tokio::test]
async fn plain_texts_keep_their_structure() {
    let text = parse(b"First paragraph\nin two lines.\n\nSecond.\n\x0cAfter a form feed.", Some("txt"))
        .await
        .unwrap();
    assert_eq!(text.pages.len(), 2);
    assert_eq!(text.pages[0].blocks.len(), 2);
    assert_eq!(text.pages[1].label, Label::Page);
    let code = parse(b"fn main() {\n    println!(\"hi\");\n}\n", Some("rs")).await.unwrap();
    assert_eq!(code.kind, Kind::Code);
    assert_eq!(code.text(), "fn main() {\n    println!(\"hi\");\n}");
    let json = parse(b"[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"c\":null}]", None).await.unwrap();
    assert_eq!(json.text(), "| a | b | c |\n| --- | --- | --- |\n| 1 | x |\n| 2 |");
    let json = parse(b"{\"a\":{\"b\":[1,2]}}", None).await.unwrap();
    assert!(json.text().contains("\n  \"a\": {\n"), "{}", json.text());
    let csv = parse("name;town\nJos\u{e9};K\u{f6}ln\nA|b;c\n".as_bytes(), Some("csv")).await.unwrap();
    assert_eq!(csv.text(), "| name | town |\n| --- | --- |\n| José | Köln |\n| A\\|b | c |");
}

#[tokio::test]
async fn a_mail_in_a_mail_and_files_of_all_kinds() {
    let pdf = pdf_pages(&[page_text(&[("Inside the attached file", 50.0, 700.0, 12.0)])], "");
    let encoded: Vec<String> = pdf.chunks(57).map(base64).collect();
    let mail = format!(
        "From: Ann <ann@example.org>\r\nTo: bob@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n\
         --outer\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h2>Hello</h2><p>See the files.</p>\r\n\
         --outer\r\nContent-Type: application/octet-stream; name=report.bin\r\nContent-Disposition: attachment; filename=report.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --outer\r\nContent-Type: message/rfc822\r\n\r\nFrom: carl@example.org\r\nSubject: Inner\r\n\r\nThe inner words.\r\n\
         --outer\r\nContent-Type: application/x-thing; name=thing.exe\r\nContent-Disposition: attachment; filename=thing.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAA=\r\n--outer--\r\n",
        encoded.join("\r\n")
    );
    let parsed = parse(mail.as_bytes(), None).await.unwrap();
    insta::assert_snapshot!(picture(&parsed));
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0u32, |number, byte| (number << 8) | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (number >> (18 - 6 * place)) & 63;
            text.push(if place <= group.len() { DIGITS[digit as usize] as char } else { '=' });
        }
    }
    text
}

#[tokio::test]
async fn what_cannot_be_read_is_said_plainly() {
    let refusal = |bytes: Vec<u8>| async move { parse(&bytes, None).await.unwrap_err() };
    assert_eq!(refusal(Vec::new()).await, ParseError::Empty);
    assert_eq!(refusal(fixture("scan.pdf")).await, ParseError::NoOcr);
    assert_eq!(refusal(fixture("scan.pdf")[..2_000].to_vec()).await.code(), "damaged");
    assert!(refusal(archive(&[("a.txt", b"x")])).await.to_string().contains("zip archive"));
    let locked = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<m><encryption-data/></m>"),
        ("content.xml", b"\x01\x02"),
    ]);
    assert_eq!(refusal(locked).await, ParseError::Encrypted { kind: Kind::Odt });
    assert_eq!(refusal(docx("")).await, ParseError::NoText);
}
