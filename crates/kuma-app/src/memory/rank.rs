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
/// How many of those found first the question leans towards, and how much for each, times its score.
const LEANS_ON: usize = 3;
const LEANS: f32 = 0.3;
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

/// The order by nearness to the question as it is after leaning towards what was found first: what belongs to that is
/// found too, though the question has neither its words nor quite its meaning (Rocchio's relevance feedback, with
/// nobody to judge). What is relevant stays so. `vectors`: those of what was found.
pub(super) fn lean(
    mut ranked: Vec<Ranked>,
    question: &[f32],
    vectors: &HashMap<Uuid, Vec<f32>>,
) -> Vec<Ranked> {
    let mut leaning = question.to_vec();
    for first in ranked.iter().take(LEANS_ON) {
        let Some(vector) = vectors.get(&first.id) else { continue };
        let length = cosine::length(vector);
        for (sum, number) in leaning.iter_mut().zip(vector) {
            *sum += LEANS * first.score * number / length.max(f32::MIN_POSITIVE);
        }
    }
    for hit in &mut ranked {
        if let Some(vector) = vectors.get(&hit.id) {
            let nearer = cosine::of(&leaning, vector) - cosine::of(question, vector);
            hit.score = (hit.score + nearer).clamp(0.0, 1.0);
        }
    }
    ranked.sort_by(order);
    ranked
}

mod cosine {
    pub(super) fn length(vector: &[f32]) -> f32 {
        vector.iter().map(|number| number * number).sum::<f32>().sqrt()
    }

    /// 1 for the same direction; nothing is near to a vector without direction.
    pub(super) fn of(one: &[f32], other: &[f32]) -> f32 {
        let lengths = length(one) * length(other);
        let dot: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
        if lengths > 0.0 { dot / lengths } else { 0.0 }
    }
}

/// The score of a memory that was last changed at `at`.
pub(super) fn aged(score: f32, at: DateTime<Utc>, now: DateTime<Utc>) -> f32 {
    let days = (now - at).num_minutes().max(0) as f32 / (24.0 * 60.0);
    let fresh = 0.5_f32.powf(days / HALF_LIFE_DAYS);
    score * (1.0 - AGEING * (1.0 - fresh))
}

/// The first `limit` of what is in order; what has nothing to do with the question makes room for what has.
pub(super) fn first<T>(ordered: Vec<(Ranked, T)>, limit: usize) -> Vec<(Ranked, T)> {
    let mut too_many = ordered.len().saturating_sub(limit);
    let mut kept: Vec<(Ranked, T)> = ordered
        .into_iter()
        .rev()
        .filter(|(hit, _)| {
            let goes = too_many > 0 && !hit.relevant;
            too_many -= usize::from(goes);
            !goes
        })
        .collect();
    kept.reverse();
    kept.truncate(limit);
    kept
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
    fn what_belongs_to_the_first_found_comes_before_what_is_as_near_to_the_question() {
        let near = hits(&[(1, 0.8), (2, 0.3), (3, 0.3)]);
        let ranked = fuse(&[], Some(&near));
        assert_eq!(ranked[1].id, Uuid::from_u128(3), "of equals the later one");
        let question = [1.0, 0.0, 0.0];
        let vectors = HashMap::from([
            (Uuid::from_u128(1), vec![0.8, 0.6, 0.0]),
            (Uuid::from_u128(2), vec![0.3, 0.95, 0.0]),
            (Uuid::from_u128(3), vec![0.3, 0.0, 0.95]),
        ]);
        let leaning = lean(ranked.clone(), &question, &vectors);
        let order: Vec<u128> = leaning.iter().map(|hit| hit.id.as_u128()).collect();
        assert_eq!(order, [1, 2, 3]);
        let relevant = |ranked: &[Ranked]| -> HashMap<Uuid, bool> {
            ranked.iter().map(|hit| (hit.id, hit.relevant)).collect()
        };
        assert_eq!(relevant(&leaning), relevant(&ranked), "only the question itself says what is relevant");
        assert!(leaning.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
        assert_eq!(lean(ranked.clone(), &question, &HashMap::new()), ranked, "nothing to lean on");
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
    fn what_is_relevant_is_not_crowded_out() {
        let hits = |relevant: &[bool]| -> Vec<(Ranked, usize)> {
            let hit = |(at, relevant): (usize, &bool)| {
                (Ranked { id: Uuid::from_u128(at as u128), score: 0.5, relevant: *relevant }, at)
            };
            relevant.iter().enumerate().map(hit).collect()
        };
        let first = |relevant: &[bool], limit| -> Vec<usize> {
            super::first(hits(relevant), limit).into_iter().map(|(_, at)| at).collect()
        };
        assert_eq!(
            first(&[true, false, false, true, false], 3),
            [0, 1, 3],
            "the last that is not goes first"
        );
        assert_eq!(first(&[true, true, true, false], 2), [0, 1]);
        assert_eq!(first(&[false, false], 5), [0, 1], "there is room for all");
        assert_eq!(first(&[true], 0), [0; 0]);
    }

    #[test]
    fn the_newer_of_two_equals_comes_first() {
        let now = Utc::now();
        let old = aged(1.0, now - TimeDelta::days(400), now);
        assert!(aged(1.0, now, now) > old && old > 1.0 - AGEING);
        assert!(aged(0.9, now, now) < aged(1.0, now - TimeDelta::days(30), now), "age alone does not decide");
    }
}
