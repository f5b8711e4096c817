//! Images of chats: what is known of them; their bytes are in object storage.
//!
//! A row comes with the message that brings the image ([`crate::Jobs::submit`]) and goes with its chat. Messages
//! name images by id, and several may name one: an edited message keeps those of the original.

use chrono::{DateTime, Utc};
use kuma_types::{ChatId, FileKey, ImageId, UserId};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use crate::db::Db;
use crate::entity::image::{Column, Entity, Model};
use crate::{Result, StoreError, erasures};

/// An image of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Whose it is.
    pub user_id: UserId,
    /// The chat it was sent to.
    pub chat_id: ChatId,
    /// Such as `image/jpeg`.
    pub mime_type: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// In bytes.
    pub file_size: u64,
    /// What the small one is.
    pub thumbnail_mime_type: String,
}

impl Image {
    /// Where its bytes are.
    pub fn key(&self) -> FileKey {
        FileKey::image(self.user_id, self.chat_id, self.id)
    }

    /// Where those of the small one are.
    pub fn thumbnail_key(&self) -> FileKey {
        FileKey::thumbnail(self.user_id, self.chat_id, self.id)
    }
}

impl From<Model> for Image {
    fn from(row: Model) -> Self {
        Self {
            id: ImageId(row.id),
            user_id: UserId(row.user_id),
            chat_id: ChatId(row.chat_id),
            mime_type: row.mime_type,
            width: row.width.unsigned_abs(),
            height: row.height.unsigned_abs(),
            file_size: row.file_size.unsigned_abs(),
            thumbnail_mime_type: row.thumbnail_mime_type,
        }
    }
}

/// Images of chats.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    db: &'a Db,
}

impl<'a> Images<'a> {
    pub(crate) fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// One image of the owner's.
    pub async fn get(&self, owner: UserId, id: ImageId) -> Result<Image> {
        let find = Entity::find_by_id(id.0).filter(Column::UserId.eq(owner.0));
        Ok(find.one(&self.db.read).await?.ok_or(StoreError::NotFound)?.into())
    }

    /// Some images of a chat, in no order; those that are not there are left out.
    pub async fn of_chat(&self, owner: UserId, chat: ChatId, ids: &[ImageId]) -> Result<Vec<Image>> {
        let find = Entity::find()
            .filter(Column::UserId.eq(owner.0))
            .filter(Column::ChatId.eq(chat.0))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)));
        Ok(find.all(&self.db.read).await?.into_iter().map(Into::into).collect())
    }
}

/// Writes the rows of images whose files were staged, and keeps the files.
///
/// [`StoreError::Conflict`]`("upload")` as of [`erasures::keep`].
pub(crate) async fn add(tx: &impl ConnectionTrait, images: Vec<Image>, now: DateTime<Utc>) -> Result<()> {
    let keys: Vec<FileKey> = images.iter().flat_map(|image| [image.key(), image.thumbnail_key()]).collect();
    erasures::keep(tx, &keys).await?;
    for image in images {
        let row = Model {
            id: image.id.0,
            user_id: image.user_id.0,
            chat_id: image.chat_id.0,
            mime_type: image.mime_type,
            width: image.width as i32,
            height: image.height as i32,
            file_size: image.file_size as i64,
            thumbnail_mime_type: image.thumbnail_mime_type,
            created_at: now,
        };
        Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    }
    Ok(())
}
