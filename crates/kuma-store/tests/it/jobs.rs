//! The life of a job after it was accepted.

use std::time::Duration;

use chrono::Utc;
use kuma_store::{Claim, FinishRun, Job, NewRun, StoreError};
use kuma_types::{ChatId, FinishReason, JobId, JobStatus, MessageStatus, RunFailure, Usage, UserId};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use crate::common::{Database, LEASE, both, column, finished, run};

both!(
    a_claim_holds_a_job,
    runs_of_a_chat_follow_each_other,
    a_run_that_waits_for_approval_keeps_its_place,
    a_failed_run_is_taken_again_when_due,
    a_lost_lease_is_taken_over,
    leases_are_renewed_by_their_holder,
    orphans_are_found,
    the_end_is_written_whole,
    an_old_epoch_writes_nothing,
    many_runs_end_together,
    a_failure_is_kept,
    a_run_ends_in_a_final_state,
    what_nobody_works_on_is_cancelled_at_once,
    what_is_at_work_is_marked,
    another_owners_job_is_not_there,
    the_line_is_known,
    a_user_has_so_many_runs_at_work,
    events_are_kept_for_runs_that_never_began,
    old_logs_and_keys_are_forgotten,
    jobs_are_counted,
    the_backlog_is_what_is_not_over,
);

async fn a_claim_holds_a_job(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let asked = db.ask(owner, chat, "a").await;
    let job = db.claim(&asked).await;
    assert_eq!((job.status, job.epoch), (JobStatus::Processing, asked.epoch + 1));
    assert!(job.updated_at >= asked.updated_at);
    assert_eq!(job.worker.as_deref(), Some("worker-1"));
    assert!(job.lease_until.unwrap() > job.updated_at && job.finished_at.is_none());
    let taken = Job {
        status: job.status,
        epoch: job.epoch,
        worker: job.worker.clone(),
        lease_until: job.lease_until,
        updated_at: job.updated_at,
        ..asked
    };
    assert_eq!(job, taken);
    assert_eq!(db.store.jobs().get_any(job.id).await.unwrap(), job);
    assert_eq!(claim(&db, job.id).await, Claim::Gone);
    assert_eq!(claim(&db, JobId::new()).await, Claim::Gone);
    db.store.jobs().finish(finished(&job, "b")).await.unwrap();
    assert_eq!(claim(&db, job.id).await, Claim::Gone);
}

async fn runs_of_a_chat_follow_each_other(db: Database) {
    let owner = db.user().await.id;
    let (chat, elsewhere) = (db.chat(owner, None).await, db.chat(owner, None).await);
    let first = db.ask(owner, chat, "1").await;
    let second = db.ask(owner, chat, "2").await;
    let third = db.ask(owner, chat, "3").await;
    let other = db.ask(owner, elsewhere, "x").await;
    assert_eq!(claim(&db, second.id).await, Claim::Waits);
    let first = db.claim(&first).await;
    assert_eq!(claim(&db, second.id).await, Claim::Waits);
    db.claim(&other).await;
    db.store.jobs().finish(finished(&first, "1")).await.unwrap();
    assert_eq!(claim(&db, third.id).await, Claim::Waits);
    assert_eq!(db.store.jobs().next_waiting(chat, owner).await.unwrap(), [second.id]);
    // Leaving the line lets the next one through.
    db.store.jobs().request_cancel(owner, second.id).await.unwrap();
    assert_eq!(db.store.jobs().next_waiting(chat, owner).await.unwrap(), [third.id]);
    let third = db.claim(&third).await;
    // An id that is earlier but came later does not run beside it.
    let late = NewRun { job_id: JobId(uuid::Uuid::from_u128(1)), ..run(owner, chat, "late") };
    let late = db.store.jobs().submit(late).await.unwrap().into_job();
    assert_eq!(claim(&db, late.id).await, Claim::Waits);
    db.store.jobs().finish(finished(&third, "3")).await.unwrap();
    db.claim(&late).await;
}

async fn a_run_that_waits_for_approval_keeps_its_place(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let first = db.ask(owner, chat, "1").await;
    let second = db.ask(owner, chat, "2").await;
    db.claim(&first).await;
    set(&db, "status = 'WAITING_APPROVAL'", first.id).await;
    assert_eq!(claim(&db, second.id).await, Claim::Waits);
    assert_eq!(claim(&db, first.id).await, Claim::Gone);
    set(&db, "status = 'PENDING'", first.id).await;
    assert_eq!(claim(&db, second.id).await, Claim::Waits);
    assert_eq!(db.claim(&first).await.epoch, 2);
}

async fn a_failed_run_is_taken_again_when_due(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "1").await;
    let next = db.ask(owner, chat, "2").await;
    db.claim(&job).await;
    set(&db, "status = 'FAILED', next_attempt_at = '2099-01-01T00:00:00+00:00'", job.id).await;
    assert_eq!(claim(&db, job.id).await, Claim::Gone);
    assert_eq!(claim(&db, next.id).await, Claim::Waits);
    set(&db, "next_attempt_at = '2020-01-01T00:00:00+00:00'", job.id).await;
    let again = db.claim(&job).await;
    assert_eq!((again.epoch, again.retry_count), (2, 1));
    // Without a next attempt it is over, and nobody waits for it.
    set(&db, "status = 'FAILED', next_attempt_at = NULL", job.id).await;
    assert_eq!(claim(&db, job.id).await, Claim::Gone);
    db.claim(&next).await;
}

async fn a_lost_lease_is_taken_over(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let Claim::Claimed(lost) = db.store.jobs().claim(job.id, "first", Duration::ZERO).await.unwrap() else {
        panic!("nobody else wants it")
    };
    let Claim::Claimed(held) = db.store.jobs().claim(job.id, "second", LEASE).await.unwrap() else {
        panic!("its lease has run out")
    };
    assert_eq!((lost.epoch, held.epoch, held.retry_count), (1, 2, 0));
    assert_eq!(db.store.jobs().finish(finished(&lost, "late")).await.unwrap(), None);
    assert!(db.store.jobs().finish(finished(&held, "b")).await.unwrap().is_some());
}

async fn leases_are_renewed_by_their_holder(db: Database) {
    let owner = db.user().await.id;
    let mut held = Vec::new();
    for _ in 0..6 {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let Claim::Claimed(job) = db.store.jobs().claim(job.id, "me", Duration::ZERO).await.unwrap() else {
            panic!("nobody else wants it")
        };
        held.push((job.id, job.epoch));
    }
    let jobs = db.store.jobs();
    assert_eq!(jobs.orphans(None, 100).await.unwrap().len(), 6);
    let all: Vec<JobId> = held.iter().map(|(id, _)| *id).collect();
    held[2].1 -= 1;
    let mut kept = jobs.renew(&held, "me", LEASE).await.unwrap();
    kept.sort_unstable();
    let expected: Vec<JobId> = all.iter().copied().filter(|id| *id != all[2]).collect();
    assert_eq!(kept, expected);
    let orphans: Vec<JobId> = jobs.orphans(None, 100).await.unwrap().iter().map(|job| job.id).collect();
    assert_eq!(orphans, [all[2]]);
    assert!(jobs.renew(&held, "somebody else", LEASE).await.unwrap().is_empty());
    assert!(jobs.renew(&[], "me", LEASE).await.unwrap().is_empty());
}

async fn orphans_are_found(db: Database) {
    let owner = db.user().await.id;
    let mut jobs = Vec::new();
    for worker in ["host-1/a", "host-1/b", "host_1/c", "host-2/a"] {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let Claim::Claimed(job) = db.store.jobs().claim(job.id, worker, LEASE).await.unwrap() else {
            panic!("nobody else wants it")
        };
        jobs.push(job);
    }
    assert_eq!(db.store.jobs().orphans(None, 100).await.unwrap(), []);
    assert_eq!(db.store.jobs().orphans(Some("host-1/"), 100).await.unwrap(), jobs[..2]);
    assert_eq!(db.store.jobs().orphans(Some("host-1/"), 1).await.unwrap(), jobs[..1]);
    assert_eq!(
        db.store.jobs().orphans(Some("host_1/"), 100).await.unwrap(),
        jobs[2..3],
        "`_` is no wildcard"
    );
    set(&db, "lease_until = '2020-01-01T00:00:00+00:00'", jobs[3].id).await;
    let orphan = Job { lease_until: "2020-01-01T00:00:00Z".parse().ok(), ..jobs[3].clone() };
    assert_eq!(db.store.jobs().orphans(None, 100).await.unwrap(), [orphan]);
}

async fn the_end_is_written_whole(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let job = db.claim(&job).await;
    let log = "[[\"chunk\",\"b\",[1]]]".to_owned();
    let end = FinishRun { events: Some(log.clone()), ..finished(&job, "b") };
    let message = db.store.jobs().finish(end).await.unwrap().unwrap();
    assert_eq!((message.id, message.status), (job.assistant_message_id, MessageStatus::Complete));
    let over = db.store.jobs().get(owner, job.id).await.unwrap();
    assert_eq!((over.status, over.epoch), (JobStatus::Completed, job.epoch));
    let result = json!({"finishReason": "stop", "model": "fake/model", "usage": {"inputTokens": 3, "outputTokens": 5}});
    assert_eq!(over.result, Some(result));
    assert_eq!(db.store.jobs().events(job.id).await.unwrap(), Some(log));
    assert_eq!(db.store.jobs().events(JobId::new()).await.unwrap(), None);
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT input_tokens FROM usage").await, [3]);
    assert_eq!(column::<i64>(&raw, "SELECT output_tokens FROM usage").await, [5]);
    assert_eq!(column::<String>(&raw, "SELECT model FROM usage").await, ["fake/model"]);
}

async fn an_old_epoch_writes_nothing(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let held = db.claim(&job).await;
    let raw = db.raw().await;
    for epoch in [held.epoch - 1, held.epoch + 1] {
        let end = FinishRun { epoch, ..finished(&held, "wrong") };
        assert_eq!(db.store.jobs().finish(end).await.unwrap(), None);
        assert_eq!(db.store.jobs().get_any(job.id).await.unwrap(), held);
        let message = db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
        assert_eq!((message.content.as_str(), message.status), ("", MessageStatus::Streaming));
        assert_eq!(db.store.jobs().events(job.id).await.unwrap(), None);
        assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM usage").await, [0]);
    }
    assert!(db.store.jobs().finish(finished(&held, "right")).await.unwrap().is_some());
    assert_eq!(db.store.jobs().finish(finished(&held, "again")).await.unwrap(), None);
    let message = db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
    assert_eq!(message.content, "right");
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM usage").await, [1]);
}

async fn many_runs_end_together(db: Database) {
    let owner = db.user().await.id;
    let mut ends = Vec::new();
    for n in 0..38 {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let job = db.claim(&job).await;
        let events = (n % 3 != 0).then(|| format!("log {n}"));
        ends.push(FinishRun { events, ..finished(&job, &format!("answer {n}")) });
    }
    ends[5].epoch -= 1;
    ends.push(FinishRun { content: "the second end of the first".to_owned(), ..ends[0].clone() });
    let messages = db.store.jobs().finish_many(ends.clone()).await.unwrap();
    assert_eq!(messages.len(), ends.len());
    for (n, (end, message)) in ends.iter().zip(&messages).enumerate() {
        let held = n != 5 && n != 38;
        let content = message.as_ref().map(|message| message.content.as_str());
        assert_eq!(content, held.then_some(end.content.as_str()));
        if held {
            assert_eq!(db.store.jobs().events(end.job_id).await.unwrap(), end.events);
            assert_eq!(db.store.jobs().get_any(end.job_id).await.unwrap().status, JobStatus::Completed);
        }
    }
    assert_eq!(column::<i64>(&db.raw().await, "SELECT count(*) FROM usage").await, [37]);
    assert!(db.store.jobs().finish_many(Vec::new()).await.unwrap().is_empty());
}

async fn a_failure_is_kept(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let job = db.claim(&job).await;
    let error = RunFailure {
        code: "rate_limited".to_owned(),
        title: "Too many requests".to_owned(),
        detail: "Try again in a minute.".to_owned(),
        retryable: true,
    };
    let end = FinishRun {
        status: JobStatus::Failed,
        message_status: MessageStatus::Failed,
        error: Some(error.clone()),
        events: None,
        usage: Usage::default(),
        ..finished(&job, "the text so far")
    };
    let message = db.store.jobs().finish(end).await.unwrap().unwrap();
    assert_eq!((message.status, message.content.as_str()), (MessageStatus::Failed, "the text so far"));
    assert_eq!(message.error.as_ref(), Some(&error));
    let over = db.store.jobs().get(owner, job.id).await.unwrap();
    assert_eq!((over.status, over.error), (JobStatus::Failed, Some(error)));
    assert_eq!(db.store.jobs().events(job.id).await.unwrap(), None);
}

async fn a_run_ends_in_a_final_state(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let job = db.claim(&job).await;
    for status in JobStatus::ALL.into_iter().filter(|status| !status.is_final()) {
        let end = FinishRun { status, ..finished(&job, "b") };
        assert!(matches!(db.store.jobs().finish(end).await, Err(StoreError::Unsupported(_))));
    }
    assert_eq!(db.store.jobs().get_any(job.id).await.unwrap(), job);
}

async fn what_nobody_works_on_is_cancelled_at_once(db: Database) {
    let owner = db.user().await.id;
    let states = [
        "status = 'PENDING'",
        "status = 'WAITING_APPROVAL'",
        "status = 'FAILED', next_attempt_at = '2099-01-01T00:00:00+00:00'",
    ];
    for state in states {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        set(&db, state, job.id).await;
        let cancelled = db.store.jobs().request_cancel(owner, job.id).await.unwrap();
        assert_eq!((cancelled.status, cancelled.cancel_requested), (JobStatus::Cancelled, true), "{state}");
        let message = db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap();
        assert_eq!(message.status, MessageStatus::Cancelled);
        assert_eq!(claim(&db, job.id).await, Claim::Gone);
        assert_eq!(db.store.jobs().request_cancel(owner, job.id).await.unwrap(), cancelled);
    }
}

async fn what_is_at_work_is_marked(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let held = db.claim(&job).await;
    let marked = db.store.jobs().request_cancel(owner, job.id).await.unwrap();
    assert_eq!(
        (marked.status, marked.cancel_requested, marked.epoch),
        (JobStatus::Processing, true, held.epoch)
    );
    let end = FinishRun {
        status: JobStatus::Cancelled,
        message_status: MessageStatus::Cancelled,
        finish_reason: FinishReason::Cancelled,
        ..finished(&held, "so far")
    };
    assert!(db.store.jobs().finish(end).await.unwrap().is_some());
    let over = db.store.jobs().get(owner, job.id).await.unwrap();
    assert_eq!(db.store.jobs().request_cancel(owner, job.id).await.unwrap(), over, "it stays as it is");
}

async fn another_owners_job_is_not_there(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    assert!(matches!(db.store.jobs().get(other, job.id).await, Err(StoreError::NotFound)));
    assert!(matches!(db.store.jobs().request_cancel(other, job.id).await, Err(StoreError::NotFound)));
    assert!(matches!(db.store.jobs().get(owner, JobId::new()).await, Err(StoreError::NotFound)));
    assert!(matches!(db.store.jobs().get_any(JobId::new()).await, Err(StoreError::NotFound)));
    assert!(matches!(db.store.jobs().request_cancel(owner, JobId::new()).await, Err(StoreError::NotFound)));
    assert_eq!(db.store.jobs().get(owner, job.id).await.unwrap(), job);
}

async fn the_line_is_known(db: Database) {
    let owner = db.user().await.id;
    let (chat, elsewhere) = (db.chat(owner, None).await, db.chat(owner, None).await);
    let first = db.ask(owner, chat, "1").await;
    let other = db.ask(owner, elsewhere, "x").await;
    let second = db.ask(owner, chat, "2").await;
    let jobs = db.store.jobs();
    assert_eq!(jobs.pending(10).await.unwrap(), [first.id, other.id, second.id]);
    assert_eq!(jobs.pending(2).await.unwrap(), [first.id, other.id]);
    assert_eq!(jobs.position(first.id).await.unwrap(), 1);
    assert_eq!(jobs.position(second.id).await.unwrap(), 2);
    assert_eq!(jobs.position(other.id).await.unwrap(), 1);
    let first = db.claim(&first).await;
    assert_eq!(jobs.position(second.id).await.unwrap(), 2);
    assert_eq!(jobs.pending(10).await.unwrap(), [other.id, second.id]);
    assert_eq!(
        jobs.next_waiting(chat, owner).await.unwrap(),
        [other.id, second.id],
        "the next of the chat, and the user's that waits for nothing"
    );
    assert_eq!(jobs.next_waiting(elsewhere, owner).await.unwrap(), [other.id], "it is both");
    assert_eq!(jobs.next_waiting(ChatId::new(), UserId::new()).await.unwrap(), []);
    jobs.finish(finished(&first, "1")).await.unwrap();
    assert_eq!(jobs.position(second.id).await.unwrap(), 1);
    assert!(matches!(jobs.position(JobId::new()).await, Err(StoreError::NotFound)));
}

async fn a_user_has_so_many_runs_at_work(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    let mut jobs = Vec::new();
    for owner in [owner, owner, owner, other] {
        let chat = db.chat(owner, None).await;
        jobs.push(db.ask(owner, chat, "a").await);
    }
    let within = async |id| db.store.jobs().claim_within(id, "worker-1", LEASE, 2).await.unwrap();
    let Claim::Claimed(first) = within(jobs[0].id).await else { panic!("there is room") };
    assert!(matches!(within(jobs[1].id).await, Claim::Claimed(_)));
    assert_eq!(within(jobs[2].id).await, Claim::Waits);
    assert!(matches!(within(jobs[3].id).await, Claim::Claimed(_)), "others have room of their own");
    assert_eq!(db.store.jobs().next_waiting(first.chat_id, owner).await.unwrap(), [jobs[2].id]);
    db.store.jobs().finish(finished(&first, "b")).await.unwrap();
    assert!(matches!(within(jobs[2].id).await, Claim::Claimed(_)));
    assert_eq!(db.store.jobs().next_waiting(first.chat_id, owner).await.unwrap(), []);
}

async fn events_are_kept_for_runs_that_never_began(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    db.store.jobs().request_cancel(owner, job.id).await.unwrap();
    for log in ["[]", "[1]"] {
        db.store.jobs().keep_events(job.id, log.to_owned()).await.unwrap();
        assert_eq!(db.store.jobs().events(job.id).await.unwrap().as_deref(), Some(log));
    }
    let gone = db.store.jobs().keep_events(JobId::new(), "[]".to_owned()).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

async fn old_logs_and_keys_are_forgotten(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let key = Some(("k".to_owned(), "h".to_owned()));
    let job = db.store.jobs().submit(NewRun { idempotency_key: key, ..run(owner, chat, "x") }).await.unwrap();
    let job = db.claim(&job.into_job()).await;
    db.store.jobs().finish(finished(&job, "y")).await.unwrap();
    assert_eq!(db.store.jobs().prune(job.created_at).await.unwrap(), 0);
    assert!(db.store.jobs().events(job.id).await.unwrap().is_some());
    assert_eq!(db.store.jobs().prune(Utc::now() + chrono::Duration::hours(1)).await.unwrap(), 2);
    assert_eq!(db.store.jobs().events(job.id).await.unwrap(), None);
    assert_eq!(column::<i64>(&db.raw().await, "SELECT count(*) FROM idempotency_keys").await, [0]);
}

async fn jobs_are_counted(db: Database) {
    assert_eq!(db.store.stats().await.unwrap().jobs, []);
    let owner = db.user().await.id;
    for _ in 0..3 {
        let chat = db.chat(owner, None).await;
        db.converse(owner, chat, "a", "b").await;
        db.ask(owner, chat, "c").await;
    }
    let all = db.store.stats().await.unwrap();
    assert_eq!((all.users, all.chats, all.messages), (1, 3, 12));
    assert_eq!(all.jobs, [(JobStatus::Completed, 3), (JobStatus::Pending, 3)]);
}

async fn the_backlog_is_what_is_not_over(db: Database) {
    let jobs = db.store.jobs();
    let backlog = jobs.backlog().await.unwrap();
    assert_eq!((backlog.by_status, backlog.oldest_waiting, backlog.abandoned), (vec![], None, 0));
    let owner = db.user().await.id;
    let mut asked = Vec::new();
    for _ in 0..5 {
        let chat = db.chat(owner, None).await;
        db.converse(owner, chat, "a", "b").await;
        asked.push(db.ask(owner, chat, "c").await);
    }
    let [one, two, three, four, five] = &asked[..] else { panic!("five") };
    // One fails for good, one will be tried again, one's holder dies.
    let failed = FinishRun { status: JobStatus::Failed, ..finished(&db.claim(one).await, "") };
    jobs.finish(failed).await.unwrap();
    let failure = RunFailure { code: "x".into(), title: "x".into(), detail: "x".into(), retryable: true };
    jobs.fail_attempt(db.claim(two).await.hold(), &failure, Duration::from_hours(1)).await.unwrap().unwrap();
    jobs.claim(three.id, "worker-1", Duration::ZERO).await.unwrap();
    let backlog = jobs.backlog().await.unwrap();
    let states = [(JobStatus::Failed, 1), (JobStatus::Pending, 2), (JobStatus::Processing, 1)];
    assert_eq!(backlog.by_status, states);
    assert_eq!((backlog.oldest_waiting, backlog.abandoned), (Some(four.updated_at), 1));
    db.claim(four).await;
    let backlog = jobs.backlog().await.unwrap();
    assert_eq!((backlog.oldest_waiting, backlog.abandoned), (Some(five.updated_at), 1));
}

async fn claim(db: &Database, id: JobId) -> Claim {
    db.store.jobs().claim(id, "worker-2", LEASE).await.unwrap()
}

/// Puts a job into a state that only later features bring about.
async fn set(db: &Database, what: &str, id: JobId) {
    let id = match db.store.backend() {
        kuma_store::Backend::Sqlite => format!("x'{}'", id.0.simple()),
        kuma_store::Backend::Postgres => format!("'{id}'"),
    };
    let sql = format!("UPDATE message_jobs SET {what} WHERE job_id = {id}");
    assert_eq!(db.raw().await.execute_unprepared(&sql).await.unwrap().rows_affected(), 1);
}
