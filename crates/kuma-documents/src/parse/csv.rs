//! Tables as text: commas, semicolons, tabs or bars between the cells.

use csv::ReaderBuilder;

use crate::error::ParseError;
use crate::kind::Kind;
use crate::output::Output;
use crate::table::table;

/// Records that are looked at to find the delimiter.
const SAMPLE: usize = 50;

/// The delimiter with which most records have as many cells as the first, when there are at least `records` of them.
pub(crate) fn delimiter_of(text: &str, records: usize) -> Option<u8> {
    let mut end = text.len().min(64 * 1024);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = text.get(..end)?;
    let mut best = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let widths: Vec<(usize, usize)> = reader(sample, delimiter)
            .records()
            .take(SAMPLE)
            .filter_map(Result::ok)
            .filter(|record| record.iter().any(|cell| !cell.trim().is_empty()))
            .map(|record| (record.len(), record.as_slice().len()))
            .collect();
        let same_as = |width: usize| widths.iter().filter(|(other, _)| *other == width).count();
        let Some((width, same)) =
            widths.iter().map(|(width, _)| (*width, same_as(*width))).max_by_key(|(_, same)| *same)
        else {
            continue;
        };
        let long = widths.iter().map(|(cells, bytes)| bytes / cells.max(&1)).sum::<usize>() / widths.len();
        // Prose has commas too, but neither the same number in every line nor short pieces between them.
        if width >= 2
            && widths.len() >= records
            && same * 10 >= widths.len() * 8
            && (records < 2 || long < 80)
        {
            let score = (width * same, width);
            if best.is_none_or(|(other, _)| score > other) {
                best = Some((score, delimiter));
            }
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

pub(super) fn read(text: &str, output: &mut Output<'_>) -> Result<(), ParseError> {
    let text = text.trim_start_matches('\u{feff}');
    let delimiter = delimiter_of(text, 1).unwrap_or(b',');
    let mut rows = Vec::new();
    for record in reader(text, delimiter).records() {
        let record = record.map_err(|error| ParseError::damaged(Kind::Csv, error))?;
        rows.push(record.iter().map(str::to_owned).collect());
    }
    output.whole(table(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_found() {
        assert_eq!(delimiter_of("a,b\n1,2\n3,4\n", 3), Some(b','));
        assert_eq!(delimiter_of("a;b\n1,5;2\n3;4,2\n", 3), Some(b';'));
        assert_eq!(delimiter_of("a\tb\n1, 2\tx\n3\ty\n", 3), Some(b'\t'));
        assert_eq!(delimiter_of("\"x, y\",b\n1,2\n3,4\n", 3), Some(b','));
        assert_eq!(delimiter_of("one line, with a comma", 3), None);
        assert_eq!(delimiter_of("just\nsome\nwords\n", 3), None);
    }
}
