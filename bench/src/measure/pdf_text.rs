//! How fast text is read out of PDF files, beside npm pdf-parse on the same files.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use tokio::process::Command;

use crate::figures::{Figure, Findings, Target};
use crate::options::Options;

pub(super) const METHOD: &str = "The PDF files of fixtures/documents that have text, one after the other, each read five
    times by npm pdf-parse 2.4.5 and by Kuma in the same run (bench/documents/pdf-speed.mjs); the best time of each counts.
    Kuma reads them in one process, as pdf-parse does, and once more as the server does, in a process with walls for each
    file. Kuma notes where each line stands and looks for headings and tables meanwhile; pdf-parse gives the bare text.";

/// What the script found: seconds for all pages.
#[derive(Deserialize)]
struct Compared {
    files: usize,
    pages: f64,
    theirs: f64,
    inside: f64,
    ours: f64,
    refused: Vec<String>,
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let reader = std::env::var_os("KUMA_PDF_PAGES")
        .context("KUMA_PDF_PAGES is not set: run make bench-retrieval, or scripts/pdf-pages.sh")?;
    let files = files(&options.root.join("fixtures/documents"))?;
    let output = Command::new("node")
        .arg(options.root.join("bench/documents/pdf-speed.mjs"))
        .arg("--json")
        .arg(reader)
        .arg(&options.binary)
        .args(["parse", "--"])
        .args(&files)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("node could not be started")?;
    if !output.status.success() {
        bail!(
            "pdf-speed.mjs ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    // Before the last line, pdf-parse may have had something to say about a file.
    let told = String::from_utf8_lossy(&output.stdout);
    let last = told.trim_end().lines().last().unwrap_or_default();
    let compared: Compared = serde_json::from_str(last).context("the answer of pdf-speed.mjs")?;
    ensure!(compared.pages > 0.0, "no file was read by both");
    let mut notes = vec![format!("{} files with {} pages.", compared.files, compared.pages)];
    if !compared.refused.is_empty() {
        notes.push(format!("Left out, as one of them refuses it: {}.", compared.refused.join(", ")));
    }
    let speed = |seconds: f64| compared.pages / seconds;
    Ok(Findings {
        figures: vec![
            Figure::new("PDF text, Kuma, times as fast as pdf-parse", compared.theirs / compared.inside, "×")
                .target(Target::AtLeast(5.0)),
            Figure::new("PDF text, Kuma", speed(compared.inside), "pages/s"),
            Figure::new("PDF text, Kuma, a process for each file", speed(compared.ours), "pages/s"),
            Figure::new("PDF text, pdf-parse", speed(compared.theirs), "pages/s"),
        ],
        table: None,
        notes,
    })
}

/// The PDF files that are documents: those made to hurt measure something else.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Nothing on a scan is text.
        let counts = !name.starts_with("hostile-") && name != "scan.pdf";
        if counts && path.extension().is_some_and(|ending| ending == "pdf") {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "{} has no PDF files", folder.display());
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn documents_are_measured_and_traps_are_not() {
        // Asked for when it runs: in a shared target directory another clone may have compiled this.
        let home = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
        let root = std::path::Path::new(&home).join("../fixtures/documents");
        let names: Vec<String> = files(&root)
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into())
            .collect();
        assert!(names.contains(&"report.pdf".to_owned()) && names.len() >= 5, "{names:?}");
        assert!(names.iter().all(|name| !name.starts_with("hostile")), "{names:?}");
    }
}
