//! Finding passages of documents: how well, how fast, and how fast their vectors are made.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use kuma_app::config::{RunLimits, Signup};
use kuma_app::documents::{self, NewUpload, Wanted};
use kuma_app::files::{Files, StorageSettings};
use kuma_app::mcp::McpConfig;
use kuma_app::{App, AppConfig, Parts};
use kuma_documents::Parser;
use kuma_llm::Embedder as _;
use kuma_local::{EmbedderOptions, LocalEmbedder};
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_store::{Content, Found, NewDocument, NewPassage, NewUser, Scope, Store, StoreOptions, User};
use kuma_types::{DocumentId, UserId};
use serde::Deserialize;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::figures::{Figure, Findings, Table, Target, number};
use crate::options::Options;
use crate::say::progress;
use crate::services::Services;
use crate::stats::Sorted;

pub(super) const QUALITY: &str = "The descriptions of the rules of the linter ruff (MIT licence, out of its PyPI wheel) are
    uploaded as documents, each without its name and without its section “What it does”; that section is the
    question, and its document the one right answer. Documents are read, cut, indexed and embedded as in the product
    (SQLite, all-MiniLM-L6-v2). Words are the full-text index alone, meaning the vectors alone, both what
    `POST /api/documents/search` gives.";
pub(super) const EMBEDDING: &str =
    "1,000 passages of the same documents, as they are cut for embedding, through the
    embedder of the product, once the model is loaded.";
pub(super) const SPEED: &str = "20 people have 5,000 passages each, in 50 documents of 100: 120 words from a vocabulary of
    20,000 with the frequencies of natural language, and a vector of 384 numbers. One of them searches with seven
    words; the clock runs around the whole search: the question's vector, both searches, joining them, and reading
    the passages.";

const MODEL: &str = "local/all-minilm-l6-v2";

/// The use cases on a database of their own.
struct Bench {
    app: App,
    user: User,
    stop: CancellationToken,
    _data: TempDir,
}

impl Bench {
    async fn start(options: &Options, url: Option<String>) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let url = url.unwrap_or_else(|| format!("sqlite://{}", data.path().join("kuma.db").display()));
        let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 10 }).await?;
        store.migrate().await?;
        let models =
            options.models.clone().context("KUMA_MODELS_DIR is not set: run make bench-retrieval")?;
        let config = AppConfig {
            data_dir: data.path().to_owned(),
            jwt_secret: "a secret of more than thirty-two bytes".to_owned().into(),
            encryption_keys: vec![kuma_app::seal::new_key()],
            signup: Signup::Open,
            default_model: None,
            small_model: None,
            vision_model: None,
            embedding_model: MODEL.to_owned(),
            document_readers: 1,
            providers: Vec::new(),
            ollama_url: "http://127.0.0.1:1".to_owned(),
            runs: RunLimits::default(),
            mcp: McpConfig {
                allow_private: "".parse()?,
                public_url: "http://127.0.0.1:1".to_owned(),
                frontend_url: "http://127.0.0.1:1".to_owned(),
                patience: kuma_app::mcp::PATIENCE,
            },
            worker: "serve-bench".to_owned(),
        };
        let app = App::new(Parts {
            store: store.clone(),
            journal: Arc::new(MemoryJournal::new()),
            queue: Arc::new(MemoryQueue::new()),
            signals: Arc::new(MemorySignals::new()),
            files: Files::open(&StorageSettings::folder(&data.path().join("uploads")))?,
            tools: Vec::new(),
            local: None,
            local_embedder: Some(Arc::new(LocalEmbedder::new(EmbedderOptions::new(models)))),
            reranker: None,
            parser: Parser::new(&options.binary, ["parse"]),
            memory: None,
            config,
        })
        .map_err(|error| anyhow::anyhow!(error))?;
        let user = account(&store).await?;
        Ok(Self { app, user, stop: CancellationToken::new(), _data: data })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn account(store: &Store) -> anyhow::Result<User> {
    let id = UserId::new();
    let new = NewUser {
        id,
        email: format!("{id}@example.org"),
        name: "Bench".to_owned(),
        password: "none".to_owned(),
        role: None,
    };
    Ok(store.users().create(new).await?)
}

/// A rule of the linter.
#[derive(Deserialize)]
struct Rule {
    code: String,
    explanation: String,
}

/// What is asked, and the text that answers it.
struct Pair {
    code: String,
    question: String,
    text: String,
}

fn pairs() -> anyhow::Result<Vec<Pair>> {
    const ASKED: &str = "## What it does";
    let file = std::env::var("KUMA_RETRIEVAL_DATA")
        .context("KUMA_RETRIEVAL_DATA is not set: run make bench-retrieval, or scripts/retrieval-data.sh")?;
    let rules: Vec<Rule> = serde_json::from_slice(&std::fs::read(Path::new(&file))?)?;
    let pair = |rule: Rule| {
        let (before, behind) = rule.explanation.split_once(ASKED)?;
        let (question, text) = behind.split_once("\n## ")?;
        Some(Pair {
            code: rule.code,
            question: question.trim().to_owned(),
            text: format!("{before}\n## {text}").trim().to_owned(),
        })
    };
    Ok(rules.into_iter().filter_map(pair).filter(|pair| !pair.question.is_empty()).collect())
}

/// How good the places of the right answers are.
#[derive(Default)]
struct Score {
    asked: f64,
    found: f64,
    gain: f64,
}

impl Score {
    fn add(&mut self, ranking: &[DocumentId], right: DocumentId) {
        self.asked += 1.0;
        let mut seen: Vec<DocumentId> = Vec::new();
        for id in ranking {
            if !seen.contains(id) {
                seen.push(*id);
            }
        }
        let Some(place) = seen.iter().position(|id| *id == right) else { return };
        if place < 5 {
            self.found += 1.0;
        }
        if place < 10 {
            self.gain += 1.0 / ((place + 2) as f64).log2();
        }
    }

    fn recall(&self) -> f64 {
        self.found / self.asked
    }

    fn ndcg(&self) -> f64 {
        self.gain / self.asked
    }
}

/// Measures how well passages are found.
pub(super) async fn quality(options: &Options) -> anyhow::Result<Findings> {
    let mut pairs = pairs()?;
    pairs.truncate(options.count(usize::MAX, 20));
    let bench = Bench::start(options, None).await?;
    let right = fill(&bench, &pairs).await?;
    let (mut words, mut meaning, mut both) = (Score::default(), Score::default(), Score::default());
    let search = bench.app.store().document_search();
    let scope = Scope { owner: bench.user.id, documents: None };
    let documents = |found: &[Found]| found.iter().map(|found| found.document_id).collect::<Vec<_>>();
    for pair in &pairs {
        let Some(right) = right.get(&pair.code).copied() else { continue };
        words.add(&documents(&search.by_words(scope, &pair.question, 60).await?), right);
        let vector = bench.app.embed_one(&pair.question).await?;
        meaning.add(&documents(&search.by_meaning(scope, MODEL, &vector, 60).await?), right);
        let wanted = Wanted { owner: bench.user.id, query: &pair.question, documents: None, limit: 40 };
        let found = documents::find(&bench.app, wanted).await?;
        anyhow::ensure!(found.notice.is_none(), "not all was searched by meaning");
        both.add(&found.passages.iter().map(|found| found.document_id).collect::<Vec<_>>(), right);
    }
    let mut table = Table::new(&["", "recall@5", "nDCG@10"]);
    for (name, score) in [("words", &words), ("meaning", &meaning), ("both", &both)] {
        table.row([name.to_owned(), number(score.recall()), number(score.ndcg())]);
    }
    // Joining is worth its while only when it beats the better of the two, in both figures.
    let better = |of: fn(&Score) -> f64| Target::MoreThan(of(&words).max(of(&meaning)));
    Ok(Findings {
        figures: vec![
            Figure::new("Passages, recall@5, words and meaning", both.recall(), "")
                .target(better(Score::recall)),
            Figure::new("Passages, nDCG@10, words and meaning", both.ndcg(), "").target(better(Score::ndcg)),
            Figure::new("Passages, nDCG@10, words", words.ndcg(), ""),
            Figure::new("Passages, nDCG@10, meaning", meaning.ndcg(), ""),
        ],
        notes: vec![format!("{} documents, as many questions.", pairs.len())],
        table: Some(table),
    })
}

/// Uploads the texts and waits until all of them have vectors.
async fn fill(bench: &Bench, pairs: &[Pair]) -> anyhow::Result<HashMap<String, DocumentId>> {
    let working = tokio::spawn(documents::work(bench.app.clone(), bench.stop.clone()));
    let mut ids = HashMap::new();
    for pair in pairs {
        let new = NewUpload { filename: format!("{}.md", pair.code), chat_id: None };
        let bytes = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(pair.text.clone()))]);
        let document = documents::upload(&bench.app, &bench.user, new, bytes).await?;
        ids.insert(pair.code.clone(), document.id);
    }
    progress(&format!("{} documents uploaded", ids.len()));
    for id in ids.values() {
        loop {
            let document = documents::get(&bench.app, bench.user.id, *id).await?;
            if document.embedding_model.is_some() {
                break;
            }
            anyhow::ensure!(document.error.is_none(), "a document could not be read: {:?}", document.error);
            anyhow::ensure!(!working.is_finished(), "the work on documents ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(ids)
}

/// Measures how fast vectors are made.
pub(super) async fn embedding(options: &Options) -> anyhow::Result<Findings> {
    let count = options.count(1_000, 20);
    let models = options.models.clone().context("KUMA_MODELS_DIR is not set: run make bench-retrieval")?;
    let embedder = LocalEmbedder::new(EmbedderOptions::new(models));
    let mut texts = Vec::new();
    let all: String = pairs()?.into_iter().map(|pair| pair.text + "\n\n").collect();
    let parsed = Parser::new(&options.binary, ["parse"]);
    let mut file = tempfile::tempfile()?;
    std::io::Write::write_all(&mut file, all.as_bytes())?;
    std::io::Seek::rewind(&mut file)?;
    let parsed = parsed.parse(file, Some("md"), &mut |_| ()).await?;
    let mut tokens = documents::estimate_tokens;
    let chunks = kuma_documents::chunks(&parsed, kuma_documents::ChunkOptions::default(), &mut tokens);
    texts.extend(chunks.iter().cycle().take(count).map(kuma_documents::Chunk::for_embedding));
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    embedder.embed(vec!["warm".to_owned()]).await?;
    let begun = Instant::now();
    let vectors = embedder.embed(texts).await?;
    let took = begun.elapsed().as_secs_f64();
    anyhow::ensure!(vectors.len() == count, "{} vectors", vectors.len());
    Ok(Findings {
        figures: vec![
            Figure::new("1,000 passages embedded", took * 1_000.0 / count as f64, "s")
                .target(Target::AtMost(20.0)),
        ],
        notes: vec![format!("{} characters per passage on average.", characters / count.max(1))],
        table: None,
    })
}

/// Measures how fast passages are found.
pub(super) async fn speed(options: &Options) -> anyhow::Result<Findings> {
    let sqlite = speed_on(options, None).await?;
    let services = Services::start(&options.root).await?;
    let postgres = speed_on(options, Some(services.postgres.url.clone())).await?;
    services.stop().await?;
    Ok(Findings {
        figures: vec![
            Figure::new("Search in 5,000 of 100,000 passages, SQLite, p95", sqlite.quantile(0.95), "ms")
                .target(Target::AtMost(25.0)),
            Figure::new("Search in 5,000 of 100,000 passages, SQLite, p50", sqlite.median(), "ms"),
            Figure::new(
                "Search in 5,000 of 100,000 passages, PostgreSQL, p95",
                postgres.quantile(0.95),
                "ms",
            )
            .target(Target::AtMost(15.0)),
            Figure::new("Search in 5,000 of 100,000 passages, PostgreSQL, p50", postgres.median(), "ms"),
        ],
        notes: vec!["PostgreSQL has pgvector.".to_owned()],
        table: None,
    })
}

async fn speed_on(options: &Options, url: Option<String>) -> anyhow::Result<Sorted> {
    let bench = Bench::start(options, url).await?;
    let store = bench.app.store();
    let (people, documents) = (options.count(20, 2), options.count(50, 2));
    let mut chance = Chance(7);
    let mut owners = vec![bench.user.id];
    for _ in 1..people {
        owners.push(account(store).await?.id);
    }
    let begun = Instant::now();
    for _ in 0..documents {
        for owner in &owners {
            synthetic(store, *owner, &mut chance).await?;
        }
    }
    progress(&format!("{} passages in {:.0} s", people * documents * 100, begun.elapsed().as_secs_f64()));
    let mut took = Vec::new();
    for round in 0..options.count(220, 12) {
        let query: Vec<String> = (0..7).map(|_| chance.word()).collect();
        let query = query.join(" ");
        let wanted = Wanted { owner: bench.user.id, query: &query, documents: None, limit: 10 };
        let begun = Instant::now();
        let found = documents::find(&bench.app, wanted).await?;
        let spent = begun.elapsed().as_secs_f64() * 1e3;
        anyhow::ensure!(found.notice.is_none() && !found.passages.is_empty(), "nothing was found");
        // The first ones load the model and warm the caches.
        if round >= 10 {
            took.push(spent);
        }
    }
    Ok(Sorted::of(took))
}

/// A document of a hundred passages of made-up words.
async fn synthetic(store: &Store, owner: UserId, chance: &mut Chance) -> anyhow::Result<()> {
    let id = DocumentId::new();
    let new = NewDocument {
        id,
        user_id: owner,
        chat_id: None,
        filename: format!("{id}.txt"),
        mime_type: "text/plain".to_owned(),
        file_size: 1,
        file_hash: id.to_string(),
    };
    store.erasures().stage(&[kuma_types::FileKey::document(owner, id)]).await?;
    store.documents().create(new).await?;
    let work = store.document_work();
    let claimed = work.claim("bench", Duration::from_mins(10)).await?.context("a document that waits")?;
    let passages: Vec<NewPassage> = (0..100)
        .map(|page| {
            let words: Vec<String> = (0..120).map(|_| chance.word()).collect();
            let text = words.join(" ");
            NewPassage {
                page: Some(page + 1),
                start: 0,
                end: text.len() as u64,
                tokens: 200,
                headings: Vec::new(),
                table_header: None,
                places: serde_json::json!([]),
                search_text: text.clone(),
                text,
            }
        })
        .collect();
    let content = Content {
        kind: "text".to_owned(),
        mime_type: "text/plain".to_owned(),
        title: None,
        page_count: Some(100),
        warnings: Vec::new(),
        text: String::new(),
        text_tokens: 20_000,
        passages,
    };
    let rows: Vec<(u32, Vec<f32>)> = (0..100).map(|position| (position, chance.vector())).collect();
    anyhow::ensure!(work.keep(claimed.hold(), content).await?, "the document is held");
    anyhow::ensure!(work.keep_vectors(claimed.hold(), MODEL, &rows).await?, "the document is held");
    anyhow::ensure!(work.embedded(claimed.hold(), MODEL).await?, "the document is held");
    Ok(())
}

/// Numbers by chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Word number n comes about 1/n as often as the first.
    fn word(&mut self) -> String {
        let number = (20_000_f64.powf(self.next())) as u64;
        format!("w{number}q")
    }

    fn vector(&mut self) -> Vec<f32> {
        let numbers: Vec<f64> = (0..384).map(|_| self.next() - 0.5).collect();
        let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
        numbers.into_iter().map(|number| (number / length) as f32).collect()
    }
}
