//! `webSearch`.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, Source, SourceAt, ToolCategory, ToolErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;

use super::json;
use crate::search::{SearchAnswer, SearchQuery, Searches, TimeRange};

/// Searches the web.
pub struct WebSearch(pub Searches);

/// What to search for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// What to search for: a few words, or a short question.
    pub query: String,
    /// How many results, 1 to 20.
    #[serde(default = "usual")]
    pub max_results: u8,
    /// Only results that are not older. Leave it out when age does not matter.
    pub time_range: Option<TimeRange>,
}

const fn usual() -> u8 {
    6
}

#[async_trait]
impl TypedTool for WebSearch {
    type Arguments = Arguments;
    const NAME: &'static str = "webSearch";
    const DISPLAY_NAME: &'static str = "Search the web";
    const DESCRIPTION: &'static str = "Searches the web and gives titles, addresses and snippets. Use it for anything \
        recent, and for facts that you are not sure of. Read a page with getPageContent when a snippet is not enough.";
    const CATEGORY: ToolCategory = ToolCategory::Search;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_secs(45);

    fn describe(&self, arguments: &Arguments) -> String {
        format!("Search the web for “{}”", crate::text::clip(&crate::text::one_line(&arguments.query), 100))
    }

    async fn call(&self, _: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let query = SearchQuery::new(&arguments.query, arguments.max_results.into(), arguments.time_range)
            .ok_or_else(|| {
                ToolError::bad_arguments("`query` is empty: say what to search for.").in_own_words()
            })?;
        let answer = self.0.search(query).await.map_err(|error| {
            ToolError::new(ToolErrorKind::Upstream, error.to_string(), error.to_string()).in_own_words()
        })?;
        let sources = answer.results.iter().map(|hit| Source {
            title: hit.title.clone(),
            at: SourceAt::Url(hit.url.clone()),
            page: None,
            text: hit.snippet.clone(),
        });
        Ok(ToolOutput {
            content: for_the_model(&answer),
            summary: summary(&answer),
            sources: sources.collect(),
            provenance: Some(Provenance::of(format!("search results of {}", answer.provider))),
            result: json(&answer),
        })
    }
}

fn summary(answer: &SearchAnswer) -> String {
    let count = match answer.results.len() {
        0 => "No results".to_owned(),
        1 => "1 result".to_owned(),
        many => format!("{many} results"),
    };
    let failed: Vec<String> =
        answer.failed.iter().map(|failed| format!("{} {}", failed.provider, failed.reason)).collect();
    if failed.is_empty() {
        format!("{count} from {}", answer.provider)
    } else {
        format!("{count} from {} ({})", answer.provider, failed.join("; "))
    }
}

fn for_the_model(answer: &SearchAnswer) -> String {
    if answer.results.is_empty() {
        return format!(
            "{} found nothing for “{}”. Other words may find more.",
            answer.provider, answer.query
        );
    }
    let mut text = format!("{} found for “{}”:\n", answer.provider, answer.query);
    for hit in &answer.results {
        let date = hit.published_at.as_deref().map(|date| format!(" ({date})")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(text, "\n- {}{date}\n  {}\n  {}\n", hit.title, hit.url, hit.snippet);
    }
    for notice in &answer.notices {
        let _ = write!(text, "\nNote of {}: {notice}\n", answer.provider);
    }
    text
}
