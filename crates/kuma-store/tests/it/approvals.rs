//! What runs ask before they write.

use futures::future::join_all;
use kuma_store::{Approval, Claim, Hold, Job, NewApproval, Pause, StoreError};
use kuma_types::{Decision, Effect, JobId, JobStatus, MessageStatus, UserId};
use serde_json::json;

use crate::common::{Database, LEASE, both, connect, finished};

both!(
    a_decision_resumes_the_run_that_waits_for_it,
    a_run_waits_for_all_of_its_questions,
    a_decision_before_the_wait_is_not_missed,
    a_question_is_decided_once,
    a_decision_and_the_wait_may_meet,
    another_owners_question_is_not_there,
    a_run_that_is_over_is_not_decided,
    a_run_that_waits_can_be_cancelled,
    whoever_lost_the_run_asks_nothing,
    the_log_of_a_run_that_waits_stays,
);

async fn at_work(db: &Database) -> Job {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    db.claim(&job).await
}

fn question(call_id: &str) -> NewApproval {
    NewApproval {
        call_id: call_id.to_owned(),
        tool: "sendEmail".to_owned(),
        arguments: json!({"to": "bob@example.org"}),
        effect: Effect::Write,
        reason: "it sends a mail".to_owned(),
        preview: json!({"subject": "hi"}),
    }
}

fn approve() -> Decision {
    Decision::Approve { arguments: None }
}

async fn ask(db: &Database, job: &Job, calls: &[&str]) {
    let questions = calls.iter().map(|call| question(call)).collect();
    assert!(db.store.approvals().ask(job.hold(), questions).await.unwrap());
}

async fn waits(db: &Database, job: &Job) -> Job {
    match db.store.jobs().wait_for_approval(job.hold(), None).await.unwrap() {
        Pause::Waits(job) => job,
        other => panic!("expected it to wait: {other:?}"),
    }
}

async fn a_decision_resumes_the_run_that_waits_for_it(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    let asked = db.store.approvals().of_run(job.id).await.unwrap();
    let expected = Approval {
        job_id: job.id,
        call_id: "c1".to_owned(),
        tool: "sendEmail".to_owned(),
        arguments: json!({"to": "bob@example.org"}),
        effect: Effect::Write,
        reason: "it sends a mail".to_owned(),
        preview: json!({"subject": "hi"}),
        decision: None,
        created_at: asked[0].created_at,
        decided_at: None,
    };
    assert_eq!(asked, std::slice::from_ref(&expected));
    let waiting = waits(&db, &job).await;
    assert_eq!((waiting.status, waiting.epoch), (JobStatus::WaitingApproval, job.epoch));
    let chat_waits =
        async || db.store.chats().get(job.user_id, job.chat_id).await.unwrap().waits_for_approval;
    assert!(chat_waits().await);
    assert!(db.store.jobs().due(10, 10).await.unwrap().is_empty());
    assert!(
        db.store.jobs().orphans(None, 10).await.unwrap().is_empty(),
        "nobody holds it, and nobody should"
    );
    let arguments = Some(json!({"to": "carol@example.org"}));
    let decision = Decision::Approve { arguments };
    let decided = db.store.approvals().decide(job.user_id, job.id, "c1", decision.clone()).await.unwrap();
    assert!(decided.resumed);
    assert_eq!(decided.job.status, JobStatus::Pending);
    assert!(!chat_waits().await);
    let at = decided.approval.decided_at;
    assert!(at.is_some());
    assert_eq!(decided.approval, Approval { decision: Some(decision), decided_at: at, ..expected });
    assert_eq!(db.store.approvals().get(job.user_id, job.id, "c1").await.unwrap(), decided.approval);
    assert_eq!(db.store.approvals().of_run(job.id).await.unwrap(), [decided.approval]);
    assert_eq!(db.store.jobs().due(10, 10).await.unwrap(), [job.id]);
    assert_eq!(db.claim(&job).await.epoch, job.epoch + 1);
}

async fn a_run_waits_for_all_of_its_questions(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1", "c2"]).await;
    waits(&db, &job).await;
    let first = db.store.approvals().decide(job.user_id, job.id, "c2", approve()).await.unwrap();
    assert_eq!((first.resumed, first.job.status), (false, JobStatus::WaitingApproval));
    let reason = Some("not him".to_owned());
    let second = db
        .store
        .approvals()
        .decide(job.user_id, job.id, "c1", Decision::Deny { reason: reason.clone() })
        .await
        .unwrap();
    assert!(second.resumed);
    let all = db.store.approvals().of_run(job.id).await.unwrap();
    let decisions: Vec<_> = all.into_iter().map(|approval| approval.decision.unwrap()).collect();
    assert_eq!(decisions, [Decision::Deny { reason }, approve()]);
}

async fn a_decision_before_the_wait_is_not_missed(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    let decided = db.store.approvals().decide(job.user_id, job.id, "c1", approve()).await.unwrap();
    assert_eq!((decided.resumed, decided.job.status), (false, JobStatus::Processing));
    assert_eq!(db.store.jobs().wait_for_approval(job.hold(), None).await.unwrap(), Pause::Decided);
    assert_eq!(db.store.jobs().get_any(job.id).await.unwrap().status, JobStatus::Processing, "it goes on");
    // Asked once more, as by a new owner: the answer stands.
    ask(&db, &job, &["c1"]).await;
    assert_eq!(db.store.jobs().wait_for_approval(job.hold(), None).await.unwrap(), Pause::Decided);
}

async fn a_question_is_decided_once(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    waits(&db, &job).await;
    let other = connect(&db.url).await;
    let decisions = (0..8).map(|n| {
        let (store, owner, id) =
            (if n % 2 == 0 { db.store.clone() } else { other.clone() }, job.user_id, job.id);
        let decision = if n < 4 { approve() } else { Decision::Deny { reason: None } };
        tokio::spawn(async move { store.approvals().decide(owner, id, "c1", decision).await })
    });
    let all: Vec<_> = join_all(decisions.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    let (made, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(
        refused.iter().all(|error| matches!(error, Err(StoreError::Conflict("decision")))),
        "{refused:?}"
    );
    let kept = db.store.approvals().get(job.user_id, job.id, "c1").await.unwrap();
    assert_eq!(kept.decision, made.into_iter().next().unwrap().unwrap().approval.decision);
    other.close().await.unwrap();
}

async fn a_decision_and_the_wait_may_meet(db: Database) {
    let other = connect(&db.url).await;
    for _ in 0..15 {
        let job = at_work(&db).await;
        ask(&db, &job, &["c1"]).await;
        let (hold, owner, id) = (job.hold(), job.user_id, job.id);
        let (here, there) = (db.store.clone(), other.clone());
        let wait = tokio::spawn(async move { here.jobs().wait_for_approval(hold, None).await.unwrap() });
        let decide =
            tokio::spawn(async move { there.approvals().decide(owner, id, "c1", approve()).await.unwrap() });
        let (wait, decided) = (wait.await.unwrap(), decide.await.unwrap());
        // Either the driver goes on, or the run is in line again; never does it wait for nothing.
        match wait {
            Pause::Decided => assert!(!decided.resumed),
            Pause::Waits(_) => assert!(decided.resumed),
            other => panic!("nobody took it: {other:?}"),
        }
        assert_ne!(db.store.jobs().get_any(id).await.unwrap().status, JobStatus::WaitingApproval);
    }
    other.close().await.unwrap();
}

async fn another_owners_question_is_not_there(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    let stranger = db.user().await.id;
    let approvals = db.store.approvals();
    for (owner, id, call) in [
        (stranger, job.id, "c1"),
        (UserId::new(), job.id, "c1"),
        (job.user_id, JobId::new(), "c1"),
        (job.user_id, job.id, "c2"),
    ] {
        assert!(matches!(approvals.decide(owner, id, call, approve()).await, Err(StoreError::NotFound)));
        assert!(matches!(approvals.get(owner, id, call).await, Err(StoreError::NotFound)));
    }
    assert_eq!(approvals.of_run(job.id).await.unwrap()[0].decision, None);
}

async fn a_run_that_is_over_is_not_decided(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    db.store.jobs().finish(finished(&job, "gave up")).await.unwrap();
    let late = db.store.approvals().decide(job.user_id, job.id, "c1", approve()).await;
    assert!(matches!(late, Err(StoreError::Conflict("run"))), "{late:?}");
}

async fn a_run_that_waits_can_be_cancelled(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    // Cancelled before it waits: its driver is told.
    db.store.jobs().request_cancel(job.user_id, job.id).await.unwrap();
    assert_eq!(db.store.jobs().wait_for_approval(job.hold(), None).await.unwrap(), Pause::Cancelled);
    assert_eq!(db.store.jobs().get_any(job.id).await.unwrap().status, JobStatus::Processing);
    // And after.
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    waits(&db, &job).await;
    let cancelled = db.store.jobs().request_cancel_any(job.id).await.unwrap();
    assert_eq!(cancelled.status, JobStatus::Cancelled);
    let late = db.store.approvals().decide(job.user_id, job.id, "c1", approve()).await;
    assert!(matches!(late, Err(StoreError::Conflict("run"))), "{late:?}");
    let message = db.store.messages().get(job.user_id, job.chat_id, job.assistant_message_id).await.unwrap();
    assert_eq!(message.status, MessageStatus::Cancelled);
}

async fn whoever_lost_the_run_asks_nothing(db: Database) {
    let job = at_work(&db).await;
    let old = Hold { epoch: job.epoch - 1, ..job.hold() };
    assert!(!db.store.approvals().ask(old, vec![question("c1")]).await.unwrap());
    assert!(db.store.approvals().of_run(job.id).await.unwrap().is_empty());
    assert_eq!(db.store.jobs().wait_for_approval(old, None).await.unwrap(), Pause::Lost);
    ask(&db, &job, &["c1"]).await;
    waits(&db, &job).await;
    assert_eq!(
        db.store.jobs().wait_for_approval(job.hold(), None).await.unwrap(),
        Pause::Lost,
        "it let it go"
    );
    assert_eq!(db.store.jobs().finish(finished(&job, "late")).await.unwrap(), None);
    assert!(
        db.store.approvals().decide(job.user_id, job.id, "c1", approve()).await.unwrap().resumed,
        "its questions are still its own"
    );
    let Claim::Claimed(next) = db.store.jobs().claim(job.id, "another", LEASE).await.unwrap() else {
        panic!("it waits in line")
    };
    assert!(db.store.jobs().finish(finished(&next, "done")).await.unwrap().is_some());
}

async fn the_log_of_a_run_that_waits_stays(db: Database) {
    let job = at_work(&db).await;
    ask(&db, &job, &["c1"]).await;
    let log = Some("[[\"chunk\",\"b\",[1]]]".to_owned());
    let pause = db.store.jobs().wait_for_approval(job.hold(), log.clone()).await.unwrap();
    assert!(matches!(pause, Pause::Waits(_)));
    let late = chrono::Utc::now() + chrono::Duration::hours(1);
    assert_eq!(db.store.jobs().prune(late).await.unwrap(), 0);
    assert_eq!(db.store.jobs().events(job.id).await.unwrap(), log);
    db.store.jobs().request_cancel(job.user_id, job.id).await.unwrap();
    assert_eq!(db.store.jobs().prune(late).await.unwrap(), 1);
}
