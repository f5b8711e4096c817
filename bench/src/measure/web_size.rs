//! JavaScript that the chat page needs first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use crate::figures::{Figure, Findings, Table, Target, number};
use crate::options::Options;

pub(super) const METHOD: &str = "The build's own manifest (`web/dist/.vite/manifest.json`) tells which files the entry, the chat
    page and its sidebar import statically; their sizes are those of the files that the server sends to a browser
    that takes gzip (the `.gz` beside the file, or the file where it is too small to have one). What an answer needs
    on top when it comes (Markdown, code, mathematics, diagrams) is loaded later and not counted.";

/// What `/chat` loads before anything can be typed.
const NEEDED: [&str; 3] =
    ["index.html", "src/features/chat/routes.tsx", "src/features/chat/components/sidebar/ChatSidebar.tsx"];
/// Loaded by a script tag, outside of the manifest.
const SCRIPTS: [&str; 1] = ["theme.js"];

#[derive(Deserialize)]
struct Entry {
    file: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    css: Vec<String>,
}

/// Measures.
pub(super) fn run(options: &Options) -> anyhow::Result<Findings> {
    size(&options.root.join("web/dist"))
}

fn size(dist: &Path) -> anyhow::Result<Findings> {
    let path = dist.join(".vite/manifest.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{}: run make build first", path.display()))?;
    let manifest: BTreeMap<String, Entry> = serde_json::from_str(&text)?;
    let (mut scripts, mut styles) = (BTreeSet::new(), BTreeSet::new());
    let mut seen = BTreeSet::new();
    let mut left: Vec<&str> = NEEDED.to_vec();
    while let Some(name) = left.pop() {
        if seen.insert(name) {
            let entry = manifest.get(name).with_context(|| format!("the manifest does not know {name}"))?;
            scripts.insert(entry.file.as_str());
            styles.extend(entry.css.iter().map(String::as_str));
            left.extend(entry.imports.iter().map(String::as_str));
        }
    }
    scripts.extend(SCRIPTS);
    let mut table = Table::new(&["largest files", "kB gzip"]);
    let mut sizes =
        scripts.iter().map(|file| Ok((sent(dist, file)?, *file))).collect::<anyhow::Result<Vec<_>>>()?;
    sizes.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (kb, file) in sizes.iter().take(6) {
        table.row([(*file).to_owned(), number(*kb)]);
    }
    let script: f64 = sizes.iter().map(|(kb, _)| kb).sum();
    let style: f64 = styles.iter().map(|file| sent(dist, file)).sum::<anyhow::Result<f64>>()?;
    Ok(Findings {
        figures: vec![
            Figure::new("Initial JavaScript of the chat page, gzip", script, "kB")
                .target(Target::AtMost(200.0)),
            Figure::new("Its style sheets, gzip", style, "kB"),
            Figure::new("Files of JavaScript", sizes.len() as f64, ""),
        ],
        table: Some(table),
        notes: vec!["kB are 1,000 bytes.".to_owned()],
    })
}

/// Thousands of bytes that a browser gets for a file.
fn sent(dist: &Path, file: &str) -> anyhow::Result<f64> {
    let packed = dist.join(format!("{file}.gz"));
    let path = if packed.is_file() { packed } else { dist.join(file) };
    let bytes = std::fs::metadata(&path).with_context(|| path.display().to_string())?.len();
    Ok(bytes as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_imported_once() {
        let dist = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| {
            let path = dist.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![b'x'; bytes]).unwrap();
        };
        for (name, bytes) in [("a.js", 9000), ("a.js.gz", 2000), ("b.js", 500), ("c.js", 500), ("d.js", 1000)]
        {
            write(name, bytes);
        }
        write("theme.js", 1000);
        write("late.js", 50_000);
        write("a.css", 3000);
        let manifest = serde_json::json!({
            "index.html": {"file": "a.js", "imports": ["_b.js"], "css": ["a.css"], "dynamicImports": ["late"]},
            "_b.js": {"file": "b.js", "imports": ["index.html"]},
            "src/features/chat/routes.tsx": {"file": "c.js", "imports": ["_b.js", "index.html"]},
            "src/features/chat/components/sidebar/ChatSidebar.tsx": {"file": "d.js"},
            "late": {"file": "late.js"},
        });
        std::fs::create_dir_all(dist.path().join(".vite")).unwrap();
        std::fs::write(dist.path().join(".vite/manifest.json"), manifest.to_string()).unwrap();
        let found = size(dist.path()).unwrap();
        assert_eq!(found.figures[0].value, Some(2.0 + 0.5 + 0.5 + 1.0 + 1.0));
        assert_eq!(found.figures[1].value, Some(3.0));
        assert_eq!(found.figures[2].value, Some(5.0));
    }
}
