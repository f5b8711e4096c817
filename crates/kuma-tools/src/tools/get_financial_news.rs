//! `getFinancialNews`.

use std::fmt::Write;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, Source, SourceAt, ToolCategory};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{finance_error, json};
use crate::finance::{Answered, Markets, News};
use crate::text::{clip, one_line};

/// Gives the latest financial news.
pub struct GetFinancialNews(pub Markets);

/// About what.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// A ticker symbol or a company's name. Leave it out for news of the markets.
    pub symbol: Option<String>,
}

#[async_trait]
impl TypedTool for GetFinancialNews {
    type Arguments = Arguments;
    const NAME: &'static str = "getFinancialNews";
    const DISPLAY_NAME: &'static str = "Get financial news";
    const DESCRIPTION: &'static str = "Gives the latest headlines about a listed company, or about the markets, with publisher, time and address.";
    const CATEGORY: ToolCategory = ToolCategory::Stock;
    const EFFECT: Effect = Effect::Read;
    // Headlines are written by anybody.
    const OUTSIDE: bool = true;

    fn describe(&self, arguments: &Arguments) -> String {
        match asked(arguments) {
            Some(symbol) => format!("Get financial news about {}", clip(&one_line(symbol), 60)),
            None => "Get financial news".to_owned(),
        }
    }

    async fn call(&self, _: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let answered = self.0.news(asked(&arguments)).await.map_err(|error| finance_error(&error))?;
        let news = &answered.value;
        let sources = news.items.iter().map(|item| Source {
            title: item.title.clone(),
            at: SourceAt::Url(item.url.clone()),
            page: None,
            text: if item.summary.is_empty() {
                item.title.clone()
            } else {
                format!("{}\n{}", item.title, item.summary)
            },
        });
        Ok(ToolOutput {
            content: for_the_model(&answered),
            summary: format!("{} headlines from {}", news.items.len(), news.source),
            sources: sources.collect(),
            provenance: Some(Provenance::of(format!("news from {}", news.source))),
            result: json(news),
        })
    }
}

fn asked(arguments: &Arguments) -> Option<&str> {
    arguments.symbol.as_deref().map(str::trim).filter(|symbol| !symbol.is_empty())
}

fn for_the_model(answered: &Answered<News>) -> String {
    let news = &answered.value;
    if news.items.is_empty() {
        return format!("{} has no news about this now.", news.source);
    }
    let mut text = format!("Headlines from {}:\n", news.source);
    for item in &news.items {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n- {}\n  {}, {} UTC\n  {}\n",
            item.title,
            item.publisher,
            item.published_at.format("%Y-%m-%d %H:%M"),
            item.url
        );
        if !item.summary.is_empty() {
            let _ = writeln!(text, "  {}", item.summary);
        }
    }
    for failed in &answered.failed {
        let _ = write!(text, "\nNote: {failed}; {} answered instead.\n", news.source);
    }
    text
}
