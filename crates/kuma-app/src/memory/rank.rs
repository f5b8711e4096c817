//! Which memories fit best: what two searches found, put in one order, newer ones a little before older.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kuma_store::Scored;
use uuid::Uuid;

/// How much shared words count beside nearness of meaning. Memories are single sentences and are asked for in other
/// words, so that places in the two lists (reciprocal rank fusion) would give words far too much: see
/// `make bench-retrieval`.
const WORDS: f32 = 0.1;
/// The BM25 score at which half of what words can add is added: a word that half of the memories have adds little.
const HALF_SHARED: f32 = 8.0;
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
    let mut found: HashMap<Uuid, (Option<f32>, Option<f32>)> = HashMap::new();
    for hit in words {
        found.entry(hit.id).or_default().0 = Some(hit.score / (hit.score + HALF_SHARED));
    }
    for hit in near.unwrap_or_default() {
        found.entry(hit.id).or_default().1 = Some(hit.score);
    }
    // What is not among the nearest, or has no vector yet, is no nearer than the last of them.
    let last = near.and_then(|near| near.iter().map(|hit| hit.score).reduce(f32::min)).unwrap_or(0.0);
    let mut ranked: Vec<Ranked> = found
        .into_iter()
        .map(|(id, (shared, cosine))| {
            let words = shared.unwrap_or(0.0);
            let score = match near {
                Some(_) => WORDS * words + cosine.unwrap_or(last),
                None => words,
            };
            // A memory that has no vector yet is judged by its words.
            let relevant = cosine
                .map_or(shared.is_some(), |cosine| cosine >= NEAR || shared.is_some() && cosine >= NOT_FAR);
            Ranked { id, score: score.clamp(0.0, 1.0), relevant }
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
        let ranked = fuse(&hits(&[(2, 9.0), (1, 3.0)]), Some(&hits(&[(3, 0.54), (2, 0.5), (1, 0.05)])));
        let order: Vec<u128> = ranked.iter().map(|hit| hit.id.as_u128()).collect();
        assert_eq!(order, [2, 3, 1]);
        assert!(ranked.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn shared_words_alone_do_not_come_before_what_is_meant() {
        let ranked = fuse(&hits(&[(1, 12.0)]), Some(&hits(&[(2, 0.7), (3, 0.3), (1, 0.05)])));
        let order: Vec<u128> = ranked.iter().map(|hit| hit.id.as_u128()).collect();
        assert_eq!(order, [2, 3, 1], "one rare word in common is not an answer");
        let unknown = fuse(&hits(&[(1, 12.0)]), Some(&hits(&[(2, 0.7), (3, 0.3)])));
        assert_eq!(
            unknown[1].id,
            Uuid::from_u128(1),
            "without a vector it counts as the last of them, and its words"
        );
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
