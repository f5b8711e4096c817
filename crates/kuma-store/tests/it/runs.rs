//! A message is accepted; its run is written down.

use chrono::{Duration, Utc};
use kuma_store::{ChatFilter, NewRun, RunChat, RunMessage, StoreError, Submitted};
use kuma_types::{ChatId, JobId, JobStatus, MessageId, UserId};
use sea_orm::ConnectionTrait as _;

use crate::common::{Database, both, column, finished, message, run};

both!(
    a_run_begins_a_chat,
    a_run_goes_on_in_a_chat,
    a_message_is_answered_once_more,
    what_is_not_the_owners_is_refused_whole,
    a_key_stands_for_one_request,
    a_key_is_forgotten_after_a_day,
    keys_are_each_users_own,
    the_line_has_an_end,
    an_id_is_used_once,
);

async fn a_run_begins_a_chat(db: Database) {
    let owner = db.user().await.id;
    let id = ChatId::new();
    let chat = RunChat::New { id, agent_type: "research".to_owned(), title: Some("Cats".to_owned()) };
    let new = NewRun { chat, model: Some("a/b".to_owned()), ..run(owner, id, "meow?") };
    let Submitted::New(job) = db.store.jobs().submit(new.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!((job.id, job.chat_id, job.user_id), (new.job_id, id, owner));
    assert_eq!((job.status, job.epoch, job.retry_count), (JobStatus::Pending, 0, 0));
    assert_eq!(
        (job.message.as_str(), job.agent_type.as_str(), job.model.as_deref()),
        ("meow?", "router", Some("a/b"))
    );
    assert_eq!((job.cancel_requested, &job.result, &job.error), (false, &None, &None));
    assert_eq!(db.store.jobs().get(owner, job.id).await.unwrap(), job);
    assert_eq!(db.store.jobs().get_any(job.id).await.unwrap(), job);
    let chat = db.store.chats().get(owner, id).await.unwrap();
    assert_eq!((chat.title.as_deref(), chat.agent_type.as_str()), (Some("Cats"), "research"));
    assert_eq!((chat.active_message_id, chat.active_job_id), (Some(job.assistant_message_id), Some(job.id)));
}

async fn a_run_goes_on_in_a_chat(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let first = db.converse(owner, chat, "a", "b").await;
    let follow =
        NewRun { user_message: message(Some(first.assistant_message_id), "c"), ..run(owner, chat, "") };
    let job = db.store.jobs().submit(follow).await.unwrap().into_job();
    let asked = db.store.messages().get(owner, chat, job.user_message_id).await.unwrap();
    assert_eq!(asked.parent_id, Some(first.assistant_message_id));
    assert_eq!(db.store.chats().list(owner, ChatFilter::default(), None, 10).await.unwrap().items.len(), 1);
}

async fn a_message_is_answered_once_more(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let first = db.converse(owner, chat, "why?", "b").await;
    let again = |id| NewRun { user_message: RunMessage::Existing(id), ..run(owner, chat, "") };
    let job = db.store.jobs().submit(again(first.user_message_id)).await.unwrap().into_job();
    assert_eq!((job.user_message_id, job.message.as_str()), (first.user_message_id, "why?"));
    let answer = db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
    assert_eq!(answer.parent_id, Some(first.user_message_id));
    // Answers are not answered.
    let error = db.store.jobs().submit(again(first.assistant_message_id)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error:?}");
}

async fn what_is_not_the_owners_is_refused_whole(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let (mine, theirs) = (db.chat(owner, None).await, db.chat(other, None).await);
    let foreign = db.converse(other, theirs, "a", "b").await;
    let raw = db.raw().await;
    let counts = async || {
        let mut counts = Vec::new();
        for table in ["chats", "messages", "message_jobs", "idempotency_keys"] {
            counts.push(column::<i64>(&raw, &format!("SELECT count(*) FROM {table}")).await);
        }
        counts
    };
    let before = counts().await;
    let key = Some(("k".to_owned(), "h".to_owned()));
    let new_chat = RunChat::New { id: ChatId::new(), agent_type: "router".to_owned(), title: None };
    let refused = [
        NewRun { idempotency_key: key.clone(), ..run(owner, theirs, "x") },
        NewRun { idempotency_key: key.clone(), ..run(owner, ChatId::new(), "x") },
        NewRun { idempotency_key: key.clone(), ..run(UserId::new(), mine, "x") },
        NewRun { user_message: message(Some(foreign.assistant_message_id), "x"), ..run(owner, mine, "") },
        NewRun { user_message: message(Some(MessageId::new()), "x"), ..run(owner, mine, "") },
        NewRun { user_message: RunMessage::Existing(foreign.user_message_id), ..run(owner, mine, "") },
        NewRun {
            user_message: message(Some(foreign.user_message_id), "x"),
            chat: new_chat.clone(),
            ..run(owner, mine, "")
        },
        NewRun {
            user_message: RunMessage::Existing(foreign.user_message_id),
            chat: new_chat,
            ..run(owner, mine, "")
        },
    ];
    for run in refused {
        let printed = format!("{run:?}");
        let error = db.store.jobs().submit(run).await.unwrap_err();
        assert!(matches!(error, StoreError::NotFound), "{error:?} for {printed}");
    }
    assert_eq!(counts().await, before, "nothing was half-written");
}

async fn a_key_stands_for_one_request(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let with = |key: &str, hash: &str| NewRun {
        idempotency_key: Some((key.to_owned(), hash.to_owned())),
        ..run(owner, chat, "x")
    };
    let first = db.store.jobs().submit(with("k", "h")).await.unwrap();
    let Submitted::New(job) = first else { panic!("it is new") };
    let job = db.claim(&job).await;
    db.store.jobs().finish(finished(&job, "y")).await.unwrap();
    let again = db.store.jobs().submit(with("k", "h")).await.unwrap();
    assert_eq!(again, Submitted::Existing(db.store.jobs().get(owner, job.id).await.unwrap()));
    let error = db.store.jobs().submit(with("k", "other")).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict("idempotency_key")), "{error:?}");
    assert!(matches!(db.store.jobs().submit(with("k2", "h")).await.unwrap(), Submitted::New(_)));
    // The same request is known even when the line is full.
    let full = NewRun { max_queued: 0, ..with("k", "h") };
    assert!(matches!(db.store.jobs().submit(full).await.unwrap(), Submitted::Existing(_)));
}

async fn a_key_is_forgotten_after_a_day(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let with = |hash: &str| NewRun {
        idempotency_key: Some(("k".to_owned(), hash.to_owned())),
        ..run(owner, chat, "x")
    };
    db.store.jobs().submit(with("h")).await.unwrap();
    let raw = db.raw().await;
    let age = async |hours| {
        let then = (Utc::now() - Duration::hours(hours)).to_rfc3339();
        raw.execute_unprepared(&format!("UPDATE idempotency_keys SET created_at = '{then}'")).await.unwrap();
    };
    age(23).await;
    assert!(matches!(db.store.jobs().submit(with("h")).await.unwrap(), Submitted::Existing(_)));
    age(25).await;
    assert!(matches!(db.store.jobs().submit(with("other")).await.unwrap(), Submitted::New(_)));
    assert!(matches!(db.store.jobs().submit(with("other")).await.unwrap(), Submitted::Existing(_)));
}

async fn keys_are_each_users_own(db: Database) {
    for _ in 0..2 {
        let owner = db.user().await.id;
        let chat = db.chat(owner, None).await;
        let key = Some(("same".to_owned(), "h".to_owned()));
        let submitted =
            db.store.jobs().submit(NewRun { idempotency_key: key, ..run(owner, chat, "x") }).await;
        assert!(matches!(submitted.unwrap(), Submitted::New(_)));
    }
}

async fn the_line_has_an_end(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let chat = db.chat(owner, None).await;
    let limited = || NewRun { max_queued: 2, ..run(owner, chat, "x") };
    let first = db.store.jobs().submit(limited()).await.unwrap().into_job();
    let first = db.claim(&first).await;
    db.store.jobs().submit(limited()).await.unwrap();
    let error = db.store.jobs().submit(limited()).await.unwrap_err();
    assert!(matches!(error, StoreError::QueueFull), "{error:?}");
    let elsewhere = db.chat(other, None).await;
    db.store.jobs().submit(NewRun { max_queued: 1, ..run(other, elsewhere, "x") }).await.unwrap();
    db.store.jobs().finish(finished(&first, "y")).await.unwrap();
    db.store.jobs().submit(limited()).await.unwrap();
}

async fn an_id_is_used_once(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "x").await;
    let doubles = [
        NewRun { job_id: job.id, ..run(owner, chat, "y") },
        NewRun { assistant_message_id: job.assistant_message_id, ..run(owner, chat, "y") },
        NewRun {
            chat: RunChat::New { id: chat, agent_type: "router".to_owned(), title: None },
            job_id: JobId::new(),
            ..run(owner, chat, "y")
        },
    ];
    for double in doubles {
        let error = db.store.jobs().submit(double).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict("id")), "{error:?}");
    }
    assert_eq!(db.store.messages().page(owner, chat, None, 10).await.unwrap().items.len(), 2);
}
