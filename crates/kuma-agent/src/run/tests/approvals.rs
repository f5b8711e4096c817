//! Writes ask, and the run waits without being there.

use std::sync::Arc;

use kuma_types::step::Step;
use kuma_types::{Decision, RunEvent};
use serde_json::json;

use super::super::*;
use super::support::*;
use crate::tool::{ToolError, ToolOutput};
use kuma_types::ToolErrorKind;

fn mail_and_answer() -> Arc<Scripted> {
    Scripted::replies(vec![
        vec![text("I wrote it."), call("m", "send", json!({"to": "ada", "body": "hi"})), done()],
        vec![text("That was it."), done()],
    ])
}

#[tokio::test]
async fn a_write_asks_and_goes_on_when_it_is_approved() {
    let send = write("send").watched();
    let mut stage = Stage::new(mail_and_answer(), &[&send]);
    let outcome = stage.run().await;
    let RunEnding::WaitingApproval(asked) = &outcome.ending else { panic!("{outcome:?}") };
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].preview, json!({"preview": {"to": "ada", "body": "hi"}}));
    assert_eq!(asked[0].reason, "“Do send” changes something outside Kuma.");
    assert_eq!(outcome.text, "I wrote it.");
    assert_eq!(outcome.tool_calls[0].summary, "Waits for your decision");
    assert_eq!((send.count(), stage.model.count()), (0, 1));
    assert_eq!(short(&stage.world.events()), ["text I wrote it.", "call send", "ask send"]);

    // Started again before anybody decided: it waits on, and asks nobody twice.
    assert!(matches!(stage.run().await.ending, RunEnding::WaitingApproval(_)));
    assert_eq!((stage.model.count(), stage.world.events().len()), (1, 3));

    stage.approve("m");
    let outcome = stage.run().await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop));
    assert_eq!(outcome.text, "I wrote it.\n\nThat was it.");
    assert_eq!((send.count(), stage.model.count()), (1, 2));
    assert_eq!(
        short(&stage.world.events()),
        ["text I wrote it.", "call send", "ask send", "result send ok", "text \n\nThat was it."]
    );
    // The intent is kept before the call, the outcome behind it.
    let kinds: Vec<&str> = stage
        .world
        .steps()
        .iter()
        .map(|step| match step.step {
            Step::Reply(_) => "reply",
            Step::Asked(_) => "asked",
            Step::Intent(_) => "intent",
            Step::Result(_) => "result",
        })
        .collect();
    assert_eq!(kinds, ["reply", "asked", "intent", "result", "reply"]);
    let Step::Intent(intent) = &stage.world.steps()[2].step else { panic!() };
    assert_eq!(*send.keys.lock().unwrap(), std::slice::from_ref(&intent.idempotency_key));
}

#[tokio::test]
async fn changed_arguments_replace_the_models() {
    let send = write("send").watched();
    let mut stage = Stage::new(mail_and_answer(), &[&send]);
    stage.run().await;
    let edited = json!({"to": "ada", "body": "Dear Ada"});
    stage.decisions.insert("m".into(), Decision::Approve { arguments: Some(edited.clone()) });
    let outcome = stage.run().await;
    assert_eq!(*send.calls.lock().unwrap(), std::slice::from_ref(&edited));
    assert_eq!(outcome.tool_calls[0].arguments, edited);
    let (content, _) = result_of(&stage.model.last_request(), "m");
    assert!(
        content.starts_with("The person changed the arguments before they approved. It was called with {"),
        "{content}"
    );
    let told = stage.world.events().into_iter().find_map(|event| match event {
        RunEvent::ToolResult { arguments, .. } => arguments,
        _ => None,
    });
    assert_eq!(told, Some(edited));

    // Changes that do not fit are told to the model, and nothing is done.
    let send = write("send").watched();
    let mut stage = Stage::new(mail_and_answer(), &[&send]);
    stage.run().await;
    stage.decisions.insert("m".into(), Decision::Approve { arguments: Some(json!({"bad": 1})) });
    stage.run().await;
    assert_eq!(send.count(), 0);
    assert!(result_of(&stage.model.last_request(), "m").0.contains("`bad` is not taken"));
}

#[tokio::test]
async fn a_denial_and_its_reason_are_what_the_model_reads() {
    for (reason, told) in [
        (
            Some("Wrong person".to_owned()),
            "The person declined this. It was not done. Their reason: Wrong person",
        ),
        (None, "The person declined this. It was not done."),
    ] {
        let send = write("send").watched();
        let mut stage = Stage::new(mail_and_answer(), &[&send]);
        stage.run().await;
        stage.decisions.insert("m".into(), Decision::Deny { reason });
        let outcome = stage.run().await;
        assert_eq!(outcome.text, "I wrote it.\n\nThat was it.");
        assert_eq!(send.count(), 0);
        assert_eq!(result_of(&stage.model.last_request(), "m"), (told.to_owned(), true));
        assert_eq!(outcome.tool_calls[0].error.as_deref(), Some("You declined this."));
    }
}

#[tokio::test]
async fn several_writes_of_one_reply_each_ask_and_go_on_together() {
    let send = write("send").watched();
    let look = read("look").watched();
    let mut stage = Stage::new(
        Scripted::replies(vec![
            vec![
                call("m1", "send", json!({"n": 1})),
                call("r", "look", json!({})),
                call("m2", "send", json!({"n": 2})),
                call("m3", "send", json!({"n": 3})),
                done(),
            ],
            vec![text("Ok."), done()],
        ]),
        &[&send, &look],
    );
    let RunEnding::WaitingApproval(asked) = stage.run().await.ending else { panic!() };
    assert_eq!(asked.iter().map(|asked| asked.call_id.as_str()).collect::<Vec<_>>(), ["m1", "m2", "m3"]);
    assert_eq!(look.count(), 1, "reads do not wait");
    stage.approve("m1");
    stage.decisions.insert("m2".into(), Decision::Deny { reason: None });
    let RunEnding::WaitingApproval(asked) = stage.run().await.ending else { panic!() };
    assert_eq!((asked.len(), send.count()), (1, 0), "nothing is done before all are decided");
    stage.approve("m3");
    assert_eq!(stage.run().await.text, "Ok.");
    assert_eq!(*send.calls.lock().unwrap(), [json!({"n": 1}), json!({"n": 3})]);
    assert_eq!(look.count(), 1);
    assert_eq!(
        short(&stage.world.events())[4..],
        [
            "result look ok",
            "ask send",
            "ask send",
            "ask send",
            "result send ok",
            "result send failed",
            "result send ok",
            "text Ok."
        ]
    );
}

#[tokio::test]
async fn what_does_not_fit_is_mended_by_the_model_and_asks_nobody() {
    let send = write("send").watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("m", "send", json!({"bad": 1})), done()],
            vec![text("Oh."), done()],
        ]),
        &[&send],
    );
    assert_eq!(stage.run().await.text, "Oh.");
    assert_eq!(short(&stage.world.events()), ["call send", "result send failed", "text Oh."]);
}

#[tokio::test]
async fn a_preview_that_fails_is_the_arguments() {
    let send = write("send").watched();
    let arguments = json!({"panicInPreview": true});
    let stage =
        Stage::new(Scripted::replies(vec![vec![call("m", "send", arguments.clone()), done()]]), &[&send]);
    let RunEnding::WaitingApproval(asked) = stage.run().await.ending else { panic!() };
    assert_eq!(asked[0].preview, arguments);
}

/// A write that failed in a way that leaves it open whether it happened, and what follows from it.
#[tokio::test]
async fn an_unknown_outcome_is_told_and_the_next_call_asks_even_when_allowed() {
    let times_out = || {
        write("send")
            .doing(|_, _| Err(ToolError::new(ToolErrorKind::TimedOut, "no answer", "It gave no answer.")))
            .watched()
    };
    let hangs = || write("send").hanging(std::time::Duration::from_millis(20)).watched();
    let panics = || write("send").doing(|_, _| panic!("as asked")).watched();
    for send in [times_out(), hangs(), panics()] {
        let stage = Stage::new(
            Scripted::replies(vec![
                vec![call("m1", "send", json!({"n": 1})), done()],
                vec![call("m2", "send", json!({"n": 1})), done()],
            ]),
            &[&send],
        )
        .allow("send");
        let outcome = stage.run().await;
        let RunEnding::WaitingApproval(asked) = &outcome.ending else { panic!("{outcome:?}") };
        assert!(asked[0].reason.contains("nobody knows whether it happened"), "{}", asked[0].reason);
        assert_eq!((asked[0].call_id.as_str(), send.count()), ("m2", 1));
        let (content, is_error) = result_of(&stage.model.last_request(), "m1");
        assert!(content.contains("Nobody knows whether it happened") && is_error, "{content}");
    }
    // One that said no did not happen: an allowed tool may try again.
    let refused = write("send")
        .doing(|_, _| {
            Err(ToolError::new(ToolErrorKind::Upstream, "no such address", "There is no such address."))
        })
        .watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("m1", "send", json!({"n": 1})), done()],
            vec![call("m2", "send", json!({"n": 2})), done()],
            vec![text("Well."), done()],
        ]),
        &[&refused],
    )
    .allow("send");
    assert_eq!(stage.run().await.text, "Well.");
    assert_eq!(refused.count(), 2);
}

#[tokio::test]
async fn a_decision_about_a_call_that_never_asked_opens_nothing() {
    let send = write("send").watched();
    let mut stage = Stage::new(mail_and_answer(), &[&send]);
    stage.approve("m");
    assert!(matches!(stage.run().await.ending, RunEnding::WaitingApproval(_)));
    assert_eq!(send.count(), 0);
}

#[tokio::test]
async fn the_same_write_is_not_made_twice() {
    let send = write("send").doing(|_, _| Ok(ToolOutput::text("sent as 17", "Sent"))).watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![
                call("m1", "send", json!({"a": 1, "b": 2})),
                call("m2", "send", json!({"b": 2, "a": 1})),
                done(),
            ],
            vec![call("m3", "send", json!({"a": 1, "b": 2})), done()],
            vec![text("Sent."), done()],
        ]),
        &[&send],
    )
    .allow("send");
    assert_eq!(stage.run().await.text, "Sent.");
    assert_eq!(send.count(), 1);
    for id in ["m2", "m3"] {
        let (content, _) = result_of(&stage.model.last_request(), id);
        assert!(
            content.starts_with("You made this very call before") && content.contains("sent as 17"),
            "{content}"
        );
    }
}
