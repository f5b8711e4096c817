//! `analyzeImage`.

use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{Requirement, ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, ToolCategory};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::images::{NO_EYES, Pictures, look};
use crate::text::{clip, one_line};

/// Answers a question about a picture.
pub struct AnalyzeImage(pub Pictures);

/// Which, and what about it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// The id of a picture in this chat.
    pub image_id: String,
    /// What to find out about it.
    pub question: String,
}

#[async_trait]
impl TypedTool for AnalyzeImage {
    type Arguments = Arguments;
    const NAME: &'static str = "analyzeImage";
    const DISPLAY_NAME: &'static str = "Analyze a picture";
    const DESCRIPTION: &'static str = "Answers a question about a picture that was attached to the chat: what it \
        shows, a chart's values, what is wrong in a screenshot.";
    const CATEGORY: ToolCategory = ToolCategory::Vision;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_secs(90);

    fn requires(&self) -> Option<Requirement> {
        Some(Requirement::Other("a model that sees pictures".to_owned()))
    }

    fn describe(&self, arguments: &Arguments) -> String {
        format!("Look at a picture: {}", clip(&one_line(&arguments.question), 100))
    }

    async fn call(&self, context: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let model = self.0.eyes(context).ok_or_else(|| ToolError::not_available(NO_EYES))?;
        let picture = self.0.get(context, &arguments.image_id).await?;
        let question = clip(arguments.question.trim(), 2_000);
        let question = if question.is_empty() { "What does this picture show?".to_owned() } else { question };
        let deadline = Instant::now() + Self::TIMEOUT - Duration::from_secs(5);
        let answer = look(context, model.as_ref(), &question, picture, deadline).await?;
        Ok(ToolOutput {
            summary: format!("Looked at the picture with {}", model.info().name),
            result: json!({"imageId": arguments.image_id, "model": model.info().id, "text": answer}),
            content: answer,
            provenance: Some(Provenance::of("a picture")),
            ..ToolOutput::default()
        })
    }
}
