//! Which memories fit best: what two searches found, put in one order, newer ones a little before older.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kuma_store::Scored;
use uuid::Uuid;

/// How little the first places of a list count more than the next (reciprocal rank fusion).
const RANK: f32 = 60.0;
/// From this cosine on a memory has to do with what was said, whatever the words.
const NEAR: f32 = 0.28;
/// From this cosine on shared words are no accident.
const NOT_FAR: f32 = 0.12;
/// How much of its score a very old memory loses, and in how many days half of that.
const AGEING: f32 = 0.15;
const HALF_LIFE_DAYS: f32 = 120.0;

/// A memory in the common order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    pub(super) id: Uuid,
    /// 0 to 1.
    pub(super) score: f32,
    /// It has enough to do with what was asked.
    pub(super) relevant: bool,
}

/// The common order of what was found by words and by meaning. `near` is none when nothing could be
/// compared by meaning: then shared words alone have to do.
pub(super) fn fuse(words: &[Scored], near: Option<&[Scored]>) -> Vec<Ranked> {
    let mut found: HashMap<Uuid, (f32, Option<f32>, bool)> = HashMap::new();
    for (rank, hit) in (1_u16..).zip(words) {
        let entry = found.entry(hit.id).or_default();
        entry.0 += 1.0 / (RANK + f32::from(rank));
        entry.2 = true;
    }
    for (rank, hit) in (1_u16..).zip(near.unwrap_or_default()) {
        let entry = found.entry(hit.id).or_default();
        entry.0 += 1.0 / (RANK + f32::from(rank));
        entry.1 = Some(hit.score);
    }
    let lists = if near.is_some() { 2.0 } else { 1.0 };
    let most = lists / (RANK + 1.0);
    let mut ranked: Vec<Ranked> = found
        .into_iter()
        .map(|(id, (score, cosine, shares_words))| {
            // A memory that has no vector yet is judged by its words.
            let relevant =
                cosine.map_or(shares_words, |cosine| cosine >= NEAR || shares_words && cosine >= NOT_FAR);
            Ranked { id, score: (score / most).min(1.0), relevant }
        })
        .collect();
    ranked.sort_by(order);
    ranked
}

/// The score of a memory that was last changed at `at`.
pub(super) fn aged(score: f32, at: DateTime<Utc>, now: DateTime<Utc>) -> f32 {
    let days = (now - at).num_minutes().max(0) as f32 / (24.0 * 60.0);
    let fresh = 0.5_f32.powf(days / HALF_LIFE_DAYS);
    score * (1.0 - AGEING * (1.0 - fresh))
}

/// The best first; equal ones by their ids, so that the order is always the same.
pub(super) fn order(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    b.score.total_cmp(&a.score).then(b.id.cmp(&a.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn hits(scores: &[(u128, f32)]) -> Vec<Scored> {
        scores.iter().map(|(id, score)| Scored { id: Uuid::from_u128(*id), score: *score }).collect()
    }

    #[test]
    fn who_is_in_both_lists_comes_before_who_is_in_one() {
        let ranked = fuse(&hits(&[(1, 9.0), (2, 3.0)]), Some(&hits(&[(3, 0.6), (2, 0.5), (1, 0.05)])));
        let order: Vec<u128> = ranked.iter().map(|hit| hit.id.as_u128()).collect();
        assert_eq!(order, [1, 2, 3]);
        assert!(ranked.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn what_has_nothing_to_do_with_it_is_not_relevant() {
        let relevant = |words: &[Scored], near: Option<&[Scored]>| -> Vec<bool> {
            fuse(words, near).iter().map(|hit| hit.relevant).collect()
        };
        assert_eq!(relevant(&[], Some(&hits(&[(1, 0.5), (2, 0.1)]))), [true, false]);
        assert_eq!(relevant(&hits(&[(1, 2.0)]), Some(&hits(&[(1, 0.2)]))), [true]);
        assert_eq!(relevant(&hits(&[(1, 2.0)]), Some(&hits(&[(1, 0.01)]))), [false]);
        assert_eq!(relevant(&hits(&[(1, 2.0)]), None), [true], "without an embedder words decide");
    }

    #[test]
    fn the_newer_of_two_equals_comes_first() {
        let now = Utc::now();
        let old = aged(1.0, now - TimeDelta::days(400), now);
        assert!(aged(1.0, now, now) > old && old > 1.0 - AGEING);
        assert!(aged(0.9, now, now) < aged(1.0, now - TimeDelta::days(30), now), "age alone does not decide");
    }
}
