//! An answer from one document, with its quotes. Without a model that can answer, the quotes alone.

use std::fmt::Write as _;
use std::time::Duration;

use futures::TryStreamExt as _;
use kuma_agent::{Fence, cite};
use kuma_llm::{ChatEvent, ChatMessage, ChatModel, ChatRequest, Role};
use kuma_store::{DocumentStatus, User};
use kuma_types::{DocumentId, Provenance, Source};
use serde_json::Value;

use super::find::{FoundPassage, Wanted, find};
use super::manage::get;
use super::quote::best_quote;
use super::{QUESTION_MAX_BYTES, attach};
use crate::App;
use crate::error::{AppError, ErrorKind, Result};

/// How many passages an answer is made of.
const PASSAGES: usize = 12;
/// How many are quoted when no model answers.
const QUOTES: usize = 4;
/// An answer that takes longer is given up.
const PATIENCE: Duration = Duration::from_mins(2);
/// Tokens of an answer.
const LONGEST_ANSWER: u32 = 2_000;

const SYSTEM: &str = "You answer a question from passages of one document and from nothing else. When they do not hold the answer, say so plainly. Be brief and exact, and answer in the language of the question.";

/// What the document says.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer; its marks `[1]` are the numbers of the citations.
    pub text: String,
    /// What it rests on.
    pub citations: Vec<AnswerCitation>,
    /// The model that answered; none when these are quotes.
    pub model: Option<String>,
    /// What the person should know: that no model answered, that only words were looked for.
    pub notice: Option<String>,
}

/// A quote that is in the document.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerCitation {
    /// Its number in the answer, from 1.
    pub index: u32,
    /// The page, where there are pages.
    pub page: Option<u32>,
    /// The document's own words.
    pub quote: String,
    /// How well its passage fits the question, 0 to 1.
    pub score: f64,
    /// Where its passage stands, page by page.
    pub places: Vec<Value>,
}

/// Answers a question from one document.
pub async fn answer(app: &App, owner: &User, id: DocumentId, question: &str) -> Result<Answer> {
    let question = question.trim();
    if question.is_empty() {
        return Err(AppError::field("question", "Ask something."));
    }
    if question.len() > QUESTION_MAX_BYTES {
        let most = QUESTION_MAX_BYTES / 1024;
        return Err(AppError::field("question", format!("A question has at most {most} KiB.")));
    }
    let document = get(app, owner.id, id).await?;
    if document.status != DocumentStatus::Ready {
        let detail = match document.error {
            Some(error) => format!("This document could not be read: {}", error.detail),
            None => "This document is still being read. Try again in a moment.".to_owned(),
        };
        return Err(AppError::new(ErrorKind::Conflict, "document_not_ready", detail));
    }
    let wanted = Wanted { owner: owner.id, query: question, documents: Some(&[id]), limit: PASSAGES };
    let found = find(app, wanted).await?;
    if found.passages.is_empty() {
        let text = "Nothing in this document fits the question.".to_owned();
        return Ok(Answer { text, citations: Vec::new(), model: None, notice: found.notice });
    }
    let model = app.models().pick(app, None).await?.filter(|model| !model.info().demo);
    let Some(model) = model else {
        let why = "No model that can answer is connected, so these are the passages that fit best. Connect one in Settings → Models.";
        return Ok(quotes(&found.passages, question, why, found.notice));
    };
    match tokio::time::timeout(PATIENCE, ask(&*model, &found.passages, question)).await {
        Ok(Ok(answer)) => Ok(Answer { notice: found.notice, ..answer }),
        Ok(Err(error)) => {
            let why = format!("{} These are the passages that fit best.", AppError::from(error).detail);
            Ok(quotes(&found.passages, question, &why, found.notice))
        }
        Err(_) => {
            let why = "The model took too long, so these are the passages that fit best.";
            Ok(quotes(&found.passages, question, why, found.notice))
        }
    }
}

async fn ask(
    model: &dyn ChatModel,
    passages: &[FoundPassage],
    question: &str,
) -> std::result::Result<Answer, kuma_llm::ModelError> {
    let fence = Fence::new();
    let sources: Vec<Source> = passages.iter().map(attach::source_of).collect();
    let mut shown = String::new();
    for (number, source) in (1..).zip(&sources) {
        // Writing to a string cannot fail.
        let _ = write!(shown, "{}\n{}\n\n", cite::label(number, source), source.text);
    }
    let from = Provenance::of(attach::place_of(passages.first().map_or("", |p| &*p.display_name)));
    let system = format!("{SYSTEM}\n\n{}\n\n{}", fence.explain(), cite::explanation());
    let user = format!("{}\n\nQuestion: {question}", fence.wrap(&from, shown.trim_end()));
    let request = ChatRequest {
        messages: vec![ChatMessage::text(Role::System, system), ChatMessage::text(Role::User, user)],
        max_output_tokens: Some(LONGEST_ANSWER),
        temperature: Some(0.0),
        ..ChatRequest::default()
    };
    let mut events = model.stream(request).await?;
    let mut reply = String::new();
    while let Some(event) = events.try_next().await? {
        if let ChatEvent::Text(text) = event {
            reply.push_str(&text);
        }
    }
    let cited = cite::resolve(&sources, &reply);
    let citations = cited.citations.into_iter().map(|(citation, source)| AnswerCitation {
        index: citation.index,
        page: citation.page,
        quote: citation.quote,
        score: passages.get(source).map_or(0.0, |passage| passage.score),
        places: passages.get(source).map(|passage| passage.places.clone()).unwrap_or_default(),
    });
    Ok(Answer {
        citations: citations.collect(),
        text: cited.text.trim().to_owned(),
        model: Some(model.info().id.clone()),
        notice: None,
    })
}

/// The passages themselves, and that they are all there is.
fn quotes(passages: &[FoundPassage], question: &str, why: &str, searched: Option<String>) -> Answer {
    let mut text = why.to_owned();
    let mut citations = Vec::new();
    for (index, passage) in (1..).zip(passages.iter().take(QUOTES)) {
        let quote = best_quote(&passage.text, question);
        let page = passage.page.map(|page| format!(" (page {page})")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\n> {quote}{page} [{index}]");
        let (score, places) = (passage.score, passage.places.clone());
        citations.push(AnswerCitation { index, page: passage.page, quote, score, places });
    }
    let notice = match searched {
        Some(searched) => format!("{why} {searched}"),
        None => why.to_owned(),
    };
    Answer { text, citations, model: None, notice: Some(notice) }
}
