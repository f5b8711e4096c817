//! The finished steps of runs.

use futures::future::join_all;
use kuma_store::{Claim, Hold, Intent, Job, StepKind};
use kuma_types::JobId;
use serde_json::json;

use crate::common::{Database, LEASE, both, column, connect, finished};

both!(
    steps_are_kept_in_their_order,
    a_call_is_begun_once,
    whoever_lost_the_run_stores_nothing,
    a_new_owner_finds_what_was_done,
    calls_side_by_side_get_numbers_of_their_own,
    no_step_comes_after_the_run_was_taken_over,
);

async fn at_work(db: &Database) -> Job {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    db.claim(&job).await
}

async fn steps_are_kept_in_their_order(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    assert!(steps.list(job.id).await.unwrap().is_empty());
    let reply = steps.add_reply(job.hold(), json!({"text": "let me see"})).await.unwrap().unwrap();
    assert_eq!((reply.number, reply.kind, reply.call_key.as_deref()), (1, StepKind::Reply, None));
    assert!(reply.finished_at.is_some());
    let call = json!({"tool": "webSearch", "arguments": {"q": "x"}});
    let Intent::New(begun) = steps.begin_call(job.hold(), "k1", call.clone()).await.unwrap() else {
        panic!("it is the first")
    };
    assert_eq!((begun.number, begun.kind, begun.payload.clone()), (2, StepKind::Call, call));
    assert_eq!((begun.outcome.clone(), begun.finished_at), (None, None));
    assert!(steps.finish_call(job.hold(), "k1", json!({"ok": true})).await.unwrap());
    let last = steps.add_reply(job.hold(), json!({"text": "found"})).await.unwrap().unwrap();
    let all = steps.list(job.id).await.unwrap();
    assert_eq!((&all[0], &all[2]), (&reply, &last));
    assert_eq!((all[1].number, all[1].outcome.clone()), (2, Some(json!({"ok": true}))));
    assert!(all[1].finished_at.is_some());
    assert!(steps.list(JobId::new()).await.unwrap().is_empty());
    let outline = steps.outline(job.id).await.unwrap();
    let seen: Vec<_> =
        all.iter().map(|step| (step.number, step.kind, step.created_at, step.finished_at)).collect();
    let told: Vec<_> =
        outline.iter().map(|step| (step.number, step.kind, step.created_at, step.finished_at)).collect();
    assert_eq!(told, seen);
    assert!(steps.outline(JobId::new()).await.unwrap().is_empty());
}

async fn a_call_is_begun_once(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    let Intent::New(begun) = steps.begin_call(job.hold(), "k", json!({"n": 1})).await.unwrap() else {
        panic!("it is the first")
    };
    // What is known about it is what was stored first.
    let again = steps.begin_call(job.hold(), "k", json!({"n": 2})).await.unwrap();
    assert_eq!(again, Intent::Known(begun));
    assert!(!steps.finish_call(job.hold(), "another", json!(1)).await.unwrap());
    assert!(steps.finish_call(job.hold(), "k", json!(null)).await.unwrap());
    assert!(!steps.finish_call(job.hold(), "k", json!("second")).await.unwrap(), "its outcome is known");
    let Intent::Known(known) = steps.begin_call(job.hold(), "k", json!({})).await.unwrap() else {
        panic!("it was begun before")
    };
    assert!(known.finished_at.is_some());
    assert_ne!(known.outcome, Some(json!("second")));
    // Another run may use the same key.
    let other = at_work(&db).await;
    assert!(matches!(steps.begin_call(other.hold(), "k", json!({})).await.unwrap(), Intent::New(_)));
}

async fn whoever_lost_the_run_stores_nothing(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    steps.begin_call(job.hold(), "k", json!({})).await.unwrap();
    let wrong = [
        Hold { epoch: job.epoch - 1, ..job.hold() },
        Hold { epoch: job.epoch + 1, ..job.hold() },
        Hold { job_id: JobId::new(), ..job.hold() },
    ];
    for hold in wrong {
        assert_eq!(steps.add_reply(hold, json!({})).await.unwrap(), None);
        assert_eq!(steps.begin_call(hold, "k2", json!({})).await.unwrap(), Intent::Lost);
        assert_eq!(steps.begin_call(hold, "k", json!({})).await.unwrap(), Intent::Lost);
        assert!(!steps.finish_call(hold, "k", json!({})).await.unwrap());
    }
    db.store.jobs().finish(finished(&job, "done")).await.unwrap();
    assert_eq!(steps.add_reply(job.hold(), json!({})).await.unwrap(), None, "it is over");
    let all = steps.list(job.id).await.unwrap();
    assert_eq!((all.len(), all[0].finished_at), (1, None));
}

async fn a_new_owner_finds_what_was_done(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    steps.add_reply(job.hold(), json!({"calls": ["k1", "k2"]})).await.unwrap();
    for key in ["k1", "k2"] {
        steps.begin_call(job.hold(), key, json!({})).await.unwrap();
    }
    steps.finish_call(job.hold(), "k1", json!("sent")).await.unwrap();
    assert_eq!(db.store.jobs().hand_back(&[job.hold()]).await.unwrap(), [job.id]);
    let Claim::Claimed(next) = db.store.jobs().claim(job.id, "another", LEASE).await.unwrap() else {
        panic!("it waits")
    };
    let Intent::Known(first) = steps.begin_call(next.hold(), "k1", json!({})).await.unwrap() else {
        panic!("it was made")
    };
    let Intent::Known(second) = steps.begin_call(next.hold(), "k2", json!({})).await.unwrap() else {
        panic!("it was begun")
    };
    assert_eq!((first.outcome, second.outcome), (Some(json!("sent")), None));
    assert_eq!(steps.add_reply(next.hold(), json!({})).await.unwrap().unwrap().number, 4);
    assert!(!steps.finish_call(job.hold(), "k2", json!("late")).await.unwrap(), "its owner is another");
}

async fn calls_side_by_side_get_numbers_of_their_own(db: Database) {
    let job = at_work(&db).await;
    let other = connect(&db.url).await;
    let calls = (0..16).map(|n| {
        let (store, hold) = (if n % 2 == 0 { db.store.clone() } else { other.clone() }, job.hold());
        tokio::spawn(async move {
            store.steps().begin_call(hold, &format!("k{}", n / 2), json!(n)).await.unwrap()
        })
    });
    let begun: Vec<Intent> =
        join_all(calls.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        begun.iter().filter(|intent| matches!(intent, Intent::New(_))).count(),
        8,
        "each once: {begun:?}"
    );
    let numbers: Vec<i32> =
        db.store.steps().list(job.id).await.unwrap().iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    other.close().await.unwrap();
}

async fn no_step_comes_after_the_run_was_taken_over(db: Database) {
    for _ in 0..5 {
        let owner = db.user().await.id;
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let Claim::Claimed(old) =
            db.store.jobs().claim(job.id, "old", std::time::Duration::ZERO).await.unwrap()
        else {
            panic!("nobody else wants it")
        };
        let other = connect(&db.url).await;
        let zombie = tokio::spawn({
            let store = db.store.clone();
            async move {
                let mut stored = 0;
                while store.steps().add_reply(old.hold(), json!({})).await.unwrap().is_some() {
                    stored += 1;
                }
                stored
            }
        });
        let Claim::Claimed(new) = other.jobs().claim(job.id, "new", LEASE).await.unwrap() else {
            panic!("its lease has run out")
        };
        // What the new owner sees now is all there will ever be of the old one's.
        let seen = other.steps().list(job.id).await.unwrap().len();
        assert_eq!(zombie.await.unwrap(), seen);
        assert_eq!(
            other.steps().add_reply(new.hold(), json!({})).await.unwrap().unwrap().number as usize,
            seen + 1
        );
        other.close().await.unwrap();
    }
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM job_steps WHERE number < 1").await, [0]);
}
