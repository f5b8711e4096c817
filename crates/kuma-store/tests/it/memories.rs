//! What is remembered of people.

use std::time::Duration;

use kuma_store::{Memory, NewMemory, StoreError};
use kuma_types::{ChatId, MemoryAction, MemoryItem, MemoryNote, MessageId, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::common::{Database, LEASE, both, column, finished};

both!(
    a_memory_keeps_its_id_and_its_past,
    the_same_is_remembered_once,
    lists_are_in_the_order_of_change,
    nobody_sees_anothers,
    words_of_any_script_find_their_memory,
    vectors_find_what_is_near_and_go_with_what_was_said,
    where_it_came_from_may_go,
    answers_know_their_memories_until_those_are_forgotten,
    an_answer_tells_that_more_may_be_remembered,
    memory_can_be_unwanted,
    an_exchange_is_looked_at_once,
    what_was_left_behind_is_found,
);

fn new(owner: UserId, content: &str) -> NewMemory {
    NewMemory {
        user_id: owner,
        content: content.to_owned(),
        source: "chat",
        tainted: false,
        chat_id: None,
        message_id: None,
        origin: None,
    }
}

async fn add(db: &Database, owner: UserId, content: &str) -> Memory {
    db.store.memories().add(new(owner, content)).await.unwrap()
}

async fn a_memory_keeps_its_id_and_its_past(db: Database) {
    let owner = db.user().await.id;
    let memories = db.store.memories();
    let pune = add(&db, owner, "The user lives in Pune.").await;
    let moved = NewMemory { tainted: true, ..new(owner, "The user moved from Pune to Delhi.") };
    let delhi = memories.replace(pune.id, moved.clone()).await.unwrap();
    assert_eq!((delhi.id, &delhi.content, delhi.tainted), (pune.id, &moved.content, true));
    assert!(delhi.updated_at > pune.updated_at && delhi.created_at == pune.created_at);
    assert_eq!(memories.replace(pune.id, moved).await.unwrap(), delhi, "the same again is no change");
    let goa = memories.replace(pune.id, new(owner, "The user lives in Goa.")).await.unwrap();

    let past = memories.versions(owner, pune.id).await.unwrap();
    let said: Vec<&str> = past.iter().map(|version| version.content.as_str()).collect();
    assert_eq!(said, ["The user moved from Pune to Delhi.", "The user lives in Pune."]);
    assert_eq!((past[0].written_at, past[0].created_at), (delhi.updated_at, goa.updated_at));

    assert_eq!(memories.undo(owner, pune.id).await.unwrap(), Some(delhi.clone()));
    assert_eq!(memories.undo(owner, pune.id).await.unwrap(), Some(pune.clone()));
    assert_eq!(memories.undo(owner, pune.id).await.unwrap(), None);
    assert!(matches!(memories.undo(owner, pune.id).await, Err(StoreError::NotFound)));
    let gone = memories.replace(pune.id, new(owner, "x")).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

async fn the_same_is_remembered_once(db: Database) {
    let owner = db.user().await.id;
    let memories = db.store.memories();
    let named = NewMemory { origin: Some("message:1".to_owned()), ..new(owner, "The user likes tea.") };
    let first = memories.add(named.clone()).await.unwrap();
    let again = NewMemory { content: "The user likes green tea.".to_owned(), ..named.clone() };
    assert_eq!(memories.add(again.clone()).await.unwrap(), first, "one name, one saving");
    assert_eq!(memories.replace(first.id, again).await.unwrap(), first);
    assert_eq!(add(&db, owner, "The user likes tea.").await, first, "the very same words");
    assert_eq!(memories.list(owner, None, 10).await.unwrap().items.len(), 1);
    let other = db.user().await.id;
    assert_ne!(memories.add(NewMemory { user_id: other, ..named }).await.unwrap().id, first.id);
}

async fn lists_are_in_the_order_of_change(db: Database) {
    let owner = db.user().await.id;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(add(&db, owner, &format!("The user likes thing {n}.")).await.id);
    }
    db.store.memories().replace(ids[1], new(owner, "The user dislikes thing 1.")).await.unwrap();
    let mut seen = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = db.store.memories().list(owner, cursor.as_deref(), 2).await.unwrap();
        seen.extend(page.items.iter().map(|memory| memory.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [ids[1], ids[4], ids[3], ids[2], ids[0]]);
    let foreign = db.store.chats().list(owner, kuma_store::ChatFilter::default(), None, 1).await.unwrap();
    assert!(foreign.next_cursor.is_none());
    let odd = db.store.memories().list(owner, Some("nonsense"), 2).await;
    assert!(matches!(odd, Err(StoreError::BadCursor)));
}

async fn nobody_sees_anothers(db: Database) {
    let (ann, eve) = (db.user().await.id, db.user().await.id);
    let memories = db.store.memories();
    let secret = add(&db, ann, "The user keeps bees.").await;
    let missing = |result: kuma_store::StoreError| assert!(matches!(result, StoreError::NotFound));
    missing(memories.get(eve, secret.id).await.unwrap_err());
    missing(memories.versions(eve, secret.id).await.unwrap_err());
    missing(memories.replace(secret.id, new(eve, "stolen")).await.unwrap_err());
    missing(memories.undo(eve, secret.id).await.unwrap_err());
    missing(memories.delete(eve, secret.id).await.unwrap_err());
    assert_eq!(memories.some(eve, &[secret.id]).await.unwrap(), []);
    assert_eq!(memories.by_words(eve, "bees", 5).await.unwrap(), []);
    assert_eq!(memories.list(eve, None, 5).await.unwrap().items, []);
    assert_eq!(memories.clear(eve).await.unwrap(), 0);
    assert_eq!(memories.get(ann, secret.id).await.unwrap(), secret);
    assert_eq!(memories.clear(ann).await.unwrap(), 1);
    missing(memories.get(ann, secret.id).await.unwrap_err());
}

async fn words_of_any_script_find_their_memory(db: Database) {
    let owner = db.user().await.id;
    let tea = add(&db, owner, "The user drinks green tea in the morning.").await;
    let tokyo = add(&db, owner, "ユーザーは東京に住んでいる。").await;
    let delhi = add(&db, owner, "उपयोगकर्ता दिल्ली में रहता है।").await;
    add(&db, owner, "The user goes for a walk in the morning.").await;
    let find = async |query: &str| -> Vec<Uuid> {
        let hits = db.store.memories().by_words(owner, query, 5).await.unwrap();
        hits.into_iter().map(|hit| hit.id).collect()
    };
    assert_eq!(find("Which TEA is that?").await, [tea.id]);
    assert_eq!(find("東京の天気は？").await, [tokyo.id]);
    assert_eq!(find("दिल्ली का मौसम").await, [delhi.id]);
    assert_eq!(find("what is it?").await, Vec::<Uuid>::new());
    assert_eq!(find("' OR 1=1 -- \" * NEAR(").await, Vec::<Uuid>::new());
}

async fn vectors_find_what_is_near_and_go_with_what_was_said(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let memories = db.store.memories();
    let mut ids = Vec::new();
    for (who, content, vector) in [
        (owner, "near", [1.0_f32, 0.1, 0.0]),
        (owner, "far", [0.0, 1.0, 0.0]),
        (other, "foreign", [1.0, 0.0, 0.0]),
    ] {
        ids.push(add(&db, who, content).await.id);
        let without = memories.unembedded(who, "fake/one", 10).await.unwrap();
        assert_eq!(without.len(), 1);
        memories.keep_vector(&without[0], "fake/one", &vector).await.unwrap();
    }
    let hits = memories.by_vector(owner, "fake/one", &[1.0, 0.0, 0.0], 5).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), ids[..2]);
    assert!(hits[0].score > 0.99 && hits[1].score.abs() < 0.01, "{hits:?}");
    assert_eq!(memories.by_vector(owner, "fake/two", &[1.0, 0.0, 0.0], 5).await.unwrap(), []);

    // Another embedder: its vectors take the place of the old ones.
    let without = memories.unembedded(owner, "fake/two", 10).await.unwrap();
    assert_eq!(without.len(), 2);
    let near = without.iter().find(|memory| memory.id == ids[0]).unwrap();
    memories.keep_vector(near, "fake/two", &[0.0, 1.0]).await.unwrap();
    assert_eq!(memories.by_vector(owner, "fake/two", &[0.0, 1.0], 5).await.unwrap().len(), 1);
    assert_eq!(memories.by_vector(owner, "fake/one", &[1.0, 0.0, 0.0], 5).await.unwrap().len(), 1);

    // What says something else has no vector until it gets one, and an old one does not come back.
    memories.replace(ids[0], new(owner, "changed")).await.unwrap();
    assert_eq!(memories.by_vector(owner, "fake/two", &[0.0, 1.0], 5).await.unwrap(), []);
    memories.keep_vector(near, "fake/two", &[0.0, 1.0]).await.unwrap();
    assert_eq!(memories.by_vector(owner, "fake/two", &[0.0, 1.0], 5).await.unwrap(), []);
    memories.clear(owner).await.unwrap();
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM memory_vectors").await, [1], "the other person's");
}

async fn where_it_came_from_may_go(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.converse(owner, chat, "I live in Pune", "Nice.").await;
    let memories = db.store.memories();
    let told = NewMemory {
        chat_id: Some(chat),
        message_id: Some(job.user_message_id),
        ..new(owner, "The user lives in Pune.")
    };
    let kept = memories.add(told).await.unwrap();
    assert_eq!((kept.chat_id, kept.message_id), (Some(chat), Some(job.user_message_id)));
    memories.replace(kept.id, new(owner, "The user lives in Goa.")).await.unwrap();
    db.store.chats().delete(owner, chat).await.unwrap();
    let back = memories.undo(owner, kept.id).await.unwrap().unwrap();
    assert_eq!(
        (back.content.as_str(), back.chat_id, back.message_id),
        ("The user lives in Pune.", None, None)
    );
}

async fn answers_know_their_memories_until_those_are_forgotten(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let memories = db.store.memories();
    let item = |id: &str| MemoryItem { id: id.to_owned(), content: format!("about {id}") };
    let note = |action, ids: &[&str]| MemoryNote { action, items: ids.iter().map(|id| item(id)).collect() };
    let mut answers = Vec::new();
    for who in [owner, other] {
        let chat = db.chat(who, None).await;
        let answer = db.converse(who, chat, "a", "b").await.assistant_message_id;
        memories.note(answer, &note(MemoryAction::Recalled, &["m2", "m1"])).await.unwrap();
        memories.note(answer, &note(MemoryAction::Recalled, &["m1"])).await.unwrap();
        memories.note(answer, &note(MemoryAction::Saved, &["m3"])).await.unwrap();
        answers.push(answer);
    }
    let whole = vec![note(MemoryAction::Recalled, &["m2", "m1"]), note(MemoryAction::Saved, &["m3"])];
    let noted = memories.notes(&answers).await.unwrap();
    assert_eq!((&noted[&answers[0]], &noted[&answers[1]]), (&whole, &whole));
    memories.forget_notes(owner, "m1").await.unwrap();
    memories.forget_notes(owner, "m3").await.unwrap();
    let noted = memories.notes(&answers).await.unwrap();
    assert_eq!(noted[&answers[0]], [note(MemoryAction::Recalled, &["m2"])]);
    assert_eq!(noted[&answers[1]], whole, "another person's notes stay");
    memories.forget_all_notes(owner).await.unwrap();
    assert!(!memories.notes(&answers).await.unwrap().contains_key(&answers[0]));
    let silence = MemoryNote { action: MemoryAction::Unavailable, items: Vec::new() };
    memories.note(answers[0], &silence).await.unwrap();
    assert_eq!(memories.notes(&answers).await.unwrap()[&answers[0]], [silence]);
    memories.note(MessageId::new(), &note(MemoryAction::Saved, &["m9"])).await.unwrap();
}

async fn an_answer_tells_that_more_may_be_remembered(db: Database) {
    let owner = db.user().await.id;
    let memories = db.store.memories();
    let pending = MemoryNote { action: MemoryAction::Pending, items: Vec::new() };
    let noted = async |answer| memories.notes(&[answer]).await.unwrap().remove(&answer).unwrap_or_default();
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "I live in Pune.").await;
    let (message, answer) = (job.user_message_id, job.assistant_message_id);
    let claimed = db.claim(&job).await;
    assert!(memories.begin_exchange(message, answer, job.id, LEASE).await.unwrap());
    // While the answer is made there is nothing to wait for beside it.
    assert_eq!(noted(answer).await, []);
    db.store.jobs().finish(finished(&claimed, "Nice.")).await.unwrap();
    assert_eq!(noted(answer).await, std::slice::from_ref(&pending));
    memories.note(answer, &pending).await.unwrap();
    let item = MemoryItem { id: "m1".to_owned(), content: "The user lives in Pune.".to_owned() };
    let saved = MemoryNote { action: MemoryAction::Saved, items: vec![item] };
    memories.note(answer, &saved).await.unwrap();
    assert_eq!(noted(answer).await, [pending, saved.clone()]);
    memories.end_exchange(message).await.unwrap();
    assert_eq!(noted(answer).await, [saved], "it was never a row");
}

async fn memory_can_be_unwanted(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let memories = db.store.memories();
    let state = async || {
        let state = memories.state(owner, chat).await.unwrap();
        (state.any, state.paused, state.chat_off)
    };
    assert_eq!(state().await, (false, false, false));
    add(&db, owner, "The user likes tea.").await;
    for _ in 0..2 {
        memories.set_paused(owner, true).await.unwrap();
        memories.set_chat_off(chat, true).await.unwrap();
    }
    assert_eq!((state().await, memories.is_paused(owner).await.unwrap()), ((true, true, true), true));
    assert!(!memories.state(owner, ChatId::new()).await.unwrap().chat_off);
    memories.set_paused(owner, false).await.unwrap();
    memories.set_chat_off(chat, false).await.unwrap();
    assert_eq!(state().await, (true, false, false));

    memories.note_erasure(owner).await.unwrap();
    memories.note_erasure(owner).await.unwrap();
    assert_eq!(memories.erasures().await.unwrap(), [owner]);
    memories.erased(owner).await.unwrap();
    assert_eq!(memories.erasures().await.unwrap(), []);
}

const LONG: Duration = Duration::from_mins(10);

async fn an_exchange_is_looked_at_once(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.converse(owner, chat, "I live in Pune", "Nice.").await;
    let memories = db.store.memories();
    let begin = async |job_id| {
        memories.begin_exchange(job.user_message_id, job.assistant_message_id, job_id, LONG).await.unwrap()
    };
    assert!(begin(job.id).await);
    assert!(begin(job.id).await, "the next owner of the run goes on");
    assert!(!begin(kuma_types::JobId::new()).await, "another answer to the same message waits");
    assert_eq!(memories.left_exchanges(LONG, 10).await.unwrap(), [], "somebody is at it");
    assert!(memories.keep_facts(job.user_message_id, &json!([1])).await.unwrap());
    memories.end_exchange(job.user_message_id).await.unwrap();
    assert!(!memories.keep_facts(job.user_message_id, &json!([2])).await.unwrap());
    assert!(!begin(job.id).await, "it is done");
    let gone = memories.begin_exchange(MessageId::new(), MessageId::new(), job.id, LONG).await.unwrap();
    assert!(!gone, "its chat is not there any more");
}

async fn what_was_left_behind_is_found(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let done = db.converse(owner, chat, "I live in Pune", "Nice.").await;
    let waiting = db.ask(owner, chat, "I live in Goa").await;
    let memories = db.store.memories();
    for job in [&done, &waiting] {
        let begun = memories
            .begin_exchange(job.user_message_id, job.assistant_message_id, job.id, Duration::ZERO)
            .await;
        assert!(begun.unwrap());
    }
    memories.taint_exchange(done.user_message_id).await.unwrap();
    memories.keep_facts(done.user_message_id, &json!(["x"])).await.unwrap();
    for _ in 0..6 {
        let left = memories.left_exchanges(Duration::ZERO, 10).await.unwrap();
        let Some(left) = left.first() else { break };
        assert_eq!((left.message_id, left.user_id, left.chat_id), (done.user_message_id, owner, chat));
        assert_eq!(
            (left.content.as_str(), left.tainted, &left.facts),
            ("I live in Pune", true, &Some(json!(["x"])))
        );
    }
    assert_eq!(memories.left_exchanges(Duration::ZERO, 10).await.unwrap(), [], "nobody tries for ever");
}
