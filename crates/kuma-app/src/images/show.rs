//! Images as models get to see them.

use std::collections::HashMap;
use std::fmt::Write as _;

use bytes::Bytes;
use kuma_llm::Part;
use kuma_store::{Image, Message};
use kuma_types::{ChatId, ImageId, UserId};

use super::KEPT_MAX_BYTES;
use crate::App;
use crate::chats::images_of;
use crate::error::{AppError, Result};
use crate::files::FilesError;

/// The most images that a model is shown at once: the newest of the branch.
const SHOWN_MAX: usize = 10;

/// The images of a branch, as far as the model is shown them.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    sees: bool,
    shown: HashMap<ImageId, Part>,
}

impl Pictures {
    /// Loads the newest images of a branch for a model that sees.
    pub(crate) async fn of(app: &App, owner: UserId, path: &[Message], sees: bool) -> Result<Self> {
        let mut pictures = Self { sees, shown: HashMap::new() };
        let newest = path.iter().rev().flat_map(|message| images_of(message).into_iter().rev());
        let ids: Vec<ImageId> = newest.map(|image| image.id).take(SHOWN_MAX).collect();
        let (true, Some(chat)) = (sees && !ids.is_empty(), path.first().map(|message| message.chat_id))
        else {
            return Ok(pictures);
        };
        for image in app.store().images().of_chat(owner, chat, &ids).await? {
            match load(app, &image).await {
                Ok(data) => {
                    let part = Part::Image { mime_type: image.mime_type.clone(), data };
                    pictures.shown.insert(image.id, part);
                }
                Err(FilesError::NotFound) => {
                    tracing::error!(image = %image.id, "the file of an image is gone");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(pictures)
    }

    /// A message's text with a line for each of its images, under whose id tools know it.
    pub(crate) fn text(&self, message: &Message) -> String {
        let mut text = message.content.clone();
        let images = images_of(message);
        let mut unseen = false;
        for (n, image) in images.iter().enumerate() {
            let about = match &image.alt {
                Some(alt) => format!(", described as {alt:?}"),
                None => String::new(),
            };
            // Writing to a string cannot fail.
            write!(text, "{}[Picture {}: imageId {}{about}]", gap(&text), n + 1, image.id).ok();
            unseen |= !self.shown.contains_key(&image.id);
        }
        if unseen && !self.sees {
            text.push_str(
                " (You cannot see pictures. If you have a tool that looks at them, use it; otherwise say that this \
                 model does not see pictures and that one that does can be picked above the message box.)",
            );
        }
        text
    }

    /// Its images that the model is shown, in their order.
    pub(crate) fn parts(&self, message: &Message) -> Vec<Part> {
        images_of(message).iter().filter_map(|image| self.shown.get(&image.id).cloned()).collect()
    }
}

fn gap(text: &str) -> &'static str {
    if text.is_empty() { "" } else { "\n" }
}

async fn load(app: &App, image: &Image) -> std::result::Result<Bytes, FilesError> {
    app.files().read(&image.key(), KEPT_MAX_BYTES).await
}

/// An image of a chat by its id, with its type: for tools.
pub async fn picture(app: &App, owner: UserId, chat: ChatId, id: &str) -> Result<(String, Bytes)> {
    let id: ImageId = id.trim().parse().map_err(|_| AppError::not_found("image"))?;
    let found = app.store().images().of_chat(owner, chat, &[id]).await?;
    let image = found.into_iter().next().ok_or_else(|| AppError::not_found("image"))?;
    Ok((image.mime_type.clone(), load(app, &image).await?))
}

/// Whether any message of a branch has an image.
pub(crate) fn any(path: &[Message]) -> bool {
    path.iter().any(|message| !images_of(message).is_empty())
}
