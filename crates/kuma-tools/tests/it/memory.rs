//! Memories at Supermemory, against a fake that checks every request.

use chrono::Utc;
use kuma_agent::memory::{MemoryDraft, MemoryError, MemoryService, MemorySource};
use kuma_testkit::services::{Answer, FakeSupermemory};
use kuma_tools::memory::{Supermemory, SupermemorySettings};
use kuma_types::{ChatId, MessageId, UserId};

fn service(fake: &FakeSupermemory, key: &str) -> Supermemory {
    kuma_net::install_crypto_provider();
    Supermemory::new(SupermemorySettings { key: key.into(), base_url: format!("{}/", fake.base_url()) })
        .unwrap()
}

fn draft(content: &str) -> MemoryDraft {
    MemoryDraft {
        content: content.to_owned(),
        source: MemorySource::Chat,
        tainted: false,
        chat: Some(ChatId::new()),
        message: Some(MessageId::new()),
        origin: None,
        replaces: None,
    }
}

#[tokio::test]
async fn each_person_has_a_namespace() {
    let fake = FakeSupermemory::start().await;
    let memory = service(&fake, "sm_good");
    let (ann, eve) = (UserId::new(), UserId::new());
    let told = MemoryDraft { tainted: true, ..draft("The user lives in Pune.") };
    let kept = memory.add(ann, told.clone()).await.unwrap();
    assert_eq!((kept.chat, kept.message, kept.tainted), (told.chat, told.message, true));
    assert_eq!(fake.namespaces(), [format!("user-{ann}")]);
    assert_eq!(fake.requests()[0].header("authorization"), "Bearer sm_good");

    let read = memory.get(ann, &kept.id).await.unwrap();
    assert_eq!((&read.content, read.source, read.tainted), (&told.content, MemorySource::Chat, true));
    assert_eq!((read.chat, read.message), (told.chat, told.message));
    assert!(matches!(memory.get(eve, &kept.id).await, Err(MemoryError::NotFound)));
    assert!(matches!(memory.delete(eve, &kept.id).await, Err(MemoryError::NotFound)));
    assert!(memory.search(eve, "Pune", 5).await.unwrap().is_empty());
    assert_eq!(memory.list(eve, None, 10).await.unwrap().items, []);
    for odd in ["../user-x/document/1", "a b", "", "?x"] {
        assert!(matches!(memory.get(ann, odd).await, Err(MemoryError::NotFound)), "{odd}");
    }

    let hits = memory.search(ann, "who lives in Pune?", 5).await.unwrap();
    assert_eq!((hits.len(), &hits[0].memory.id, hits[0].memory.tainted), (1, &kept.id, true));
    assert!(hits[0].relevant && hits[0].score <= 1.0);
    memory.clear(ann).await.unwrap();
    assert_eq!(fake.namespaces(), Vec::<String>::new());
    memory.clear(ann).await.unwrap();
}

#[tokio::test]
async fn a_saving_that_is_done_again_does_nothing() {
    let fake = FakeSupermemory::start().await;
    let memory = service(&fake, "sm_good");
    let ann = UserId::new();
    let named = MemoryDraft { origin: Some("message:1:0".to_owned()), ..draft("The user lives in Pune.") };
    let first = memory.add(ann, named.clone()).await.unwrap();
    let second = memory.add(ann, named).await.unwrap();
    assert_eq!((&first.id, &first.content), (&second.id, &second.content));
    assert_eq!(fake.contents(&format!("user-{ann}")), ["The user lives in Pune."]);
}

#[tokio::test]
async fn what_is_out_of_date_becomes_history_and_can_be_had_back() {
    let fake = FakeSupermemory::start().await;
    let memory = service(&fake, "sm_good");
    let ann = UserId::new();
    let pune = memory.add(ann, draft("The user lives in Pune.")).await.unwrap();
    let moved = MemoryDraft {
        origin: Some("message:2:0".to_owned()),
        replaces: Some(pune.id.clone()),
        ..draft("The user moved from Pune to Delhi.")
    };
    for _ in 0..2 {
        let delhi = memory.add(ann, moved.clone()).await.unwrap();
        assert_eq!((&delhi.id, &delhi.content), (&pune.id, &moved.content));
    }
    let past = memory.history(ann, &pune.id).await.unwrap();
    assert_eq!(past.len(), 1);
    assert_eq!(past[0].content, "The user lives in Pune.");
    assert!(past[0].from <= past[0].until && past[0].until <= Utc::now());
    assert_eq!(memory.list(ann, None, 10).await.unwrap().items.len(), 1);

    let back = memory.undo(ann, &pune.id).await.unwrap().unwrap();
    assert_eq!(back.content, "The user lives in Pune.");
    assert!(memory.history(ann, &pune.id).await.unwrap().is_empty());
    assert_eq!(memory.undo(ann, &pune.id).await.unwrap(), None);
    assert!(matches!(memory.get(ann, &pune.id).await, Err(MemoryError::NotFound)));
    let gone = MemoryDraft { replaces: Some(pune.id), ..draft("The user lives in Goa.") };
    memory.add(ann, gone).await.unwrap();
    assert_eq!(fake.contents(&format!("user-{ann}")), ["The user lives in Goa."]);
}

#[tokio::test]
async fn lists_are_paged() {
    let fake = FakeSupermemory::start().await;
    let memory = service(&fake, "sm_good");
    let ann = UserId::new();
    for n in 0..5 {
        memory.add(ann, draft(&format!("The user likes thing {n}."))).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = memory.list(ann, cursor.as_deref(), 2).await.unwrap();
        seen.extend(page.items.into_iter().map(|memory| memory.content));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..5).rev().map(|n| format!("The user likes thing {n}.")).collect();
    assert_eq!(seen, expected);
    assert!(matches!(memory.list(ann, Some("nonsense"), 2).await, Err(MemoryError::BadCursor)));
}

#[tokio::test]
async fn a_service_that_fails_is_told_from_a_memory_that_is_not_there() {
    let fake = FakeSupermemory::start().await;
    let ann = UserId::new();
    let memory = service(&fake, "sm_good");
    for status in [400, 402, 429, 500] {
        fake.push(Answer::failure(status));
        let failed = memory.search(ann, "tea", 5).await;
        assert!(matches!(failed, Err(MemoryError::Unavailable(_))), "{status}");
    }
    fake.push(Answer::bytes("application/json", "{\"results\": 7}"));
    assert!(matches!(memory.search(ann, "tea", 5).await, Err(MemoryError::Unavailable(_))));
    let refused = service(&fake, "bad_key").list(ann, None, 5).await;
    let Err(MemoryError::Unavailable(why)) = refused else { panic!("{refused:?}") };
    assert!(!why.contains("bad_key"), "{why}");
}
