//! Research from the plan to the report, within its budget.

use std::time::Duration;

use kuma_agent::tool::{Progress, ToolContext, typed};
use kuma_llm::ModelErrorKind;
use kuma_net::{ClientOptions, build_client};
use kuma_testkit::Gate;
use kuma_testkit::services::{Answer, FakeSite, FakeTavily};
use kuma_tools::page::Pages;
use kuma_tools::research::Researcher;
use kuma_tools::search::Searches;
use kuma_tools::tools::DeepResearch;
use kuma_tools::{ResearchBudget, SearchSettings};
use kuma_types::{SourceAt, ToolErrorKind};
use serde_json::{Value, json};

use crate::support::{Said, ScriptedModel, context, page_settings};

struct Stage {
    search: FakeTavily,
    site: FakeSite,
    researcher: Researcher,
}

impl Stage {
    async fn set(budget: ResearchBudget) -> Self {
        let (search, site) = (FakeTavily::start().await, FakeSite::start().await);
        let settings = SearchSettings {
            tavily_url: search.base_url(),
            duckduckgo_url: site.base_url(),
            ..SearchSettings::default()
        };
        let searches = Searches::new(&build_client(&ClientOptions::default()).unwrap(), &settings);
        let researcher = Researcher::new(searches, Pages::new(page_settings()).unwrap(), budget);
        Self { search, site, researcher }
    }

    /// The next search finds these pages, which exist.
    fn finds(&self, names: &[&str]) {
        let hit = |name: &&str| json!({"title": format!("Title of {name}"), "url": self.site.url(&format!("/{name}"))});
        self.search.push(Answer::json(&json!({"results": names.iter().map(hit).collect::<Vec<_>>()})));
        for name in names {
            let text = format!("All about {name}. Bears of {name} sleep in winter. ").repeat(20);
            self.site.put(&format!("/{name}"), Answer::bytes("text/plain", text));
        }
    }
}

fn plan(queries: &[&str]) -> Said {
    Said::Text(json!({"queries": queries}).to_string())
}

fn said(text: &str) -> Said {
    Said::Text(text.to_owned())
}

fn lines(context: &mut ToolContext) -> tokio::sync::mpsc::Receiver<String> {
    let (progress, lines) = Progress::channel();
    context.progress = progress;
    lines
}

#[tokio::test]
async fn a_question_becomes_a_cited_report() {
    let stage = Stage::set(ResearchBudget::default()).await;
    stage.finds(&["alpha", "beta"]);
    let model = ScriptedModel::new(
        false,
        [
            plan(&["bears winter"]),
            plan(&["bears dens", "bears winter"]),
            said(
                "They sleep [2: \"Bears of beta sleep in winter.\"]. In dens [1: \"All about alpha\"][3: \"Dens of gamma\"], \
                 not in trees [3: \"Trees of gamma\"], nor [1] at sea [7].",
            ),
        ],
    );
    // The second round.
    stage.search.push(Answer::json(&json!({"results": [
        {"title": "Gamma", "url": stage.site.url("/gamma")}, {"title": "Again", "url": stage.site.url("/alpha")}]})));
    stage.site.put("/gamma", Answer::bytes("text/plain", "Dens of gamma."));
    let mut context = context(model.clone());
    let mut told = lines(&mut context);
    let tool = typed(DeepResearch(stage.researcher.clone()));
    let output = tool.call(&context, json!({"question": "How do bears sleep?"})).await.unwrap();

    assert_eq!(output.result["report"], "They sleep [1]. In dens [2][3], not in trees, nor [2] at sea .");
    assert_eq!(output.result["droppedCitations"], 2);
    let gamma = json!({
        "number": 3, "source": 3, "title": "Gamma", "url": stage.site.url("/gamma"), "quote": "Dens of gamma",
    });
    let cited = output.result["citations"].as_array().unwrap();
    assert_eq!((cited.len(), &cited[0]["source"], &cited[2]), (3, &json!(2), &gamma), "{cited:?}");
    assert!(output.result["notes"].to_string().contains("2 citations were taken out"), "{}", output.result);
    assert_eq!(output.result["queries"], json!(["bears winter", "bears dens"]));
    assert_eq!(output.result["used"]["searches"], 2);
    assert_eq!(output.result["used"]["pages"], 3);
    assert_eq!(output.result["used"]["tokens"], 330);
    assert_eq!(output.result["budget"]["searches"], 8);
    let urls: Vec<_> = output.sources.iter().map(|source| source.at.clone()).collect();
    let expected: Vec<_> =
        ["/alpha", "/beta", "/gamma"].map(|path| SourceAt::Url(stage.site.url(path))).into();
    assert_eq!(urls, expected);
    assert!(output.sources[0].text.contains("Bears of alpha sleep in winter."));
    assert!(
        output.summary.starts_with("A report from 3 sources (2 searches, 3 pages read"),
        "{}",
        output.summary
    );
    for part in ["2 of 8 searches", "3 of 12 pages", "tokens", "number 3: Gamma", ": \"Dens of gamma\"\n"] {
        assert!(output.content.contains(part), "{part}: {}", output.content);
    }
    assert_eq!(context.usage.total().input_tokens, 300);
    let prompt = model.requests()[2].messages[1].joined_text();
    assert!(prompt.contains("<source number=\"3\"") && prompt.contains("Dens of gamma."), "{prompt}");

    drop(context);
    let mut said = Vec::new();
    while let Some(line) = told.recv().await {
        said.push(line);
    }
    assert_eq!(said[0], "Planning the searches");
    assert!(
        said.contains(&"Searching for “bears dens”".to_owned())
            && said.contains(&"Reading 127.0.0.1".to_owned())
    );
    assert_eq!(said.last().unwrap(), "Writing the report from 3 sources");
}

#[tokio::test]
async fn pages_are_read_in_parallel() {
    let stage = Stage::set(ResearchBudget::default()).await;
    stage.finds(&["a", "b", "c"]);
    let gates = ["a", "b", "c"].map(|name| {
        let gate = Gate::new();
        stage.site.put(&format!("/{name}"), Answer::bytes("text/plain", "text").gate(&gate));
        gate
    });
    let model = ScriptedModel::new(false, [plan(&["x"]), plan(&[]), said("Done [1].")]);
    let context = context(model);
    let research = stage.researcher.research(&context, "x?");
    let watch = async {
        // All three are on their way before one has come.
        for gate in &gates {
            gate.blocked().await;
        }
        for gate in &gates {
            gate.open();
        }
    };
    let (report, ()) = tokio::join!(research, watch);
    assert_eq!(report.unwrap().used.pages, 3);
}

#[tokio::test]
async fn the_budget_is_kept_and_its_end_is_said() {
    let budget = ResearchBudget { searches: 2, pages: 3, ..ResearchBudget::default() };
    let stage = Stage::set(budget).await;
    stage.finds(&["a", "b", "c", "d"]);
    stage.finds(&["e", "f"]);
    let model = ScriptedModel::new(false, [plan(&["one", "two", "three", "four"]), said("R [1].")]);
    let report = stage.researcher.research(&context(model), "x?").await.unwrap();
    assert_eq!((report.used.searches, report.used.pages), (2, 2));
    let notes = report.notes.join("\n");
    assert!(notes.contains("2 of the planned searches were left out"), "{notes}");
    assert!(notes.contains("The budget of 2 searches and 3 pages was reached."), "{notes}");
    assert_eq!(stage.search.requests().len(), 2);
}

#[tokio::test]
async fn few_tokens_mean_no_second_round() {
    let stage = Stage::set(ResearchBudget { tokens: 5_000, ..ResearchBudget::default() }).await;
    stage.finds(&["a"]);
    let model = ScriptedModel::new(false, [plan(&["one"]), said("R [1: \"All about a\"].")]);
    let report = stage.researcher.research(&context(model.clone()), "x?").await.unwrap();
    assert_eq!((report.report.as_str(), model.left()), ("R [1].", 0));
    assert!(report.sources[0].text.chars().count() <= 500, "cut to what is left of the tokens");
}

#[tokio::test]
async fn what_cannot_be_read_makes_room_for_the_next() {
    let stage = Stage::set(ResearchBudget::default()).await;
    stage.finds(&["a", "b", "c"]);
    stage.site.put("/a", Answer::html("").status(404));
    stage.site.put("/b", Answer::bytes("image/png", "x"));
    let model = ScriptedModel::new(false, [plan(&["x"]), plan(&[]), said("R [1].")]);
    let report = stage.researcher.research(&context(model), "x?").await.unwrap();
    assert_eq!(report.sources[0].url, stage.site.url("/c"));
    assert!(
        report.notes.contains(&"2 of the pages found could not be read.".to_owned()),
        "{:?}",
        report.notes
    );
}

#[tokio::test]
async fn pages_that_programs_are_not_to_read_are_left_out() {
    let stage = Stage::set(ResearchBudget::default()).await;
    stage.finds(&["a", "b", "c"]);
    stage
        .site
        .put("/robots.txt", Answer::bytes("text/plain", "User-agent: Kuma\nDisallow: /a\nDisallow: /b"));
    let model = ScriptedModel::new(false, [plan(&["x"]), plan(&[]), said("R [1: \"All about c\"].")]);
    let report = stage.researcher.research(&context(model), "x?").await.unwrap();
    let urls: Vec<&str> = report.sources.iter().map(|source| source.url.as_str()).collect();
    assert_eq!(urls, [stage.site.url("/c")]);
    let left_out = "2 of the pages found were left out, because their sites ask programs not to read them.";
    assert!(report.notes.iter().any(|note| note == left_out), "{:?}", report.notes);
    let paths: Vec<String> = stage.site.requests().iter().map(|request| request.path.clone()).collect();
    assert!(!paths.contains(&"/a".to_owned()) && !paths.contains(&"/b".to_owned()), "{paths:?}");
}

#[tokio::test]
async fn a_model_that_plans_nothing_is_told_of() {
    let stage = Stage::set(ResearchBudget::default()).await;
    stage.finds(&["a"]);
    let model = ScriptedModel::new(false, [said("I would rather not."), plan(&[]), said("R [1].")]);
    let report = stage.researcher.research(&context(model), "How do bears sleep?").await.unwrap();
    assert_eq!(report.queries, ["How do bears sleep?"]);
    assert!(report.notes[0].contains("planned no searches"), "{:?}", report.notes);
}

#[tokio::test]
async fn a_report_that_takes_too_long_is_cut_and_says_so() {
    let budget = ResearchBudget { time: Duration::from_secs(3), ..ResearchBudget::default() };
    let stage = Stage::set(budget).await;
    stage.finds(&["a"]);
    let model = ScriptedModel::new(
        false,
        [plan(&["x"]), plan(&[]), Said::Stalls("The beginning [1: \"All a".to_owned())],
    );
    let report = stage.researcher.research(&context(model), "x?").await.unwrap();
    assert_eq!(
        (report.report.as_str(), report.citations.len()),
        ("The beginning", 0),
        "half a quote is none"
    );
    let unbacked = "Nothing in this report is backed by a quote";
    assert!(report.notes.iter().any(|note| note.starts_with(unbacked)), "{:?}", report.notes);
    assert!(report.notes.iter().any(|note| note.contains("The report was cut")), "{:?}", report.notes);
}

#[tokio::test]
async fn failures_have_names() {
    let ask = |stage: &Stage| typed(DeepResearch(stage.researcher.clone()));
    let question: Value = json!({"question": "x?"});

    let stage = Stage::set(ResearchBudget::default()).await;
    let model = ScriptedModel::saying(&[]);
    let error = ask(&stage).call(&context(model), json!({"question": " "})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::BadArguments);

    let model = ScriptedModel::new(false, [Said::Error(ModelErrorKind::KeyRejected)]);
    let error = ask(&stage).call(&context(model), question.clone()).await.unwrap_err();
    assert!(error.sentence.contains("The model's key was not accepted"), "{}", error.sentence);

    stage.search.push(Answer::json(&json!({"results": []})));
    let model = ScriptedModel::new(false, [plan(&["x"]), plan(&[])]);
    let error = ask(&stage).call(&context(model), question.clone()).await.unwrap_err();
    assert!(error.sentence.contains("Nothing that can be read was found"), "{}", error.sentence);

    stage.search.always(Answer::failure(500));
    let model = ScriptedModel::new(false, [plan(&["y"]), plan(&[])]);
    let error = ask(&stage).call(&context(model), question.clone()).await.unwrap_err();
    assert!(error.sentence.contains("No search engine answered"), "{}", error.sentence);
    drop(stage.site.take_violations());

    let stage =
        Stage::set(ResearchBudget { time: Duration::from_millis(400), ..ResearchBudget::default() }).await;
    stage.search.always(Answer::hang());
    let model = ScriptedModel::new(false, [plan(&["x"]), plan(&[])]);
    let error = ask(&stage).call(&context(model), question).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::TimedOut);
}
