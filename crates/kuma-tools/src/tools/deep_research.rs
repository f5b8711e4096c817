//! `deepResearch`.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, ToolCategory, ToolErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;

use super::json;
use crate::research::{Report, ReportSource, ResearchError, Researcher};
use crate::text::{clip, host, one_line};

/// Researches a question.
pub struct DeepResearch(pub Researcher);

/// What to research.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// The question, whole and by itself: the research does not see the conversation.
    pub question: String,
}

#[async_trait]
impl TypedTool for DeepResearch {
    type Arguments = Arguments;
    const NAME: &'static str = "deepResearch";
    const DISPLAY_NAME: &'static str = "Research in depth";
    const DESCRIPTION: &'static str = "Researches a question on the web: plans several searches, reads many pages and \
        writes a report with its sources. It takes minutes; use it when somebody asks for research, a comparison or a \
        report, and webSearch otherwise.";
    const CATEGORY: ToolCategory = ToolCategory::Search;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_mins(10);

    fn describe(&self, arguments: &Arguments) -> String {
        let budget = self.0.budget();
        format!(
            "Research “{}” (up to {} searches and {} pages)",
            clip(&one_line(&arguments.question), 100),
            budget.searches,
            budget.pages
        )
    }

    async fn call(&self, context: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let report = self.0.research(context, &arguments.question).await.map_err(|error| failed(&error))?;
        let sources = report.sources.iter().map(ReportSource::to_source);
        let used = report.used;
        Ok(ToolOutput {
            content: for_the_model(&report),
            summary: format!(
                "A report from {} sources ({} searches, {} pages read, {} s)",
                report.sources.len(),
                used.searches,
                used.pages,
                used.seconds
            ),
            sources: sources.collect(),
            provenance: Some(report.sources.iter().map(|source| host(&source.url)).collect::<Provenance>()),
            result: json(&report),
        })
    }
}

fn for_the_model(report: &Report) -> String {
    let (used, budget) = (report.used, report.budget);
    let mut text = format!("{}\n\nWhat this report cites, by its own numbers:\n", report.report);
    for citation in &report.citations {
        let (title, quote) = (one_line(&citation.title), one_line(&citation.quote));
        // Writing to a string does not fail.
        let _ = writeln!(text, "- number {}: {title} ({}): \"{quote}\"", citation.number, citation.url);
    }
    let _ = writeln!(
        text,
        "\nUsed: {} of {} searches, {} of {} pages, {} of {} tokens, {} of {} s.",
        used.searches,
        budget.searches,
        used.pages,
        budget.pages,
        used.tokens,
        budget.tokens,
        used.seconds,
        budget.seconds
    );
    for note in &report.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    text
}

fn failed(error: &ResearchError) -> ToolError {
    match error {
        ResearchError::NoQuestion => {
            ToolError::bad_arguments("`question` is empty: say what to research.").in_own_words()
        }
        ResearchError::Model(model) => {
            let failure = model.to_failure();
            let told = format!("The research ended without a report. {}: {}", failure.title, failure.detail);
            ToolError::new(ToolErrorKind::Upstream, told.clone(), told)
        }
        ResearchError::OutOfTime(_) => {
            ToolError::new(ToolErrorKind::TimedOut, error.to_string(), error.to_string()).in_own_words()
        }
        ResearchError::Search(_) | ResearchError::NothingFound => {
            ToolError::new(ToolErrorKind::Upstream, error.to_string(), error.to_string()).in_own_words()
        }
    }
}
