//! `describeImage`.

use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{Requirement, ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, ToolCategory};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::images::{NO_EYES, Pictures, look};

/// Describes a picture.
pub struct DescribeImage(pub Pictures);

/// Which.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// The id of a picture in this chat.
    pub image_id: String,
    /// Whether every detail counts. Otherwise two or three sentences, as for somebody who cannot see it.
    #[serde(default)]
    pub detailed: bool,
}

#[async_trait]
impl TypedTool for DescribeImage {
    type Arguments = Arguments;
    const NAME: &'static str = "describeImage";
    const DISPLAY_NAME: &'static str = "Describe a picture";
    const DESCRIPTION: &'static str =
        "Describes a picture that was attached to the chat, for people who cannot see it or as a caption.";
    const CATEGORY: ToolCategory = ToolCategory::Vision;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_secs(90);

    fn requires(&self) -> Option<Requirement> {
        Some(Requirement::Other("a model that sees pictures".to_owned()))
    }

    fn describe(&self, _: &Arguments) -> String {
        "Describe a picture".to_owned()
    }

    async fn call(&self, context: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let model = self.0.eyes(context).ok_or_else(|| ToolError::not_available(NO_EYES))?;
        let picture = self.0.get(context, &arguments.image_id).await?;
        let instruction = if arguments.detailed {
            "Describe this picture in detail: what is where, people, objects, colours, style, and all text word for word."
        } else {
            "Describe this picture in two or three sentences for somebody who cannot see it."
        };
        let deadline = Instant::now() + Self::TIMEOUT - Duration::from_secs(5);
        let text = look(context, model.as_ref(), instruction, picture, deadline).await?;
        Ok(ToolOutput {
            summary: format!("Described the picture with {}", model.info().name),
            result: json!({"imageId": arguments.image_id, "model": model.info().id, "text": text}),
            content: text,
            provenance: Some(Provenance::of("a picture")),
            ..ToolOutput::default()
        })
    }
}
