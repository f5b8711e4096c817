//! A task is handed to a specialist.

use std::sync::Arc;

use kuma_llm::Role;
use kuma_types::{FinishReason, RunEvent};
use serde_json::json;

use super::super::*;
use super::support::*;
use crate::tool::Toolbox;

pub(super) fn specialist(name: &str, model: Arc<Scripted>, tools: &[&Watched]) -> Specialist {
    let mut toolbox = Toolbox::default();
    for watched in tools {
        toolbox.push(watched.tool.clone());
    }
    Specialist {
        name: name.into(),
        display_name: name.to_uppercase(),
        description: format!("Knows {name}."),
        system: format!("You are {name}."),
        model,
        temperature: Some(0.1),
        toolbox,
    }
}

fn hand_on(task: &str) -> Vec<kuma_llm::ChatEvent> {
    vec![text("I ask."), call("d", "delegate", json!({"agent": "research", "task": task})), done()]
}

#[tokio::test]
async fn a_specialist_works_nested_and_its_answer_is_the_result() {
    let search = reader("search", "bears.example", "Bears sleep all winter.").watched();
    let expert = Scripted::replies(vec![
        vec![text("Looking."), call("s", "search", json!({"q": "bears"})), done()],
        vec![text("They sleep [1: \"sleep all winter\"]."), done()],
    ]);
    let mut stage = Stage::new(
        Scripted::replies(vec![hand_on("Do bears sleep?"), vec![text("Yes [1: \"Bears sleep\"]."), done()]]),
        &[],
    );
    stage.specialists = vec![specialist("research", expert.clone(), &[&search])];
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "I ask.\n\nYes [1].");
    assert_eq!(
        short(&stage.world.events()),
        [
            "text I ask.",
            "call delegate",
            "  call search",
            "  result search ok",
            "result delegate ok",
            "text \n\nYes",
            "citation 1",
            "text  [1]."
        ]
    );
    assert_eq!(outcome.usage.input_tokens, 40, "all four replies");
    assert!(outcome.taint.is_some(), "what the specialist read, the run has read");

    // The specialist sees its prompt and the task, and nothing else.
    let asked = expert.request(0);
    assert!(asked.messages[0].joined_text().starts_with("You are research."));
    assert_eq!(
        (asked.messages[1].role, asked.messages[1].joined_text()),
        (Role::User, "Do bears sleep?".into())
    );
    assert_eq!((asked.messages.len(), asked.temperature), (2, Some(0.1)));
    assert!(asked.tools.iter().all(|tool| tool.name != DELEGATE), "it hands nothing on");
    // The run's agent gets the answer with its quotes, fenced.
    let (content, _) = result_of(&stage.model.last_request(), "d");
    assert!(
        content.contains("They sleep [1: \"sleep all winter\"].") && content.starts_with("<outside-"),
        "{content}"
    );
    let RunEvent::ToolResult { result: Some(result), .. } = &stage.world.events()[4] else { panic!() };
    assert_eq!(result["answer"], "Looking.\n\nThey sleep.", "no marks for people");
    let nested: Vec<_> =
        outcome.tool_calls.iter().map(|call| (&*call.call_id, call.parent_call_id.as_deref())).collect();
    assert_eq!(nested, [("d", None), ("s", Some("d"))]);
}

#[tokio::test]
async fn approvals_within_a_specialists_work() {
    let send = write("send").watched();
    let expert = Scripted::replies(vec![
        vec![call("m", "send", json!({"to": "ada"})), done()],
        vec![text("Sent."), done()],
    ]);
    let mut stage =
        Stage::new(Scripted::replies(vec![hand_on("Write to Ada"), vec![text("Done."), done()]]), &[]);
    stage.specialists = vec![specialist("research", expert.clone(), &[&send])];
    let RunEnding::WaitingApproval(asked) = stage.run().await.ending else { panic!() };
    assert_eq!(asked[0].call_id, "m");
    assert_eq!(short(&stage.world.events()), ["text I ask.", "call delegate", "  call send", "  ask send"]);
    stage.approve("m");
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "I ask.\n\nDone.");
    assert_eq!((send.count(), expert.count(), stage.model.count()), (1, 2, 2));
    assert_eq!(
        short(&stage.world.events())[4..],
        ["  result send ok", "result delegate ok", "text \n\nDone."]
    );
}

#[tokio::test]
async fn two_specialists_at_once_keep_their_steps_apart() {
    let look = read("look").watched();
    let expert = |name: &'static str| {
        Scripted::replies(vec![
            // The same id from both.
            vec![call("x", "look", json!({"by": name})), done()],
            vec![text(name), done()],
        ])
    };
    let mut stage = Stage::new(
        Scripted::replies(vec![
            vec![
                call("d1", "delegate", json!({"agent": "a", "task": "A"})),
                call("d2", "delegate", json!({"agent": "b", "task": "B"})),
                done(),
            ],
            vec![text("Both."), done()],
        ]),
        &[],
    );
    stage.specialists =
        vec![specialist("a", expert("from a"), &[&look]), specialist("b", expert("from b"), &[&look])];
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "Both.");
    assert_eq!(look.count(), 2);
    let request = stage.model.last_request();
    assert_eq!(
        (result_of(&request, "d1").0, result_of(&request, "d2").0),
        ("from a".into(), "from b".into())
    );
    let ids: HashSet<_> = outcome.tool_calls.iter().map(|call| call.call_id.clone()).collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn the_limits_are_shared_and_each_gets_a_last_word() {
    let look = read("look").says("found").watched();
    let tireless = Scripted::new(|_, request| {
        let n = request.messages.iter().filter(|message| message.role == Role::Tool).count();
        let events = if request.tools.is_empty() {
            vec![text("My report."), done()]
        } else {
            vec![call(&format!("c{n}"), "look", json!({"n": n})), done()]
        };
        events.into_iter().map(Ok).collect()
    });
    let mut stage = Stage::new(
        Scripted::new(|n, request| {
            let events = match (n, request.tools.is_empty()) {
                (_, true) => vec![text("The end."), done()],
                _ => hand_on(&format!("Task {n}")),
            };
            events.into_iter().map(Ok).collect()
        }),
        &[],
    );
    stage.limits.steps = 5;
    stage.specialists = vec![specialist("research", tireless.clone(), &[&look])];
    let outcome = stage.run().await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::StepLimit));
    assert_eq!((look.count(), tireless.count(), stage.model.count()), (4, 5, 2));
    assert_eq!(outcome.text, "I ask.\n\nThe end.");
}

#[tokio::test]
async fn what_cannot_be_handed_on_is_told() {
    let failing = Scripted::new(|_, _| {
        vec![Err(kuma_llm::ModelError::new(kuma_llm::ModelErrorKind::KeyRejected, "acme", "401"))]
    });
    for (arguments, told) in [
        (json!({"agent": "nobody", "task": "x"}), "There is no agent \"nobody\". There are: research."),
        (json!({"agent": "research"}), "delegate takes"),
        (json!("{"), "delegate takes"),
        (
            json!({"agent": "research", "task": "x"}),
            "The agent research could not answer: The model's key was not accepted",
        ),
    ] {
        let mut stage = Stage::new(
            Scripted::replies(vec![
                vec![call("d", "delegate", arguments.clone()), done()],
                vec![text("Alone then."), done()],
            ]),
            &[],
        );
        stage.specialists = vec![specialist("research", failing.clone(), &[])];
        assert_eq!(stage.run().await.text, "Alone then.");
        let (content, is_error) = result_of(&stage.model.last_request(), "d");
        assert!(content.contains(told) && is_error, "{arguments}: {content}");
    }
}
