//! Images of chats and the files that are to be erased: nothing stays that nobody makes use of.

use chrono::{TimeDelta, Utc};
use kuma_store::{Image, NewRun, RunMessage, StoreError};
use kuma_types::{ChatId, FileFolder, FileKey, ImageId, MessageId, UserId};
use serde_json::json;

use crate::common::{Database, both, run};

both!(
    an_image_comes_with_its_message,
    files_that_were_not_staged_are_not_kept,
    what_is_deleted_is_noted,
    an_erasure_is_put_off_and_done,
);

fn image(owner: UserId, chat: ChatId) -> Image {
    Image {
        id: ImageId::new(),
        user_id: owner,
        chat_id: chat,
        mime_type: "image/jpeg".to_owned(),
        width: 800,
        height: 600,
        file_size: 1_000,
        thumbnail_mime_type: "image/jpeg".to_owned(),
    }
}

fn keys(image: &Image) -> [FileKey; 2] {
    [image.key(), image.thumbnail_key()]
}

fn with_image(owner: UserId, chat: ChatId, image: &Image) -> NewRun {
    let user_message = RunMessage::New {
        id: MessageId::new(),
        parent_id: None,
        content: "look".to_owned(),
        image_attachments: json!([{"id": image.id}]),
        document_attachments: json!([]),
        new_images: vec![image.clone()],
    };
    NewRun { user_message, ..run(owner, chat, "") }
}

/// Everything that is to be erased within a day.
async fn places(db: &Database) -> Vec<String> {
    let due = db.store.erasures().due(Utc::now() + TimeDelta::days(1), 100).await.unwrap();
    due.into_iter().map(|erasure| erasure.place).collect()
}

async fn an_image_comes_with_its_message(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let chat = db.chat(owner, None).await;
    let image = image(owner, chat);
    db.store.erasures().stage(&keys(&image)).await.unwrap();
    assert_eq!(places(&db).await, keys(&image).map(|key| key.to_string()));
    assert_eq!(db.store.erasures().due(Utc::now(), 100).await.unwrap(), [], "not yet");
    db.store.jobs().submit(with_image(owner, chat, &image)).await.unwrap();
    assert_eq!(places(&db).await, [] as [String; 0], "the files are kept");
    db.store.erasures().unstage(&keys(&image)).await.unwrap();
    assert_eq!(places(&db).await, [] as [String; 0], "whatever their sender believes");

    assert_eq!(db.store.images().get(owner, image.id).await.unwrap(), image);
    assert!(matches!(db.store.images().get(other, image.id).await, Err(StoreError::NotFound)));
    let ids = [image.id, ImageId::new()];
    assert_eq!(db.store.images().of_chat(owner, chat, &ids).await.unwrap(), [image]);
    assert_eq!(db.store.images().of_chat(owner, ChatId::new(), &ids).await.unwrap(), []);
    assert_eq!(db.store.images().of_chat(other, chat, &ids).await.unwrap(), []);
}

async fn files_that_were_not_staged_are_not_kept(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let image = image(owner, chat);
    let refused = db.store.jobs().submit(with_image(owner, chat, &image)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("upload"))));
    db.store.erasures().stage(&keys(&image)).await.unwrap();
    db.store.erasures().unstage(&keys(&image)).await.unwrap();
    assert_eq!(db.store.erasures().due(Utc::now(), 100).await.unwrap().len(), 2);
    let refused = db.store.jobs().submit(with_image(owner, chat, &image)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("upload"))), "they may be erased already");
    assert!(matches!(db.store.images().get(owner, image.id).await, Err(StoreError::NotFound)));
}

async fn what_is_deleted_is_noted(db: Database) {
    let owner = db.user().await.id;
    let (plain, chat) = (db.chat(owner, None).await, db.chat(owner, None).await);
    let image = image(owner, chat);
    db.store.erasures().stage(&keys(&image)).await.unwrap();
    db.store.jobs().submit(with_image(owner, chat, &image)).await.unwrap();
    db.store.chats().delete(owner, plain).await.unwrap();
    assert_eq!(places(&db).await, [] as [String; 0], "a chat without images has no files");
    db.store.chats().delete(owner, chat).await.unwrap();
    let of_chat = FileFolder::of_chat(owner, chat).to_string();
    assert_eq!(places(&db).await, [of_chat.as_str()]);
    assert!(matches!(db.store.images().get(owner, image.id).await, Err(StoreError::NotFound)));
    db.store.users().delete(owner).await.unwrap();
    assert_eq!(places(&db).await, [of_chat, FileFolder::of_user(owner).to_string()]);
}

async fn an_erasure_is_put_off_and_done(db: Database) {
    let owner = db.user().await.id;
    db.store.users().delete(owner).await.unwrap();
    let erasures = db.store.erasures();
    let due = erasures.due(Utc::now(), 100).await.unwrap();
    erasures.put_off(&due[0], Utc::now() + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(erasures.due(Utc::now(), 100).await.unwrap(), []);
    let later = Utc::now() + TimeDelta::days(1);
    let due = erasures.due(later, 100).await.unwrap();
    assert_eq!(due[0].tries, 1);
    // A folder is looked at once more, for what was still being put.
    erasures.done(&due[0]).await.unwrap();
    assert_eq!(erasures.due(Utc::now(), 100).await.unwrap(), []);
    let again = erasures.due(later, 100).await.unwrap();
    assert_eq!((again.len(), again[0].tries, again[0].place.as_str()), (1, 0, due[0].place.as_str()));
    erasures.done(&again[0]).await.unwrap();
    assert_eq!(erasures.due(later, 100).await.unwrap(), []);
}
