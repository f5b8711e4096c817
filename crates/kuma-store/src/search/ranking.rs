//! The full-text index of passages: what is stored of a word, and how passages are ranked by it.
//!
//! The index is a table of Kuma's own, the same on both databases: FTS5 ranks by how rare a word is
//! among all users' passages (slow with many users, and it tells one of another's words), PostgreSQL's
//! ranks know no rarity at all, and the two do not agree on what a word is. Here the ranks are BM25 of
//! the owner's passages alone.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// How quickly further occurrences of a word count less.
const K1: f64 = 1.2;
/// How much longer passages are held back.
const B: f64 = 0.75;

/// Where one word occurs in one document: for each passage, in order, its position, how often it has
/// the word, and how many words it has.
pub(crate) struct Posting {
    pub(crate) position: u32,
    pub(crate) count: u32,
    pub(crate) length: u32,
}

/// The words of a document's passages, each with its occurrences as they are stored; and the number of
/// words in all.
pub(crate) fn index<'a>(passages: impl Iterator<Item = (u32, &'a str)>) -> (BTreeMap<String, Vec<u8>>, u64) {
    let mut index: BTreeMap<String, (Vec<u8>, u32)> = BTreeMap::new();
    let mut total = 0;
    for (position, text) in passages {
        let words = super::words::words(text);
        let length = words.len() as u32;
        total += u64::from(length);
        let mut counts: HashMap<String, u32> = HashMap::new();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
        for (word, count) in counts {
            let (bytes, last) = index.entry(word).or_default();
            for number in [position - *last, count, length] {
                write(bytes, number);
            }
            *last = position;
        }
    }
    (index.into_iter().map(|(word, (bytes, _))| (word, bytes)).collect(), total)
}

/// Reads what [`index`] wrote; stops at the first thing that it cannot have written.
pub(crate) fn postings(mut bytes: &[u8]) -> Vec<Posting> {
    let mut postings = Vec::new();
    let mut position = 0_u32;
    while let (Some(step), Some(count), Some(length)) = (read(&mut bytes), read(&mut bytes), read(&mut bytes))
    {
        position = position.saturating_add(step);
        postings.push(Posting { position, count, length });
    }
    postings
}

fn write(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for shift in (0..35).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(first & 0x7f).checked_shl(shift)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Adds up BM25 over the words of a question.
pub(crate) struct Ranking<K> {
    passages: f64,
    average: f64,
    scores: HashMap<K, f64>,
}

impl<K: Hash + Eq + Ord + Copy> Ranking<K> {
    /// Of an owner who has so many passages with so many words in all.
    pub(crate) fn new(passages: u64, words: u64) -> Self {
        let passages = passages.max(1) as f64;
        Self { passages, average: (words as f64 / passages).max(1.0), scores: HashMap::new() }
    }

    /// All occurrences of one word.
    pub(crate) fn add(&mut self, occurrences: &[(K, Posting)]) {
        let with = occurrences.len() as f64;
        let rarity = (1.0 + (self.passages - with + 0.5).max(0.0) / (with + 0.5)).ln();
        for (passage, posting) in occurrences {
            let count = f64::from(posting.count);
            let long = 1.0 - B + B * f64::from(posting.length) / self.average;
            *self.scores.entry(*passage).or_default() += rarity * count * (K1 + 1.0) / (count + K1 * long);
        }
    }

    /// The best, the best first; equal ones in the order of their keys.
    pub(crate) fn best(self, limit: usize) -> Vec<(K, f64)> {
        let mut all: Vec<(K, f64)> = self.scores.into_iter().collect();
        let order = |a: &(K, f64), b: &(K, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if all.len() > limit && limit > 0 {
            all.select_nth_unstable_by(limit - 1, order);
        }
        all.truncate(limit);
        all.sort_unstable_by(order);
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Posting, Ranking, index, postings, read, write};

    #[test]
    fn occurrences_read_back() {
        let passages = [(0, "the bear and the river"), (1, "a river"), (300, "the bear's river, rivers")];
        let (index, total) = index(passages.into_iter());
        assert_eq!(total, 5 + 2 + 5);
        let of = |word: &str| -> Vec<(u32, u32, u32)> {
            postings(&index[word]).iter().map(|p| (p.position, p.count, p.length)).collect()
        };
        assert_eq!(of("river"), [(0, 1, 5), (1, 1, 2), (300, 2, 5)]);
        assert_eq!(of("the"), [(0, 2, 5), (300, 1, 5)]);
    }

    #[test]
    fn rare_words_and_short_passages_come_first() {
        let mut ranking = Ranking::new(100, 1_000);
        let at = |position: u32, length| (position, Posting { position, count: 1, length });
        ranking.add(&(0..80).map(|n| at(n, 10)).collect::<Vec<_>>());
        ranking.add(&[at(7, 10), at(8, 40)]);
        let best: Vec<u32> = ranking.best(3).into_iter().map(|(key, _)| key).collect();
        assert_eq!(best, [7, 8, 0]);
    }

    proptest! {
        #[test]
        fn numbers_read_back(numbers in prop::collection::vec(any::<u32>(), 0..20)) {
            let mut bytes = Vec::new();
            for number in &numbers {
                write(&mut bytes, *number);
            }
            let mut rest = bytes.as_slice();
            let back: Vec<u32> = std::iter::from_fn(|| read(&mut rest)).collect();
            prop_assert_eq!(back, numbers);
        }

        #[test]
        fn damaged_bytes_are_no_catastrophe(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = postings(&bytes);
        }
    }
}
