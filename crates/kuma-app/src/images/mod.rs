//! Images in chats: taken with a message, kept in object storage, shown to people and to models that see.
//!
//! A file becomes a [`NewImage`] when it comes in ([`read`]); [`crate::chats::submit`] keeps it with its message.
//! Only its owner gets it again ([`open`]), and models and tools of runs in its chat ([`picture`]).

mod prepare;
mod show;

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use kuma_store::Image;
use kuma_types::{ChatId, FileKey, ImageAttachment, ImageId, UserId};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::App;
use crate::error::{AppError, ErrorKind, Result};
use crate::files::{FileStream, human_size};
use prepare::{Encoded, Refusal};

pub use show::picture;
pub(crate) use show::{Pictures, any};

/// The largest file that is taken.
pub const IMAGE_MAX_BYTES: u64 = 20 * 1024 * 1024;
/// The most images of one message.
pub const IMAGES_MAX: usize = 10;
/// The longest description, in characters.
pub const ALT_MAX_CHARS: usize = 1_000;
/// The most bytes of an image as it is kept: bounded by its pixels.
const KEPT_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Files that are decoded at once: each takes a core, and the largest some hundred megabytes.
static DECODERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// An image that came with a message which is not accepted yet.
#[derive(Clone, Debug)]
pub struct NewImage {
    file: Encoded,
    small: Encoded,
    width: u32,
    height: u32,
    /// SHA-256 of the file as it was sent.
    pub(crate) sha256: [u8; 32],
    /// What it shows, in the words of whoever sent it.
    pub alt: Option<String>,
}

/// Whether a file is an image that is taken, by its first bytes (16 are enough).
pub fn is_image(head: &[u8]) -> bool {
    prepare::format(head).is_some()
}

/// Makes an image of a file. `name` is for the sentences that say why not.
pub async fn read(name: &str, bytes: Bytes) -> Result<NewImage> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let name = if name.trim().is_empty() { "The image" } else { name.as_str() };
    if bytes.len() as u64 > IMAGE_MAX_BYTES {
        return Err(too_large(name));
    }
    let Some(format) = prepare::format(&bytes) else {
        return Err(AppError::new(
            ErrorKind::UnsupportedMedia,
            "not_an_image",
            format!("{name} is no image that Kuma can show. PNG, JPEG, WebP and GIF are taken."),
        ));
    };
    let place = DECODERS.clone().acquire_owned().await.map_err(AppError::internal)?;
    let work = tokio::task::spawn_blocking(move || {
        let prepared = prepare::prepare(&bytes, format);
        let sha256 = Sha256::digest(&bytes).into();
        drop(place);
        (prepared, sha256)
    });
    let (prepared, sha256) = work.await.map_err(AppError::internal)?;
    match prepared {
        Ok(prepared) => Ok(NewImage {
            file: prepared.file,
            small: prepared.small,
            width: prepared.width,
            height: prepared.height,
            sha256,
            alt: None,
        }),
        Err(Refusal::TooManyPixels(width, height)) => Err(AppError::field(
            "files",
            format!(
                "{name} has {width} × {height} pixels, more than can be opened here. Send a smaller version."
            ),
        )),
        Err(Refusal::Damaged(reason)) => {
            tracing::info!(reason, "an image could not be read");
            Err(AppError::field(
                "files",
                format!("{name} is damaged and cannot be opened. Save it anew and send that."),
            ))
        }
    }
}

/// The answer to a file that is too large.
pub fn too_large(name: &str) -> AppError {
    AppError::new(
        ErrorKind::TooLarge,
        "image_too_large",
        format!(
            "{name} is larger than {}, the most that an image can have. Send a smaller version.",
            human_size(IMAGE_MAX_BYTES)
        ),
    )
}

/// Images whose files are in storage, but not a message's yet.
pub(crate) struct Kept {
    /// For the message.
    pub attachments: Vec<ImageAttachment>,
    /// For the database.
    pub rows: Vec<Image>,
    keys: Vec<FileKey>,
}

/// Puts images into storage. Nothing of them stays unless a message is written that has them.
pub(crate) async fn keep(app: &App, owner: UserId, chat: ChatId, images: Vec<NewImage>) -> Result<Kept> {
    let mut kept = Kept { attachments: Vec::new(), rows: Vec::new(), keys: Vec::new() };
    let mut files = Vec::new();
    for image in images {
        let row = Image {
            id: ImageId::new(),
            user_id: owner,
            chat_id: chat,
            mime_type: image.file.mime_type.to_owned(),
            width: image.width,
            height: image.height,
            file_size: image.file.bytes.len() as u64,
            thumbnail_mime_type: image.small.mime_type.to_owned(),
        };
        files.extend([(row.key(), image.file.bytes), (row.thumbnail_key(), image.small.bytes)]);
        kept.attachments.push(ImageAttachment {
            id: row.id,
            url: url(row.id),
            mime_type: row.mime_type.clone(),
            width: row.width,
            height: row.height,
            alt: image.alt,
        });
        kept.rows.push(row);
    }
    kept.keys = files.iter().map(|(key, _)| key.clone()).collect();
    if files.is_empty() {
        return Ok(kept);
    }
    app.store().erasures().stage(&kept.keys).await?;
    for (key, bytes) in files {
        if let Err(error) = app.files().put_bytes(&key, bytes).await {
            forget(app, &kept).await;
            return Err(error.into());
        }
    }
    Ok(kept)
}

/// Has the files of images removed that became no message's.
pub(crate) async fn forget(app: &App, kept: &Kept) {
    if kept.keys.is_empty() {
        return;
    }
    match app.store().erasures().unstage(&kept.keys).await {
        Ok(()) => app.erase_now().notify_one(),
        // They were staged: they go by themselves, later.
        Err(error) => tracing::warn!(%error, "images that nobody needs are removed later"),
    }
}

/// The address of an image in the API.
fn url(id: ImageId) -> String {
    format!("/api/chat/images/{id}")
}

/// An image on its way to a person.
pub struct OpenImage {
    /// Such as `image/jpeg`.
    pub mime_type: String,
    /// Its bytes.
    pub file: FileStream,
}

/// An image of the owner's, or the small one of it.
pub async fn open(app: &App, owner: UserId, id: ImageId, small: bool) -> Result<OpenImage> {
    let image = app.store().images().get(owner, id).await.map_err(|error| match error {
        kuma_store::StoreError::NotFound => AppError::not_found("image"),
        error => error.into(),
    })?;
    let (key, mime_type) = if small {
        (image.thumbnail_key(), image.thumbnail_mime_type)
    } else {
        (image.key(), image.mime_type)
    };
    Ok(OpenImage { mime_type, file: app.files().get(&key).await? })
}
