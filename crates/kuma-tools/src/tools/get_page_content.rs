//! `getPageContent`.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, Source, SourceAt, ToolCategory, ToolErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::page::{PageError, PageKind, Pages, part};
use crate::text::{clip, host, one_line};

/// Reads a page of the web.
pub struct GetPageContent(pub Pages);

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// The address, https or http.
    pub url: String,
    /// Where to go on reading a long page: the offset that the part before named. 0 for the beginning.
    #[serde(default)]
    pub offset: usize,
    /// The most characters to give, 500 to 40000.
    #[serde(default = "usual")]
    pub max_characters: usize,
}

const fn usual() -> usize {
    12_000
}

#[async_trait]
impl TypedTool for GetPageContent {
    type Arguments = Arguments;
    const NAME: &'static str = "getPageContent";
    const DISPLAY_NAME: &'static str = "Read a web page";
    const DESCRIPTION: &'static str = "Fetches a web page, PDF, text or JSON file and gives its readable text as \
        Markdown. Long pages come in parts.";
    const CATEGORY: ToolCategory = ToolCategory::Search;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_secs(45);

    fn describe(&self, arguments: &Arguments) -> String {
        format!("Read {}", clip(&one_line(&arguments.url), 120))
    }

    async fn call(&self, _: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let page = self.0.read(&arguments.url).await.map_err(|error| failed(&error))?;
        let content = &page.content;
        let piece = part(&content.text, arguments.offset, arguments.max_characters.clamp(500, 40_000));
        if piece.text.is_empty() {
            return Err(ToolError::bad_arguments(format!(
                "`offset` {} is behind the end of the page, which has {} characters.",
                arguments.offset, piece.total
            ))
            .in_own_words());
        }
        let site = host(&page.url);
        let title = if content.title.is_empty() { site.clone() } else { content.title.clone() };
        let mut text = format!("# {title}\n{}\n", page.url);
        let facts = [("By", &content.byline), ("Published", &content.published_at), ("Site", &content.site)];
        for (name, value) in facts {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        let _ = write!(text, "\n{}", piece.text);
        if let Some(next) = piece.next {
            let _ = write!(
                text,
                "\n\n[This is a part of {} characters. Call getPageContent with offset {next} for the next part.]",
                piece.total
            );
        } else if content.partial {
            let _ = write!(text, "\n\n[The page goes on, but it is too long: the rest was not read.]");
        }
        let pages = content.pages.map(|pages| format!(", {pages} pages")).unwrap_or_default();
        let length = match page.kind {
            PageKind::Pdf => format!("PDF{pages}"),
            PageKind::Html | PageKind::Text | PageKind::Json => format!("{} characters", piece.total),
        };
        Ok(ToolOutput {
            content: text,
            result: json!({
                "url": page.url, "title": title, "kind": page.kind, "site": content.site, "byline": content.byline,
                "publishedAt": content.published_at, "language": content.language, "pages": content.pages,
                "totalCharacters": piece.total, "offset": arguments.offset, "nextOffset": piece.next,
                "partial": content.partial, "preview": clip(&one_line(&piece.text), 300),
            }),
            summary: format!("Read “{}” on {site} ({length})", clip(&title, 80)),
            sources: vec![Source {
                title,
                at: SourceAt::Url(page.url.clone()),
                page: None,
                text: piece.text,
            }],
            provenance: Some(Provenance::of(site)),
        })
    }
}

fn failed(error: &PageError) -> ToolError {
    let kind = match error {
        PageError::Refused(_) | PageError::Disallowed(_) => ToolErrorKind::Refused,
        PageError::Fetch(_)
        | PageError::Status { .. }
        | PageError::NotText { .. }
        | PageError::TooLarge { .. }
        | PageError::Read(_) => ToolErrorKind::Upstream,
    };
    let error_for_tool = ToolError::new(kind, error.to_string(), error.to_string());
    if error.is_in_own_words() { error_for_tool.in_own_words() } else { error_for_tool }
}
