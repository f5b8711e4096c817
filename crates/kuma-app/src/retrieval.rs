//! Rankings made one: for every feature that searches by words and by meaning.

use std::collections::HashMap;
use std::hash::Hash;

/// How little the first places of a ranking differ: the usual constant of reciprocal rank fusion.
const K: f64 = 60.0;

/// What one ranking counts in [`fuse`].
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a, T> {
    /// The best first; each at most once.
    pub items: &'a [T],
    /// How much it counts; 1 is usual.
    pub weight: f64,
}

/// Reciprocal rank fusion: the items of all rankings, the best first, with scores from 0 to 1. Only
/// places count, so that rankings whose scores mean different things can be joined. What stands first
/// everywhere has 1; equal ones keep the order in which they came.
pub fn fuse<T: Hash + Eq + Copy>(rankings: &[Ranked<'_, T>]) -> Vec<(T, f64)> {
    let most: f64 = rankings.iter().map(|ranking| ranking.weight / (K + 1.0)).sum();
    let mut scores: HashMap<T, (f64, usize)> = HashMap::new();
    for ranking in rankings {
        for (place, item) in ranking.items.iter().enumerate() {
            let order = scores.len();
            let (score, _) = scores.entry(*item).or_insert((0.0, order));
            *score += ranking.weight / (K + 1.0 + place as f64);
        }
    }
    let mut fused: Vec<(T, (f64, usize))> = scores.into_iter().collect();
    fused.sort_by(|(_, a), (_, b)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    fused.into_iter().map(|(item, (score, _))| (item, if most > 0.0 { score / most } else { 0.0 })).collect()
}

#[cfg(test)]
mod tests {
    use super::{Ranked, fuse};

    #[test]
    fn what_both_find_comes_first() {
        let words = Ranked { items: &["a", "b", "c"], weight: 1.0 };
        let meaning = Ranked { items: &["d", "c", "a"], weight: 1.0 };
        let fused = fuse(&[words, meaning]);
        let order: Vec<&str> = fused.iter().map(|(item, _)| *item).collect();
        assert_eq!(order, ["a", "c", "d", "b"]);
        assert!(fused.iter().all(|(_, score)| *score > 0.0 && *score < 1.0));
        let both = fuse(&[words, words]);
        assert!((both[0].1 - 1.0).abs() < 1e-9);
        assert!(fuse::<u8>(&[]).is_empty());
    }

    #[test]
    fn weights_count() {
        let fused = fuse(&[Ranked { items: &[1], weight: 1.0 }, Ranked { items: &[2], weight: 2.0 }]);
        assert_eq!(fused[0].0, 2);
    }
}
