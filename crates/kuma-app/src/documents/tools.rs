//! What models do with documents: `queryDocument` and `listDocuments`.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use kuma_agent::tool::{Availability, Tool, ToolContext, ToolError, ToolOutput, TypedTool, typed};
use kuma_store::{DocumentFilter, DocumentStatus};
use kuma_types::{DocumentId, Effect, Provenance, ToolCategory, ToolErrorKind, UserId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::find::{ByWords, Wanted, find};
use super::{MOST_DOCUMENTS, QUESTION_MAX_BYTES, attach};
use crate::App;
use crate::app::WeakApp;
use crate::error::AppError;

/// Both tools.
pub(crate) fn tools(app: &WeakApp) -> [Arc<dyn Tool>; 2] {
    [typed(QueryDocument(app.clone())), typed(ListDocuments(app.clone()))]
}

fn app_of(app: &WeakApp) -> Result<App, ToolError> {
    app.upgrade().ok_or_else(|| {
        let sentence = "The server is stopping.";
        ToolError::new(ToolErrorKind::NotAvailable, sentence, sentence).in_own_words()
    })
}

fn failed(error: AppError) -> ToolError {
    ToolError::new(ToolErrorKind::Internal, error.detail.clone(), error.detail).in_own_words()
}

/// Offered to people who have documents.
async fn availability(app: &WeakApp, user: UserId) -> Availability {
    let missing = |how: &str| Availability::Missing { how_to_get: how.to_owned() };
    let Some(app) = app.upgrade() else { return missing("The server is stopping.") };
    match app.store().documents().any(user).await {
        Ok(true) => Availability::Available,
        Ok(false) => missing("Upload a document under Documents, or attach one to a message."),
        Err(error) => {
            tracing::warn!(%error, "documents could not be looked up");
            missing("Documents cannot be reached right now. Try again in a moment.")
        }
    }
}

/// Looks for passages.
struct QueryDocument(WeakApp);

/// What to look for, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct QueryArguments {
    /// What to look for: a question or a few words, in the language of the documents.
    query: String,
    /// Look in these documents only: ids from listDocuments or from the attached documents. Leave it out to look in all.
    #[serde(default)]
    document_ids: Option<Vec<String>>,
    /// How many passages to give, 1 to 20.
    #[serde(default = "usual")]
    limit: usize,
}

const fn usual() -> usize {
    8
}

#[async_trait]
impl TypedTool for QueryDocument {
    type Arguments = QueryArguments;
    const NAME: &'static str = "queryDocument";
    const DISPLAY_NAME: &'static str = "Search documents";
    const DESCRIPTION: &'static str = "Finds the passages of the person's uploaded documents that fit a question best, with their pages. \
        Call it again with other words when the first passages do not hold the answer.";
    const CATEGORY: ToolCategory = ToolCategory::Document;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const HINT: Option<&'static str> = Some(
        "When a question may be about the person's own documents, search them with queryDocument before you answer.",
    );

    async fn availability(&self, user: UserId) -> Availability {
        availability(&self.0, user).await
    }

    fn describe(&self, arguments: &QueryArguments) -> String {
        let query: String = arguments.query.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("Search documents for “{}”", query.chars().take(120).collect::<String>())
    }

    async fn call(&self, context: &ToolContext, arguments: QueryArguments) -> Result<ToolOutput, ToolError> {
        let app = app_of(&self.0)?;
        let query = arguments.query.trim();
        if query.is_empty() || query.len() > QUESTION_MAX_BYTES {
            return Err(ToolError::bad_arguments("`query` must be a question or a few words.").in_own_words());
        }
        let ids = wanted_ids(arguments.document_ids)?;
        let limit = arguments.limit.clamp(1, 20);
        let wanted = Wanted { owner: context.user, query, documents: ids.as_deref(), limit };
        let found = find(&app, wanted).await.map_err(failed)?;
        if found.passages.is_empty() {
            let mut text =
                "No passage fits. Try other words, or see with listDocuments what there is.".to_owned();
            note(&mut text, found.notice.as_deref());
            let summary = format!("Nothing found in the documents{}", how(found.by_words));
            return Ok(ToolOutput {
                result: json!({ "passages": [], "notice": found.notice }),
                ..ToolOutput::text(text, summary)
            });
        }
        let mut text = String::new();
        let mut names: Vec<&str> = Vec::new();
        for passage in &found.passages {
            if !names.contains(&&*passage.display_name) {
                names.push(&passage.display_name);
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "{}\n{}\n\n", attach::place_label(passage), passage.text);
        }
        let mut text = text.trim_end().to_owned();
        note(&mut text, found.notice.as_deref());
        let count = found.passages.len();
        let summary = match (count, names.as_slice()) {
            (1, [name]) => format!("1 passage from {name}"),
            (_, [name]) => format!("{count} passages from {name}"),
            (_, names) => format!("{count} passages from {} documents", names.len()),
        } + how(found.by_words);
        let passages: Vec<_> = found
            .passages
            .iter()
            .map(|passage| {
                let preview: String = passage.text.chars().take(200).collect();
                json!({
                    "documentId": passage.document_id, "displayName": passage.display_name,
                    "page": passage.page, "score": passage.score, "preview": preview,
                })
            })
            .collect();
        Ok(ToolOutput {
            content: text,
            result: json!({ "passages": passages, "notice": found.notice }),
            summary,
            sources: found.passages.iter().map(attach::source_of).collect(),
            provenance: Some(names.iter().map(|name| attach::place_of(name)).collect::<Provenance>()),
        })
    }
}

/// The model is told too what the search could not do.
fn note(text: &mut String, notice: Option<&str>) {
    if let Some(notice) = notice {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\n({notice})");
    }
}

/// The end of a line for people.
const fn how(by_words: ByWords) -> &'static str {
    match by_words {
        ByWords::Nothing => "",
        ByWords::Some => ", in part by words alone",
        ByWords::Everything => ", by words alone",
    }
}

fn wanted_ids(ids: Option<Vec<String>>) -> Result<Option<Vec<DocumentId>>, ToolError> {
    let Some(ids) = ids.filter(|ids| !ids.is_empty()) else { return Ok(None) };
    if ids.len() > MOST_DOCUMENTS {
        let why =
            format!("`documentIds` has at most {MOST_DOCUMENTS} ids; leave it out to look in all documents.");
        return Err(ToolError::bad_arguments(why).in_own_words());
    }
    let parsed: Result<Vec<DocumentId>, _> = ids.iter().map(|id| id.parse()).collect();
    parsed.map(Some).map_err(|_| {
        ToolError::bad_arguments("`documentIds` must be ids as listDocuments gives them, not names.")
            .in_own_words()
    })
}

/// Says what there is.
struct ListDocuments(WeakApp);

/// Which documents.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ListArguments {
    /// Only documents with this text in their name.
    #[serde(default)]
    query: Option<String>,
    /// How many to give, 1 to 50, the newest first.
    #[serde(default = "many")]
    limit: u32,
}

const fn many() -> u32 {
    20
}

#[async_trait]
impl TypedTool for ListDocuments {
    type Arguments = ListArguments;
    const NAME: &'static str = "listDocuments";
    const DISPLAY_NAME: &'static str = "List documents";
    const DESCRIPTION: &'static str =
        "Lists the documents that the person has uploaded, with their ids, kinds and pages.";
    const CATEGORY: ToolCategory = ToolCategory::Document;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;

    async fn availability(&self, user: UserId) -> Availability {
        availability(&self.0, user).await
    }

    fn describe(&self, arguments: &ListArguments) -> String {
        match arguments.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
            Some(query) => {
                format!("List documents with “{}” in their name", query.chars().take(80).collect::<String>())
            }
            None => "List documents".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext, arguments: ListArguments) -> Result<ToolOutput, ToolError> {
        let app = app_of(&self.0)?;
        let filter = DocumentFilter { query: arguments.query, ..DocumentFilter::default() };
        let limit = arguments.limit.clamp(1, 50);
        let page = app.store().documents().list(context.user, &filter, None, limit).await;
        let page = page.map_err(|error| failed(error.into()))?;
        if page.items.is_empty() {
            return Ok(ToolOutput::text("There are no such documents.", "No documents"));
        }
        let mut text = String::new();
        for document in &page.items {
            let pages = document.page_count.map(|pages| format!(", {pages} pages")).unwrap_or_default();
            let state = match document.status {
                DocumentStatus::Ready => "",
                DocumentStatus::Processing => ", still being read",
                DocumentStatus::Failed => ", could not be read",
            };
            let _ = writeln!(
                text,
                "- {} (documentId {}, {}{pages}{state}, uploaded {})",
                document.display_name,
                document.id,
                document.mime_type,
                document.created_at.format("%Y-%m-%d")
            );
        }
        if page.next_cursor.is_some() {
            text.push_str("There are more; ask with a part of the name.\n");
        }
        let items: Vec<_> = page
            .items
            .iter()
            .map(|document| json!({ "documentId": document.id, "displayName": document.display_name, "pageCount": document.page_count }))
            .collect();
        let count = items.len();
        Ok(ToolOutput {
            content: text,
            result: json!({ "documents": items }),
            summary: if count == 1 { "1 document".to_owned() } else { format!("{count} documents") },
            sources: Vec::new(),
            provenance: Some(Provenance::of("the names of documents")),
        })
    }
}
