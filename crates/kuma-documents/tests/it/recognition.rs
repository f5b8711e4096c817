//! Text recognition: by tesseract, as `scripts/setup-test.sh` installs it, and where it has to fail or to misbehave by
//! a stand-in, a script that answers in its form.

use kuma_documents::{BlockKind, Ocr, ParseError, Parser, Progress};

use crate::made::{small_picture, tiff_pages};
use crate::support::{ANSWER, fixture, open, parse_with, parser, stand_in};

/// The parser with the real program.
async fn with_tesseract() -> Parser {
    let ocr = Ocr::find().await.expect("tesseract with a language is installed: run scripts/setup-test.sh");
    assert!(ocr.languages.split('+').any(|language| language == "eng"), "{}", ocr.languages);
    parser().with_ocr(Some(ocr))
}

#[tokio::test]
async fn tesseract_reads_a_picture_behind_its_walls() {
    let parsed = parse_with(&with_tesseract().await, &fixture("notice.png"), None).await.unwrap();
    let text = parsed.text();
    for words in ["Notice to all tenants", "The water is off on Monday", "from 8 to 12"] {
        assert!(text.contains(words), "{text}");
    }
    let page = &parsed.pages[0];
    let (width, height) = page.size.unwrap();
    let lines: Vec<_> = page.blocks.iter().flat_map(|block| &block.lines).map(|line| line.rect).collect();
    assert!(lines.len() >= 3 && lines.windows(2).all(|pair| pair[0].y < pair[1].y), "{lines:?}");
    for rect in lines {
        let inside = rect.x >= 0.0 && rect.x + rect.width <= width && rect.y + rect.height <= height;
        assert!(inside && rect.height > 5.0, "{rect:?} in {width} × {height}");
    }
}

#[tokio::test]
async fn tesseract_reads_a_scan_in_a_pdf() {
    let parsed = parse_with(&with_tesseract().await, &fixture("scan.pdf"), None).await.unwrap();
    assert!(parsed.text().contains("Docling bundles PDF document conversion"), "{}", parsed.text());
    assert_eq!(parsed.warnings, Vec::<String>::new());
}

#[tokio::test]
async fn tesseract_finds_no_text_where_there_is_none() {
    let picture = small_picture(image::ImageFormat::Png);
    let error = parse_with(&with_tesseract().await, &picture, None).await.unwrap_err();
    assert_eq!(error, ParseError::NoText);
}

#[tokio::test]
async fn a_scanned_page_gets_its_text_and_boxes() {
    let folder = tempfile::tempdir().unwrap();
    let parser = parser().with_ocr(Some(stand_in(folder.path(), ANSWER)));
    let mut told = Vec::new();
    let parsed =
        parser.parse(open(&fixture("scan.pdf")), None, &mut |progress| told.push(progress)).await.unwrap();
    let block = &parsed.pages[0].blocks[0];
    assert_eq!((&block.kind, block.text.as_str()), (&BlockKind::Paragraph, "Hello scan"));
    // 200 dots per inch: a pixel is 0.36 points.
    let rect = block.lines[0].rect;
    assert!(
        (rect.x - 36.0).abs() < 1.0 && (rect.y - 72.0).abs() < 1.0 && (rect.width - 223.0).abs() < 2.0,
        "{rect:?}"
    );
    assert!(told.contains(&Progress::Pictures { done: 1 }), "{told:?}");
}

#[tokio::test]
async fn pictures_of_all_kinds_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let parser = parser().with_ocr(Some(stand_in(folder.path(), ANSWER)));
    for format in
        [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::WebP, image::ImageFormat::Gif]
    {
        let parsed = parse_with(&parser, &small_picture(format), None).await.unwrap();
        assert_eq!(parsed.text(), "Hello scan", "{format:?}");
    }
    let parsed = parse_with(&parser, &tiff_pages(3), None).await.unwrap();
    assert_eq!(parsed.pages.iter().map(|page| page.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(parsed.pages.iter().all(|page| page.blocks[0].text == "Hello scan"));
}

#[tokio::test]
async fn without_it_a_picture_says_so() {
    let error = parse_with(&parser(), &small_picture(image::ImageFormat::Png), None).await.unwrap_err();
    assert_eq!(error, ParseError::NoOcr);
}

#[tokio::test]
async fn its_failure_is_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let picture = small_picture(image::ImageFormat::Png);
    let broken = parser().with_ocr(Some(stand_in(folder.path(), "echo 'no such language' >&2; exit 3")));
    let ParseError::OcrFailed { why } = parse_with(&broken, &picture, None).await.unwrap_err() else {
        panic!()
    };
    assert!(why.contains("no such language"), "{why}");
    let silent = parser().with_ocr(Some(stand_in(folder.path(), "exit 0")));
    assert_eq!(parse_with(&silent, &picture, None).await.unwrap_err(), ParseError::NoText);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_can_neither_write_nor_start_programs() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let script =
        format!("echo x > {0}\n/bin/cp /etc/hostname {0}\n(echo y > {0})\n{ANSWER}", trace.display());
    let parser = parser().with_ocr(Some(stand_in(folder.path(), &script)));
    let result = parse_with(&parser, &small_picture(image::ImageFormat::Png), None).await;
    // A shell that cannot start programs may give up; what counts is that nothing was written.
    assert!(matches!(result, Ok(_) | Err(ParseError::OcrFailed { .. })), "{result:?}");
    assert!(!std::fs::read(&trace).is_ok_and(|bytes| !bytes.is_empty()));
}
