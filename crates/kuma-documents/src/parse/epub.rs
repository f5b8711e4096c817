//! EPUB books: the chapters of the spine, each a web page.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::xml::attribute;
use super::{html, odt::element_text};
use crate::archive::Archive;
use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{BlockKind, Label, Page};
use crate::output::Output;

pub(super) fn read(bytes: &[u8], output: &mut Output<'_>) -> Result<(), ParseError> {
    let mut archive = Archive::open(bytes, Kind::Epub, output.limits)?;
    let container = archive.required("META-INF/container.xml")?;
    let package_path = attributes(&container, "rootfile", "full-path")
        .into_iter()
        .next()
        .ok_or_else(|| ParseError::damaged(Kind::Epub, "its table of parts names no book"))?;
    let package = archive.required(&package_path)?;
    output.title(element_text(&package, "title"));
    let chapters = spine(&package, &package_path);
    if let Some(encryption) = archive.text("META-INF/encryption.xml")? {
        // Fonts are often scrambled; a scrambled chapter means rights management.
        let hidden = attributes(&encryption, "CipherReference", "URI");
        if chapters.iter().any(|chapter| hidden.contains(chapter)) {
            return Err(ParseError::Encrypted { kind: Kind::Epub });
        }
    }
    let total = chapters.len() as u32;
    let mut missing = 0;
    for (index, path) in chapters.iter().enumerate() {
        let Some(text) = archive.text(path)? else {
            missing += 1;
            continue;
        };
        let page = html::blocks(&text);
        let first = page.blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { .. }));
        let name = first.map(|block| block.text.clone()).or(page.title);
        let name = name.map(|name| crate::output::one_line(&name)).filter(|name| !name.is_empty());
        if !page.blocks.is_empty() {
            output.page(Page { label: Label::Chapter, name, blocks: page.blocks, ..Page::default() })?;
        }
        output.progress(index as u32 + 1, Some(total))?;
    }
    if missing > 0 {
        output.warn(format!("{missing} of the {total} chapters are missing in the file."));
    }
    Ok(())
}

/// The paths of the chapters in reading order.
fn spine(package: &str, package_path: &str) -> Vec<String> {
    let base = package_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut items = HashMap::new();
    let mut order = Vec::new();
    let mut reader = Reader::from_str(package);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => match element.local_name().as_ref() {
                "item" => {
                    if let (Some(id), Some(href)) = (attribute(&element, "id"), attribute(&element, "href")) {
                        items.insert(id, resolve(base, &href));
                    }
                }
                "itemref" => order.extend(attribute(&element, "idref")),
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    order.iter().filter_map(|id| items.remove(id)).collect()
}

/// A path inside the archive: relative to the package, `..` followed, `%20` undone.
fn resolve(base: &str, href: &str) -> String {
    let href = href.split(['#', '?']).next().unwrap_or(href);
    let mut parts: Vec<String> = base.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(percent_decoded(name)),
        }
    }
    parts.join("/")
}

fn percent_decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        if let (b'%', Some(byte)) = (first, code.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One attribute of all elements of a name.
fn attributes(xml: &str, element_name: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element))
                if element.local_name().as_ref() == element_name =>
            {
                found.extend(attribute(&element, name));
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_archive() {
        assert_eq!(resolve("OEBPS", "text/ch%201.xhtml#a"), "OEBPS/text/ch 1.xhtml");
        assert_eq!(resolve("OEBPS/x", "../ch.xhtml"), "OEBPS/ch.xhtml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
        assert_eq!(resolve("a", "100%"), "a/100%");
    }

    #[test]
    fn the_spine_gives_the_order_and_each_chapter_once() {
        let package = "<package><manifest><item id='a' href='a.html'/><item id='b' href='b.html'/></manifest>\
                       <spine><itemref idref='b'/><itemref idref='a'/><itemref idref='b'/></spine></package>";
        assert_eq!(spine(package, "content.opf"), ["b.html", "a.html"]);
    }
}
