//! Conversations.

use kuma_store::{ChatFilter, ChatPatch, NewChat, StoreError};
use kuma_types::{ChatId, JobStatus, MessageId, UserId};

use crate::common::{Database, both, finished};

both!(
    a_chat_reads_back,
    the_newest_activity_comes_first,
    filters_narrow_the_list,
    a_change_is_no_activity,
    the_active_message_is_one_of_the_chat,
    a_title_is_given_once,
    a_summary_is_kept,
    the_active_job_is_the_oldest_unfinished,
    another_owners_chat_is_not_there,
    a_chat_needs_an_account,
);

async fn a_chat_reads_back(db: Database) {
    let owner = db.user().await.id;
    let new = NewChat {
        id: ChatId::new(),
        user_id: owner,
        title: Some("Über 漢字 👍".to_owned()),
        agent_type: "research".to_owned(),
    };
    let made = db.store.chats().create(new.clone()).await.unwrap();
    assert_eq!(
        (made.user_id, made.title.as_deref(), made.agent_type.as_str()),
        (owner, Some("Über 漢字 👍"), "research")
    );
    assert_eq!(made.thread_id, made.id.to_string());
    assert_eq!(db.store.chats().get(owner, made.id).await.unwrap(), made);
    let error = db.store.chats().create(new).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict("id")), "{error:?}");
}

async fn the_newest_activity_comes_first(db: Database) {
    let owner = db.user().await.id;
    let (first, second) = (db.chat(owner, None).await, db.chat(owner, None).await);
    assert_eq!(ids(&db, owner, ChatFilter::default()).await, [second, first]);
    let before = db.store.chats().get(owner, first).await.unwrap();
    let job = db.ask(owner, first, "hello").await;
    let after = db.store.chats().get(owner, first).await.unwrap();
    assert!(after.updated_at > before.updated_at);
    assert_eq!(after.active_message_id, Some(job.assistant_message_id));
    assert_eq!(ids(&db, owner, ChatFilter::default()).await, [first, second]);
}

async fn filters_narrow_the_list(db: Database) {
    let owner = db.user().await.id;
    let (plain, pinned, archived) =
        (db.chat(owner, None).await, db.chat(owner, None).await, db.chat(owner, None).await);
    let pin = ChatPatch { pinned: Some(true), ..ChatPatch::default() };
    db.store.chats().update(owner, pinned, pin).await.unwrap();
    let archive = ChatPatch { archived: Some(true), ..ChatPatch::default() };
    db.store.chats().update(owner, archived, archive).await.unwrap();
    let filter = |pinned, archived| ChatFilter { query: None, pinned, archived };
    assert_eq!(ids(&db, owner, filter(None, None)).await, [archived, pinned, plain]);
    assert_eq!(ids(&db, owner, filter(Some(true), None)).await, [pinned]);
    assert_eq!(ids(&db, owner, filter(Some(false), None)).await, [archived, plain]);
    assert_eq!(ids(&db, owner, filter(None, Some(true))).await, [archived]);
    assert_eq!(ids(&db, owner, filter(Some(false), Some(false))).await, [plain]);
}

async fn a_change_is_no_activity(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, Some("old")).await;
    let before = db.store.chats().get(owner, chat).await.unwrap();
    let patch = ChatPatch {
        title: Some("new".to_owned()),
        pinned: Some(true),
        archived: Some(true),
        active_message_id: None,
    };
    let after = db.store.chats().update(owner, chat, patch).await.unwrap();
    assert_eq!((after.title.as_deref(), after.pinned, after.archived), (Some("new"), true, true));
    assert_eq!(after.updated_at, before.updated_at);
    assert_eq!(db.store.chats().get(owner, chat).await.unwrap(), after);
    assert_eq!(db.store.chats().update(owner, chat, ChatPatch::default()).await.unwrap(), after);
}

async fn the_active_message_is_one_of_the_chat(db: Database) {
    let owner = db.user().await.id;
    let (one, other) = (db.chat(owner, None).await, db.chat(owner, None).await);
    let first = db.converse(owner, one, "a", "b").await;
    let second = db.converse(owner, one, "c", "d").await;
    let elsewhere = db.converse(owner, other, "e", "f").await;
    let show = |id| ChatPatch {
        active_message_id: Some(id),
        title: Some("changed".to_owned()),
        ..ChatPatch::default()
    };
    let shown = db.store.chats().update(owner, one, show(first.assistant_message_id)).await.unwrap();
    assert_eq!(shown.active_message_id, Some(first.assistant_message_id));
    assert_ne!(shown.active_message_id, Some(second.assistant_message_id));
    for foreign in [elsewhere.assistant_message_id, MessageId::new()] {
        let patch = ChatPatch { title: Some("half".to_owned()), ..show(foreign) };
        assert!(matches!(db.store.chats().update(owner, one, patch).await, Err(StoreError::NotFound)));
    }
    assert_eq!(db.store.chats().get(owner, one).await.unwrap(), shown, "nothing was half-written");
}

async fn a_title_is_given_once(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    assert!(db.store.chats().set_title_if_empty(chat, "first").await.unwrap());
    assert!(!db.store.chats().set_title_if_empty(chat, "second").await.unwrap());
    assert_eq!(db.store.chats().get(owner, chat).await.unwrap().title.as_deref(), Some("first"));
    assert!(!db.store.chats().set_title_if_empty(ChatId::new(), "nobody").await.unwrap());
    let empty = db.chat(owner, Some("")).await;
    assert!(db.store.chats().set_title_if_empty(empty, "now").await.unwrap());
}

async fn a_summary_is_kept(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.converse(owner, chat, "a", "b").await;
    db.store.chats().save_summary(chat, "they said a", job.assistant_message_id, 2).await.unwrap();
    let kept = db.store.chats().get(owner, chat).await.unwrap();
    assert_eq!(kept.summary.as_deref(), Some("they said a"));
    assert_eq!((kept.summarized_up_to, kept.summarized_message_id), (2, Some(job.assistant_message_id)));
    let gone = db.store.chats().save_summary(ChatId::new(), "x", job.assistant_message_id, 1).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

async fn the_active_job_is_the_oldest_unfinished(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let active = async || {
        let listed = db.store.chats().list(owner, ChatFilter::default(), None, 10).await.unwrap();
        let one = db.store.chats().get(owner, chat).await.unwrap();
        assert_eq!(listed.items, std::slice::from_ref(&one));
        one.active_job_id
    };
    assert_eq!(active().await, None);
    let first = db.ask(owner, chat, "a").await;
    assert_eq!(active().await, Some(first.id));
    let second = db.ask(owner, chat, "b").await;
    assert_eq!(active().await, Some(first.id));
    let first = db.claim(&first).await;
    assert_eq!(active().await, Some(first.id));
    db.store.jobs().finish(finished(&first, "c")).await.unwrap();
    assert_eq!(active().await, Some(second.id));
    let cancelled = db.store.jobs().request_cancel(owner, second.id).await.unwrap();
    assert_eq!(cancelled.status, JobStatus::Cancelled);
    assert_eq!(active().await, None);
}

async fn another_owners_chat_is_not_there(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let chat = db.chat(owner, Some("mine")).await;
    let chats = db.store.chats();
    assert!(matches!(chats.get(other, chat).await, Err(StoreError::NotFound)));
    let patch = ChatPatch { title: Some("stolen".to_owned()), ..ChatPatch::default() };
    assert!(matches!(chats.update(other, chat, patch).await, Err(StoreError::NotFound)));
    assert!(matches!(chats.delete(other, chat).await, Err(StoreError::NotFound)));
    assert!(ids(&db, other, ChatFilter::default()).await.is_empty());
    let search = ChatFilter { query: Some("mine".to_owned()), ..ChatFilter::default() };
    assert!(ids(&db, other, search.clone()).await.is_empty());
    assert_eq!(ids(&db, owner, search).await, [chat]);
    assert_eq!(chats.get(owner, chat).await.unwrap().title.as_deref(), Some("mine"));
    chats.delete(owner, chat).await.unwrap();
    assert!(matches!(chats.get(owner, chat).await, Err(StoreError::NotFound)));
    assert!(matches!(chats.delete(owner, chat).await, Err(StoreError::NotFound)));
}

async fn a_chat_needs_an_account(db: Database) {
    let new =
        NewChat { id: ChatId::new(), user_id: UserId::new(), title: None, agent_type: "router".to_owned() };
    assert!(matches!(db.store.chats().create(new).await, Err(StoreError::NotFound)));
}

async fn ids(db: &Database, owner: UserId, filter: ChatFilter) -> Vec<ChatId> {
    let page = db.store.chats().list(owner, filter, None, 100).await.unwrap();
    assert_eq!(page.next_cursor, None);
    page.items.into_iter().map(|chat| chat.id).collect()
}
