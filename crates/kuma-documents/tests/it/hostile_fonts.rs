//! Files whose embedded fonts are made to hurt: a PDF reader has to look into them to learn which letters its codes
//! mean.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use crate::made::{docx_with, odt_with, page_text, pdf};

/// All of them, each under its name.
pub(crate) fn add_all(add: &mut impl FnMut(&str, Vec<u8>)) {
    truetype_files(add);
    other_programs(add);
    tables_of_codes(add);
    office_files(add);
}

/// A page that says “Words” in a font of these objects; the first of them, number 5, is the font.
fn page_in(font: &[String]) -> Vec<u8> {
    let content = page_text(&[("Words", 50.0, 700.0, 12.0)]);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    objects.extend_from_slice(font);
    pdf(&objects)
}

fn stream(extra: &str, text: &str) -> String {
    format!("<< {extra} /Length {} >>\nstream\n{text}\nendstream", text.len())
}

/// A font program as digits, so that the file is text.
fn program(extra: &str, bytes: &[u8]) -> String {
    stream(&format!("{extra} /Length1 {} /Filter /ASCIIHexDecode", bytes.len()), &hex(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = bytes.iter().fold(String::with_capacity(bytes.len() * 2 + 1), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes text");
        text
    });
    text.push('>');
    text
}

fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(length as u64).fill_bytes(&mut bytes);
    bytes
}

/// A simple font with this program under this name.
fn simple(subtype: &str, file: &str, program: String) -> Vec<u8> {
    let widths = "500 ".repeat(256);
    page_in(&[
        format!(
            "<< /Type /Font /Subtype /{subtype} /BaseFont /Hostile /FirstChar 0 /LastChar 255 /Widths [{widths}] /FontDescriptor 6 0 R >>"
        ),
        format!(
            "<< /Type /FontDescriptor /FontName /Hostile /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 /{file} 7 0 R >>"
        ),
        program,
    ])
}

/// A TrueType file of these tables.
fn truetype(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0, 1, 0, 0];
    file.extend((tables.len() as u16).to_be_bytes());
    file.extend([0, 16, 0, 0, 0, 0]);
    let mut offset = 12 + tables.len() * 16;
    for (tag, bytes) in tables {
        file.extend(**tag);
        file.extend([0; 4]);
        file.extend((offset as u32).to_be_bytes());
        file.extend((bytes.len() as u32).to_be_bytes());
        offset += bytes.len();
    }
    for (_, bytes) in tables {
        file.extend(bytes);
    }
    file
}

fn shorts(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// The tables that every font has; two glyphs, the second of which is made of itself, twice.
fn usual_tables(glyphs: u16, cmap: Vec<u8>) -> Vec<(&'static [u8; 4], Vec<u8>)> {
    let mut head = vec![0; 54];
    head[..4].copy_from_slice(&[0, 1, 0, 0]);
    head[12..16].copy_from_slice(&[0x5f, 0x0f, 0x3c, 0xf5]);
    head[18..20].copy_from_slice(&[3, 0xe8]);
    let mut hhea = vec![0; 36];
    hhea[..4].copy_from_slice(&[0, 1, 0, 0]);
    hhea[34..].copy_from_slice(&glyphs.to_be_bytes());
    let mut maxp = vec![0; 32];
    maxp[..4].copy_from_slice(&[0, 1, 0, 0]);
    maxp[4..6].copy_from_slice(&glyphs.to_be_bytes());
    let itself = shorts(&[0xffff, 0, 0, 1000, 1000, 0x0021, 1, 0, 0, 0x0001, 1, 0, 0]);
    let loca = shorts(&[0, 0, (itself.len() / 2) as u16]);
    vec![
        (b"cmap", cmap),
        (b"glyf", itself),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", shorts(&[500, 0, 500, 0])),
        (b"loca", loca),
        (b"maxp", maxp),
    ]
}

/// One table of codes, for Windows and Unicode.
fn cmap(subtable: &[u8]) -> Vec<u8> {
    [shorts(&[0, 1, 3, 10, 0, 12]), subtable.to_vec()].concat()
}

/// Codes `first` to `last` in groups, as format 12 writes them.
fn groups(said: u32, groups: &[(u32, u32, u32)]) -> Vec<u8> {
    let mut bytes = shorts(&[12, 0]);
    bytes.extend((16 + groups.len() as u32 * 12).to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(said.to_be_bytes());
    for (first, last, glyph) in groups {
        bytes.extend([*first, *last, *glyph].iter().flat_map(|number| number.to_be_bytes()));
    }
    bytes
}

fn truetype_files(add: &mut impl FnMut(&str, Vec<u8>)) {
    let mut file = |name: &str, bytes: &[u8]| {
        add(name, simple("TrueType", "FontFile2", program("", bytes)));
    };
    file("a font of noise", &[&[0, 1, 0, 0][..], &noise(200_000)].concat());
    file("a font of nothing", &[]);
    file("a font that says it has 65,535 tables", &[&[0, 1, 0, 0, 0xff, 0xff][..], &[0; 60]].concat());
    let mut outside = truetype(&usual_tables(2, cmap(&groups(1, &[(87, 87, 1)]))));
    for at in (12..12 + 7 * 16).step_by(16) {
        outside[at + 8..at + 16].fill(0xff);
    }
    file("a font whose tables lie outside of it", &outside);
    file(
        "a font whose letter is made of itself",
        &truetype(&usual_tables(2, cmap(&groups(1, &[(0, 255, 1)])))),
    );
    file(
        "a font that says it has 65,535 letters",
        &truetype(&usual_tables(65_535, cmap(&groups(1, &[(0, 255, 1)])))),
    );
    file(
        "a font for four billion codes",
        &truetype(&usual_tables(2, cmap(&groups(2, &[(0, u32::MAX, 0), (0, u32::MAX - 1, 1)])))),
    );
    file(
        "a font that says it has four billion groups of codes",
        &truetype(&usual_tables(2, cmap(&groups(u32::MAX, &[(0, 255, 1)])))),
    );
    let overlapping: Vec<(u32, u32, u32)> = (0..40_000).map(|n| (n, n + 1_000_000, n)).collect();
    file(
        "a font whose codes overlap without end",
        &truetype(&usual_tables(2, cmap(&groups(40_000, &overlapping)))),
    );
    let segments = shorts(&[4, 0xffff, 0, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0, 0, 1, 0xffff]);
    file("a font whose codes are a lie", &truetype(&usual_tables(2, cmap(&segments))));
    // Pairs of a count and a byte: 128 zeros in two bytes.
    let zeros = format!("{}80>", "8100".repeat(700_000));
    add(
        "a font that unpacks to ninety million zeros",
        simple(
            "TrueType",
            "FontFile2",
            stream("/Length1 90000000 /Filter [/ASCIIHexDecode /RunLengthDecode]", &zeros),
        ),
    );
    add(
        "a font that is its own program",
        simple("TrueType", "FontFile2", "<< /FontFile2 7 0 R /Length 7 0 R >>".to_owned()),
    );
}

fn other_programs(add: &mut impl FnMut(&str, Vec<u8>)) {
    let beginning = "%!PS-AdobeFont-1.0: Hostile\n/FontMatrix [0 0 0 0 0 0] readonly def\n";
    let type1 = |text: &str| program(&format!("/Length2 {} /Length3 0", text.len()), text.as_bytes());
    let endless = format!(
        "{beginning}/Encoding 99999999 array 0 1 99999998 {{1 index exch /.notdef put}} for\n{{ {{ }} loop }} loop\ncurrentfile eexec\n"
    );
    add("a program without end for a font", simple("Type1", "FontFile", type1(&endless)));
    let nested = format!("{beginning}{}", "{ ".repeat(400_000));
    add("a font of braces", simple("Type1", "FontFile", type1(&nested)));
    let sealed = format!("{beginning}currentfile eexec\n{}", "9".repeat(300_000));
    add("a sealed font of nines", simple("Type1", "FontFile", type1(&sealed)));
    let index = |count: u16| [&count.to_be_bytes()[..], &[4], &[0xff; 64]].concat();
    let compact = [&[1, 0, 4, 4][..], &index(0xffff), &noise(5_000)].concat();
    let compact = program("/Subtype /Type1C", &compact);
    add("a compact font that says it has 65,535 names", simple("Type1", "FontFile3", compact));
    let open = program("/Subtype /OpenType", &[&b"OTTO"[..], &noise(100_000)].concat());
    add("an OpenType font of noise", simple("TrueType", "FontFile3", open));
    add(
        "a font that draws itself",
        page_in(&[
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 87 /LastChar 87 /Widths [1] /Encoding << /Differences [87 /W] >> /CharProcs << /W 6 0 R >> /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            stream("", &"BT /F1 9 Tf (WWWWWWWW) Tj ET ".repeat(8)),
        ]),
    );
}

/// A font of many codes, with these tables of codes and this array of widths.
fn composite(encoding: &str, widths: &str, more: &[String]) -> Vec<u8> {
    let font = [
        format!("<< /Type /Font /Subtype /Type0 /BaseFont /Hostile /Encoding {encoding} /DescendantFonts [6 0 R] /ToUnicode 8 0 R >>"),
        format!("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Hostile /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /W {widths} >>"),
        "<< /Type /FontDescriptor /FontName /Hostile /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>".to_owned(),
    ];
    page_in(&[&font[..], more].concat())
}

fn tables_of_codes(add: &mut impl FnMut(&str, Vec<u8>)) {
    let ranges = |line: &str, count: usize| {
        let block = format!("100 beginbfrange\n{}endbfrange\n", line.repeat(100));
        stream(
            "",
            &format!("1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{}", block.repeat(count)),
        )
    };
    let usual = || ranges("<0000> <00ff> <0041>\n", 1);
    add(
        "a font whose every code is every letter",
        composite("/Identity-H", "[0 [500]]", &[ranges("<0000> <ffff> <0041>\n", 200)]),
    );
    add(
        "a font whose code is a novel",
        composite(
            "/Identity-H",
            "[0 [500]]",
            &[ranges(&format!("<0000> <ffff> <{}>\n", "0041".repeat(5_000)), 1)],
        ),
    );
    let itself = stream("/Type /CMap /CMapName /Hostile /UseCMap 8 0 R", "/Hostile usecmap\n");
    add("a table of codes that uses itself", composite("8 0 R", "[0 [500]]", &[itself]));
    let all = "1 begincidrange\n<00000000> <ffffffff> 0\nendcidrange\n".repeat(2_000);
    let all = stream("/Type /CMap /CMapName /Hostile", &all);
    add("a table of four billion codes", composite("9 0 R", "[0 [500]]", &[usual(), all]));
    add("a font as wide as its file is long", composite("/Identity-H", "[0 2147483647 500]", &[usual()]));
    let widths = format!("[0 [{}]]", "9e99 ".repeat(500_000));
    add("half a million widths", composite("/Identity-H", &widths, &[usual()]));
    add(
        "a font that descends from itself",
        page_in(&["<< /Type /Font /Subtype /Type0 /BaseFont /Hostile /Encoding /Identity-H /DescendantFonts [5 0 R] >>".to_owned()]),
    );
}

/// Office files carry fonts too. Their text needs none of them.
fn office_files(add: &mut impl FnMut(&str, Vec<u8>)) {
    let table = "<w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:font w:name=\"Hostile\"><w:embedRegular r:id=\"rId1\" w:fontKey=\"{00000000-0000-0000-0000-000000000000}\"/></w:font></w:fonts>";
    let leads = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/font\" Target=\"fonts/font1.odttf\"/></Relationships>";
    let face = "<?xml version=\"1.0\"?><office:document-styles xmlns:office=\"o\" xmlns:style=\"s\" xmlns:svg=\"v\" xmlns:xlink=\"x\"><office:font-face-decls><style:font-face style:name=\"Hostile\"><svg:font-face-src><svg:font-face-uri xlink:href=\"Fonts/font1.ttf\"/></svg:font-face-src></style:font-face></office:font-face-decls></office:document-styles>";
    for (what, font) in [("of noise", noise(300_000)), ("of ninety million zeros", vec![0; 90_000_000])] {
        add(
            &format!("a Word document with a font {what}"),
            docx_with(
                "<w:p><w:r><w:rPr><w:rFonts w:ascii=\"Hostile\"/></w:rPr><w:t>words</w:t></w:r></w:p>",
                &[
                    ("word/fontTable.xml", table.as_bytes()),
                    ("word/_rels/fontTable.xml.rels", leads.as_bytes()),
                    ("word/fonts/font1.odttf", &font),
                ],
            ),
        );
        add(
            &format!("an OpenDocument text with a font {what}"),
            odt_with(
                "<text:p>words</text:p>",
                &[("styles.xml", face.as_bytes()), ("Fonts/font1.ttf", &font)],
            ),
        );
    }
}
