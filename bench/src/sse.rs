//! Event streams, read as cheaply as they can be: line by line, with nothing kept but unfinished lines.

/// What an event is, as far as the measurements care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Data without a name: what model providers send.
    #[default]
    Plain,
    /// A piece of the answer.
    Chunk,
    /// What stands instead of the text so far.
    Reset,
    /// The end, with the whole message.
    Done,
    /// The end, with what went wrong.
    Error,
    /// Another event.
    Other,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its name.
    pub kind: Kind,
    /// Its number; 0 when it has none.
    pub id: u64,
    /// Its data: one line, as both servers write them.
    pub data: &'a [u8],
}

/// Reads one stream.
#[derive(Debug, Default)]
pub struct Scanner {
    rest: Vec<u8>,
    kind: Kind,
    id: u64,
}

impl Scanner {
    /// Takes the next bytes and hands on the events that are complete with them.
    pub fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Event<'_>)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, tail) = bytes.split_at(end);
            bytes = tail.get(1..).unwrap_or_default();
            if self.rest.is_empty() {
                self.line(line, &mut take);
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole, &mut take);
            }
        }
        self.rest.extend_from_slice(bytes);
    }

    fn line(&mut self, line: &[u8], take: &mut impl FnMut(Event<'_>)) {
        if let Some(data) = line.strip_prefix(b"data: ") {
            take(Event { kind: self.kind, id: self.id, data });
        } else if let Some(name) = line.strip_prefix(b"event: ") {
            self.kind = match name {
                b"chunk" => Kind::Chunk,
                b"reset" => Kind::Reset,
                b"done" => Kind::Done,
                b"error" => Kind::Error,
                _ => Kind::Other,
            };
        } else if let Some(id) = line.strip_prefix(b"id: ") {
            self.id = id.iter().fold(0, |n, digit| n * 10 + u64::from(digit.wrapping_sub(b'0')));
        } else if line.is_empty() {
            self.kind = Kind::Plain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_whole_wherever_they_are_cut() {
        let wire = b": hello\n\nid: 7\nevent: chunk\ndata: {\"text\":\"a\"}\n\nid: 18\nevent: done\ndata: {}\n\ndata: [DONE]\n\n";
        for step in 1..wire.len() {
            let (mut scanner, mut seen) = (Scanner::default(), Vec::new());
            for piece in wire.chunks(step) {
                scanner.feed(piece, |event| {
                    seen.push((event.kind, event.id, String::from_utf8(event.data.to_vec()).unwrap()));
                });
            }
            let expected = [
                (Kind::Chunk, 7, "{\"text\":\"a\"}".to_owned()),
                (Kind::Done, 18, "{}".to_owned()),
                (Kind::Plain, 18, "[DONE]".to_owned()),
            ];
            assert_eq!(seen, expected, "{step}");
        }
    }
}
