//! Reads files the way the server does and shows what becomes of them: `show [--chunks] PROGRAM FILE…`, where PROGRAM is
//! `kuma-parse`.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use kuma_documents::{BlockKind, ChunkOptions, Ocr, Parser, chunks};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let cut = arguments.first().is_some_and(|first| first == "--chunks");
    if cut {
        arguments.remove(0);
    }
    let Some((program, files)) = arguments.split_first() else { return Ok(()) };
    let parser = Parser::new(program, Vec::<String>::new()).with_ocr(Ocr::find().await);
    for name in files {
        let began = std::time::Instant::now();
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        let result = parser.parse(File::open(name)?, extension, &mut |_| ()).await;
        writeln!(out, "=== {name} ({} ms)", began.elapsed().as_millis())?;
        let parsed = match result {
            Ok(parsed) => parsed,
            Err(error) => {
                writeln!(out, "{}: {error}", error.code())?;
                continue;
            }
        };
        writeln!(
            out,
            "{:?} {:?}, {} pages {:?}",
            parsed.kind,
            parsed.title,
            parsed.pages.len(),
            parsed.warnings
        )?;
        if cut {
            let mut words = |text: &str| text.split_whitespace().count() * 4 / 3;
            for chunk in chunks(&parsed, ChunkOptions::default(), &mut words) {
                writeln!(out, "--- {} tokens {:?} {:?}", chunk.tokens, chunk.headings, chunk.places)?;
                writeln!(out, "{}", chunk.for_embedding())?;
            }
            continue;
        }
        for page in &parsed.pages {
            writeln!(out, "--- {:?} {} {:?} {:?}", page.label, page.number, page.name, page.size)?;
            for block in &page.blocks {
                let mark = match &block.kind {
                    BlockKind::Heading { level } => "#".repeat(usize::from(*level)),
                    BlockKind::Paragraph => "P".to_owned(),
                    BlockKind::ListItem { depth } => format!("{}-", " ".repeat(usize::from(*depth))),
                    BlockKind::Table => "T".to_owned(),
                    BlockKind::Code { .. } => "C".to_owned(),
                };
                writeln!(out, "{mark} {} [{} boxes]", block.text, block.lines.len())?;
            }
        }
    }
    Ok(())
}
