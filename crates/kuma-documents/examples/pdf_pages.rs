//! Reads PDF files in this process, for measuring: `pdf_pages ROUNDS FILE…` prints for each the best time in milliseconds
//! and the number of pages, separated by a tab, or `refused`.

use std::io::Write;
use std::time::Instant;

use kuma_documents::{Event, Limits, parse};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut arguments = std::env::args().skip(1);
    let rounds: u32 = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    for file in arguments {
        let mut best = None::<(f64, u32)>;
        for _ in 0..rounds {
            let began = Instant::now();
            let bytes = std::fs::read(&file)?;
            let mut pages = 0;
            let result = parse(bytes, Some("pdf"), &Limits::default(), false, &mut |event| {
                pages += u32::from(matches!(event, Event::Page(_)));
                Ok(())
            });
            let took = began.elapsed().as_secs_f64() * 1_000.0;
            if result.is_ok() && best.is_none_or(|(least, _)| took < least) {
                best = Some((took, pages));
            }
        }
        match best {
            Some((took, pages)) => writeln!(out, "{took:.3}\t{pages}")?,
            None => writeln!(out, "refused")?,
        }
    }
    Ok(())
}
