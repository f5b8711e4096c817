//! What a run gets to see of attached documents.
//!
//! When all of their text fits the budget it is sent whole, in front of the question; otherwise the
//! passages that fit the question, and the model looks further with its tools. Documents of earlier
//! messages of the branch stay in sight. All of it is text from outside: fenced, citable, and it taints
//! the run.

use std::fmt::Write as _;
use std::time::Duration;

use kuma_agent::{Fence, cite, tokens};
use kuma_store::{Document, DocumentStatus, Message};
use kuma_types::{ChatId, DocumentId, PageStart, Provenance, Source, SourceAt, UserId};
use serde_json::{Value, json};

use super::MOST_DOCUMENTS;
use super::find::{FoundPassage, Retrieved, Wanted, find, number};
use crate::App;
use crate::error::{FieldErrors, Result};

/// How many passages are sent when the text does not fit.
const PASSAGES: usize = 24;
/// What a passage takes with its label, at most.
const PASSAGE_TOKENS: usize = 300;
/// How long a run waits for its documents to be read.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(200);
/// Tokens of documents that are sent at most, whatever the model's window.
const MOST_TOKENS: usize = 100_000;

/// Documents as a message's row and clients have them. Each problem is noted under `documentIds`.
pub(crate) async fn attachments(
    app: &App,
    owner: UserId,
    ids: &[DocumentId],
    errors: &mut FieldErrors,
) -> Result<Value> {
    if ids.len() > MOST_DOCUMENTS {
        errors.add("documentIds", format!("At most {MOST_DOCUMENTS} documents can be attached."));
        return Ok(json!([]));
    }
    let found = app.store().documents().get_many(owner, ids).await?;
    if ids.iter().any(|id| !found.iter().any(|document| document.id == *id)) {
        errors.add("documentIds", "There is no such document, or it is not yours.");
    }
    for document in found.iter().filter(|document| document.status == DocumentStatus::Failed) {
        let why = document.error.as_ref().map_or("", |error| &*error.detail);
        errors.add("documentIds", format!("{} could not be read: {why}", document.display_name));
    }
    Ok(found.iter().map(attachment).collect())
}

/// Notes the chat that the documents were attached in, for the list of a chat's documents. That it
/// cannot be noted now is no reason to refuse a message that was accepted.
pub(crate) async fn note_attached(app: &App, owner: UserId, ids: &[DocumentId], chat: ChatId) {
    if ids.is_empty() {
        return;
    }
    if let Err(error) = app.store().documents().note_chat(owner, ids, chat).await {
        tracing::warn!(%error, "the chat of attached documents could not be noted");
    }
}

fn attachment(document: &Document) -> Value {
    json!({
        "documentId": document.id,
        "displayName": document.display_name,
        "pageCount": document.page_count,
    })
}

/// What goes in front of the question.
#[derive(Default)]
pub(crate) struct Attached {
    /// The documents' part of the message.
    pub(crate) block: Option<String>,
    /// What can be cited, numbered as it is in the block.
    pub(crate) sources: Vec<Source>,
    /// Where the text came from.
    pub(crate) taint: Option<Provenance>,
}

impl Attached {
    /// The message that the model is sent.
    pub(crate) fn before(&self, question: &str) -> String {
        match &self.block {
            Some(block) => format!("{block}\n---\nUser question: {question}"),
            None => question.to_owned(),
        }
    }
}

/// Gathers what the branch `path` has attached, for its last message. `room`: tokens that may be used.
pub(crate) async fn attach(
    app: &App,
    owner: UserId,
    path: &[Message],
    room: usize,
    fence: &Fence,
) -> Result<Attached> {
    let ids = attached_ids(path);
    if ids.is_empty() {
        return Ok(Attached::default());
    }
    let documents = wait_until_read(app, owner, &ids).await?;
    let (ready, unread): (Vec<Document>, Vec<Document>) =
        documents.into_iter().partition(|document| document.status == DocumentStatus::Ready);
    let mut notes: Vec<String> = unread.iter().map(unread_note).collect();
    if ids.len() > ready.len() + unread.len() {
        notes.push("(Some documents that were attached have been deleted since.)".to_owned());
    }
    let room = room.min(MOST_TOKENS);
    let needed: u64 = ready.iter().map(|document| document.text_tokens + 20).sum();
    let mut attached = if ready.is_empty() {
        Attached::default()
    } else if needed <= room as u64 {
        whole(app, owner, &ready, fence).await?
    } else {
        let question = path.last().map_or("", |message| &*message.content);
        passages(app, owner, &ready, question, room, fence).await?
    };
    if !notes.is_empty() {
        let notes = notes.join("\n");
        attached.block = Some(match attached.block {
            Some(block) => format!("{notes}\n\n{block}"),
            None => notes,
        });
    }
    Ok(attached)
}

/// The documents of a branch, those of the last message first.
fn attached_ids(path: &[Message]) -> Vec<DocumentId> {
    let mut ids: Vec<DocumentId> = Vec::new();
    for message in path.iter().rev() {
        let items = message.document_attachments.as_array().map(Vec::as_slice).unwrap_or_default();
        for item in items {
            let id = item.get("documentId").and_then(Value::as_str).and_then(|id| id.parse().ok());
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
    }
    ids.truncate(MOST_DOCUMENTS);
    ids
}

/// A document may have been uploaded with the very message that asks about it.
async fn wait_until_read(app: &App, owner: UserId, ids: &[DocumentId]) -> Result<Vec<Document>> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let documents = app.store().documents().get_many(owner, ids).await?;
        let waiting = documents.iter().any(|document| document.status == DocumentStatus::Processing);
        if !waiting || tokio::time::Instant::now() > until {
            return Ok(documents);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn unread_note(document: &Document) -> String {
    let name = one_line(&document.display_name);
    match &document.error {
        Some(error) => format!("(The attached document {name} could not be read: {})", error.detail),
        None => format!("(The attached document {name} is still being read; its text is not here yet.)"),
    }
}

/// The seed's form: `Document 1: NAME`, the text, `---`, and so on.
async fn whole(app: &App, owner: UserId, documents: &[Document], fence: &Fence) -> Result<Attached> {
    let mut text = String::new();
    let mut sources = Vec::new();
    for (number, document) in (1..).zip(documents) {
        let name = one_line(&document.display_name);
        let content = app.store().documents().text(owner, document.id).await?;
        let starts = page_starts(app, owner, document).await?;
        let between = if number == 1 { "" } else { "\n---\n" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{between}Document {number}: {name}\n{content}");
        sources.push(Source {
            title: name,
            at: SourceAt::Pages { document: document.id.0, starts },
            page: None,
            text: content,
        });
    }
    let count = sources.len();
    let numbers = match count {
        1 => "Document 1 is [source 1].".to_owned(),
        _ => format!("Document 1 is [source 1], and so on to Document {count}, [source {count}]."),
    };
    let taint = provenance(documents.iter().map(|document| &*document.display_name));
    let block = format!("The person has attached what follows. {numbers}\n{}", fence.wrap(&taint, &text));
    Ok(Attached { block: Some(block), sources, taint: Some(taint) })
}

/// Where the pages of a document begin, where it has such.
async fn page_starts(app: &App, owner: UserId, document: &Document) -> Result<Vec<PageStart>> {
    if document.page_count.is_none() {
        return Ok(Vec::new());
    }
    let all: Vec<(DocumentId, u32)> = (0..document.chunk_count).map(|at| (document.id, at)).collect();
    let passages = app.store().document_search().passages(owner, &all).await?;
    let mut starts: Vec<PageStart> = Vec::new();
    for place in passages.iter().filter_map(|passage| passage.places.as_array()).flatten() {
        let (Some(page), Some(at)) = (number(place, "page"), number(place, "start")) else { continue };
        let start = PageStart { at: at as u32, page: page as u32 };
        if starts.last().is_none_or(|last| last.page != start.page) {
            starts.push(start);
        }
    }
    Ok(starts)
}

/// The passages that fit the question, with their pages.
async fn passages(
    app: &App,
    owner: UserId,
    documents: &[Document],
    question: &str,
    room: usize,
    fence: &Fence,
) -> Result<Attached> {
    let ids: Vec<DocumentId> = documents.iter().map(|document| document.id).collect();
    // Neighbours come as one, so the limit is what keeps them within the room.
    let limit = (room / PASSAGE_TOKENS).clamp(1, PASSAGES);
    let wanted = Wanted { owner, query: question, documents: Some(&ids), limit };
    let Retrieved { passages: mut found, notice, .. } = find(app, wanted).await?;
    if found.is_empty() {
        // A question such as "summarise this" has no words in common with what it is about.
        found = beginnings(app, owner, documents, room).await?;
    }
    let mut text = String::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut used = 0;
    for passage in &found {
        let source = source_of(passage);
        let piece = format!(
            "{}\n{}\n{}",
            cite::label(sources.len() as u32 + 1, &source),
            place_label(passage),
            source.text
        );
        let cost = tokens::estimate(&piece);
        if used + cost > room {
            continue;
        }
        used += cost;
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&piece);
        sources.push(source);
    }
    let names: Vec<String> = documents.iter().map(|document| one_line(&document.display_name)).collect();
    let taint = provenance(names.iter().map(String::as_str));
    let list: Vec<String> = documents
        .iter()
        .map(|document| format!("{} (documentId {})", one_line(&document.display_name), document.id))
        .collect();
    // The passages come without a call that the person could look at, so the answer has to tell.
    let notice = notice
        .map(|notice| format!("\n({notice} Tell the person when these passages do not hold the answer.)"))
        .unwrap_or_default();
    let block = format!(
        "The person has attached documents that are too long to be shown whole: these are the passages that fit the question. Look further with the tool queryDocument, if you have it.{notice}\n{}",
        fence.wrap(&taint, &format!("Attached: {}\n\n{text}", list.join("; ")))
    );
    Ok(Attached { block: Some(block), sources, taint: Some(taint) })
}

/// The beginnings of the documents, each with its share of the room.
async fn beginnings(
    app: &App,
    owner: UserId,
    documents: &[Document],
    room: usize,
) -> Result<Vec<FoundPassage>> {
    let share = (room / documents.len().max(1)).saturating_sub(100) as u64;
    let mut all = Vec::new();
    for document in documents {
        let passages = app.store().document_search().beginning(owner, document.id, share).await?;
        all.extend(passages.into_iter().map(|passage| super::find::alone(passage, &document.display_name)));
    }
    Ok(all)
}

/// A passage as something that can be cited.
pub(super) fn source_of(passage: &FoundPassage) -> Source {
    let starts: Vec<PageStart> = passage
        .places
        .iter()
        .filter_map(|place| {
            let at = number(place, "start")?.saturating_sub(passage.start);
            Some(PageStart { at: at as u32, page: number(place, "page")? as u32 })
        })
        .filter(|_| passage.page.is_some())
        .collect();
    Source {
        title: one_line(&passage.display_name),
        at: if starts.len() > 1 {
            SourceAt::Pages { document: passage.document_id.0, starts }
        } else {
            SourceAt::Document(passage.document_id.0)
        },
        page: passage.page,
        text: passage.text.clone(),
    }
}

/// `[NAME, page N]`, and the headings over the passage.
pub(super) fn place_label(passage: &FoundPassage) -> String {
    let name = one_line(&passage.display_name);
    let mut label = match passage.page {
        Some(page) => format!("[{name}, page {page}]"),
        None => format!("[{name}]"),
    };
    if !passage.headings.is_empty() {
        let _ = write!(label, " {}", one_line(&passage.headings.join(" › ")));
    }
    label
}

/// How a document is named as the place where text came from.
pub(super) fn place_of(name: &str) -> String {
    format!("the document “{}”", one_line(name))
}

fn provenance<'a>(names: impl Iterator<Item = &'a str>) -> Provenance {
    names.map(place_of).collect()
}

fn one_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}
