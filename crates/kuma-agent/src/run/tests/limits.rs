//! Steps, tokens, repetitions: everything ends.

use std::sync::Arc;

use kuma_llm::{Part, Role};
use kuma_types::FinishReason;
use serde_json::json;

use super::super::*;
use super::support::*;
use crate::tokens;
use crate::tool::{ToolError, ToolOutput};
use kuma_types::ToolErrorKind;

/// Looks again and again, unless it is offered nothing.
fn tireless() -> Arc<Scripted> {
    Scripted::new(|_, request| {
        let n = request.messages.iter().filter(|message| message.role == Role::Tool).count();
        let events = if request.tools.is_empty() {
            vec![text("That is all I found."), done()]
        } else {
            vec![text("More."), call(&format!("c{n}"), "look", json!({"n": n})), done()]
        };
        events.into_iter().map(Ok).collect()
    })
}

#[tokio::test]
async fn steps_are_bounded_and_the_last_reply_has_no_tools() {
    let look = read("look").says("found").watched();
    let stage = Stage::new(tireless(), &[&look]);
    let outcome = stage.run().await;
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::StepLimit));
    assert!(outcome.text.ends_with("More.\n\nThat is all I found."));
    assert_eq!((look.count(), stage.model.count()), (12, 13));
    // Without tools there are no calls and results in the request: some providers refuse them then.
    let request = stage.model.last_request();
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    assert!(parts.clone().all(|part| matches!(part, Part::Text(_))), "{request:?}");
    let all: String = request.messages.iter().map(kuma_llm::ChatMessage::joined_text).collect();
    assert!(
        all.contains("[I called look with {\"n\":11}]") && all.contains("[Result of look]\nfound"),
        "{all}"
    );
    let last = request.messages.last().unwrap();
    assert!(last.role == Role::User && last.joined_text().ends_with(messages::LAST_REPLY));
    // The bound holds over restarts.
    assert_eq!(stage.run().await.ending, RunEnding::Finished(FinishReason::StepLimit));
    assert_eq!(stage.model.count(), 13);
}

#[tokio::test]
async fn the_same_call_is_answered_from_before_and_the_third_time_tools_are_over() {
    let look = read("look").says("the answer").watched();
    let stage = Stage::new(
        Scripted::new(|n, request| {
            let events = if request.tools.is_empty() {
                vec![text("Enough."), done()]
            } else {
                vec![call(&format!("c{n}"), "look", json!({"for": "bears"})), done()]
            };
            events.into_iter().map(Ok).collect()
        }),
        &[&look],
    );
    let outcome = stage.run().await;
    assert_eq!((outcome.text.as_str(), look.count(), stage.model.count()), ("Enough.", 1, 4));
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::StepLimit));
    let (second, _) = result_of(&stage.model.request(2), "c1");
    assert!(second.starts_with(
        "You made this very call before, so it was not made again. Its result was:\nthe answer"
    ));
    assert!(outcome.tool_calls.iter().all(|call| call.ok && call.summary == "Done"));
    let all: String =
        stage.model.last_request().messages.iter().map(kuma_llm::ChatMessage::joined_text).collect();
    assert!(all.contains("This was the last time"), "{all}");
}

#[tokio::test]
async fn what_failed_on_the_way_may_be_tried_once_more() {
    let look =
        read("look").doing(|_, _| Err(ToolError::new(ToolErrorKind::Upstream, "503", "Away."))).watched();
    let stage = Stage::new(
        Scripted::new(|n, request| {
            let events = if request.tools.is_empty() {
                vec![text("Enough."), done()]
            } else {
                vec![call(&format!("c{n}"), "look", json!({})), done()]
            };
            events.into_iter().map(Ok).collect()
        }),
        &[&look],
    );
    stage.run().await;
    assert_eq!((look.count(), stage.model.count()), (2, 4));
}

#[tokio::test]
async fn calls_of_one_reply_are_bounded_and_twins_are_made_once() {
    let look = read("look").watched();
    let mut calls: Vec<_> = (0..20).map(|n| call(&format!("c{n}"), "look", json!({"n": n % 18}))).collect();
    calls.push(done());
    let stage = Stage::new(Scripted::replies(vec![calls, vec![text("Ok."), done()]]), &[&look]);
    assert_eq!(stage.run().await.text, "Ok.");
    assert_eq!(look.count(), 16);
    let (content, is_error) = result_of(&stage.model.last_request(), "c17");
    assert!(content.contains("at most 16 calls") && is_error);

    let twins = vec![call("a", "look", json!({})), call("b", "look", json!({})), done()];
    let stage = Stage::new(Scripted::replies(vec![twins, vec![text("Ok."), done()]]), &[&look]);
    stage.run().await;
    assert_eq!(look.count(), 17);
    assert!(result_of(&stage.model.last_request(), "b").0.contains("did {}"));
}

#[tokio::test]
async fn results_are_cut_to_the_run_the_result_and_the_window() {
    let long = "A sentence of some length. ".repeat(2_000);
    let size = tokens::estimate(&long);
    for (limits, window, most) in [
        (Limits { result_tokens: 1_000, ..Limits::default() }, 1_000_000, 1_000),
        (Limits { tool_tokens: 700, ..Limits::default() }, 1_000_000, 700),
        (Limits::default(), 4_000, 3_000),
    ] {
        let said = long.clone();
        let look = read("look").doing(move |_, _| Ok(ToolOutput::text(said.clone(), "Long"))).watched();
        let mut stage = Stage::new(tireless().window(window), &[&look]);
        stage.limits = Limits { steps: 2, ..limits };
        stage.run().await;
        let (content, _) = result_of(&stage.model.request(1), "c0");
        let shown = tokens::estimate(&content);
        assert!(shown <= most + 60 && shown > most / 2, "{shown} of {size}, at most {most}");
        assert!(content.contains("[Cut here: "), "the model knows");
        assert!(content.contains("length.\n["), "cut at a sentence");
        // The window holds all that is sent, whatever the tools say.
        let all: usize = stage
            .model
            .asked
            .lock()
            .unwrap()
            .iter()
            .map(|request| messages::cost(&request.messages))
            .max()
            .unwrap();
        assert!(all < window as usize, "{all} of {window}");
    }
    // What the first has used up the second has not.
    let said = long.clone();
    let look = read("look").doing(move |_, _| Ok(ToolOutput::text(said.clone(), "Long"))).watched();
    let mut stage = Stage::new(tireless(), &[&look]);
    stage.limits = Limits { steps: 3, tool_tokens: 1_000, ..Limits::default() };
    stage.run().await;
    assert!(result_of(&stage.model.request(2), "c1").0.starts_with("[Left out: "));
}

#[test]
fn the_overhead_of_tools_is_counted() {
    let mut toolbox = crate::tool::Toolbox::default();
    assert_eq!(crate::prompt::overhead(&toolbox, &[]), 0);
    toolbox.push(read("look").outside().watched().tool);
    assert!(crate::prompt::overhead(&toolbox, &[]) > 200);
}
