//! Runs that stop without being over, and runs that were over and go on.

use std::time::Duration;

use kuma_store::{Checkpoint, Claim, FinishRun, Hold, Job, NewRun, StoreError};
use kuma_types::{JobId, JobStatus, MessageStatus, RunFailure, UserId};

use crate::common::{Database, LEASE, both, column, finished, run};

both!(
    a_failed_attempt_is_followed_by_another,
    an_attempt_that_waits_keeps_its_place,
    the_last_attempt_gives_up,
    runs_are_handed_back,
    what_is_due_is_found,
    nobodys_long_line_hides_the_others,
    a_run_that_was_over_is_begun_again,
    what_is_not_over_is_not_begun_again,
    a_run_that_is_over_is_dropped,
);

async fn at_work(db: &Database, owner: UserId) -> Job {
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    db.claim(&job).await
}

fn failure() -> RunFailure {
    RunFailure {
        code: "rate_limited".to_owned(),
        title: "Too many requests".to_owned(),
        detail: "It is tried again.".to_owned(),
        retryable: true,
    }
}

async fn save(db: &Database, job: &Job, text: &str) {
    let checkpoint = Checkpoint {
        job_id: job.id,
        epoch: job.epoch,
        message_id: job.assistant_message_id,
        content: text.to_owned(),
        reasoning: None,
    };
    db.store.messages().checkpoint(&[checkpoint]).await.unwrap();
}

async fn message(db: &Database, job: &Job) -> (String, MessageStatus) {
    let message = db.store.messages().get(job.user_id, job.chat_id, job.assistant_message_id).await.unwrap();
    (message.content, message.status)
}

async fn a_failed_attempt_is_followed_by_another(db: Database) {
    let owner = db.user().await.id;
    let job = at_work(&db, owner).await;
    save(&db, &job, "so far").await;
    let jobs = db.store.jobs();
    let old = Hold { epoch: job.epoch - 1, ..job.hold() };
    assert_eq!(jobs.fail_attempt(old, &failure(), Duration::ZERO).await.unwrap(), None);
    let failed = jobs.fail_attempt(job.hold(), &failure(), Duration::from_mins(10)).await.unwrap().unwrap();
    assert_eq!((failed.status, failed.error.as_ref()), (JobStatus::Failed, Some(&failure())));
    let wait = failed.next_attempt_at.unwrap() - failed.updated_at;
    assert_eq!(wait, chrono::Duration::minutes(10));
    assert_eq!(message(&db, &job).await, ("so far".to_owned(), MessageStatus::Streaming));
    assert_eq!(
        jobs.fail_attempt(job.hold(), &failure(), Duration::ZERO).await.unwrap(),
        None,
        "it let it go"
    );
    assert_eq!(jobs.finish(finished(&job, "late")).await.unwrap(), None);
    assert_eq!(jobs.claim(job.id, "w", LEASE).await.unwrap(), Claim::Gone, "it is not due");
    assert!(jobs.due(10, 10).await.unwrap().is_empty());

    let job = at_work(&db, owner).await;
    jobs.fail_attempt(job.hold(), &failure(), Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(jobs.due(10, 10).await.unwrap(), [job.id]);
    let again = db.claim(&job).await;
    assert_eq!((again.retry_count, again.epoch, again.next_attempt_at), (1, job.epoch + 1, None));
    assert!(jobs.finish(finished(&again, "done")).await.unwrap().is_some());
}

async fn an_attempt_that_waits_keeps_its_place(db: Database) {
    let owner = db.user().await.id;
    let job = at_work(&db, owner).await;
    let next = db.ask(owner, job.chat_id, "b").await;
    let jobs = db.store.jobs();
    jobs.fail_attempt(job.hold(), &failure(), Duration::from_mins(10)).await.unwrap().unwrap();
    assert_eq!(jobs.position(next.id).await.unwrap(), 2);
    assert_eq!(jobs.claim(next.id, "w", LEASE).await.unwrap(), Claim::Waits);
    assert_eq!(db.store.chats().get(owner, job.chat_id).await.unwrap().active_job_id, Some(job.id));
    let full = jobs.submit(NewRun { max_queued: 2, ..run(owner, job.chat_id, "c") }).await;
    assert!(matches!(full, Err(StoreError::QueueFull)), "it counts: {full:?}");
    jobs.request_cancel(owner, job.id).await.unwrap();
    assert_eq!(jobs.position(next.id).await.unwrap(), 1);
    assert_eq!(db.store.chats().get(owner, job.chat_id).await.unwrap().active_job_id, Some(next.id));
}

async fn the_last_attempt_gives_up(db: Database) {
    let owner = db.user().await.id;
    let mut job = at_work(&db, owner).await;
    for attempt in 0..2 {
        assert_eq!(job.retry_count, attempt);
        db.store.jobs().fail_attempt(job.hold(), &failure(), Duration::ZERO).await.unwrap().unwrap();
        job = db.claim(&job).await;
    }
    let end = FinishRun {
        status: JobStatus::Dead,
        message_status: MessageStatus::Failed,
        error: Some(failure()),
        ..finished(&job, "so far")
    };
    assert!(db.store.jobs().finish(end).await.unwrap().is_some());
    let dead = db.store.jobs().get(owner, job.id).await.unwrap();
    assert_eq!((dead.status, dead.retry_count, dead.next_attempt_at), (JobStatus::Dead, 2, None));
    assert_eq!(message(&db, &job).await, ("so far".to_owned(), MessageStatus::Failed));
    assert_eq!(db.store.jobs().list(Some(JobStatus::Dead), None, 10).await.unwrap().items, [dead]);
}

async fn runs_are_handed_back(db: Database) {
    let owner = db.user().await.id;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(at_work(&db, owner).await);
    }
    save(&db, &held[1], "so far").await;
    let jobs = db.store.jobs();
    jobs.finish(finished(&held[0], "done")).await.unwrap();
    let mut holds: Vec<Hold> = held.iter().map(Job::hold).collect();
    holds[2].epoch -= 1;
    let mut back = jobs.hand_back(&holds).await.unwrap();
    back.sort_unstable();
    let expected: Vec<JobId> = [1, 3, 4, 5].map(|n: usize| held[n].id).to_vec();
    assert_eq!(back, expected);
    assert!(jobs.hand_back(&holds).await.unwrap().is_empty());
    assert!(jobs.hand_back(&[]).await.unwrap().is_empty());
    assert_eq!(message(&db, &held[1]).await, ("so far".to_owned(), MessageStatus::Streaming));
    assert_eq!(jobs.due(10, 10).await.unwrap(), expected);
    assert_eq!(jobs.finish(finished(&held[1], "late")).await.unwrap(), None);
    save(&db, &held[1], "late").await;
    let again = db.claim(&held[1]).await;
    assert_eq!((again.epoch, again.retry_count), (held[1].epoch + 1, 0), "that was no failed attempt");
    assert_eq!(message(&db, &held[1]).await.0, "so far");
}

async fn what_is_due_is_found(db: Database) {
    let owner = db.user().await.id;
    let jobs = db.store.jobs();
    let waiting = {
        let chat = db.chat(owner, None).await;
        let first = db.ask(owner, chat, "1").await;
        db.ask(owner, chat, "the first one comes first").await;
        first
    };
    let at_work_still = at_work(&db, owner).await;
    let failed = at_work(&db, owner).await;
    jobs.fail_attempt(failed.hold(), &failure(), Duration::ZERO).await.unwrap().unwrap();
    let abandoned = {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        assert!(matches!(jobs.claim(job.id, "dead", Duration::ZERO).await.unwrap(), Claim::Claimed(_)));
        job
    };
    let over = at_work(&db, owner).await;
    jobs.finish(finished(&over, "done")).await.unwrap();
    assert_eq!(jobs.due(10, 10).await.unwrap(), [waiting.id, failed.id, abandoned.id]);
    assert_eq!(jobs.due(10, 2).await.unwrap(), [waiting.id, failed.id]);
    for id in jobs.due(10, 10).await.unwrap() {
        assert!(matches!(jobs.claim(id, "w", LEASE).await.unwrap(), Claim::Claimed(_)));
    }
    assert!(jobs.due(10, 10).await.unwrap().is_empty());
    assert_eq!(jobs.get_any(at_work_still.id).await.unwrap(), at_work_still);
}

async fn nobodys_long_line_hides_the_others(db: Database) {
    let (busy, other) = (db.user().await.id, db.user().await.id);
    let mut line = Vec::new();
    for _ in 0..5 {
        let chat = db.chat(busy, None).await;
        line.push(db.ask(busy, chat, "a").await.id);
    }
    let chat = db.chat(other, None).await;
    let short = db.ask(other, chat, "a").await.id;
    assert_eq!(db.store.jobs().due(2, 10).await.unwrap(), [line[0], short, line[1]]);
    assert_eq!(db.store.jobs().due(5, 2).await.unwrap(), [line[0], short]);
}

async fn a_run_that_was_over_is_begun_again(db: Database) {
    let owner = db.user().await.id;
    let jobs = db.store.jobs();
    for status in [JobStatus::Failed, JobStatus::Dead, JobStatus::Cancelled] {
        let job = at_work(&db, owner).await;
        let log = Some("[[\"chunk\",\"so far\",[6]]]".to_owned());
        let end = FinishRun {
            status,
            message_status: MessageStatus::Failed,
            error: Some(failure()),
            events: log.clone(),
            ..finished(&job, "so far")
        };
        jobs.finish(end).await.unwrap().unwrap();
        let stranger = db.user().await.id;
        assert!(matches!(jobs.retry(stranger, job.id).await, Err(StoreError::NotFound)));
        let again = if status == JobStatus::Dead {
            jobs.retry_any(job.id).await
        } else {
            jobs.retry(owner, job.id).await
        };
        let again = again.unwrap();
        assert_eq!((again.status, again.retry_count, again.epoch), (JobStatus::Pending, 0, job.epoch));
        assert_eq!((&again.error, &again.result, again.cancel_requested), (&None, &None, false));
        let before = db.store.messages().get(owner, job.chat_id, job.assistant_message_id).await.unwrap();
        assert_eq!((before.status, before.content.as_str()), (MessageStatus::Streaming, "so far"));
        assert_eq!(before.error, None);
        assert_eq!(jobs.events(job.id).await.unwrap(), log, "its numbers go on from here");
        let held = db.claim(&again).await;
        let after = jobs.finish(finished(&held, "whole")).await.unwrap().unwrap();
        assert_eq!((after.status, after.content.as_str()), (MessageStatus::Complete, "whole"));
    }
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM message_jobs WHERE finished_at IS NULL").await, [0]);
}

async fn what_is_not_over_is_not_begun_again(db: Database) {
    let owner = db.user().await.id;
    let jobs = db.store.jobs();
    let job = at_work(&db, owner).await;
    assert!(matches!(jobs.retry(owner, job.id).await, Err(StoreError::Conflict("status"))));
    jobs.finish(finished(&job, "done")).await.unwrap();
    assert!(matches!(jobs.retry(owner, job.id).await, Err(StoreError::Conflict("status"))));
    assert!(matches!(jobs.retry_any(JobId::new()).await, Err(StoreError::NotFound)));
    // One that waits for its next attempt may have it now.
    let job = at_work(&db, owner).await;
    jobs.fail_attempt(job.hold(), &failure(), Duration::from_mins(10)).await.unwrap().unwrap();
    assert_eq!(jobs.retry(owner, job.id).await.unwrap().next_attempt_at, None);
    db.claim(&job).await;
}

async fn a_run_that_is_over_is_dropped(db: Database) {
    let owner = db.user().await.id;
    let jobs = db.store.jobs();
    let job = at_work(&db, owner).await;
    assert!(db.store.steps().record(job.hold(), &crate::steps::reply(1, "x")).await.unwrap());
    assert!(matches!(jobs.drop_any(job.id).await, Err(StoreError::Conflict("status"))));
    let waits = at_work(&db, owner).await;
    jobs.fail_attempt(waits.hold(), &failure(), Duration::from_mins(10)).await.unwrap().unwrap();
    assert!(matches!(jobs.drop_any(waits.id).await, Err(StoreError::Conflict("status"))));
    jobs.finish(finished(&job, "kept")).await.unwrap();
    assert_eq!(jobs.drop_any(job.id).await.unwrap().id, job.id);
    assert!(matches!(jobs.drop_any(job.id).await, Err(StoreError::NotFound)));
    assert!(matches!(jobs.get(owner, job.id).await, Err(StoreError::NotFound)));
    assert_eq!(message(&db, &job).await.0, "kept");
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM job_steps").await, [0]);
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM usage").await, [1], "what it cost stays");
}
