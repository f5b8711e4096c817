//! How long a source file may grow: past 500 lines it is listed, past 800 the check fails. Tests and generated files
//! may be as long as they like.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::report;

const THINK: usize = 500;
const LIMIT: usize = 800;

/// Directories at the top that hold nothing of ours, or nothing but tests.
const SKIPPED_AT_THE_TOP: &[&str] = &["target", "data", "e2e"];
/// The same anywhere.
const SKIPPED: &[&str] = &["node_modules", "dist", "tests", "fixtures", "generated", "__tests__"];

/// Checks every source file below `root`.
pub(crate) fn check(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(root, SKIPPED_AT_THE_TOP, &mut files)?;
    files.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.path.cmp(&b.path)));
    let name = |file: &SourceFile| file.path.strip_prefix(root).unwrap_or(&file.path).display().to_string();

    for file in files.iter().filter(|file| file.lines > THINK && file.lines <= LIMIT) {
        report::line(format_args!("{}: {} lines, does it do one thing?", name(file), file.lines));
    }
    let too_long: Vec<_> = files.iter().filter(|file| file.lines > LIMIT).collect();
    for file in &too_long {
        report::complaint(format_args!("{}: {} lines, split it by what it does", name(file), file.lines));
    }
    if !too_long.is_empty() {
        bail!("longer than {LIMIT} lines: {} of {} files", too_long.len(), files.len());
    }
    report::line(format_args!("sizes: {} files, none longer than {LIMIT} lines", files.len()));
    Ok(())
}

#[derive(Debug)]
struct SourceFile {
    path: PathBuf,
    lines: usize,
}

fn collect(directory: &Path, skipped_here: &[&str], files: &mut Vec<SourceFile>) -> Result<()> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", directory.display()))?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if kind.is_dir() {
            let skipped = [SKIPPED, skipped_here].iter().any(|list| list.contains(&name.as_ref()));
            if !skipped && !name.starts_with('.') {
                collect(&path, &[], files)?;
            }
        } else if kind.is_file() && is_source(&path, &name) {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = String::from_utf8_lossy(&bytes);
            if !is_generated(&text) {
                files.push(SourceFile { path, lines: text.lines().count() });
            }
        }
    }
    Ok(())
}

fn is_source(path: &Path, name: &str) -> bool {
    let known = matches!(path.extension().and_then(OsStr::to_str), Some("rs" | "ts" | "tsx"));
    let excluded = [".test.ts", ".test.tsx", ".spec.ts", ".spec.tsx", ".gen.ts", ".d.ts"];
    known && name != "tests.rs" && !excluded.iter().any(|ending| name.ends_with(ending))
}

/// Generators say so at the top of what they write.
fn is_generated(text: &str) -> bool {
    let top: Vec<_> = text.lines().take(5).collect();
    top.iter().any(|line| line.contains("@generated") || line.contains("auto-generated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, String)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn lines(count: usize) -> String {
        "//\n".repeat(count)
    }

    #[test]
    fn eight_hundred_lines_pass_and_one_more_fails() {
        check(tree(&[("crates/a/src/lib.rs", lines(LIMIT))]).path()).unwrap();
        for name in ["crates/a/src/lib.rs", "web/src/App.tsx", "web/src/data/api.ts"] {
            let error = check(tree(&[(name, lines(LIMIT + 1))]).path()).unwrap_err();
            assert_eq!(error.to_string(), "longer than 800 lines: 1 of 1 files", "{name}");
        }
    }

    #[test]
    fn tests_and_generated_files_may_be_long() {
        let long = lines(LIMIT + 1);
        let names = [
            "crates/a/tests/it/main.rs",
            "crates/a/src/chats/tests.rs",
            "web/src/thread.test.tsx",
            "web/src/vite-env.d.ts",
            "web/node_modules/x/index.ts",
            "web/dist/x.ts",
            "e2e/chat.ts",
            ".cache/x.rs",
            "README.md",
        ];
        let mut files: Vec<_> = names.iter().map(|name| (*name, long.clone())).collect();
        files.push(("web/src/api/schema.ts", format!("/**\n * This file was auto-generated.\n */\n{long}")));
        check(tree(&files).path()).unwrap();
    }

    #[test]
    fn the_mark_of_a_generator_counts_only_at_the_top() {
        let text = format!("{}// auto-generated\n", lines(LIMIT));
        check(tree(&[("a.rs", text)]).path()).unwrap_err();
    }
}
