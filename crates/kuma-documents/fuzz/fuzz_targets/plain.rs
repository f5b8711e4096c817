//! What this crate parses by itself: the kinds of plain text, and archives put together from the input, so that the readers
//! of OpenDocument and EPUB see damaged XML instead of a damaged archive.
#![no_main]

use kuma_documents::{Event, Limits, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u8)| {
    let (text, kind) = input;
    let endings = ["md", "csv", "txt", "rs", "json", "html", "eml"];
    let (bytes, ending) = match kind % 10 {
        7 => (stored(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", text)]), None),
        8 => (
            stored(&[
                ("mimetype", "application/epub+zip"),
                ("META-INF/container.xml", "<c><rootfile full-path='p'/></c>"),
                ("p", text),
                ("a", text),
            ]),
            None,
        ),
        9 => (stored(&[("mimetype", "application/epub+zip"), ("META-INF/container.xml", text)]), None),
        plain => (text.as_bytes().to_vec(), endings.get(usize::from(plain)).copied()),
    };
    let limits = Limits { text_bytes: 2_000_000, ..Limits::default() };
    let mut pages = 0;
    let _ = parse(bytes, ending, &limits, false, &mut |event| {
        if let Event::Page(page) = event {
            pages += 1;
            assert_eq!(page.number, pages);
        }
        Ok(())
    });
});

/// A zip archive of parts that are not packed.
fn stored(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let offset = file.len() as u32;
        let size = text.len() as u32;
        let head = |version: &[u8]| {
            let mut head = version.to_vec();
            head.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            head.extend(crc32(text.as_bytes()).to_le_bytes());
            head.extend(size.to_le_bytes());
            head.extend(size.to_le_bytes());
            head.extend((name.len() as u16).to_le_bytes());
            head.extend([0, 0]);
            head
        };
        file.extend(head(b"PK\x03\x04"));
        file.extend(name.as_bytes());
        file.extend(text.as_bytes());
        list.extend(head(b"PK\x01\x02\x14\x00"));
        list.extend([0; 10]);
        list.extend(offset.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let start = file.len() as u32;
    let count = parts.len() as u16;
    file.extend(&list);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend((list.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}
