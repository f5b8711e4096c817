//! Finding memories: how many of those that answer a question are among the first, and how far in front.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use kuma_agent::memory::{MemoryDraft, MemoryService as _};
use kuma_app::memory::{BuiltIn, MemorySource};
use kuma_local::{EmbedderOptions, LocalEmbedder};
use kuma_store::{NewUser, Store, StoreOptions};
use kuma_types::UserId;

use crate::figures::{Figure, Findings, Table, Target, number};
use crate::options::Options;
use crate::stats::Sorted;

pub(super) const METHOD: &str = "Four people's memories of a year and questions asked later: three ask mostly in other words, one by
    name (written for this project in the manner of LoCoMo: bench/memory). Recall@5 is the share of the memories that answer a question that
    are among the first five found; nDCG@10 is what the first ten gain, each less the further behind it stands, as a share of
    what they could. Both are means over all questions: by words alone (BM25 over the person's own memories), by vectors
    alone (all-MiniLM-L6-v2, cosine), and by both, as a run recalls them. SQLite.";

/// How many found memories count for the recall, and for the gain.
const FIRST: usize = 5;
const FIRST_FOR_GAIN: usize = 10;
/// What a run looks at, and the most that it is shown.
const LOOKED_AT: usize = 12;
const SHOWN: usize = 6;

/// One person of the set.
#[derive(Default)]
struct Person {
    memories: Vec<String>,
    questions: Vec<Question>,
}

struct Question {
    text: String,
    /// Numbers of the memories that answer it, from 1.
    answers: HashSet<usize>,
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let models = options.models.as_ref().context("KUMA_MODELS_DIR is not set: run make bench-retrieval")?;
    let file = options.root.join("bench/memory/people.txt");
    let people = read(&std::fs::read_to_string(&file).with_context(|| file.display().to_string())?)?;
    let embedder = Arc::new(LocalEmbedder::new(EmbedderOptions::new(models)));
    embedder.check_files()?;
    let data = tempfile::tempdir()?;
    let url = format!("sqlite://{}", data.path().join("kuma.db").display());
    let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 4 }).await?;
    store.migrate().await?;
    let memory = BuiltIn::new(store.clone(), Some(embedder));

    let mut recall = [const { Vec::new() }; 3];
    let mut gains = [const { Vec::new() }; 3];
    let (mut shown, mut shown_answers, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    for person in &people {
        let owner = account(&store).await?;
        let mut ids = Vec::with_capacity(person.memories.len());
        for content in &person.memories {
            ids.push(memory.add(owner, draft(content)).await?.id);
        }
        memory.embed_all(owner).await?;
        count += ids.len();
        for question in &person.questions {
            let wanted: HashSet<&str> = question
                .answers
                .iter()
                .filter_map(|number| ids.get(number - 1))
                .map(String::as_str)
                .collect();
            let found = memory.compare(owner, &question.text, FIRST_FOR_GAIN).await?;
            for ((recall, gains), found) in recall.iter_mut().zip(&mut gains).zip(&found) {
                recall.push(share(&wanted, found.iter().take(FIRST).map(String::as_str)));
                gains.push(gain(&wanted, found.iter().map(String::as_str)));
            }
            let begun = Instant::now();
            let hits = memory.search(owner, &question.text, LOOKED_AT).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            let told: Vec<&str> = hits
                .iter()
                .filter(|hit| hit.relevant)
                .take(SHOWN)
                .map(|hit| hit.memory.id.as_str())
                .collect();
            shown.push(told.len() as f64);
            shown_answers.push(share(&wanted, told.into_iter()));
        }
    }
    let [words, meaning, both] = recall.map(|values| mean(&values));
    let [words_gain, meaning_gain, both_gain] = gains.map(|values| mean(&values));
    let mut table = Table::new(&["search", "recall@5", "nDCG@10"]);
    for (name, recall, gain) in
        [("words", words, words_gain), ("vectors", meaning, meaning_gain), ("both", both, both_gain)]
    {
        table.row([name.to_owned(), number(recall), number(gain)]);
    }
    Ok(Findings {
        figures: vec![
            // Joining is worth its while only when it beats the better of the two, in both figures.
            Figure::new("Memories, recall@5, both searches", both, "")
                .target(Target::MoreThan(words.max(meaning))),
            Figure::new("Memories, nDCG@10, both searches", both_gain, "")
                .target(Target::MoreThan(words_gain.max(meaning_gain))),
            Figure::new("Memories, recall@5, words alone", words, ""),
            Figure::new("Memories, recall@5, vectors alone", meaning, ""),
            Figure::new("Memories, nDCG@10, words alone", words_gain, ""),
            Figure::new("Memories, nDCG@10, vectors alone", meaning_gain, ""),
            Figure::new("Answers among what a run is shown", mean(&shown_answers), ""),
            Figure::new("Memories that a run is shown, mean", mean(&shown), ""),
            Figure::new("One search, median", Sorted::of(times.into_iter()).median(), "ms"),
        ],
        table: Some(table),
        notes: vec![format!("{} people, {count} memories, {} questions.", people.len(), shown.len())],
    })
}

fn share<'a>(wanted: &HashSet<&str>, found: impl Iterator<Item = &'a str>) -> f64 {
    found.filter(|id| wanted.contains(id)).count() as f64 / wanted.len().max(1) as f64
}

/// What the first ten gain, as a share of what they could: a memory that answers counts less the further behind
/// it stands.
fn gain<'a>(wanted: &HashSet<&str>, found: impl Iterator<Item = &'a str>) -> f64 {
    let at = |place: usize| 1.0 / ((place + 2) as f64).log2();
    let found = found.take(FIRST_FOR_GAIN).enumerate().filter(|(_, id)| wanted.contains(id));
    let best: f64 = (0..wanted.len().min(FIRST_FOR_GAIN)).map(at).sum();
    if best > 0.0 { found.map(|(place, _)| at(place)).sum::<f64>() / best } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn draft(content: &str) -> MemoryDraft {
    MemoryDraft {
        content: content.to_owned(),
        source: MemorySource::Chat,
        tainted: false,
        chat: None,
        message: None,
        origin: None,
        replaces: None,
    }
}

async fn account(store: &Store) -> anyhow::Result<UserId> {
    let id = UserId::new();
    let new = NewUser {
        id,
        email: format!("{id}@example.org"),
        name: "Somebody".to_owned(),
        password: "none".to_owned(),
        role: None,
    };
    Ok(store.users().create(new).await?.id)
}

/// Reads the form that bench/memory/README.md tells.
fn read(text: &str) -> anyhow::Result<Vec<Person>> {
    let mut people: Vec<Person> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("# ") {
            people.push(Person::default());
            continue;
        }
        let person = people.last_mut().with_context(|| format!("nobody's line: {line}"))?;
        if let Some(question) = line.strip_prefix("? ") {
            let (text, answers) = question.rsplit_once('=').with_context(|| format!("no answers: {line}"))?;
            let answers: HashSet<usize> =
                answers.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
            if answers.is_empty()
                || answers.iter().any(|number| !(1..=person.memories.len()).contains(number))
            {
                bail!("answers that are no memories: {line}");
            }
            person.questions.push(Question { text: text.trim().to_owned(), answers });
        } else {
            let (_, content) = line.split_once(' ').with_context(|| format!("no date: {line}"))?;
            person.memories.push(content.to_owned());
        }
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{gain, read};

    #[test]
    fn what_stands_in_front_gains_more() {
        let wanted: HashSet<&str> = ["a", "b"].into();
        let of = |found: &[&str]| gain(&wanted, found.iter().copied());
        assert!((of(&["a", "b", "x"]) - 1.0).abs() < 1e-9);
        assert!(of(&["a", "x", "b"]) < 1.0 && of(&["a", "x", "b"]) > of(&["x", "a", "b"]));
        assert!((of(&["x", "a"]) - 0.631 / 1.631).abs() < 1e-3, "{}", of(&["x", "a"]));
        let late: Vec<&str> = ["x"; 10].into_iter().chain(["a", "b"]).collect();
        assert!(of(&late).abs() < 1e-9, "only the first ten count");
    }

    #[test]
    fn the_set_is_whole() {
        let people = read(include_str!("../../memory/people.txt")).unwrap();
        let memories: usize = people.iter().map(|person| person.memories.len()).sum();
        let questions: usize = people.iter().map(|person| person.questions.len()).sum();
        assert_eq!((people.len(), memories), (4, 161));
        assert!(questions >= 80, "{questions}");
    }
}
