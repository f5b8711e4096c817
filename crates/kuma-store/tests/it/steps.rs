//! The finished steps of runs, and tools that are allowed for good.

use kuma_store::{Claim, Hold, Job};
use kuma_types::step::{IntentStep, ReplyStep, STEP_VERSION};
use kuma_types::{FinishReason, JobId, RunStep, Step, Usage};
use serde_json::json;

use crate::common::{Database, LEASE, both};

both!(
    steps_are_kept_in_their_order,
    a_number_is_taken_once,
    a_write_is_begun_once,
    whoever_lost_the_run_keeps_nothing,
    a_tool_is_allowed_until_it_is_not,
);

async fn at_work(db: &Database) -> Job {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    db.claim(&job).await
}

fn step(number: u32, step: Step) -> RunStep {
    RunStep { version: STEP_VERSION, number, parent_call_id: None, step }
}

pub(crate) fn reply(number: u32, text: &str) -> RunStep {
    let reply = ReplyStep {
        model: "openai/x".into(),
        text: text.into(),
        raw: None,
        reasoning: String::new(),
        calls: vec![],
        finish_reason: FinishReason::Stop,
        usage: Usage::default(),
        citations: vec![],
    };
    step(number, Step::Reply(reply))
}

fn intent(number: u32, key: &str) -> RunStep {
    let intent = IntentStep {
        call_id: "c1".into(),
        tool: "sendEmail".into(),
        arguments: json!({"to": "ann@example.com"}),
        idempotency_key: key.into(),
    };
    step(number, Step::Intent(intent))
}

async fn steps_are_kept_in_their_order(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    assert!(steps.of_run(job.id).await.unwrap().is_empty());
    let all = [reply(1, "let me see"), intent(2, "k1"), reply(3, "sent")];
    for step in &all {
        assert!(steps.record(job.hold(), step).await.unwrap());
    }
    assert_eq!(steps.of_run(job.id).await.unwrap(), all);
    assert!(steps.of_run(JobId::new()).await.unwrap().is_empty());
}

async fn a_number_is_taken_once(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    assert!(steps.record(job.hold(), &reply(1, "first")).await.unwrap());
    assert!(!steps.record(job.hold(), &reply(1, "second")).await.unwrap());
    assert_eq!(steps.of_run(job.id).await.unwrap(), [reply(1, "first")]);
}

async fn a_write_is_begun_once(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    assert!(steps.record(job.hold(), &intent(1, "k")).await.unwrap());
    assert!(!steps.record(job.hold(), &intent(2, "k")).await.unwrap());
    assert!(steps.record(job.hold(), &intent(2, "another")).await.unwrap());
}

async fn whoever_lost_the_run_keeps_nothing(db: Database) {
    let job = at_work(&db).await;
    let steps = db.store.steps();
    assert!(steps.record(job.hold(), &reply(1, "kept")).await.unwrap());
    let back = db.store.jobs().hand_back(&[job.hold()]).await.unwrap();
    assert_eq!(back, [job.id]);
    assert!(!steps.record(job.hold(), &reply(2, "lost")).await.unwrap(), "nobody holds it");
    let Claim::Claimed(next) = db.store.jobs().claim(job.id, "other", LEASE).await.unwrap() else {
        panic!("it waits for somebody")
    };
    assert!(!steps.record(job.hold(), &reply(2, "lost")).await.unwrap(), "somebody else does");
    let unknown = Hold { job_id: JobId::new(), epoch: 1 };
    assert!(!steps.record(unknown, &reply(1, "x")).await.unwrap());
    assert!(steps.record(next.hold(), &reply(2, "on")).await.unwrap());
    assert_eq!(steps.of_run(job.id).await.unwrap(), [reply(1, "kept"), reply(2, "on")]);
}

async fn a_tool_is_allowed_until_it_is_not(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let allowances = db.store.allowances();
    assert!(allowances.of_user(ann).await.unwrap().is_empty());
    for tool in ["sendEmail", "sendEmail", "createIssue"] {
        allowances.add(ann, tool).await.unwrap();
    }
    assert_eq!(allowances.of_user(ann).await.unwrap().len(), 2);
    assert!(allowances.of_user(ben).await.unwrap().is_empty(), "each for themselves");
    assert!(allowances.remove(ann, "sendEmail").await.unwrap());
    assert!(!allowances.remove(ann, "sendEmail").await.unwrap());
    assert!(!allowances.remove(ben, "createIssue").await.unwrap());
    assert!(allowances.of_user(ann).await.unwrap().contains("createIssue"));
}
