//! Where files are kept in object storage. A key is made of ids alone, so no name that a person chose is ever
//! part of one, and everything of a user is in one folder.
//!
//! Written by `kuma-app` (files, images, documents); `kuma-store` keeps the keys of what is still to be erased.

use std::fmt;

use crate::{ChatId, DocumentId, ImageId, UserId};

/// One file's place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileKey(String);

impl FileKey {
    /// An image of a chat, as models and people see it.
    pub fn image(owner: UserId, chat: ChatId, image: ImageId) -> Self {
        Self(format!("{}{image}", FileFolder::of_chat(owner, chat)))
    }

    /// The same image, small.
    pub fn thumbnail(owner: UserId, chat: ChatId, image: ImageId) -> Self {
        Self(format!("{}{image}-small", FileFolder::of_chat(owner, chat)))
    }

    /// A document's file, as it was uploaded.
    pub fn document(owner: UserId, document: DocumentId) -> Self {
        Self(format!("{}documents/{document}", FileFolder::of_user(owner)))
    }

    /// As it is written in tables and storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place for many files. Ends with `/`, which no key does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileFolder(String);

impl FileFolder {
    /// Everything of a user.
    pub fn of_user(owner: UserId) -> Self {
        Self(format!("users/{owner}/"))
    }

    /// Everything of a chat.
    pub fn of_chat(owner: UserId, chat: ChatId) -> Self {
        Self(format!("users/{owner}/chats/{chat}/"))
    }

    /// As it is written in tables and storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_a_user_is_in_their_folder() {
        let (owner, chat, image) = (UserId::new(), ChatId::new(), ImageId::new());
        let folder = FileFolder::of_user(owner);
        for key in [
            FileKey::image(owner, chat, image),
            FileKey::thumbnail(owner, chat, image),
            FileKey::document(owner, DocumentId::new()),
        ] {
            assert!(key.as_str().starts_with(folder.as_str()) && !key.as_str().ends_with('/'), "{key}");
        }
        assert!(FileFolder::of_chat(owner, chat).as_str().starts_with(folder.as_str()));
        assert!(folder.as_str().ends_with('/'));
        let (image, small) = (FileKey::image(owner, chat, image), FileKey::thumbnail(owner, chat, image));
        assert_ne!(image, small);
    }
}
