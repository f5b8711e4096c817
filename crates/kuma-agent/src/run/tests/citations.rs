//! Sources get numbers, marks become citations.

use kuma_types::{Citation, Provenance, RunEvent};
use serde_json::json;

use super::super::*;
use super::support::*;
use crate::tool::ToolOutput;

#[tokio::test]
async fn answers_cite_what_tools_found() {
    let search = reader("search", "bears.example", "Bears sleep all winter.").watched();
    let second = reader("fetch", "fish.example", "Salmon swim up the river.").watched();
    let marks = [
        "They sleep [1: \"sleep all",
        " winter\"]; fish swim [2: \"up the river\"]. Bears fly [1: \"can fly\"].",
    ];
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("a", "search", json!({})), done()],
            vec![text("So far [1: \"Bears sleep\"]"), call("b", "fetch", json!({})), done()],
            vec![text(marks[0]), text(marks[1]), done()],
        ]),
        &[&search, &second],
    );
    let outcome = stage.run().await;
    assert_eq!(outcome.text, "So far [1]\n\nThey sleep [2]; fish swim [3]. Bears fly.");
    let cited = |index, url: &str, quote: &str| Citation {
        index,
        document_id: None,
        url: Some(url.into()),
        title: format!("Page of {url}"),
        page: None,
        quote: quote.into(),
    };
    assert_eq!(
        outcome.citations,
        [
            cited(1, "https://bears.example", "Bears sleep"),
            cited(2, "https://bears.example", "sleep all winter"),
            cited(3, "https://fish.example", "up the river"),
        ]
    );
    // Each comes before the text with its number.
    let mut seen = String::new();
    for event in stage.world.events() {
        match event {
            RunEvent::Chunk { text } => seen.push_str(&text),
            RunEvent::Citation(citation) => assert!(!seen.contains(&format!("[{}]", citation.index))),
            _ => {}
        }
    }
    // The model reads the numbers, and its own words with their marks.
    let request = stage.model.last_request();
    assert!(result_of(&request, "b").0.contains("[source 2] Page of https://fish.example"));
    let said: String = request.messages.iter().map(kuma_llm::ChatMessage::joined_text).collect();
    assert!(said.contains("So far [1: \"Bears sleep\"]"), "{said}");
    assert!(request.messages[0].joined_text().contains("[1: \"the exact words\"]"));
}

#[tokio::test]
async fn sources_alone_are_shown_as_numbered_passages() {
    let search = read("search")
        .outside()
        .doing(|_, _| {
            Ok(ToolOutput {
                sources: vec![page("https://a.example", "Text A."), page("https://b.example", "Text B.")],
                provenance: Some(["a.example", "b.example"].iter().collect::<Provenance>()),
                ..ToolOutput::text("", "2 pages")
            })
        })
        .watched();
    let stage = Stage::new(
        Scripted::replies(vec![
            vec![call("a", "search", json!({})), done()],
            vec![text("Ok [2: \"Text B.\"]"), done()],
        ]),
        &[&search],
    );
    assert_eq!(stage.run().await.text, "Ok [1]");
    let (content, _) = result_of(&stage.model.last_request(), "a");
    assert!(
        content.contains("[source 1] Page of https://a.example (https://a.example)\nText A.\n\n[source 2] "),
        "{content}"
    );
}

#[tokio::test]
async fn sources_in_the_request_come_first() {
    let model = Scripted::replies(vec![vec![text("It says so [1: \"forty two\"]."), done()]]);
    let stage = Stage::new(model.clone(), &[]);
    let input = RunInput {
        sources: vec![page("https://doc.example", "The answer is forty\ntwo.")],
        ..RunInput::new(stage.ids, model, kuma_llm::ChatRequest::default())
    };
    let outcome = run(input, &stage.world, &stage.world, &stage.cancel).await;
    assert_eq!(outcome.text, "It says so [1].");
    assert_eq!(outcome.citations[0].quote, "forty two");
}

#[tokio::test]
async fn without_sources_to_come_text_is_passed_on_as_it_is() {
    let look = read("look").watched();
    let code = "Use `x[1: \"a\"]` and [1: \"b c d\"].";
    let stage = Stage::new(Scripted::replies(vec![vec![text(code), done()]]), &[&look]);
    assert_eq!(stage.run().await.text, code);
}
