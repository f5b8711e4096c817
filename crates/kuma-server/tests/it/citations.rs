//! Citations are counted: those whose quotes are in their sources, and those that were dropped.

use std::sync::{Arc, OnceLock};

use kuma_agent::Tool;
use kuma_testkit::Reply;
use kuma_types::Effect;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::{Value, json};

use crate::documents::document;
use crate::support::{Echo, Options, TestServer, kinds};

/// What this process counts. Tests of one process share it.
fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap())
}

/// So many were kept and so many dropped since the process began.
fn counted() -> (u64, u64) {
    let figures = figures().render();
    let of = |outcome: &str| {
        let name = format!("kuma_citations_total{{outcome=\"{outcome}\"}} ");
        figures.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
    };
    (of("kept"), of("dropped"))
}

/// One test, because all of them count in one place.
#[tokio::test]
async fn every_citation_is_counted_as_kept_or_dropped() {
    let mut before = counted();
    let mut since = || {
        let now = counted();
        let since = (now.0 - before.0, now.1 - before.1);
        before = now;
        since
    };
    let tools: Vec<Arc<dyn Tool>> = vec![Echo::new("webSearch", Effect::Read)];
    let server = TestServer::with(Options { tools, ..Options::default() }).await;
    let ann = server.user("ann").await;

    // Of the web.
    server.fake.push(Reply::builder().tool_call("webSearch", json!({ "text": "bears" })));
    server.fake.push(Reply::text(
        "They sleep [1: \"Bears sleep\"] all winter [1: \"through the winter\"] and fly [1: \"Bears fly\"].",
    ));
    let events = ann.say(json!({ "message": "What do bears do?" })).await.all().await;
    let done = events.last().unwrap().data["message"].clone();
    assert_eq!(done["content"], "They sleep [1] all winter [2] and fly.", "{:?}", kinds(&events));
    assert_eq!((done["citations"].as_array().unwrap().len(), since()), (2, (2, 1)));

    // Of documents that are attached.
    let pages = ["The rent is 900 euros.", "Pets are not allowed."];
    let id = document(&server, &ann, "lease.pdf", &pages).await;
    server.fake.push(Reply::text(
        "900 euros [1: \"The rent is 900 euros\"], no dogs [1: \"Pets are welcome\"], no [2: \"second source\"].",
    ));
    let asked = json!({ "message": "What is the rent?", "documentIds": [id] });
    let events = ann.say(asked).await.all().await;
    let done = events.last().unwrap().data["message"].clone();
    let cited: Vec<&Value> = done["citations"].as_array().unwrap().iter().collect();
    assert_eq!((cited.len(), &cited[0]["documentId"]), (1, &json!(id)), "{done}");
    assert_eq!(since(), (1, 2));

    // Of one document that is asked by itself.
    server
        .fake
        .push(Reply::text("No [1: \"Pets are not allowed\"], it is cheap [1: \"The rent is 5 euros\"]."));
    let path = format!("/api/documents/{id}/query");
    let answer = ann.post(&path, json!({ "question": "pets allowed?" })).await.json;
    assert_eq!((answer["citations"].as_array().unwrap().len(), since()), (1, (1, 1)), "{answer}");

    // An answer that cites nothing counts nothing.
    ann.say(json!({ "message": "hello" })).await.all().await;
    assert_eq!(since(), (0, 0));
}
