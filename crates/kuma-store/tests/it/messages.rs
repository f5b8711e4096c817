//! Turns of a chat.

use kuma_store::{Checkpoint, NewRun, StoreError};
use kuma_types::{ChatId, MessageId, MessageRole, MessageStatus, Provenance, Usage};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use crate::common::{Database, both, column, finished, message, run};

both!(
    a_turn_reads_back,
    a_path_is_one_branch_in_reading_order,
    a_path_longer_than_its_bound_keeps_the_newest,
    the_latest_is_of_any_branch,
    checkpoints_are_kept_for_the_holder_only,
    many_checkpoints_go_together,
    another_owners_messages_are_not_there,
);

async fn a_turn_reads_back(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let images = json!([{"id": "1", "width": 640, "alt": "a \"cat\" 🐈"}]);
    let documents = json!([{"documentId": "d", "displayName": "Übersicht.pdf", "pageCount": 3}]);
    let user_message = kuma_store::RunMessage::New {
        id: MessageId::new(),
        parent_id: None,
        content: "line\r\nline\t\u{1F469}\u{200D}\u{1F4BB} \"quoted\" \\ 'x' %s $1 ?".to_owned(),
        image_attachments: images.clone(),
        document_attachments: documents.clone(),
        new_images: Vec::new(),
    };
    let new = NewRun { user_message, model: Some("a/b".to_owned()), ..run(owner, chat, "") };
    let job = db.store.jobs().submit(new).await.unwrap().into_job();
    let asked = db.store.messages().get(owner, chat, job.user_message_id).await.unwrap();
    assert_eq!((asked.role, asked.status), (MessageRole::User, MessageStatus::Complete));
    assert_eq!(asked.content, "line\r\nline\t\u{1F469}\u{200D}\u{1F4BB} \"quoted\" \\ 'x' %s $1 ?");
    assert_eq!((asked.image_attachments, asked.document_attachments), (images, documents));
    assert_eq!((asked.usage, asked.error, asked.parent_id), (None, None, None));

    let empty = db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
    assert_eq!((empty.role, empty.status), (MessageRole::Assistant, MessageStatus::Streaming));
    assert_eq!((empty.content.as_str(), empty.parent_id), ("", Some(job.user_message_id)));
    assert_eq!((empty.tool_calls, empty.citations), (json!([]), json!([])));
    assert_eq!(empty.model.as_deref(), Some("a/b"));

    let job = db.claim(&job).await;
    let calls = json!([{"callId": "c", "arguments": {"q": ["漢", 1.5, null]}}]);
    let end = kuma_store::FinishRun {
        reasoning: Some("because".to_owned()),
        tool_calls: calls.clone(),
        citations: json!([{"index": 1}]),
        model: None,
        taint: Some(Provenance::of("example.com")),
        ..finished(&job, "answer")
    };
    let answer = db.store.jobs().finish(end).await.unwrap().unwrap();
    assert_eq!((answer.content.as_str(), answer.reasoning.as_deref()), ("answer", Some("because")));
    assert_eq!((&answer.tool_calls, &answer.citations), (&calls, &json!([{"index": 1}])));
    assert_eq!(answer.usage, Some(Usage { input_tokens: 3, output_tokens: 5 }));
    assert_eq!(answer.taint, Some(Provenance::of("example.com")));
    assert_eq!(
        answer.model.as_deref(),
        Some("a/b"),
        "what was asked for stands when no model says otherwise"
    );
    assert_eq!(db.store.messages().get(owner, chat, answer.id).await.unwrap(), answer);
}

async fn a_path_is_one_branch_in_reading_order(db: Database) {
    let owner = db.user().await.id;
    let (chat, elsewhere) = (db.chat(owner, None).await, db.chat(owner, None).await);
    let first = db.converse(owner, chat, "a", "b").await;
    let follow = |text| NewRun {
        user_message: message(Some(first.assistant_message_id), text),
        ..run(owner, chat, "")
    };
    let left = db.store.jobs().submit(follow("left")).await.unwrap().into_job();
    let right = db.store.jobs().submit(follow("right")).await.unwrap().into_job();
    for (leaf, text) in [(left, "left"), (right, "right")] {
        let path = db.store.messages().path(chat, leaf.assistant_message_id).await.unwrap();
        let texts: Vec<&str> = path.iter().map(|message| message.content.as_str()).collect();
        assert_eq!(texts, ["a", "b", text, ""]);
    }
    let other = db.converse(owner, elsewhere, "x", "y").await;
    for (chat, leaf) in
        [(chat, other.assistant_message_id), (chat, MessageId::new()), (ChatId::new(), first.user_message_id)]
    {
        assert!(matches!(db.store.messages().path(chat, leaf).await, Err(StoreError::NotFound)));
    }
}

async fn a_path_longer_than_its_bound_keeps_the_newest(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "root").await;
    // A chain of 10,005 more, each the parent of the next.
    let raw = db.raw().await;
    let mut parent = job.user_message_id;
    let mut last = parent;
    for _ in 0..69 {
        let mut rows = Vec::new();
        for _ in 0..145 {
            last = MessageId::new();
            rows.push(format!(
                "({}, {}, {}, 'user', 'x', 'complete', '2026-01-01T00:00:00+00:00')",
                literal(&db, last),
                literal_chat(&db, chat),
                literal(&db, parent)
            ));
            parent = last;
        }
        let sql = format!(
            "INSERT INTO messages (id, chat_id, parent_id, role, content, status, created_at) VALUES {}",
            rows.join(", ")
        );
        raw.execute_unprepared(&sql).await.unwrap();
    }
    let path = db.store.messages().path(chat, last).await.unwrap();
    assert_eq!(path.len(), 10_000);
    assert_eq!(path.last().unwrap().id, last);
    assert!(path.windows(2).all(|pair| pair[1].parent_id == Some(pair[0].id)));
    // A branch this long goes with its chat.
    db.store.chats().delete(owner, chat).await.unwrap();
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM messages").await, [0]);
}

fn literal(db: &Database, id: MessageId) -> String {
    match db.store.backend() {
        kuma_store::Backend::Sqlite => format!("x'{}'", id.0.simple()),
        kuma_store::Backend::Postgres => format!("'{id}'"),
    }
}

fn literal_chat(db: &Database, id: ChatId) -> String {
    literal(db, MessageId(id.0))
}

async fn the_latest_is_of_any_branch(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    assert_eq!(db.store.messages().latest(chat).await.unwrap(), None);
    let first = db.ask(owner, chat, "a").await;
    assert_eq!(db.store.messages().latest(chat).await.unwrap(), Some(first.assistant_message_id));
    let second = db.ask(owner, chat, "b").await;
    assert_eq!(db.store.messages().latest(chat).await.unwrap(), Some(second.assistant_message_id));
}

async fn checkpoints_are_kept_for_the_holder_only(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let save = async |epoch, message_id, content: &str| {
        let checkpoint = Checkpoint {
            job_id: job.id,
            epoch,
            message_id,
            content: content.to_owned(),
            reasoning: Some("hm".to_owned()),
        };
        db.store.messages().checkpoint(&[checkpoint]).await.unwrap();
        db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap()
    };
    assert_eq!(save(0, job.assistant_message_id, "unclaimed").await.content, "");
    let held = db.claim(&job).await;
    let kept = save(held.epoch, job.assistant_message_id, "so far").await;
    assert_eq!((kept.content.as_str(), kept.reasoning.as_deref()), ("so far", Some("hm")));
    assert_eq!(kept.status, MessageStatus::Streaming);
    assert_eq!(save(held.epoch - 1, job.assistant_message_id, "late").await.content, "so far");
    assert_eq!(save(held.epoch + 1, job.assistant_message_id, "early").await.content, "so far");
    save(held.epoch, job.user_message_id, "not its message").await;
    assert_eq!(db.store.messages().get(owner, chat, job.user_message_id).await.unwrap().content, "a");
    db.store.jobs().finish(finished(&held, "all")).await.unwrap();
    assert_eq!(save(held.epoch, job.assistant_message_id, "after the end").await.content, "all");
    db.store.messages().checkpoint(&[]).await.unwrap();
}

async fn many_checkpoints_go_together(db: Database) {
    let owner = db.user().await.id;
    let mut checkpoints = Vec::new();
    for n in 0..41 {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let job = db.claim(&job).await;
        let content = format!("text {n}");
        let reasoning = (n % 2 == 0).then(|| content.clone());
        checkpoints.push((
            chat,
            Checkpoint {
                job_id: job.id,
                epoch: job.epoch,
                message_id: job.assistant_message_id,
                content,
                reasoning,
            },
        ));
    }
    // One has lost its run: the others are kept all the same.
    checkpoints[7].1.epoch += 1;
    let all: Vec<Checkpoint> = checkpoints.iter().map(|(_, checkpoint)| checkpoint.clone()).collect();
    let kept = db.store.messages().checkpoint(&all).await.unwrap();
    assert_eq!(kept.len(), 40);
    assert!(!kept.contains(&all[7].message_id));
    for (n, (chat, checkpoint)) in checkpoints.into_iter().enumerate() {
        let message = db.store.messages().get(owner, chat, checkpoint.message_id).await.unwrap();
        let expected =
            if n == 7 { (String::new(), None) } else { (checkpoint.content, checkpoint.reasoning) };
        assert_eq!((message.content, message.reasoning), expected);
    }
}

async fn another_owners_messages_are_not_there(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let (chat, others) = (db.chat(owner, None).await, db.chat(other, None).await);
    let job = db.converse(owner, chat, "a", "b").await;
    let messages = db.store.messages();
    assert!(matches!(messages.page(other, chat, None, 10).await, Err(StoreError::NotFound)));
    assert!(matches!(messages.page(owner, ChatId::new(), None, 10).await, Err(StoreError::NotFound)));
    assert!(matches!(messages.get(other, chat, job.user_message_id).await, Err(StoreError::NotFound)));
    assert!(matches!(messages.get(other, others, job.user_message_id).await, Err(StoreError::NotFound)));
    assert!(matches!(messages.get(owner, others, job.user_message_id).await, Err(StoreError::NotFound)));
    assert_eq!(messages.page(owner, chat, None, 10).await.unwrap().items.len(), 2);
    assert!(messages.page(other, others, None, 10).await.unwrap().items.is_empty());
}
