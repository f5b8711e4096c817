//! The process dies at every point there is, and the next one goes on.

use std::sync::atomic::Ordering;

use kuma_types::step::Step;
use kuma_types::{Decision, RunEvent};
use serde_json::json;

use super::super::*;
use super::delegation::specialist;
use super::support::*;

/// A run with everything in it: parallel reads, an allowed write, one that asks, a specialist.
struct Whole {
    stage: Stage,
    look: Watched,
    note: Watched,
    send: Watched,
    search: Watched,
    file: Watched,
}

fn whole() -> Whole {
    let look = read("look").watched();
    let note = write("note").watched();
    let send = write("send").watched();
    let search = reader("search", "bears.example", "Bears sleep all winter.").watched();
    let file = write("file").watched();
    let expert = Scripted::replies(vec![
        vec![call("s1", "search", json!({})), done()],
        vec![call("f1", "file", json!({"n": 1})), done()],
        vec![text("Filed [1: \"Bears sleep\"]."), done()],
    ]);
    let model = Scripted::replies(vec![
        vec![
            kuma_llm::ChatEvent::Reasoning("Think.".into()),
            text("First, "),
            text("I look."),
            call("l1", "look", json!({"n": 1})),
            call("l2", "look", json!({"n": 2})),
            call("n1", "note", json!({"n": 1})),
            done(),
        ],
        vec![
            text("Now the mail."),
            call("m1", "send", json!({"to": "ada"})),
            call("l3", "look", json!({"n": 3})),
            done(),
        ],
        vec![call("d1", "delegate", json!({"agent": "research", "task": "bears"})), done()],
        vec![
            kuma_llm::ChatEvent::Reasoning("Sum up.".into()),
            text("All done; they sleep "),
            text("[1: \"sleep all"),
            text(" winter\"]."),
            done(),
        ],
    ]);
    let mut stage = Stage::new(model, &[&look, &note, &send]).allow("note");
    stage.specialists = vec![specialist("research", expert, &[&search, &file])];
    Whole { stage, look, note, send, search, file }
}

const ANSWER: &str = "First, I look.\n\nNow the mail.\n\nAll done; they sleep [1].";

/// Runs to the end, deciding what is asked; killed once on the way, in the k-th life.
async fn through(whole: &mut Whole, kill: Option<Kill>, life: usize) -> (RunOutcome, bool) {
    let mut killed = false;
    for n in 0..12 {
        whole.stage.world.kill_at(kill.filter(|_| n == life));
        let outcome = whole.stage.run().await;
        match &outcome.ending {
            RunEnding::WaitingApproval(asked) => {
                for asked in asked {
                    whole
                        .stage
                        .decisions
                        .insert(asked.call_id.clone(), Decision::Approve { arguments: None });
                }
            }
            RunEnding::Lost => {
                assert!(kill.is_some() && !killed, "killed once");
                killed = true;
            }
            _ => return (outcome, killed),
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn killed_anywhere_the_run_ends_the_same_and_no_write_is_made_twice() {
    let mut calm = whole();
    let (outcome, _) = through(&mut calm, None, 0).await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop));
    assert_eq!(outcome.text, ANSWER);
    assert_eq!((calm.note.count(), calm.send.count(), calm.file.count()), (1, 1, 1));
    let calm_calls: Vec<_> = outcome.tool_calls.iter().map(|call| (call.call_id.clone(), call.ok)).collect();
    let calm_reasoning = outcome.reasoning.clone();

    let mut kills = 0;
    // Three lives: to the first approval, to the specialist's, to the end.
    for life in 0..3 {
        for at in 0.. {
            let mut reached = false;
            for after in [false, true] {
                let mut whole = whole();
                let (outcome, killed) = through(&mut whole, Some(Kill { at, after }), life).await;
                reached |= killed;
                if !killed {
                    break;
                }
                kills += 1;
                let place = format!("life {life}, operation {at}, after: {after}");
                let unknown: Vec<&str> = outcome
                    .tool_calls
                    .iter()
                    .filter(|call| call.summary.contains("nobody knows"))
                    .map(|call| call.tool.as_str())
                    .collect();
                for (tool, watched) in [("note", &whole.note), ("send", &whole.send), ("file", &whole.file)] {
                    let count = watched.count();
                    if unknown.contains(&tool) {
                        assert!(count <= 1, "{place}: {tool} {count}");
                    } else {
                        assert_eq!(count, 1, "{place}: {tool}");
                    }
                }
                assert_eq!(outcome.text, ANSWER, "{place}");
                assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop), "{place}");
                assert_eq!(outcome.reasoning, calm_reasoning, "{place}");
                if unknown.is_empty() {
                    let calls: Vec<_> =
                        outcome.tool_calls.iter().map(|call| (call.call_id.clone(), call.ok)).collect();
                    assert_eq!(calls, calm_calls, "{place}");
                }
                // Reads may be made again, once.
                assert!((3..=5).contains(&whole.look.count()), "{place}");
                assert!((1..=2).contains(&whole.search.count()), "{place}");
                check_events(&whole.stage.world.events(), &place);
                assert!(whole.stage.model.count() <= 5, "{place}: at most one reply is asked for again");
            }
            if !reached {
                break;
            }
        }
    }
    assert!(kills > 60, "{kills}");
}

/// Readers who have followed from the first event on know each call once, each result once, and
/// nothing comes before what it belongs to.
fn check_events(events: &[RunEvent], place: &str) {
    let (mut calls, mut results, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        match event {
            RunEvent::ToolCall { call_id, .. } => calls.push(call_id.clone()),
            RunEvent::ApprovalRequired { call_id, .. } => {
                assert!(calls.contains(call_id), "{place}");
                asked.push(call_id.clone());
            }
            RunEvent::ToolResult { call_id, .. } => {
                assert!(calls.contains(call_id), "{place}");
                results.push(call_id.clone());
            }
            _ => {}
        }
    }
    for (what, ids) in [("calls", &calls), ("asked", &asked), ("results", &results)] {
        let different: HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len(), "{place}: {what} {ids:?}");
    }
    assert_eq!(calls.len(), results.len(), "{place}");
    assert_eq!(calls.len(), 8, "{place}");
}

#[tokio::test]
async fn a_write_without_an_outcome_is_not_repeated_but_told() {
    let send = write("send").watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("m1", "send", json!({})), done()],
            vec![call("m2", "send", json!({})), done()],
        ]),
        &[&send],
    )
    .allow("send");
    // Operation 0: reply, 1: its event, 2: the intent. After that nobody hears of it any more.
    stage.world.kill_at(Some(Kill { at: 3, after: false }));
    assert_eq!(stage.run().await.ending, RunEnding::Lost);
    assert_eq!(send.count(), 1);
    stage.world.kill_at(None);
    let outcome = stage.run().await;
    assert_eq!(send.count(), 1, "not made again by itself");
    let (content, is_error) = result_of(&stage.model.last_request(), "m1");
    assert!(content.contains("Nobody knows whether it happened") && is_error);
    let RunEnding::WaitingApproval(asked) = &outcome.ending else { panic!("{outcome:?}") };
    assert_eq!(asked[0].call_id, "m2", "asked for anew, it needs a person, allowed or not");
    assert!(asked[0].reason.contains("nobody knows whether it happened"));
    assert_eq!(short(&stage.world.events()), ["call send", "result send failed", "call send", "ask send"]);
}

#[tokio::test]
async fn an_unfinished_reply_is_taken_back() {
    let look = read("look").watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![text("Searching."), call("a", "look", json!({})), done()],
            vec![
                kuma_llm::ChatEvent::Reasoning("Now.".into()),
                text("Bears "),
                text("are "),
                text("mammals."),
                done(),
            ],
        ]),
        &[&look],
    );
    let total = {
        let calm = Stage::new(Scripted::replies(vec![vec![text("x"), done()]]), &[]);
        calm.run().await;
        calm.world.operations.load(Ordering::SeqCst)
    };
    assert_eq!(total, 2, "an event and a step");
    // text, reply, call, result, its event, thought, "Bears ", "are " | …
    stage.world.kill_at(Some(Kill { at: 7, after: true }));
    assert_eq!(stage.run().await.ending, RunEnding::Lost);
    assert_eq!(stage.world.steps().len(), 2);
    stage.world.kill_at(None);
    let outcome = stage.run().await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reasoning.as_str()),
        ("Searching.\n\nBears are mammals.", "Now.")
    );
    assert_eq!(
        short(&stage.world.events()),
        [
            "text Searching.",
            "call look",
            "result look ok",
            "thought Now.",
            "text \n\nBears are ",
            "reset Searching.",
            "thought Now.",
            "text \n\nBears are mammals."
        ]
    );
    assert_eq!(look.count(), 1);
}

#[tokio::test]
async fn readers_of_a_new_journal_are_told_all_that_stands() {
    let look = read("look").watched();
    let send = write("send").watched();
    let mut stage = Stage::new(
        Scripted::replies(vec![
            vec![
                kuma_llm::ChatEvent::Reasoning("Hm.".into()),
                text("Look:"),
                call("a", "look", json!({})),
                done(),
            ],
            vec![call("m", "send", json!({})), done()],
            vec![text("End."), done()],
        ]),
        &[&look, &send],
    );
    stage.run().await;
    // The process restarts and its journal is empty, days later.
    stage.world.events.lock().unwrap().clear();
    assert!(matches!(stage.run().await.ending, RunEnding::WaitingApproval(_)));
    assert_eq!(
        short(&stage.world.events()),
        ["reset Look:", "thought Hm.", "call look", "result look ok", "call send", "ask send"]
    );
    stage.approve("m");
    assert_eq!(stage.run().await.text, "Look:\n\nEnd.");
    assert_eq!((look.count(), send.count(), stage.model.count()), (1, 1, 3));
}

#[tokio::test]
async fn a_finished_run_that_is_started_again_only_says_so() {
    let stage = Stage::new(Scripted::replies(vec![vec![text("Hi."), done_as(FinishReason::Length)]]), &[]);
    let first = stage.run().await;
    let events = stage.world.events();
    let again = stage.run().await;
    assert_eq!(first, again);
    assert_eq!(stage.model.count(), 1);
    assert_eq!(stage.world.events(), events);
    assert!(matches!(stage.world.steps()[0].step, Step::Reply(_)));
}
