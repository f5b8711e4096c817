//! Lists are cut by key: equal times, and rows that come in between, never show one twice or hide it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use kuma_store::{ChatFilter, NewAudit, Page, StoreError};
use kuma_types::{ChatId, MessageId, UserId};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::json;

use crate::common::{Database, both};

both!(
    chats_are_listed_once_whatever_happens_between_pages,
    messages_come_newest_page_first_in_reading_order,
    accounts_jobs_and_records_are_paged,
    a_damaged_cursor_is_refused,
    a_page_has_at_least_one_row,
);

/// What happens to the list: chats at these times exist, pages of this size are read, and before
/// each next page a chat with this time appears.
fn plans() -> impl Strategy<Value = (Vec<i64>, u32, Vec<i64>)> {
    // Few distinct times, so that many are equal.
    (prop::collection::vec(0..4i64, 0..14), 1..5u32, prop::collection::vec(-1..5i64, 0..6))
}

async fn chats_are_listed_once_whatever_happens_between_pages(db: Database) {
    let raw = db.raw().await;
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    for _ in 0..24 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        list_while_it_changes(&db, &raw, &plan).await;
    }
}

async fn list_while_it_changes(db: &Database, raw: &DatabaseConnection, plan: &(Vec<i64>, u32, Vec<i64>)) {
    let (times, limit, arrivals) = plan;
    let owner = db.user().await.id;
    let base = DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap();
    let at = |time: i64| base + TimeDelta::microseconds(time);
    let mut there = Vec::new();
    for time in times {
        there.push(insert(db, raw, owner, at(*time)).await);
    }
    let mut arrivals = arrivals.iter();
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page =
            db.store.chats().list(owner, ChatFilter::default(), cursor.as_deref(), *limit).await.unwrap();
        assert!(page.items.len() <= *limit as usize);
        assert!(page.items.len() == *limit as usize || page.next_cursor.is_none());
        seen.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
        if let Some(time) = arrivals.next() {
            insert(db, raw, owner, at(*time)).await;
        }
    }
    let ids: BTreeSet<ChatId> = seen.iter().map(|chat| chat.id).collect();
    assert_eq!(ids.len(), seen.len(), "none is shown twice: {plan:?}");
    assert!(there.iter().all(|id| ids.contains(id)), "none is hidden: {plan:?}");
    assert!(
        seen.windows(2).all(|pair| (pair[0].updated_at, pair[0].id) > (pair[1].updated_at, pair[1].id)),
        "the order holds across pages: {plan:?}"
    );
}

async fn insert(db: &Database, raw: &DatabaseConnection, owner: UserId, at: DateTime<Utc>) -> ChatId {
    let id = db.chat(owner, None).await;
    let (time, key) = (at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false), key(db, id.0));
    raw.execute_unprepared(&format!("UPDATE chats SET updated_at = '{time}' WHERE id = {key}"))
        .await
        .unwrap();
    id
}

fn key(db: &Database, id: uuid::Uuid) -> String {
    match db.store.backend() {
        kuma_store::Backend::Sqlite => format!("x'{}'", id.simple()),
        kuma_store::Backend::Postgres => format!("'{id}'"),
    }
}

async fn messages_come_newest_page_first_in_reading_order(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let mut expected: Vec<MessageId> = Vec::new();
    for n in 0..4 {
        let job = db.converse(owner, chat, &n.to_string(), "b").await;
        expected.extend([job.user_message_id, job.assistant_message_id]);
    }
    for limit in [1, 3, 7, 8, 100] {
        let (mut read, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = db.store.messages().page(owner, chat, cursor.as_deref(), limit).await.unwrap();
            let mut ids: Vec<MessageId> = page.items.iter().map(|message| message.id).collect();
            assert!(ids.is_sorted());
            ids.extend(read);
            read = ids;
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(read, expected, "pages of {limit}");
    }
    // What is written meanwhile does not move older pages.
    let first = db.store.messages().page(owner, chat, None, 3).await.unwrap();
    db.converse(owner, chat, "late", "b").await;
    let second = db.store.messages().page(owner, chat, first.next_cursor.as_deref(), 3).await.unwrap();
    let ids: Vec<MessageId> = second.items.iter().map(|message| message.id).collect();
    assert_eq!(ids, expected[2..5]);
}

async fn accounts_jobs_and_records_are_paged(db: Database) {
    let mut users = Vec::new();
    let mut jobs = Vec::new();
    for n in 0..5 {
        let owner = db.user().await.id;
        let chat = db.chat(owner, None).await;
        users.push(owner);
        jobs.push(db.ask(owner, chat, "a").await.id);
        let new = NewAudit {
            user_id: Some(owner),
            action: format!("test.{n}"),
            subject: (n % 2 == 0).then(|| "a thing".to_owned()),
            details: json!({"n": n, "text": "ü"}),
        };
        db.store.audit().add(new).await.unwrap();
    }
    let store = &db.store;
    let listed = all(async |cursor| store.users().list(cursor.as_deref(), 2).await.unwrap()).await;
    assert_eq!(listed.iter().map(|user| user.id).collect::<Vec<_>>(), users);
    jobs.reverse();
    let listed = all(async |cursor| store.jobs().list(None, cursor.as_deref(), 2).await.unwrap()).await;
    assert_eq!(listed.iter().map(|job| job.id).collect::<Vec<_>>(), jobs);
    store.jobs().request_cancel(listed[1].user_id, listed[1].id).await.unwrap();
    let status = Some(kuma_types::JobStatus::Cancelled);
    let listed = all(async |cursor| store.jobs().list(status, cursor.as_deref(), 2).await.unwrap()).await;
    assert_eq!(listed.iter().map(|job| job.id).collect::<Vec<_>>(), jobs[1..2]);
    let records = all(async |cursor| store.audit().list(cursor.as_deref(), 2).await.unwrap()).await;
    let actions: Vec<&str> = records.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(actions, ["test.4", "test.3", "test.2", "test.1", "test.0"]);
    assert_eq!((records[0].user_id, records[0].subject.as_deref()), (Some(users[4]), Some("a thing")));
    assert_eq!((&records[1].subject, &records[1].details), (&None, &json!({"n": 3, "text": "ü"})));
}

/// Every row of a list, read page by page.
async fn all<T>(mut read: impl AsyncFnMut(Option<String>) -> Page<T>) -> Vec<T> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let page = read(cursor).await;
        rows.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return rows;
        }
    }
}

async fn a_damaged_cursor_is_refused(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    db.chat(owner, None).await;
    let good =
        db.store.chats().list(owner, ChatFilter::default(), None, 1).await.unwrap().next_cursor.unwrap();
    for bad in ["", "x", "!!", "AAAA", &good[1..], &format!("{good}A")] {
        let cursor = Some(bad);
        let store = &db.store;
        assert!(matches!(
            store.chats().list(owner, ChatFilter::default(), cursor, 1).await,
            Err(StoreError::BadCursor)
        ));
        assert!(matches!(store.messages().page(owner, chat, cursor, 1).await, Err(StoreError::BadCursor)));
        assert!(matches!(store.users().list(cursor, 1).await, Err(StoreError::BadCursor)));
        assert!(matches!(store.jobs().list(None, cursor, 1).await, Err(StoreError::BadCursor)));
        assert!(matches!(store.audit().list(cursor, 1).await, Err(StoreError::BadCursor)));
    }
    // A cursor of one list is not one of another.
    assert!(matches!(db.store.users().list(Some(&good), 1).await, Err(StoreError::BadCursor)));
}

async fn a_page_has_at_least_one_row(db: Database) {
    let owner = db.user().await.id;
    for _ in 0..2 {
        db.chat(owner, None).await;
    }
    let page = db.store.chats().list(owner, ChatFilter::default(), None, 0).await.unwrap();
    assert_eq!((page.items.len(), page.next_cursor.is_some()), (1, true));
    let page = db.store.chats().list(owner, ChatFilter::default(), None, u32::MAX).await.unwrap();
    assert_eq!((page.items.len(), page.next_cursor.is_some()), (2, false));
}
