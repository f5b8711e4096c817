//! Finding passages: by words and by meaning at once.
//!
//! The two rankings are joined by their places ([`crate::retrieval::fuse`]), and a reranker, where there is
//! one, puts them in order. Passages that say the same are shown once, a document that has many good ones
//! does not drown the others, and neighbours become one passage. What makes a search worse than it could be
//! (no vectors, not for every document, no answer of the reranker) never fails it: the caller is told.

use std::collections::{HashMap, HashSet};

use kuma_store::{DocumentSearch, Found, Passage, Scope};
use kuma_types::{DocumentId, UserId};
use serde_json::Value;

use super::quote::same_words;
use crate::App;
use crate::error::Result;
use crate::retrieval::{Ranked, fuse};

/// How many passages each way of searching gives.
const CANDIDATES: usize = 60;
/// How much each further passage of one document counts less than the one before.
const AGAIN: f64 = 0.9;
/// Cosines below this say nothing: texts of unlike meaning have them by chance.
const LEAST_COSINE: f64 = 0.05;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose documents.
    pub owner: UserId,
    /// The question, in any language.
    pub query: &'a str,
    /// Only in these; in all of them when none.
    pub documents: Option<&'a [DocumentId]>,
    /// How many passages, before neighbours are joined.
    pub limit: usize,
}

/// A passage that was found; of neighbours, all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPassage {
    /// The document.
    pub document_id: DocumentId,
    /// What its owner calls it.
    pub display_name: String,
    /// The page on which it begins, where there are pages.
    pub page: Option<u32>,
    /// The headings over it.
    pub headings: Vec<String>,
    /// Its text.
    pub text: String,
    /// First byte in the document's text.
    pub start: u64,
    /// Past its last byte.
    pub end: u64,
    /// Where it stands, page by page: a list of `kuma_documents::Passage`.
    pub places: Vec<Value>,
    /// 0 to 1, the more the better; comparable within one search.
    pub score: f64,
    /// Its tokens, by an estimate.
    pub tokens: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retrieved {
    /// The best first.
    pub passages: Vec<FoundPassage>,
    /// What the person should know of the search: that only words were looked for, in all documents or in
    /// some, or that the reranker is away. Sentences.
    pub notice: Option<String>,
    /// How much of the search was for words alone.
    pub by_words: ByWords,
}

/// How much of a search was for words alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByWords {
    /// All documents were searched by meaning too.
    #[default]
    Nothing,
    /// Some of the documents have no vectors of the present model yet.
    Some,
    /// The question has no vector.
    Everything,
}

/// Finds passages. Never fails for want of vectors.
pub async fn find(app: &App, wanted: Wanted<'_>) -> Result<Retrieved> {
    let scope = Scope { owner: wanted.owner, documents: wanted.documents };
    let search = app.store().document_search();
    let (words, meaning, waiting) = tokio::join!(
        async { search.by_words(scope, wanted.query, CANDIDATES).await },
        by_meaning(app, search, scope, wanted.query),
        search.without_vectors(scope, app.embedding_model()),
    );
    let (words, waiting) = (words?, waiting?);
    let (meaning, by_words, mut notices) = match meaning {
        Ok(found) if waiting > 0 => (found, ByWords::Some, vec![without_vectors(waiting)]),
        Ok(found) => (found, ByWords::Nothing, Vec::new()),
        Err(error) if error.is_unavailable() => return Err(error),
        Err(error) => {
            tracing::warn!(%error, "documents are searched by words alone");
            let notice = format!("Only words were looked for, not meaning: {}", error.detail);
            (Vec::new(), ByWords::Everything, vec![notice])
        }
    };
    let fused = joined(&words, &meaning);
    let candidates: Vec<(DocumentId, u32)> =
        fused.iter().take(CANDIDATES).map(|((document, position), _)| (*document, *position)).collect();
    let passages = search.passages(wanted.owner, &candidates).await?;
    let mut passages: HashMap<(DocumentId, u32), Passage> =
        passages.into_iter().map(|passage| ((passage.document_id, passage.position), passage)).collect();
    let (ordered, away) = app.documents().reranking.order(wanted.query, fused, &passages).await;
    notices.extend(away);
    let chosen = choose(&ordered, &mut passages, wanted.limit);
    let mut ids: Vec<DocumentId> = chosen.iter().map(|(passage, _)| passage.document_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let documents = app.store().documents().get_many(wanted.owner, &ids).await?;
    let names: HashMap<DocumentId, String> =
        documents.into_iter().map(|document| (document.id, document.display_name)).collect();
    let notice = (!notices.is_empty()).then(|| notices.join(" "));
    Ok(Retrieved { passages: join_neighbours(chosen, &names), notice, by_words })
}

/// Told when some documents could not be searched by meaning: new ones, and all of them after a change of the model.
fn without_vectors(count: u64) -> String {
    if count == 1 {
        return "1 document was searched by its words alone: its search by meaning is still being prepared. Search again later to find more.".to_owned();
    }
    format!(
        "{count} documents were searched by their words alone: their search by meaning is still being prepared. Search again later to find more."
    )
}

async fn by_meaning(
    app: &App,
    search: DocumentSearch<'_>,
    scope: Scope<'_>,
    query: &str,
) -> Result<Vec<Found>> {
    let vector = app.embed_one(query).await?;
    let mut found = search.by_meaning(scope, app.embedding_model(), &vector, CANDIDATES).await?;
    found.retain(|found| found.score >= LEAST_COSINE);
    Ok(found)
}

/// A passage: its document, and its number in it.
pub(super) type Key = (DocumentId, u32);

fn joined(words: &[Found], meaning: &[Found]) -> Vec<(Key, f64)> {
    let keys = |found: &[Found]| -> Vec<Key> {
        found.iter().map(|found| (found.document_id, found.position)).collect()
    };
    let (words, meaning) = (keys(words), keys(meaning));
    fuse(&[Ranked { items: &words, weight: 1.0 }, Ranked { items: &meaning, weight: 1.0 }])
}

/// The best passages that differ, taken one by one: each further one of a document counts less.
fn choose(fused: &[(Key, f64)], passages: &mut HashMap<Key, Passage>, limit: usize) -> Vec<(Passage, f64)> {
    let mut left: Vec<(Key, f64)> =
        fused.iter().filter(|(key, _)| passages.contains_key(key)).copied().collect();
    let mut taken: HashMap<DocumentId, i32> = HashMap::new();
    let mut said: HashSet<String> = HashSet::new();
    let mut chosen = Vec::new();
    while chosen.len() < limit {
        let score = |(key, score): &(Key, f64)| score * AGAIN.powi(taken.get(&key.0).copied().unwrap_or(0));
        let best = left
            .iter()
            .enumerate()
            // The first of equal ones.
            .max_by(|(i, a), (j, b)| score(a).total_cmp(&score(b)).then(j.cmp(i)))
            .map(|(at, _)| at);
        let Some(at) = best else { break };
        let (key, score) = left.remove(at);
        let Some(passage) = passages.remove(&key) else { continue };
        if said.insert(same_words(&passage.text)) {
            *taken.entry(key.0).or_default() += 1;
            chosen.push((passage, score));
        }
    }
    chosen
}

/// Passages that follow each other become one, in the place of the better.
fn join_neighbours(chosen: Vec<(Passage, f64)>, names: &HashMap<DocumentId, String>) -> Vec<FoundPassage> {
    let mut by_place: Vec<(usize, (Passage, f64))> = chosen.into_iter().enumerate().collect();
    by_place.sort_by_key(|(_, (passage, _))| (passage.document_id, passage.position));
    // Each with its best place in the ranking, and the position it reaches to.
    let mut joined: Vec<(usize, u32, FoundPassage)> = Vec::new();
    for (place, (passage, score)) in by_place {
        // Deleted in between.
        let Some(name) = names.get(&passage.document_id) else { continue };
        let position = passage.position;
        match joined.last_mut() {
            Some((best, last, found))
                if found.document_id == passage.document_id && *last + 1 == position =>
            {
                append(found, passage, score);
                *last = position;
                *best = place.min(*best);
            }
            _ => joined.push((place, position, start(passage, name, score))),
        }
    }
    joined.sort_by_key(|(place, _, _)| *place);
    joined.into_iter().map(|(_, _, found)| found).collect()
}

/// A passage that was not looked for.
pub(super) fn alone(passage: Passage, name: &str) -> FoundPassage {
    start(passage, name, 0.0)
}

fn start(passage: Passage, name: &str, score: f64) -> FoundPassage {
    let text = match &passage.table_header {
        Some(header) => format!("{header}\n{}", passage.text),
        None => passage.text,
    };
    FoundPassage {
        document_id: passage.document_id,
        display_name: name.to_owned(),
        page: passage.page,
        headings: passage.headings,
        text,
        start: passage.start,
        end: passage.end,
        places: if let Value::Array(places) = passage.places { places } else { Vec::new() },
        score,
        tokens: u64::from(passage.tokens),
    }
}

fn append(found: &mut FoundPassage, next: Passage, score: f64) {
    // Rows of one table follow each other without a gap.
    let between = if next.start <= found.end + 1 { "\n" } else { "\n\n" };
    found.text.push_str(between);
    found.text.push_str(&next.text);
    found.end = next.end;
    found.score = found.score.max(score);
    found.tokens += u64::from(next.tokens);
    if let Value::Array(places) = next.places {
        for place in places {
            match found.places.last_mut().filter(|last| last.get("page") == place.get("page")) {
                Some(last) => merge_place(last, &place),
                None => found.places.push(place),
            }
        }
    }
}

/// A number of a place: `page`, `start`, `end`.
pub(super) fn number(place: &Value, name: &str) -> Option<u64> {
    place.get(name).and_then(Value::as_u64)
}

/// Two parts of one page as one.
fn merge_place(last: &mut Value, next: &Value) {
    let Some(place) = last.as_object_mut() else { return };
    if let Some(end) = next.get("end") {
        place.insert("end".to_owned(), end.clone());
    }
    if let Some(more) = next.get("boxes").and_then(Value::as_array)
        && let Some(boxes) = place.entry("boxes").or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
    {
        boxes.extend(more.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passage(document_id: DocumentId, position: u32, text: &str) -> Passage {
        Passage {
            document_id,
            position,
            page: Some(position + 1),
            start: u64::from(position) * 100,
            end: u64::from(position) * 100 + 98,
            tokens: 5,
            headings: Vec::new(),
            table_header: None,
            places: json!([{"page": 1, "start": 0, "end": position, "boxes": [{"x": position}]}]),
            text: text.to_owned(),
        }
    }

    fn run(passages: Vec<(Passage, f64)>, limit: usize) -> Vec<(Passage, f64)> {
        let fused: Vec<(Key, f64)> =
            passages.iter().map(|(p, score)| ((p.document_id, p.position), *score)).collect();
        let mut by_key = passages.into_iter().map(|(p, _)| ((p.document_id, p.position), p)).collect();
        choose(&fused, &mut by_key, limit)
    }

    #[test]
    fn one_document_does_not_drown_the_others() {
        let (a, b) = (DocumentId::new(), DocumentId::new());
        let mut all: Vec<_> =
            (0..6).map(|n| (passage(a, n * 2, &format!("text {n}")), 1.0 - f64::from(n) / 100.0)).collect();
        all.push((passage(b, 0, "the other"), 0.7));
        let chosen = run(all, 5);
        assert!(chosen.iter().any(|(passage, _)| passage.document_id == b));
        assert_eq!(chosen[0].0.document_id, a);
    }

    #[test]
    fn what_says_the_same_is_taken_once() {
        let (a, b) = (DocumentId::new(), DocumentId::new());
        let chosen =
            run(vec![(passage(a, 0, "The  same text."), 1.0), (passage(b, 0, "the same text"), 0.9)], 5);
        assert_eq!(chosen.len(), 1);
    }

    #[test]
    fn neighbours_become_one_in_the_place_of_the_better() {
        let (a, b) = (DocumentId::new(), DocumentId::new());
        let chosen = vec![
            (passage(a, 4, "second"), 0.9),
            (passage(b, 0, "other"), 0.8),
            (passage(a, 3, "first"), 0.7),
            (passage(a, 9, "far"), 0.6),
        ];
        let names = [(a, "A".to_owned()), (b, "B".to_owned())].into();
        let joined = join_neighbours(chosen, &names);
        let texts: Vec<&str> = joined.iter().map(|found| &*found.text).collect();
        assert_eq!(texts, ["first\n\nsecond", "other", "far"]);
        assert_eq!((joined[0].page, joined[0].start, joined[0].end), (Some(4), 300, 498));
        assert_eq!(joined[0].places.len(), 1);
        assert_eq!(joined[0].places[0]["boxes"], json!([{"x": 3}, {"x": 4}]));
        assert!((joined[0].score - 0.9).abs() < 1e-9);
    }
}
