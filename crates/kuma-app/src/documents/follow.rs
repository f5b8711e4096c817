//! How far a document is, told until it is known what became of it.
//!
//! The row is the truth and is looked at now and then, so that this works from any server, whoever
//! reads the document.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use kuma_store::{Document, DocumentError, DocumentStatus};
use kuma_types::{DocumentId, UserId};

use super::manage::get;
use crate::App;
use crate::error::{AppError, Result};

/// How often the row is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// What is told of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentEvent {
    /// How far it is.
    Progress {
        /// `waiting`, `parse`, `chunk`, `index` or `embed`.
        stage: String,
        /// How much of that is done.
        done: u32,
        /// How much there is, when that is known.
        total: Option<u32>,
    },
    /// It can be searched and attached. Last.
    Ready(Box<Document>),
    /// It could not be read. Last.
    Failed(DocumentError),
}

/// What is told of a document, to its end.
pub type DocumentEvents = BoxStream<'static, Result<DocumentEvent>>;

/// Follows a document. Progress that is the same is told once; a document that is deleted ends the
/// events.
pub async fn follow(app: &App, owner: UserId, id: DocumentId) -> Result<DocumentEvents> {
    let first = get(app, owner, id).await?;
    let state = State { app: app.clone(), owner, id, next: Some(first), told: None };
    Ok(stream::unfold(Some(state), step).boxed())
}

struct State {
    app: App,
    owner: UserId,
    id: DocumentId,
    next: Option<Document>,
    told: Option<DocumentEvent>,
}

async fn step(state: Option<State>) -> Option<(Result<DocumentEvent>, Option<State>)> {
    let mut state = state?;
    loop {
        let document = if let Some(document) = state.next.take() {
            document
        } else {
            tokio::time::sleep(LOOK).await;
            match get(&state.app, state.owner, state.id).await {
                Ok(document) => document,
                Err(error) if error.kind == crate::ErrorKind::NotFound => return None,
                Err(error) if error.is_unavailable() => continue,
                Err(error) => return Some((Err(error), None)),
            }
        };
        let event = event_of(document);
        if matches!(event, DocumentEvent::Ready(_) | DocumentEvent::Failed(_)) {
            return Some((Ok(event), None));
        }
        if state.told.as_ref() != Some(&event) {
            state.told = Some(event.clone());
            return Some((Ok(event), Some(state)));
        }
    }
}

fn event_of(document: Document) -> DocumentEvent {
    match document.status {
        DocumentStatus::Ready => DocumentEvent::Ready(Box::new(document)),
        DocumentStatus::Failed => DocumentEvent::Failed(document.error.unwrap_or_else(|| DocumentError {
            code: "internal".to_owned(),
            detail: AppError::internal("a failed document without a reason").detail,
            retryable: true,
        })),
        DocumentStatus::Processing => DocumentEvent::Progress {
            stage: document.stage,
            done: document.stage_done,
            total: document.stage_total,
        },
    }
}
