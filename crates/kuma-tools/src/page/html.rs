//! The readable text of a web page, as Markdown. Runs in the worker process.

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};
use url::Url;

use super::{Extracted, ReadError};
use crate::text::{clip, one_line};

/// Pages with more elements than this are not searched for their article: all their text is taken.
const MOST_ELEMENTS: usize = 150_000;
/// The longest text that is handed on, in bytes.
const LONGEST: usize = 2 * 1024 * 1024;
/// An article shorter than this, in characters, on a page with much more text is not what the page is about.
const SHORT: usize = 300;

/// What is never text for readers.
const SKIPPED: [&str; 11] =
    ["script", "style", "noscript", "template", "svg", "iframe", "head", "meta", "nav", "canvas", "object"];

pub(super) fn read(html: &str, base: &Url) -> Result<Extracted, ReadError> {
    let config =
        Config { max_elements_to_parse: MOST_ELEMENTS, text_mode: TextMode::Markdown, ..Config::default() };
    let article = Readability::new(html, Some(base.as_str()), Some(config))
        .and_then(|mut readability| readability.parse())
        .ok();
    let all = || everything(html, base);
    let (text, article) = match article {
        Some(article) if article.text_content.chars().count() >= SHORT => {
            (article.text_content.to_string(), Some(article))
        }
        Some(article) => {
            let (found, all) = (article.text_content.to_string(), all());
            (if all.len() > found.len() * 2 { all } else { found }, Some(article))
        }
        None => (all(), None),
    };
    let text = unescaped(&text);
    let text = text.trim();
    if text.is_empty() {
        return Err(ReadError::NoText);
    }
    let mut extracted = Extracted { partial: text.len() > LONGEST, text: cut(text), ..Extracted::default() };
    let short =
        |text: Option<String>| text.map(|text| clip(&one_line(&text), 200)).filter(|text| !text.is_empty());
    if let Some(article) = article {
        extracted.title = short(Some(article.title)).unwrap_or_default();
        extracted.byline = short(article.byline);
        extracted.published_at = short(article.published_time);
        extracted.site = short(article.site_name);
        extracted.language = short(article.lang);
    }
    if extracted.title.is_empty() {
        extracted.title = clip(&one_line(&Document::from(html).select_single("title").text()), 200);
    }
    Ok(extracted)
}

/// All text of the page, for pages that are no article: lists, forms, front pages.
fn everything(html: &str, base: &Url) -> String {
    let page = Document::from(html);
    for link in &page.select("a[href]") {
        if let Some(url) = link.attr("href").and_then(|href| base.join(&href).ok()) {
            link.set_attr("href", url.as_str());
        }
    }
    page.md(Some(&SKIPPED)).to_string()
}

/// Markdown as a model reads and quotes it: without the backslashes that keep a renderer from taking `snake_case` for
/// emphasis, and with addresses as they are. Code is left alone.
fn unescaped(markdown: &str) -> String {
    const MARKS: &str = "\\`*_{}[]()<>#+-.!|~&";
    let mut out = String::with_capacity(markdown.len());
    let mut fenced = false;
    for line in markdown.lines() {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fenced || fence {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let (mut code, mut address) = (false, false);
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            let after = rest.get(next.len_utf8()..).unwrap_or_default();
            rest = after;
            match next {
                '\\' if !code && after.starts_with(|c| MARKS.contains(c)) => {
                    out.extend(after.chars().next());
                    rest = after.get(1..).unwrap_or_default();
                    continue;
                }
                '`' => code = !code,
                '(' if !code && out.ends_with(']') => address = true,
                ')' | ' ' => address = false,
                '&' if address && after.starts_with("amp;") => rest = after.get(4..).unwrap_or_default(),
                _ => {}
            }
            out.push(next);
        }
        out.push('\n');
    }
    out
}

fn cut(text: &str) -> String {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_read_as_it_was_meant() {
        for (written, read) in [
            (r"a snake\_case \*star\* 1\. \[x\] \\", r"a snake_case *star* 1. [x] \"),
            ("[a](https://a.example/?x=1&amp;y=2) &amp; b", "[a](https://a.example/?x=1&y=2) &amp; b"),
            (r"in `code\_span` not", r"in `code\_span` not"),
            ("```\na\\_b &amp;\n```\na\\_b", "```\na\\_b &amp;\n```\na_b"),
            ("日本\\語 \\", "日本\\語 \\"),
            ("", ""),
        ] {
            assert_eq!(unescaped(written).trim_end_matches('\n'), read);
        }
    }
}
