//! Searching documents and asking one.

use axum::Json;
use axum::extract::State;
use kuma_app::AppError;
use kuma_app::documents::{self, MOST_DOCUMENTS, QUESTION_MAX_BYTES, Wanted};
use kuma_app::error::FieldErrors;
use kuma_types::DocumentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{PlaceView, places};
use crate::extract::{CurrentUser, JsonBody, PathOf};
use crate::limits::Limit;
use crate::problem::ApiResult;
use crate::state::ServerState;

const LIMIT_MAX: usize = 50;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchBody {
    /// A question or a few words, in any language; at most 8 KiB.
    #[schema(min_length = 1)]
    query: String,
    /// Only in these documents, at most 50.
    document_ids: Option<Vec<DocumentId>>,
    /// How many passages, 1 to 50; 10 when not given. Neighbours come as one.
    #[schema(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DocumentPassage)]
pub struct PassageView {
    document_id: DocumentId,
    display_name: String,
    /// The page on which it begins; null where there are no pages.
    #[schema(required)]
    page: Option<u32>,
    /// The headings over it, the outermost first.
    headings: Vec<String>,
    /// Its text.
    text: String,
    /// Where its text has the words that were looked for: from and to, in UTF-16 units, as JavaScript counts.
    matches: Vec<[usize; 2]>,
    /// 0 to 1, the more the better; comparable within one search.
    score: f64,
    /// Where it stands, page by page.
    places: Vec<PlaceView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentPassages)]
pub struct SearchResult {
    /// The best first.
    items: Vec<PassageView>,
    /// What you should know: that only words were looked for, in all documents or in some, or that the reranker
    /// could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// Search documents
///
/// By words and by meaning at once, in all of your documents or in some; put in order by a reranker where the server
/// has one.
#[utoipa::path(post, path = "/documents/search", tag = "documents", operation_id = "searchDocuments", security(("bearer" = [])), request_body = SearchBody, responses(
    (status = 200, description = "What was found", body = SearchResult),
))]
pub async fn search(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    JsonBody(body): JsonBody<SearchBody>,
) -> ApiResult<Json<SearchResult>> {
    let query = body.query.trim();
    let limit = body.limit.unwrap_or(10);
    let mut errors = FieldErrors::default();
    if query.is_empty() {
        errors.add("query", "Say what to look for.");
    } else if query.len() > QUESTION_MAX_BYTES {
        errors.add("query", format!("A search has at most {} KiB.", QUESTION_MAX_BYTES / 1024));
    }
    if !(1..=LIMIT_MAX).contains(&limit) {
        errors.add("limit", format!("A limit is a number from 1 to {LIMIT_MAX}."));
    }
    if body.document_ids.as_ref().is_some_and(|ids| ids.len() > MOST_DOCUMENTS) {
        errors.add("documentIds", format!("At most {MOST_DOCUMENTS} documents can be named."));
    }
    errors.finish()?;
    let wanted = Wanted { owner: user.id, query, documents: body.document_ids.as_deref(), limit };
    let found = documents::find(&state.app, wanted).await?;
    let items = found.passages.into_iter().map(|passage| PassageView {
        document_id: passage.document_id,
        display_name: passage.display_name,
        page: passage.page,
        headings: passage.headings,
        matches: documents::matches(&passage.text, query),
        text: passage.text,
        score: passage.score,
        places: places(passage.places),
    });
    Ok(Json(SearchResult { items: items.collect(), notice: found.notice }))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct QuestionBody {
    /// What to ask, at most 8 KiB.
    #[schema(min_length = 1)]
    question: String,
}

/// An answer from a document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentAnswer)]
pub struct AnswerBody {
    /// The answer; `[1]` in it is the citation of that number.
    answer: String,
    /// What it rests on: words of the document.
    citations: Vec<CitationView>,
    /// The model that answered; null when these are quotes without an answer.
    #[schema(required)]
    model: Option<String>,
    /// What you should know: that no model answered, that only words were looked for, that the reranker could not be
    /// asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// A quote that is in the document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentCitation)]
pub struct CitationView {
    /// Its number in the answer, from 1.
    index: u32,
    /// The page; null where there are no pages.
    #[schema(required)]
    page: Option<u32>,
    /// The document's own words.
    quote: String,
    /// How well its passage fits the question, 0 to 1.
    score: f64,
    /// Where its passage stands, page by page.
    places: Vec<PlaceView>,
}

/// Ask a document
///
/// With no model that can answer, the passages that fit best come as quotes, and the answer says so.
#[utoipa::path(post, path = "/documents/{id}/query", tag = "documents", operation_id = "queryDocument", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), request_body = QuestionBody, responses(
    (status = 200, description = "The answer", body = AnswerBody),
))]
pub async fn query(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
    JsonBody(body): JsonBody<QuestionBody>,
) -> ApiResult<Json<AnswerBody>> {
    state.limits.check_user(Limit::Chat, user.id)?;
    let answer = documents::answer(&state.app, &user, id, &body.question).await?;
    let citations = answer.citations.into_iter().map(|citation| CitationView {
        index: citation.index,
        page: citation.page,
        quote: citation.quote,
        score: citation.score,
        places: places(citation.places),
    });
    Ok(Json(AnswerBody {
        answer: answer.text,
        citations: citations.collect(),
        model: answer.model,
        notice: answer.notice,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct LocateBody {
    /// Words of the document, such as the quote of a citation; at most 8 KiB.
    #[schema(min_length = 4)]
    quote: String,
    /// The page on which they should be.
    page: Option<u32>,
}

/// Where a quote stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentLocation)]
pub struct LocatedBody {
    /// The page; null where there are no pages.
    #[schema(required)]
    page: Option<u32>,
    /// The passage that has the quote.
    text: String,
    /// First byte of the passage in the document's text.
    start: u64,
    /// Past its last byte.
    end: u64,
    /// Where the passage stands, page by page, with the boxes of its lines.
    places: Vec<PlaceView>,
}

/// Find a quote in a document
///
/// For showing a citation in its place. Spaces and typography do not matter.
#[utoipa::path(post, path = "/documents/{id}/locate", tag = "documents", operation_id = "locateQuote", security(("bearer" = [])), params(("id" = DocumentId, Path, description = "The document")), request_body = LocateBody, responses(
    (status = 200, description = "Where it is", body = LocatedBody),
))]
pub async fn locate(
    State(state): State<ServerState>,
    CurrentUser(user): CurrentUser,
    PathOf(id): PathOf<DocumentId>,
    JsonBody(body): JsonBody<LocateBody>,
) -> ApiResult<Json<LocatedBody>> {
    if body.quote.trim().is_empty() || body.quote.len() > QUESTION_MAX_BYTES {
        return Err(AppError::field("quote", "Give the words to find, at most 8 KiB.").into());
    }
    let found = documents::locate(&state.app, user.id, id, &body.quote, body.page).await?;
    Ok(Json(LocatedBody {
        page: found.page,
        text: found.text,
        start: found.start,
        end: found.end,
        places: places(found.places),
    }))
}
