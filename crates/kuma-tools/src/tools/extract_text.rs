//! `extractText`.

use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{Requirement, ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, Provenance, Source, ToolCategory, ToolErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::images::{NO_EYES, Pictures, look};

/// Reads the text on a picture.
pub struct ExtractText(pub Pictures);

/// On which.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// The id of a picture in this chat.
    pub image_id: String,
}

/// What a model says when there is nothing to read.
const NOTHING: &str = "NO TEXT";

#[async_trait]
impl TypedTool for ExtractText {
    type Arguments = Arguments;
    const NAME: &'static str = "extractText";
    const DISPLAY_NAME: &'static str = "Read the text on a picture";
    const DESCRIPTION: &'static str = "Gives all text on a picture that was attached to the chat, word for word: a scan, a receipt, a screenshot.";
    const CATEGORY: ToolCategory = ToolCategory::Vision;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = true;
    const TIMEOUT: Duration = Duration::from_secs(90);

    fn requires(&self) -> Option<Requirement> {
        Some(Requirement::Other("a model that sees pictures, or tesseract on the server".to_owned()))
    }

    fn describe(&self, _: &Arguments) -> String {
        "Read the text on a picture".to_owned()
    }

    async fn call(&self, context: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let (text, reader) = match (self.0.eyes(context), self.0.ocr()) {
            (Some(model), _) => {
                let picture = self.0.get(context, &arguments.image_id).await?;
                let instruction = format!(
                    "Write down all text in this picture, word for word, in its order and lines, tables as Markdown. \
                     Nothing else. If there is none, write {NOTHING}."
                );
                let deadline = Instant::now() + Self::TIMEOUT - Duration::from_secs(5);
                let text = look(context, model.as_ref(), &instruction, picture, deadline).await?;
                let text = if text.trim_matches(['.', '*', ' ']) == NOTHING { String::new() } else { text };
                (text, model.info().name.clone())
            }
            (None, Some(ocr)) => {
                let picture = self.0.get(context, &arguments.image_id).await?;
                let text = ocr.read(picture).await.map_err(|error| {
                    ToolError::new(ToolErrorKind::Upstream, error.to_string(), error.to_string())
                        .in_own_words()
                })?;
                (text, "tesseract".to_owned())
            }
            (None, None) => {
                return Err(ToolError::not_available(format!(
                    "{NO_EYES} An administrator can also install tesseract on the server (on Debian: apt-get install \
                     tesseract-ocr)."
                )));
            }
        };
        let summary = match text.chars().count() {
            0 => format!("{reader} found no text on the picture"),
            count => format!("{reader} read {count} characters"),
        };
        Ok(ToolOutput {
            content: if text.is_empty() {
                "There is no text on the picture.".to_owned()
            } else {
                text.clone()
            },
            result: json!({"imageId": arguments.image_id, "reader": reader, "text": text}),
            summary,
            sources: Vec::<Source>::new(),
            provenance: Some(Provenance::of("text on a picture")),
        })
    }
}
