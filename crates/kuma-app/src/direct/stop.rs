//! Stop sequences: text at which an answer ends, wherever the model's pieces are cut.

/// Ends a text before that of some sequences which is complete first. What could still become one is held back.
pub(super) struct StopReader {
    sequences: Vec<String>,
    pending: String,
    over: bool,
}

impl StopReader {
    pub(super) fn new(sequences: Vec<String>) -> Self {
        Self { sequences, pending: String::new(), over: false }
    }

    /// The text that can be told after this piece.
    pub(super) fn push(&mut self, piece: &str) -> String {
        if self.over {
            return String::new();
        }
        if self.sequences.is_empty() {
            return piece.to_owned();
        }
        self.pending.push_str(piece);
        let found = self.sequences.iter().filter_map(|sequence| {
            let at = self.pending.find(sequence.as_str())?;
            Some((at + sequence.len(), at))
        });
        if let Some((_, at)) = found.min() {
            self.over = true;
            self.pending.truncate(at);
            return std::mem::take(&mut self.pending);
        }
        let keep = self.sequences.iter().map(|sequence| overlap(&self.pending, sequence)).max().unwrap_or(0);
        let held = self.pending.split_off(self.pending.len() - keep);
        std::mem::replace(&mut self.pending, held)
    }

    /// What was held back, at the end of the text.
    pub(super) fn finish(&mut self) -> String {
        std::mem::take(&mut self.pending)
    }

    /// Whether a sequence was met.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }
}

/// How many bytes at the end of `text` are a beginning of `sequence`.
fn overlap(text: &str, sequence: &str) -> usize {
    let ends = sequence.char_indices().map(|(at, _)| at).skip(1);
    ends.filter(|end| sequence.get(..*end).is_some_and(|beginning| text.ends_with(beginning)))
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_answer_ends_before_the_first_sequence_however_it_is_cut(
            pieces in prop::collection::vec("[abé]{0,4}", 0..12),
            stops in prop::collection::vec("[abé]{1,3}", 0..3),
        ) {
            let whole = pieces.concat();
            let found = stops.iter().filter_map(|stop| whole.find(stop.as_str()).map(|at| (at + stop.len(), at)));
            let end = found.min().map(|(_, at)| at);
            let mut reader = StopReader::new(stops);
            let mut told = String::new();
            for piece in &pieces {
                told.push_str(&reader.push(piece));
            }
            told.push_str(&reader.finish());
            prop_assert_eq!(reader.is_over(), end.is_some());
            prop_assert_eq!(told.as_str(), &whole[..end.unwrap_or(whole.len())]);
        }
    }
}
