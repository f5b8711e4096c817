//! The background: documents are read, cut, indexed and embedded, by whichever process takes them.

use std::io::{Seek as _, SeekFrom};
use std::time::Duration;

use futures::StreamExt as _;
use kuma_agent::tokens;
use kuma_documents::{Chunk, ChunkOptions, Label, ParseError, Parsed, Progress};
use kuma_store::{Backend, Content, Document, DocumentError, DocumentHold, NewPassage, StoreError};
use kuma_types::FileKey;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::parts::LEASE;
use crate::App;
use crate::chats::SERVE_PREFIX;
use crate::error::{AppError, Result};
use crate::files::FilesError;

/// How often the table is searched for documents that nobody works on.
const SWEEP: Duration = Duration::from_secs(2);
/// How often progress is written.
const TELL: Duration = Duration::from_millis(400);
/// How often a quiet lease is renewed.
const RENEW: Duration = Duration::from_secs(8);
/// How long a document is held while its passages are written.
const KEEPING: Duration = Duration::from_mins(5);
/// A document that was begun more often stops whoever reads it.
const MOST_BEGINNINGS: i32 = 6;
/// How often reading is tried when this server is at fault.
const MOST_ATTEMPTS: i32 = 3;
/// When vectors that could not be made are tried again for the first time.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// Works on documents until `stop`: every process that serves or works runs one. It reads as many at once as
/// [`crate::AppConfig::document_readers`] says, and embeds one at a time. What is under way at the end is taken
/// up by another, or by this one when it comes back.
pub async fn work(app: App, stop: CancellationToken) {
    if let Err(error) = at_start(&app).await {
        tracing::warn!(%error, "documents that an earlier process left are taken up when their leases are over");
    }
    let readers = app.config().document_readers.max(1);
    let readers = (0..readers).map(|_| read_on(app.clone(), stop.clone()));
    tokio::join!(futures::future::join_all(readers), embed_on(app.clone(), stop.clone()));
}

/// A database in a file serves one machine's `serve`: what an earlier one was reading is free at once, without
/// waiting for its lease.
async fn at_start(app: &App) -> std::result::Result<(), StoreError> {
    if app.store().backend() == Backend::Sqlite && app.config().worker.starts_with(SERVE_PREFIX) {
        let left = app.store().document_work().let_go_of(SERVE_PREFIX).await?;
        if left > 0 {
            tracing::warn!(documents = left, "documents that an earlier process left behind are read on");
        }
    }
    Ok(())
}

async fn read_on(app: App, stop: CancellationToken) {
    loop {
        let claimed = app.store().document_work().claim(&app.config().worker, LEASE).await;
        match claimed {
            Ok(Some(document)) => {
                // Others wait for the same word.
                app.documents().uploaded.notify_one();
                tokio::select! {
                    () = stop.cancelled() => return give_back(&app, document.hold()).await,
                    () = read(&app, document.clone()) => {}
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "documents to be read could not be looked up"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.documents().uploaded.notified() => {}
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

/// Lets go of a document at once, so that nobody waits for the lease.
async fn give_back(app: &App, hold: DocumentHold) {
    if let Err(error) = app.store().document_work().release(hold, Duration::ZERO, false).await {
        tracing::warn!(%error, "a document could not be handed back; its lease will run out");
    }
}

/// Where the work is, for whoever tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stage {
    name: &'static str,
    done: u32,
    total: Option<u32>,
}

/// Reads one document to its end.
async fn read(app: &App, document: Document) {
    let hold = document.hold();
    let began = std::time::Instant::now();
    let (tell, told) = watch::channel(Stage { name: "parse", done: 0, total: None });
    // What was kept before a stop need not be read again.
    let is_kept = document.stage == "embed" && document.chunk_count > 0;
    let outcome = if is_kept {
        Ok(true)
    } else {
        let outcome = tokio::select! {
            outcome = to_content(app, &document, tell) => outcome,
            lost = keep_telling(app, hold, told) => Err(lost),
        };
        match outcome {
            Ok(content) => keep(app, hold, content).await,
            Err(failure) => Err(failure),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    match outcome {
        Ok(true) => {
            metrics::histogram!("kuma_document_read_seconds").record(seconds);
            metrics::counter!("kuma_documents_read_total", "outcome" => "ready").increment(1);
            finish(app, &document).await;
        }
        Ok(false) | Err(Failure::Lost) => {
            tracing::info!(document = %hold.id, "a document was deleted or taken over while it was read");
        }
        Err(Failure::File(error)) => {
            metrics::counter!("kuma_documents_read_total", "outcome" => "failed").increment(1);
            fail(app, hold, &error).await;
        }
        Err(Failure::Server(error)) if document.attempts < MOST_ATTEMPTS => {
            tracing::warn!(document = %hold.id, %error, "a document could not be read and is tried again");
            let pause = Duration::from_secs(1 << document.attempts.clamp(0, 8));
            if let Err(error) = app.store().document_work().release(hold, pause, true).await {
                tracing::warn!(%error, "a document could not be put off; its lease will run out");
            }
        }
        Err(Failure::Server(error)) => {
            tracing::error!(document = %hold.id, error = ?error, "a document could not be read");
            metrics::counter!("kuma_documents_read_total", "outcome" => "failed").increment(1);
            let error = DocumentError { code: error.code.to_owned(), detail: error.detail, retryable: true };
            fail(app, hold, &error).await;
        }
    }
}

/// Writes what a document turned into; nobody else takes it meanwhile.
async fn keep(app: &App, hold: DocumentHold, content: Content) -> std::result::Result<bool, Failure> {
    let work = app.store().document_work();
    let count = content.passages.len() as u32;
    if !work.progress(hold, "index", 0, Some(count), KEEPING).await? {
        return Err(Failure::Lost);
    }
    Ok(work.keep(hold, content).await?)
}

/// Gives a document its first vectors. It is ready whether that succeeds or not.
async fn finish(app: &App, document: &Document) {
    let hold = document.hold();
    let error = match embed(app, document, app.embedding_model()).await {
        Ok(()) => return,
        Err(error) => error,
    };
    tracing::warn!(document = %hold.id, %error, "a document is found by its words alone for now");
    if let Err(error) = app.store().document_work().ready_without_vectors(hold, FIRST_PAUSE).await {
        tracing::warn!(%error, "the end of a document could not be written; it will be taken up again");
    }
}

async fn fail(app: &App, hold: DocumentHold, error: &DocumentError) {
    tracing::info!(document = %hold.id, code = error.code, "a document could not be read");
    if let Err(error) = app.store().document_work().fail(hold, error).await {
        tracing::warn!(%error, "the end of a document could not be written; it will be read again");
    }
}

/// Why there is no content.
enum Failure {
    /// Somebody else has the document, or it is gone.
    Lost,
    /// The file is the cause.
    File(DocumentError),
    /// This server is.
    Server(AppError),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Server(error)
    }
}

impl From<kuma_store::StoreError> for Failure {
    fn from(error: kuma_store::StoreError) -> Self {
        Self::Server(error.into())
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        if matches!(error, ParseError::Internal { .. }) {
            let detail = error.to_string();
            return Self::Server(AppError { detail, ..AppError::internal(error) });
        }
        Self::File(DocumentError {
            code: error.code().to_owned(),
            detail: error.to_string(),
            retryable: error.may_pass_again(),
        })
    }
}

/// Writes progress as it comes and keeps the lease; ends when the document is lost.
async fn keep_telling(app: &App, hold: DocumentHold, mut told: watch::Receiver<Stage>) -> Failure {
    let mut closed = false;
    loop {
        let stage = *told.borrow_and_update();
        match app.store().document_work().progress(hold, stage.name, stage.done, stage.total, LEASE).await {
            Ok(true) => {}
            Ok(false) => return Failure::Lost,
            Err(error) => tracing::warn!(%error, "the progress of a document could not be written"),
        }
        tokio::time::sleep(TELL).await;
        if closed {
            tokio::time::sleep(RENEW).await;
            continue;
        }
        if let Ok(Err(_)) = tokio::time::timeout(RENEW, told.changed()).await {
            closed = true;
        }
    }
}

async fn to_content(
    app: &App,
    document: &Document,
    tell: watch::Sender<Stage>,
) -> std::result::Result<Content, Failure> {
    if document.attempts > MOST_BEGINNINGS {
        return Err(Failure::File(DocumentError {
            code: "crashed".to_owned(),
            detail: "Reading this document has stopped the server several times and was given up.".to_owned(),
            retryable: true,
        }));
    }
    let file = fetch(app, document).await?;
    let mut progress = |progress: Progress| {
        let (done, total) = match progress {
            Progress::Started(_) => (0, None),
            Progress::Pages { done, total } => (done, total),
            Progress::Pictures { done } => (done, None),
        };
        let name = if matches!(progress, Progress::Pictures { .. }) { "ocr" } else { "parse" };
        tell.send_replace(Stage { name, done, total });
    };
    let extension = document.filename.rsplit_once('.').map(|(_, extension)| extension);
    let parsed = app.documents().parser().await.parse(file, extension, &mut progress).await?;
    tell.send_replace(Stage { name: "chunk", done: 0, total: None });
    // Cutting a long text takes a while; other runs must not wait for it.
    let content = tokio::task::spawn_blocking(move || content(parsed)).await;
    let content = content.map_err(|error| Failure::Server(AppError::internal(error)))?;
    tell.send_replace(Stage { name: "index", done: 0, total: Some(content.passages.len() as u32) });
    Ok(content)
}

/// The file, on this machine, under no name.
async fn fetch(app: &App, document: &Document) -> std::result::Result<std::fs::File, Failure> {
    let key = FileKey::document(document.user_id, document.file_id);
    let mut stream = app.files().get(&key).await.map_err(|error| match error {
        FilesError::NotFound => Failure::File(DocumentError {
            code: "file_missing".to_owned(),
            detail: "The file is not in the storage any more. Upload it again.".to_owned(),
            retryable: false,
        }),
        error => Failure::Server(error.into()),
    })?;
    let file = tempfile::tempfile_in(&app.config().data_dir).map_err(AppError::internal)?;
    let mut file = tokio::fs::File::from_std(file);
    while let Some(piece) = stream.bytes.next().await {
        file.write_all(&piece.map_err(AppError::from)?).await.map_err(AppError::internal)?;
    }
    file.flush().await.map_err(AppError::internal)?;
    let mut file = file.into_std().await;
    file.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
    Ok(file)
}

fn content(parsed: Parsed) -> Content {
    let mut count = tokens::estimate;
    let chunks = kuma_documents::chunks(&parsed, ChunkOptions::default(), &mut count);
    let has_pages = parsed.pages.iter().any(|page| page.label != Label::Whole);
    let text = parsed.text();
    Content {
        kind: serde_json::to_value(parsed.kind)
            .ok()
            .and_then(|kind| kind.as_str().map(str::to_owned))
            .unwrap_or_default(),
        mime_type: parsed.kind.mime().to_owned(),
        title: parsed.title,
        page_count: has_pages.then(|| parsed.pages.iter().map(|page| page.number).max().unwrap_or_default()),
        warnings: parsed.warnings,
        text_tokens: tokens::estimate(&text) as u64,
        text,
        passages: chunks.into_iter().map(|chunk| passage(chunk, has_pages)).collect(),
    }
}

fn passage(chunk: Chunk, has_pages: bool) -> NewPassage {
    let search_text = chunk.for_embedding();
    NewPassage {
        page: chunk.places.first().filter(|_| has_pages).map(|place| place.page),
        start: chunk.start as u64,
        end: chunk.end as u64,
        tokens: chunk.tokens as u32,
        places: json!(chunk.places),
        headings: chunk.headings,
        table_header: chunk.table_header,
        text: chunk.text,
        search_text,
    }
}

/// Gives documents the vectors of the configured model, one document after the other.
async fn embed_on(app: App, stop: CancellationToken) {
    loop {
        let model = app.embedding_model().to_owned();
        let claimed = app.store().document_work().claim_to_embed(&model, &app.config().worker, LEASE).await;
        match claimed {
            Ok(Some(document)) => {
                let hold = document.hold();
                let embedded = tokio::select! {
                    () = stop.cancelled() => return give_back(&app, hold).await,
                    embedded = embed(&app, &document, &model) => embedded,
                };
                match embedded {
                    Ok(()) => continue,
                    Err(error) => put_off(&app, &document, &error).await,
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "documents to be embedded could not be looked up"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.documents().indexed.notified() => {}
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

async fn embed(app: &App, document: &Document, model: &str) -> Result<()> {
    let (hold, work) = (document.hold(), app.store().document_work());
    let embedder = app.embedder().await?;
    let mut from = 0;
    let total = work.passages(hold).await?;
    loop {
        let batch = work.to_embed(hold, model, from).await?;
        let Some((last, _)) = batch.last() else { break };
        if !work.progress(hold, "embed", from, total, LEASE).await? {
            return Ok(());
        }
        from = last + 1;
        let (positions, texts): (Vec<u32>, Vec<String>) = batch.into_iter().unzip();
        let vectors = embedder.embed(texts).await?;
        let rows: Vec<(u32, Vec<f32>)> = positions.into_iter().zip(vectors).collect();
        if !work.keep_vectors(hold, model, &rows).await? {
            return Ok(());
        }
    }
    work.embedded(hold, model).await?;
    Ok(())
}

/// The document stays ready and is found by its words; its vectors are tried again later.
async fn put_off(app: &App, document: &Document, error: &AppError) {
    let pause = Duration::from_secs(5 << document.attempts.clamp(0, 7));
    tracing::debug!(document = %document.id, %error, "a document is still found by its words alone");
    if let Err(error) = app.store().document_work().release(document.hold(), pause, true).await {
        tracing::warn!(%error, "a document could not be put off; its lease will run out");
    }
}
