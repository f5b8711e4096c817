//! From a question to an answer, with and without tools.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kuma_types::step::Step;

use super::super::*;
use super::support::*;
use crate::tool::{ToolError, ToolOutput};
use kuma_llm::{ChatEvent, ModelError, ModelErrorKind, Part, Role};
use kuma_types::ToolErrorKind;
use kuma_types::{Effect, JobStatus};
use serde_json::json;

#[tokio::test]
async fn an_answer_without_tools() {
    let stage = Stage::new(
        Scripted::replies(vec![vec![
            ChatEvent::Reasoning("Hm.".into()),
            text("Hello "),
            text("there."),
            done(),
        ]]),
        &[],
    );
    let outcome = stage.run().await;
    assert_eq!((outcome.text.as_str(), outcome.reasoning.as_str()), ("Hello there.", "Hm."));
    assert_eq!(outcome.ending, RunEnding::Finished(FinishReason::Stop));
    assert_eq!((outcome.usage.input_tokens, outcome.usage.output_tokens), (10, 5));
    assert_eq!(short(&stage.world.events()), ["thought Hm.", "text Hello there."]);
    let request = stage.model.request(0);
    assert!(request.tools.is_empty());
    assert_eq!(
        request.messages[0].joined_text(),
        "You are Kuma.",
        "nothing is said about tools that are not there"
    );
}

#[tokio::test]
async fn model_tools_model() {
    let look = read("look").watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![
                ChatEvent::Reasoning("First look.".into()),
                text("I will look."),
                call("a", "look", json!({"for": "bears"})),
                call("b", "look", json!({"for": "fish"})),
                done(),
            ],
            vec![text("Found both."), done()],
        ]),
        &[&look],
    );
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "I will look.\n\nFound both.", "replies are set off from each other");
    assert_eq!(
        short(&stage.world.events()),
        [
            "thought First look.",
            "text I will look.",
            "call look",
            "call look",
            "result look ok",
            "result look ok",
            "text \n\nFound both."
        ]
    );
    assert_eq!((outcome.usage.input_tokens, outcome.usage.output_tokens), (20, 10));
    let records: Vec<_> =
        outcome.tool_calls.iter().map(|call| (&*call.call_id, call.ok, &*call.summary)).collect();
    assert_eq!(records, [("a", true, "Done"), ("b", true, "Done")]);

    // What the model gets back: its own words, thoughts, calls with their marks, then the results.
    let request = stage.model.last_request();
    let [.., said, results] = request.messages.as_slice() else { panic!("{request:?}") };
    assert_eq!((said.role, results.role), (Role::Assistant, Role::Tool));
    assert_eq!(said.parts[0], Part::Reasoning("First look.".into()));
    assert_eq!(said.parts[1], Part::Text("I will look.".into()));
    let Part::ToolCall(first) = &said.parts[2] else { panic!("{said:?}") };
    assert_eq!(first.signatures, ["mark-a"]);
    assert_eq!(result_of(&request, "a"), ("did {\"for\":\"bears\"}".to_owned(), false));
    assert_eq!(request.tools[0].name, "look");
    let mut kinds: Vec<_> = stage
        .world
        .steps()
        .iter()
        .map(|step| match &step.step {
            Step::Reply(reply) => format!("reply {}", reply.calls.len()),
            Step::Result(result) => format!("result {}", result.call_id),
            other => format!("{other:?}"),
        })
        .collect();
    // Which of two reads is over first is open.
    kinds[1..3].sort();
    assert_eq!(kinds, ["reply 2", "result a", "result b", "reply 0"]);
}

/// Ends only when another one is under way.
struct Meet(crate::tool::ToolInfo, Arc<tokio::sync::Barrier>);
#[async_trait]
impl crate::tool::Tool for Meet {
    fn info(&self) -> &crate::tool::ToolInfo {
        &self.0
    }
    fn describe(&self, _: &serde_json::Value) -> String {
        "Meet".into()
    }
    fn check(&self, _: &serde_json::Value) -> Result<(), ToolError> {
        Ok(())
    }
    async fn call(
        &self,
        _: &crate::tool::ToolContext,
        _: serde_json::Value,
    ) -> Result<ToolOutput, ToolError> {
        self.1.wait().await;
        Ok(ToolOutput::text("met", "Met"))
    }
}

#[tokio::test]
async fn reads_run_at_the_same_time_and_writes_one_after_the_other() {
    // Each read waits until the other one has begun: one after the other would never end.
    let barrier = Arc::new(tokio::sync::Barrier::new(2));
    let active = Arc::new(AtomicUsize::new(0));
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (seen, noted) = (active.clone(), order.clone());
    let save = write("save")
        .doing(move |_, arguments| {
            assert_eq!(seen.fetch_add(1, Ordering::SeqCst), 0);
            noted.lock().unwrap().push(arguments["n"].as_u64().unwrap());
            seen.fetch_sub(1, Ordering::SeqCst);
            Ok(ToolOutput::text("saved", "Saved"))
        })
        .watched();
    let meet = read("meet").watched();
    let mut stage = Stage::new(
        Scripted::replies(vec![
            vec![
                call("w1", "save", json!({"n": 1})),
                call("r1", "meet", json!({"n": 1})),
                call("w2", "save", json!({"n": 2})),
                call("r2", "meet", json!({"n": 2})),
                done(),
            ],
            vec![text("Done."), done()],
        ]),
        &[&save],
    )
    .allow("save");
    stage.tools.push(Arc::new(Meet(meet.tool.info().clone(), barrier)));
    assert_eq!(stage.run().await.text, "Done.");
    assert_eq!(*order.lock().unwrap(), [1, 2]);
    let results: Vec<_> =
        short(&stage.world.events()).into_iter().filter(|line| line.starts_with("result")).collect();
    assert_eq!(results, ["result meet ok", "result meet ok", "result save ok", "result save ok"]);
}

/// Whatever a call comes to, the model reads it and goes on.
#[tokio::test]
async fn what_goes_wrong_is_given_back_to_the_model() {
    let fails = |kind, message: &'static str| {
        read("look").doing(move |_, _| Err(ToolError::new(kind, message, "For people."))).watched()
    };
    let look = || read("look").watched();
    let panics = read("look").doing(|_, _| panic!("as asked")).watched();
    let hangs = read("look").hanging(Duration::from_millis(20)).watched();
    for (tool, name, arguments, told, counts) in [
        (look(), "lock", json!({}), "There is no tool \"lock\". You have: look.", 0),
        (look(), "look", json!({"bad": 1}), "`bad` is not taken", 0),
        (look(), "look", json!("{half"), "is not taken", 0),
        (look(), "sendMail", json!({}), "Not available: Connect Gmail under Apps.", 0),
        (fails(ToolErrorKind::Upstream, "503 from there"), "look", json!({}), "503 from there", 1),
        (fails(ToolErrorKind::Refused, "robots.txt says no"), "look", json!({}), "robots.txt says no", 1),
        (panics, "look", json!({}), "failed because of a fault in this server", 1),
        (hangs, "look", json!({}), "gave no result within 0.02 s", 1),
        (look(), "look", json!({"panicInDescribe": true}), "did {", 1),
    ] {
        let mut stage = Stage::new(
            Scripted::replies(vec![
                vec![call("a", name, arguments.clone()), done()],
                vec![text("So be it."), done()],
            ]),
            &[&tool],
        );
        let mail = write("sendMail").watched();
        stage.missing.push((mail.tool.info().clone(), "Connect Gmail under Apps.".into()));
        let outcome = stage.run().await;
        assert_eq!(outcome.text, "So be it.", "{name} {arguments}");
        let (content, is_error) = result_of(&stage.model.last_request(), "a");
        assert!(content.contains(told), "{name} {arguments}: {content}");
        assert_eq!(is_error, !told.starts_with("did"), "{name} {arguments}");
        assert_eq!(tool.count(), counts, "{name} {arguments}");
        let events = short(&stage.world.events());
        assert_eq!(events[0], format!("call {name}"));
        assert!(events[1].starts_with(&format!("result {name} ")), "{events:?}");
        let offered: Vec<String> = stage.model.request(0).tools.into_iter().map(|tool| tool.name).collect();
        assert_eq!(offered, ["look"], "what cannot be used is not offered");
        let system = stage.model.request(0).messages[0].joined_text();
        assert!(system.contains("Do sendMail (sendMail): Connect Gmail under Apps."), "{system}");
    }
}

#[tokio::test]
async fn what_a_tools_own_models_cost_is_part_of_the_runs_cost() {
    let dig = read("dig")
        .doing(|context, _| {
            context.usage.add(kuma_types::Usage { input_tokens: 100, output_tokens: 1 });
            Ok(ToolOutput::text("dug", "Dug"))
        })
        .watched();
    let stage = Stage::new(
        Scripted::replies(vec![vec![call("a", "dig", json!({})), done()], vec![text("Ok."), done()]]),
        &[&dig],
    );
    assert_eq!(stage.run().await.usage.input_tokens, 120);
}

#[tokio::test]
async fn progress_lines_come_between_call_and_result() {
    struct Slow(crate::tool::ToolInfo);
    #[async_trait]
    impl crate::tool::Tool for Slow {
        fn info(&self) -> &crate::tool::ToolInfo {
            &self.0
        }
        fn describe(&self, _: &serde_json::Value) -> String {
            "Dig".into()
        }
        fn check(&self, _: &serde_json::Value) -> Result<(), ToolError> {
            Ok(())
        }
        async fn call(
            &self,
            context: &crate::tool::ToolContext,
            _: serde_json::Value,
        ) -> Result<ToolOutput, ToolError> {
            for line in ["Reading a.example\nand more", "  ", "Reading b.example"] {
                context.progress.say(line);
                tokio::task::yield_now().await;
            }
            tokio::task::yield_now().await;
            Ok(ToolOutput::text("dug", "Dug"))
        }
    }
    let mut stage = Stage::new(
        Scripted::replies(vec![vec![call("a", "dig", json!({})), done()], vec![text("Ok."), done()]]),
        &[],
    );
    stage.tools.push(Arc::new(Slow(read("dig").watched().tool.info().clone())));
    stage.run().await;
    assert_eq!(
        short(&stage.world.events()),
        ["call dig", "progress Reading a.example", "progress Reading b.example", "result dig ok", "text Ok."]
    );
}

#[tokio::test]
async fn a_failing_model_ends_the_run_and_keeps_the_text() {
    let stage = Stage::new(
        Scripted::new(|_, _| {
            vec![
                Ok(text("Half an ans")),
                Err(ModelError::new(ModelErrorKind::ConnectionLost, "acme", "gone")),
            ]
        }),
        &[],
    );
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "Half an ans");
    assert!(matches!(&outcome.ending, RunEnding::Failed(failure) if failure.code == "model_connection_lost"));
    let stage = Stage::new(Scripted::replies(vec![vec![text("no end")]]), &[]);
    assert!(matches!(&stage.run().await.ending, RunEnding::Failed(failure) if failure.retryable));
}

#[tokio::test]
async fn an_empty_reply_is_an_error_and_after_tools_asked_about_once() {
    let stage = Stage::new(Scripted::replies(vec![vec![done()]]), &[]);
    let RunEnding::Failed(failure) = stage.run().await.ending else { panic!() };
    assert_eq!(failure.code, "model_bad_response");
    assert_eq!(stage.model.count(), 1);

    let look = read("look").watched();
    let scripted = |second: &'static str| {
        Scripted::new(move |n, request| {
            let reminded =
                request.messages.last().is_some_and(|last| last.joined_text().contains("was empty"));
            let events = match (n, reminded) {
                (0, _) => vec![call("a", "look", json!({})), done()],
                (_, false) => vec![done()],
                (_, true) => vec![text(second), done()],
            };
            events.into_iter().map(Ok).collect()
        })
    };
    let stage = Stage::new(scripted("Here it is."), &[&look]);
    let outcome = stage.run().await;
    assert_eq!((outcome.text.as_str(), stage.model.count()), ("Here it is.", 3));
    assert_eq!(outcome.usage.input_tokens, 30, "the empty reply is paid for too");
    let stage = Stage::new(scripted(" "), &[&look]);
    assert!(matches!(stage.run().await.ending, RunEnding::Failed(_)));
    assert_eq!(stage.model.count(), 3);
}

#[tokio::test]
async fn withheld_and_stray_replies_are_told_as_what_they_are() {
    for (reply, code) in [
        (vec![done_as(FinishReason::ContentFilter)], "content_refused"),
        (vec![call("a", "look", json!({})), done()], "model_bad_response"),
    ] {
        let stage = Stage::new(Scripted::replies(vec![reply]), &[]);
        let RunEnding::Failed(failure) = stage.run().await.ending else { panic!() };
        assert_eq!(failure.code, code);
    }
    let stage = Stage::new(Scripted::replies(vec![vec![text("So."), done_as(FinishReason::Length)]]), &[]);
    assert_eq!(stage.run().await.ending, RunEnding::Finished(FinishReason::Length));
}

#[tokio::test]
async fn a_model_that_cannot_call_tools_is_offered_none() {
    let look = read("look").outside().watched();
    let stage = Stage::new(Scripted::replies(vec![vec![text("Hi."), done()]]).without_tools(), &[&look]);
    assert_eq!(stage.run().await.text, "Hi.");
    assert!(stage.model.request(0).tools.is_empty());
    assert_eq!(stage.model.request(0).messages[0].joined_text(), "You are Kuma.");
}

#[tokio::test]
async fn ids_that_return_are_told_apart() {
    let look = read("look").watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("call_0", "look", json!({"n": 1})), call("call_0", "look", json!({"n": 2})), done()],
            vec![call("call_0", "look", json!({"n": 3})), call("", "look", json!({"n": 4})), done()],
            vec![text("Ok."), done()],
        ]),
        &[&look],
    );
    let outcome = stage.run().await;
    let ids: HashSet<&str> = outcome.tool_calls.iter().map(|call| call.call_id.as_str()).collect();
    assert_eq!((ids.len(), look.count()), (4, 4));
    let keys: HashSet<String> = look.keys.lock().unwrap().iter().cloned().collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn a_run_can_be_stopped_anywhere() {
    // While the model speaks.
    let stage = Stage::new(Scripted::new(|_, _| vec![Ok(text("One ")), Ok(text("two "))]), &[]);
    stage.cancel.cancel();
    assert_eq!(stage.run().await.ending, RunEnding::Cancelled);

    // While a read hangs: it is let go, and readers are told.
    let hangs = read("look").hanging(Duration::from_hours(1)).watched();
    let stage = Stage::new(
        Scripted::replies(vec![vec![text("So:"), call("a", "look", json!({})), done()]]),
        &[&hangs],
    );
    let outcome = until(
        || {
            let begun = hangs.count() == 1;
            if begun {
                stage.cancel.cancel();
            }
            begun
        },
        stage.run(),
    )
    .await;
    assert_eq!((outcome.ending, outcome.text.as_str()), (RunEnding::Cancelled, "So:"));
    assert_eq!(short(&stage.world.events()), ["text So:", "call look", "result look failed"]);
    assert_eq!(outcome.tool_calls[0].summary, "Stopped");
    assert!(
        stage.world.steps().iter().all(|step| !matches!(step.step, Step::Result(_))),
        "it may be made again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_under_way_may_end_when_the_run_is_stopped_and_its_outcome_is_kept() {
    // One that never ends is given up after a moment, and nobody knows what it did.
    let hangs = write("send").hanging(Duration::from_hours(1)).watched();
    let stage = Stage::new(Scripted::replies(vec![vec![call("a", "send", json!({})), done()]]), &[&hangs])
        .allow("send");
    let outcome = until(
        || {
            let begun = hangs.count() == 1;
            if begun {
                stage.cancel.cancel();
            }
            begun
        },
        stage.run(),
    )
    .await;
    assert_eq!(outcome.ending, RunEnding::Cancelled);
    assert!(outcome.tool_calls[0].summary.contains("nobody knows whether it happened"), "{outcome:?}");
}

#[tokio::test]
async fn a_journal_or_log_that_is_away_ends_the_run() {
    struct Away;
    #[async_trait]
    impl EventSink for Away {
        async fn emit(&self, _: Vec<kuma_types::RunEvent>) -> Result<(), SinkError> {
            Err(SinkError::Unavailable("no".into()))
        }
    }
    #[async_trait]
    impl StepLog for Away {
        async fn record(&self, _: &kuma_types::RunStep) -> Result<(), crate::steps::StepLogError> {
            Err(crate::steps::StepLogError::Unavailable("no".into()))
        }
    }
    let ids = RunIds {
        user: kuma_types::UserId::new(),
        chat: kuma_types::ChatId::new(),
        job: kuma_types::JobId::new(),
    };
    let input = || {
        RunInput::new(
            ids,
            Scripted::replies(vec![vec![text("Hi."), done()]]),
            kuma_llm::ChatRequest::default(),
        )
    };
    let cancel = CancellationToken::new();
    for (outcome, code) in [
        (run(input(), &Away, &crate::steps::MemorySteps::default(), &cancel).await, "journal_unavailable"),
        (run(input(), &World::default(), &Away, &cancel).await, "steps_unavailable"),
    ] {
        assert!(
            matches!(&outcome.ending, RunEnding::Failed(failure) if failure.code == code && failure.retryable),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn waiting_and_retrying_are_told() {
    let stage = Stage::new(
        Scripted::replies(vec![vec![
            ChatEvent::Queued { position: 2 },
            ChatEvent::Retrying { attempt: 2, delay: Duration::from_millis(500) },
            text("Hi."),
            done(),
        ]]),
        &[],
    );
    stage.run().await;
    let events = stage.world.events();
    let status = |position, attempt, retry_in_ms| kuma_types::RunEvent::Status {
        status: JobStatus::Processing,
        attempt,
        retry_in_ms,
        position,
    };
    assert_eq!(events[..2], [status(Some(2), None, None), status(None, Some(2), Some(500))]);
}

#[tokio::test]
async fn what_a_call_did_is_in_the_events() {
    let look = read("look")
        .doing(|_, _| Ok(ToolOutput { result: json!({"n": 1}), ..ToolOutput::text("x", "One") }))
        .watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("a", "look", json!({"for": "bears"})), done()],
            vec![text("Ok."), done()],
        ]),
        &[&look],
    );
    stage.run().await;
    let events = stage.world.events();
    assert_eq!(
        events[0],
        kuma_types::RunEvent::ToolCall {
            call_id: "a".into(),
            tool: "look".into(),
            arguments: json!({"for": "bears"}),
            effect: Effect::Read,
            description: Some("Do look with {\"for\":\"bears\"}".into()),
            parent_call_id: None,
        }
    );
    let kuma_types::RunEvent::ToolResult { ok: true, summary, result: Some(result), .. } = &events[1] else {
        panic!("{events:?}")
    };
    assert_eq!((summary.as_str(), result), ("One", &json!({"n": 1})));
}
