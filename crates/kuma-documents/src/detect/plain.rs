//! Kinds of plain text: by what is certain first (a web page, JSON, a mail), then by the ending of the name, then by looks.

use crate::kind::Kind;
use crate::parse::csv::delimiter_of;

/// Lines that are looked at.
const LINES: usize = 200;

/// The kind of a text and, for source code, its language.
pub(crate) fn kind_of(text: &str, extension: Option<&str>) -> (Kind, Option<&'static str>) {
    let text = text.trim_start_matches('\u{feff}');
    let extension = extension.map(str::to_ascii_lowercase);
    let extension = extension.as_deref();
    if is_html(text) {
        return (Kind::Html, None);
    }
    if is_json(text) {
        return (Kind::Json, None);
    }
    if is_mail(text) {
        return (Kind::Email, None);
    }
    match extension {
        Some("md" | "markdown" | "mdx") => return (Kind::Markdown, None),
        Some("csv" | "tsv") if delimiter_of(text, 1).is_some() => return (Kind::Csv, None),
        Some("txt" | "text" | "log") => return (Kind::Text, None),
        Some(other) => {
            if let Some(language) = language_of(other) {
                return (Kind::Code, Some(language));
            }
        }
        None => {}
    }
    if text.trim_start().starts_with("<?xml") || text.trim_start().starts_with("<!DOCTYPE") {
        return (Kind::Code, Some("xml"));
    }
    if let Some(language) = shebang(text) {
        return (Kind::Code, Some(language));
    }
    if delimiter_of(text, 3).is_some() {
        return (Kind::Csv, None);
    }
    if is_markdown(text) {
        return (Kind::Markdown, None);
    }
    if is_code(text) {
        return (Kind::Code, None);
    }
    (Kind::Text, None)
}

fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(4096).collect::<String>().to_ascii_lowercase();
    if !start.starts_with('<') {
        return false;
    }
    let begins = ["<!doctype html", "<html", "<head", "<body"];
    if begins.iter().any(|tag| start.starts_with(tag)) || start.contains("<html") {
        return true;
    }
    let tags = ["<p>", "<p ", "<div", "<table", "<span", "<h1", "<h2", "<ul", "<br", "<a href"];
    !start.starts_with("<?xml") && tags.iter().filter(|tag| start.contains(**tag)).count() >= 2
}

fn is_json(text: &str) -> bool {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return false;
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return true;
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            line.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok()
        })
}

fn is_mail(text: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "mime-version",
        "message-id",
        "return-path",
        "delivered-to",
        "content-type",
        "cc",
        "reply-to",
    ];
    let mut found = Vec::new();
    for line in text.lines().take(LINES) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && !found.is_empty() {
            continue;
        }
        // The line that mailboxes put before a mail.
        if found.is_empty() && line.starts_with("From ") {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_graphic()) {
            return false;
        }
        let name = name.to_ascii_lowercase();
        if let Some(known) = KNOWN.iter().find(|known| **known == name)
            && !found.contains(known)
        {
            found.push(known);
        }
    }
    found.len() >= 3
        && found.iter().any(|name| ["from", "received", "message-id", "return-path"].contains(name))
}

fn is_markdown(text: &str) -> bool {
    let (mut headings, mut links, mut lists, mut fences, mut tables, mut code) = (0, 0, 0, 0, 0, 0);
    for line in text.lines().take(LINES) {
        let line = line.trim_end();
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && line.as_bytes().get(level) == Some(&b' ') {
            headings += 1;
        }
        links += usize::from(line.contains("](") && line.contains('['));
        lists += usize::from(line.starts_with("- ") || line.starts_with("* "));
        fences += usize::from(line.starts_with("```"));
        tables += usize::from(line.starts_with('|') && line.contains("---"));
        code += usize::from(line.ends_with([';', '{', '}']));
    }
    let signs = [headings, links, lists, fences / 2, tables].into_iter().filter(|count| *count > 0).count();
    signs >= 2 && (fences >= 2 || code * 4 < headings + links + lists + 1)
}

fn is_code(text: &str) -> bool {
    const STARTS: [&str; 22] = [
        "fn ",
        "pub ",
        "def ",
        "class ",
        "import ",
        "from ",
        "#include",
        "function ",
        "package ",
        "use ",
        "let ",
        "const ",
        "var ",
        "return",
        "if (",
        "for (",
        "while (",
        "//",
        "/*",
        "SELECT ",
        "CREATE ",
        "private ",
    ];
    let (mut lines, mut signs) = (0usize, 0usize);
    for line in text.lines().take(LINES).map(str::trim).filter(|line| !line.is_empty()) {
        lines += 1;
        let ends = line.ends_with(['{', ';', '}']) || line.ends_with("):") || line.ends_with(");");
        signs += usize::from(ends || STARTS.iter().any(|start| line.starts_with(start)));
    }
    lines >= 3 && signs * 2 > lines
}

fn shebang(text: &str) -> Option<&'static str> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let program = line.split(['/', ' ']).rfind(|part| !part.is_empty() && !part.starts_with('-'))?;
    Some(match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" => "python",
        "node" | "deno" | "bun" => "javascript",
        "perl" => "perl",
        "ruby" => "ruby",
        _ => "shell",
    })
}

/// The language of source files with this ending.
fn language_of(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "rs" => "rust",
        "py" | "pyi" => "python",
        "js" | "mjs" | "cjs" | "jsx" => "javascript",
        "ts" | "tsx" | "mts" => "typescript",
        "c" | "h" => "c",
        "cc" | "cpp" | "cxx" | "hpp" | "hh" => "cpp",
        "cs" => "csharp",
        "go" => "go",
        "java" => "java",
        "kt" | "kts" => "kotlin",
        "swift" => "swift",
        "rb" => "ruby",
        "php" => "php",
        "pl" | "pm" => "perl",
        "lua" => "lua",
        "r" => "r",
        "jl" => "julia",
        "scala" => "scala",
        "hs" => "haskell",
        "ex" | "exs" => "elixir",
        "erl" => "erlang",
        "clj" => "clojure",
        "ml" | "mli" => "ocaml",
        "dart" => "dart",
        "zig" => "zig",
        "nim" => "nim",
        "sh" | "bash" | "zsh" | "fish" => "shell",
        "ps1" => "powershell",
        "bat" | "cmd" => "batch",
        "sql" => "sql",
        "css" | "scss" | "less" => "css",
        "vue" | "svelte" => "html",
        "xml" | "xsd" | "xsl" | "svg" | "plist" => "xml",
        "yaml" | "yml" => "yaml",
        "toml" => "toml",
        "ini" | "cfg" | "conf" | "properties" | "env" => "ini",
        "tex" | "bib" => "latex",
        "rst" => "rst",
        "proto" => "protobuf",
        "graphql" => "graphql",
        "tf" => "terraform",
        "dockerfile" => "dockerfile",
        "makefile" | "mk" | "cmake" => "makefile",
        "diff" | "patch" => "diff",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        kind_of(text, None).0
    }

    #[test]
    fn plain_kinds_by_their_content() {
        assert_eq!(kind("<!DOCTYPE html><title>x</title>"), Kind::Html);
        assert_eq!(kind("<div><p>one</p><p class=x>two</p></div>"), Kind::Html);
        assert_eq!(kind("<?xml version=\"1.0\"?><html xmlns=\"x\"><body/></html>"), Kind::Html);
        assert_eq!(kind("{\"a\": [1, 2]}"), Kind::Json);
        assert_eq!(kind("{\"a\": 1}\n{\"a\": 2}\n"), Kind::Json);
        assert_eq!(kind("From: a@b.c\nTo: d@e.f\nSubject: hi\n\nbody"), Kind::Email);
        assert_eq!(kind("# Title\n\nSome [link](https://e.x).\n\n- one\n- two\n"), Kind::Markdown);
        assert_eq!(kind("name,age\nAda,36\nAlan,41\n"), Kind::Csv);
        assert_eq!(kind("fn main() {\n    let x = 1;\n    call(x);\n}\n"), Kind::Code);
        assert_eq!(kind("#!/usr/bin/env python3\nprint(1)\n"), Kind::Code);
        assert_eq!(kind("Dear all,\n\nplease come at noon, and bring bread.\n"), Kind::Text);
    }

    #[test]
    fn the_ending_tells_plain_kinds_apart() {
        assert_eq!(kind_of("x = 1", Some("py")), (Kind::Code, Some("python")));
        assert_eq!(kind_of("a,b\n1,2", Some("csv")), (Kind::Csv, None));
        assert_eq!(kind_of("plain words", Some("MD")), (Kind::Markdown, None));
        assert_eq!(kind_of("<!doctype html>", Some("txt")).0, Kind::Html);
    }

    #[test]
    fn deeply_nested_json_is_not_followed() {
        let deep = "[".repeat(200_000);
        assert_eq!(kind(&deep), Kind::Text);
    }

    #[test]
    fn prose_with_colons_is_no_mail() {
        assert_eq!(kind("Note: this\nThat: too\nMore: of it\n"), Kind::Text);
    }
}
