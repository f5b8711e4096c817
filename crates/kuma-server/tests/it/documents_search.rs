//! What a search of documents does when a part of it is missing, and with a reranker.

use std::sync::Arc;
use std::time::Duration;

use kuma_llm::{RemoteReranker, RerankConfig};
use kuma_testkit::Reply;
use kuma_testkit::services::{Answer, FakeReranker};
use kuma_types::DocumentId;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::documents::{LEASE, document, owner, read_as, upload};
use crate::support::{Client, EMBEDDING_MODEL, Options, TestServer, until};

async fn search(client: &Client, query: &str) -> Value {
    let answer = client.post("/api/documents/search", json!({ "query": query })).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json
}

fn texts(found: &Value) -> Vec<&str> {
    found["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect()
}

/// The notice of a search; empty when there is none.
fn notice(found: &Value) -> &str {
    found["notice"].as_str().unwrap_or_default()
}

/// Gives the oldest document vectors of another model, as it has them after a change of the settings.
async fn embedded_by_another_model(server: &TestServer, id: &str, passages: u32) {
    let work = server.app.store().document_work();
    let claimed = work.claim_to_embed("old/model", "test", LEASE).await.unwrap().unwrap();
    assert_eq!(claimed.id.to_string(), id);
    let rows: Vec<_> = (0..passages).map(|at| (at, vec![1.0, 0.0])).collect();
    work.keep_vectors(claimed.hold(), "old/model", &rows).await.unwrap();
    assert!(work.embedded(claimed.hold(), "old/model").await.unwrap());
}

const BY_WORDS: &str = "1 document was searched by its words alone";

#[tokio::test]
async fn who_has_no_vectors_of_the_present_model_is_said_to_be_found_by_words() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let old = document(&server, &ann, "old.pdf", &["The old one is about bears."]).await;
    let new = document(&server, &ann, "new.pdf", &["The new one is about rivers."]).await;
    assert_eq!(notice(&search(&ann, "bears").await), "", "nothing is missing");
    let has_vectors = async || -> Value {
        ann.get(&format!("/api/documents/{old}")).await.json["document"]["hasVectors"].clone()
    };
    assert_eq!(has_vectors().await, true);

    embedded_by_another_model(&server, &old, 1).await;
    let found = search(&ann, "bears").await;
    assert_eq!(texts(&found)[0], "The old one is about bears.");
    assert!(notice(&found).starts_with(BY_WORDS), "{found}");
    let nothing = search(&ann, "xylophone").await;
    assert!(notice(&nothing).starts_with(BY_WORDS), "{nothing}");
    assert_eq!(has_vectors().await, false, "what it has is of no use");
    let only_new =
        ann.post("/api/documents/search", json!({ "query": "rivers", "documentIds": [new] })).await;
    assert_eq!(notice(&only_new.json), "", "it is about those that were searched: {}", only_new.json);
    let eve = server.user("eve").await;
    assert_eq!(notice(&search(&eve, "bears").await), "", "nobody hears of others' documents");

    // A model that searches is told, and so is who reads along.
    server.fake.push(Reply::builder().tool_call("queryDocument", json!({ "query": "bears" })));
    server.fake.push(Reply::text("It is about bears."));
    let events = ann.say(json!({ "message": "What is the old one about?" })).await.all().await;
    let result = events.iter().find(|event| event.kind == "tool_result").unwrap();
    let summary = result.data["summary"].as_str().unwrap();
    assert!(summary.ends_with(", in part by words alone"), "{summary}");
    assert!(notice(&result.data["result"]).starts_with(BY_WORDS), "{:?}", result.data);
    let mut told = server.fake.requests().into_iter().map(|request| request.body.to_string());
    assert!(told.any(|body| body.contains(BY_WORDS)), "the call's result says it");

    let stop = CancellationToken::new();
    let working = tokio::spawn(kuma_app::documents::work(server.app.clone(), stop.clone()));
    let (store, owner, id) = (server.app.store(), owner(&ann).await, old.parse::<DocumentId>().unwrap());
    until(async || {
        let document = store.documents().get(owner, id).await.unwrap();
        document.embedding_model.as_deref() == Some(EMBEDDING_MODEL)
    })
    .await;
    stop.cancel();
    working.await.unwrap();
    assert_eq!(notice(&search(&ann, "bears").await), "");
    assert_eq!(has_vectors().await, true);
}

#[tokio::test]
async fn a_chat_with_passages_says_when_they_were_found_by_words() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let filler = "Nothing of interest stands here, and nobody looks for it. ".repeat(5);
    let mut pages: Vec<String> = (0..400).map(|n| format!("About topic{n}. {filler}")).collect();
    pages[300] = "The treasure is buried under the old oak.".to_owned();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let answer = upload(&ann, "long.pdf", "long").await;
    let id = answer.json["document"]["id"].as_str().unwrap().to_owned();
    read_as(&server, &pages, false).await;
    ann.say(json!({ "message": "Where is the treasure buried?", "documentIds": [id] })).await.all().await;
    let asked = server.fake.requests().into_iter().map(|request| request.body);
    let asked = asked.into_iter().find(|body| body.to_string().contains("treasure is buried")).unwrap();
    let asked = asked["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(asked.contains(BY_WORDS) && asked.contains("Tell the person"), "{}", &asked[..600]);
}

/// A server with three documents, and a reranker.
async fn with_reranker(fake: &FakeReranker, patience: Duration) -> (TestServer, Client) {
    let config =
        RerankConfig { url: fake.base_url(), model: Some("rerank-3".to_owned()), key: None, patience };
    kuma_net::install_crypto_provider();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let reranker = Arc::new(RemoteReranker::new(config, http).unwrap());
    let server = TestServer::with(Options { reranker: Some(reranker), ..Options::default() }).await;
    let ann = server.user("ann").await;
    for (name, text) in [
        ("lease.pdf", "Pets: pets are not allowed, pets bark."),
        ("zoo.pdf", "The zoo lends pets."),
        ("menu.pdf", "Soup for pets, and bread."),
    ] {
        document(&server, &ann, name, &[text]).await;
    }
    (server, ann)
}

/// The texts that the reranker was asked about, in the order of the search.
fn asked_about(fake: &FakeReranker) -> Vec<String> {
    let seen = fake.single_request();
    assert_eq!((seen.at("/query"), seen.at("/model")), (&json!("pets"), &json!("rerank-3")));
    seen.at("/documents").as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_reranker_has_the_last_word() {
    let fake = FakeReranker::start().await;
    let (_server, ann) = with_reranker(&fake, Duration::from_secs(20)).await;
    // It turns round what it is given.
    fake.push(Answer::json(&json!({ "results": [
        { "index": 2, "relevance_score": 0.9 },
        { "index": 1, "relevance_score": 0.5 },
        { "index": 0, "relevance_score": 0.1 },
    ] })));
    let found = search(&ann, "pets").await;
    let mut before = asked_about(&fake);
    before.reverse();
    assert_eq!(texts(&found), before);
    let scores: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|item| &item["score"]).collect();
    assert_eq!(scores, [&json!(0.9), &json!(0.5), &json!(0.1)]);
    assert_eq!(notice(&found), "");
}

#[tokio::test]
async fn when_the_reranker_fails_the_order_stands_and_that_is_said() {
    for (answer, patience) in [
        (Answer::failure(503), Duration::from_secs(20)),
        (
            Answer::json(&json!({ "results": [{ "index": 7, "relevance_score": 1 }] })),
            Duration::from_secs(20),
        ),
        (Answer::hang(), Duration::from_millis(200)),
    ] {
        let fake = FakeReranker::start().await;
        let (_server, ann) = with_reranker(&fake, patience).await;
        fake.push(answer);
        let found = search(&ann, "pets").await;
        assert_eq!(texts(&found), asked_about(&fake));
        assert!(notice(&found).contains("reranker could not be asked"), "{found}");
        // It is left alone for a while, and that is said too.
        let again = search(&ann, "pets").await;
        assert_eq!((texts(&again), notice(&again)), (texts(&found), notice(&found)));
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn one_passage_needs_no_reranker() {
    let fake = FakeReranker::start().await;
    let (_server, ann) = with_reranker(&fake, Duration::from_secs(20)).await;
    let menu = ann.get("/api/documents?q=menu").await.json["items"][0]["id"].clone();
    for (ids, count) in [(json!([menu]), 1), (json!([]), 0)] {
        let body = json!({ "query": "soup", "documentIds": ids });
        let found = ann.post("/api/documents/search", body).await.json;
        assert_eq!((texts(&found).len(), notice(&found)), (count, ""), "{found}");
    }
    assert!(fake.requests().is_empty());
}
