//! Documents over HTTP. Reading files has tests of its own, with the program that reads them.

use std::num::NonZeroU32;
use std::time::Duration;

use http::{Method, header};
use kuma_server::limits::{Rate, Rates};
use kuma_store::{Content, NewPassage};
use kuma_testkit::Reply;
use kuma_types::{DocumentId, FileKey, UserId};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Client, EMBEDDING_MODEL, Options, TestServer, kinds, until};

pub const LEASE: Duration = Duration::from_mins(5);

pub async fn upload(client: &Client, name: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let part = reqwest::multipart::Part::bytes(bytes.into()).file_name(name.to_owned());
    // Names go as browsers send them.
    let form = reqwest::multipart::Form::new().part("file", part).percent_encode_noop();
    client.send(client.request(Method::POST, "/api/documents").multipart(form)).await
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.json);
    answer.json["document"]["id"].as_str().unwrap().to_owned()
}

/// Plays the process that reads documents: the next one has these pages.
async fn read(server: &TestServer, pages: &[&str]) {
    read_as(server, pages, true).await;
}

/// The same, with or without vectors.
pub async fn read_as(server: &TestServer, pages: &[&str], with_vectors: bool) {
    let work = server.app.store().document_work();
    let claimed = work.claim("test", LEASE).await.unwrap().expect("one waits");
    let mut start = 0;
    let passages = (1..).zip(pages).map(|(page, text)| {
        let (from, to) = (start, start + text.len() as u64);
        start = to + 2;
        NewPassage {
            page: Some(page),
            start: from,
            end: to,
            tokens: text.len() as u32 / 4,
            headings: Vec::new(),
            table_header: None,
            places: json!([{"page": page, "label": "page", "start": from, "end": to, "boxes": [{"x": 1, "y": 2, "width": 3, "height": 4}]}]),
            text: (*text).to_owned(),
            search_text: (*text).to_owned(),
        }
    });
    let content = Content {
        kind: "pdf".to_owned(),
        mime_type: "application/pdf".to_owned(),
        title: None,
        page_count: Some(pages.len() as u32),
        warnings: Vec::new(),
        passages: passages.collect(),
        text: pages.join("\n\n"),
        text_tokens: pages.iter().map(|text| text.len() as u64 / 3).sum(),
    };
    assert!(work.keep(claimed.hold(), content).await.unwrap());
    let texts = work.to_embed(claimed.hold(), EMBEDDING_MODEL, 0).await.unwrap();
    let (positions, texts): (Vec<u32>, Vec<String>) = texts.into_iter().unzip();
    let vectors = if with_vectors { server.app.embed(texts).await.ok() } else { None };
    let Some(vectors) = vectors else {
        assert!(work.ready_without_vectors(claimed.hold(), Duration::ZERO).await.unwrap());
        return;
    };
    let rows: Vec<_> = positions.into_iter().zip(vectors).collect();
    work.keep_vectors(claimed.hold(), EMBEDDING_MODEL, &rows).await.unwrap();
    assert!(work.embedded(claimed.hold(), EMBEDDING_MODEL).await.unwrap());
}

/// A document with these pages.
pub async fn document(server: &TestServer, client: &Client, name: &str, pages: &[&str]) -> String {
    let id = id_of(&upload(client, name, format!("{name}: {}", pages.join("\n"))).await);
    read(server, pages).await;
    id
}

pub async fn owner(client: &Client) -> UserId {
    client.get("/api/auth/me").await.json["user"]["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_upload_is_accepted_at_once_and_followed_to_its_end() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let answer = upload(&ann, "Größe.txt", "Some text.").await;
    let id = id_of(&answer);
    let document = &answer.json["document"];
    assert_eq!(document["filename"], "Größe.txt");
    assert_eq!((&document["status"], &document["mimeType"]), (&json!("processing"), &json!("text/plain")));
    assert_eq!((&document["fileSize"], &document["pageCount"]), (&json!(10), &Value::Null));
    assert_eq!(document["progress"], json!({ "stage": "waiting", "done": 0, "total": null }));

    let path = format!("/api/documents/{id}/events");
    let mut following = ann.request(Method::GET, &path).send().await.unwrap();
    let first = following.chunk().await.unwrap().unwrap();
    let work = server.app.store().document_work();
    let claimed = work.claim("test", LEASE).await.unwrap().unwrap();
    assert!(work.progress(claimed.hold(), "parse", 3, Some(9), LEASE).await.unwrap());
    work.release(claimed.hold(), Duration::ZERO, false).await.unwrap();
    read(&server, &["Some text."]).await;
    let told = [first, following.bytes().await.unwrap()].concat();
    let told = String::from_utf8(told).unwrap();
    assert!(told.starts_with("event: progress\ndata: {\"stage\":"), "{told}");
    assert!(
        told.contains("event: ready\ndata: {\"document\":{") && told.contains("\"status\":\"ready\""),
        "{told}"
    );
    // Whoever comes later hears the end at once.
    let late = ann.get(&format!("/api/documents/{id}/events")).await.json;
    assert!(late.as_str().unwrap().starts_with("event: ready\n"));
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let refused = upload(&ann, "report.pdf", b"\x7fELF\x02\x01\x01\0\0\0".as_slice()).await;
    assert_eq!(refused.problem(415), "unsupported_file");
    assert!(refused.json["detail"].as_str().unwrap().contains("program"));
    assert!(upload(&ann, "empty.txt", "").await.field("file").contains("empty"));
    assert_eq!(
        upload(&ann, "large.txt", vec![b'a'; 50 * 1024 * 1024 + 1]).await.problem(413),
        "file_too_large"
    );
    let none =
        ann.request(Method::POST, "/api/documents").multipart(reqwest::multipart::Form::new().text("x", "y"));
    assert!(ann.send(none).await.field("file").contains("Choose"));
    assert_eq!(ann.post("/api/documents", json!({})).await.problem(415), "unsupported_media_type");
    let foreign_chat = reqwest::multipart::Form::new()
        .text("chatId", DocumentId::new().to_string())
        .part("file", reqwest::multipart::Part::text("x").file_name("x.txt"));
    let foreign_chat = ann.request(Method::POST, "/api/documents").multipart(foreign_chat);
    assert_eq!(ann.send(foreign_chat).await.problem(404), "not_found");
    assert_eq!(ann.get("/api/documents").await.json["items"], json!([]), "nothing was kept");
}

#[tokio::test]
async fn the_same_file_is_kept_once_until_nobody_has_it() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let one = id_of(&upload(&ann, "a.txt", "the same").await);
    let two = id_of(&upload(&ann, "b.txt", "the same").await);
    let used = ann.get("/api/documents/storage").await.json;
    assert_eq!((&used["documents"], &used["files"], &used["bytes"]), (&json!(2), &json!(1), &json!(8)));
    assert_eq!(ann.delete(&format!("/api/documents/{one}"), json!({})).await.status, 204);
    assert_eq!(ann.get(&format!("/api/documents/{two}/file")).await.json, "the same");
    let key = FileKey::document(owner(&ann).await, one.parse::<DocumentId>().unwrap());
    assert!(server.app.files().exists(&key).await.unwrap());
    assert_eq!(ann.delete(&format!("/api/documents/{two}"), json!({})).await.status, 204);
    until(async || !server.app.files().exists(&key).await.unwrap()).await;
}

/// Whether a browser may give the answer to nobody but the bearer of the same token.
fn varies_by_token(answer: &Answer) -> bool {
    let varies = answer.headers.get_all(header::VARY).iter();
    varies.flat_map(|names| names.to_str().unwrap().split(',')).any(|name| name.trim() == "authorization")
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_and_harmless() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let page = "<!doctype html><script>alert(1)</script>0123456789";
    let id = id_of(&upload(&ann, "übel.html", page).await);
    let path = format!("/api/documents/{id}/file");
    let whole = ann.get(&path).await;
    assert_eq!((whole.status, whole.json.as_str().unwrap()), (200, page));
    assert_eq!(whole.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(whole.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(whole.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"));
    let disposition = whole.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment;") && disposition.contains("%C3%BCbel.html"),
        "{disposition}"
    );
    let ask = |name, value: String| ann.send(ann.request(Method::GET, &path).header(name, value));
    let part = ask(header::RANGE, "bytes=-10".into()).await;
    assert_eq!((part.status, part.headers[header::CONTENT_RANGE].to_str().unwrap()), (206, "bytes 40-49/50"));
    assert_eq!(part.headers[header::CONTENT_LENGTH], "10");
    assert_eq!(ask(header::RANGE, "bytes=99-".into()).await.problem(416), "range_not_satisfiable");
    let tag = whole.headers[header::ETAG].to_str().unwrap().to_owned();
    let unchanged = ask(header::IF_NONE_MATCH, tag.clone()).await;
    assert_eq!((unchanged.status, unchanged.headers[header::ETAG].to_str().unwrap()), (304, &*tag));
    // A browser keeps it for whoever asked, and nobody on the way keeps it at all.
    for answer in [&whole, &part, &unchanged] {
        assert_eq!(answer.headers[header::CACHE_CONTROL], "private, max-age=3600");
        assert!(varies_by_token(answer), "{:?}", answer.headers);
    }
    let text = ann.get(&format!("/api/documents/{id}/text")).await;
    assert_eq!(text.headers[header::CACHE_CONTROL], "private, no-cache");
    assert!(varies_by_token(&text), "{:?}", text.headers);
    // Everything else is not kept.
    let listed = ann.get("/api/documents").await;
    assert_eq!(listed.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn documents_are_searched_by_words_and_by_meaning() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let lease =
        document(&server, &ann, "lease.pdf", &["The rent is 900 euros.", "Pets are not allowed 🐕 here."])
            .await;
    let menu = document(&server, &ann, "menu.pdf", &["Soup of the day: tomato."]).await;
    let search = async |body: Value| -> Value { ann.post("/api/documents/search", body).await.json };
    let found = search(json!({ "query": "are pets allowed" })).await;
    let first = &found["items"][0];
    assert_eq!(
        (&first["documentId"], &first["displayName"], &first["page"]),
        (&json!(lease), &json!("lease.pdf"), &json!(2))
    );
    assert_eq!(first["matches"], json!([[0, 4], [5, 8], [13, 20]]), "{found}");
    assert_eq!(first["places"][0]["boxes"][0], json!({ "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0 }));
    assert!(first["score"].as_f64().unwrap() > 0.5 && found.get("notice").is_none());
    let only = search(json!({ "query": "soup pets", "documentIds": [menu] })).await;
    assert_eq!(only["items"].as_array().unwrap().len(), 1);
    assert!(ann.post("/api/documents/search", json!({ "query": " " })).await.field("query").len() > 5);
    let located = ann
        .post(&format!("/api/documents/{lease}/locate"), json!({ "quote": "Pets are  not allowed" }))
        .await;
    assert_eq!((&located.json["page"], &located.json["places"][0]["page"]), (&json!(2), &json!(2)));
    let nowhere =
        ann.post(&format!("/api/documents/{lease}/locate"), json!({ "quote": "Pets are welcome" })).await;
    assert_eq!(nowhere.problem(404), "quote_not_found");
    assert_eq!(ann.get(&format!("/api/documents/{menu}/text")).await.json, "Soup of the day: tomato.");
}

#[tokio::test]
async fn vectors_that_are_missing_or_of_another_model_are_made_in_the_background() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let old = document(&server, &ann, "old.pdf", &["The old one is about bears."]).await;
    let none = id_of(&upload(&ann, "none.txt", "This one is about rivers.").await);
    read_as(&server, &["This one is about rivers."], false).await;
    let (store, owner) = (server.app.store(), owner(&ann).await);
    // As after a change of the model.
    let work = store.document_work();
    let claimed = work.claim_to_embed("old/model", "test", LEASE).await.unwrap().unwrap();
    assert_eq!(claimed.id.to_string(), old);
    work.keep_vectors(claimed.hold(), "old/model", &[(0, vec![1.0, 0.0])]).await.unwrap();
    assert!(work.embedded(claimed.hold(), "old/model").await.unwrap());
    let stop = CancellationToken::new();
    let working = tokio::spawn(kuma_app::documents::work(server.app.clone(), stop.clone()));
    for id in [&old, &none] {
        let id: DocumentId = id.parse().unwrap();
        until(async || {
            let document = store.documents().get(owner, id).await.unwrap();
            document.embedding_model.as_deref() == Some(EMBEDDING_MODEL)
        })
        .await;
    }
    stop.cancel();
    working.await.unwrap();
    let found = ann.post("/api/documents/search", json!({ "query": "bears" })).await.json;
    assert_eq!(found["items"][0]["documentId"], old);
}

#[tokio::test]
async fn without_an_embedder_words_are_enough_and_that_is_said() {
    let server = TestServer::with(Options { embedder: None, ..Options::default() }).await;
    let ann = server.user("ann").await;
    document(&server, &ann, "lease.pdf", &["Pets are not allowed."]).await;
    let found = ann.post("/api/documents/search", json!({ "query": "pets" })).await.json;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert!(found["notice"].as_str().unwrap().contains("Only words"), "{found}");
}

#[tokio::test]
async fn a_document_answers_with_quotes_that_are_in_it() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let id = document(&server, &ann, "lease.pdf", &["The rent is 900 euros.", "Pets are not allowed."]).await;
    server
        .fake
        .push(Reply::text("No pets [1: \"Pets are not allowed\"] and cheap [1: \"The rent is 5 euros\"]."));
    let answer =
        ann.post(&format!("/api/documents/{id}/query"), json!({ "question": "pets allowed?" })).await.json;
    assert_eq!(answer["answer"], "No pets [1] and cheap.", "{answer}");
    assert_eq!(answer["citations"].as_array().unwrap().len(), 1);
    let citation = &answer["citations"][0];
    assert_eq!((&citation["page"], &citation["quote"]), (&json!(2), &json!("Pets are not allowed")));
    assert_eq!(answer["model"], "openai/fake-large");
    let asked = server.fake.requests().pop().unwrap().body.to_string();
    assert!(asked.contains("[source 1] lease.pdf") && asked.contains("<outside-"), "{asked}");
    assert!(
        ann.post(&format!("/api/documents/{id}/query"), json!({ "question": "" }))
            .await
            .field("question")
            .len()
            > 3
    );
}

#[tokio::test]
async fn without_a_model_the_best_passages_answer_and_say_so() {
    let server = TestServer::with(Options { with_model: false, ..Options::default() }).await;
    let ann = server.user("ann").await;
    let id =
        document(&server, &ann, "lease.pdf", &["The rent is 900 euros. It is due on Monday.", "Pets bark."])
            .await;
    let answer = ann
        .post(&format!("/api/documents/{id}/query"), json!({ "question": "How high is the rent?" }))
        .await
        .json;
    assert_eq!(answer["model"], Value::Null);
    assert!(answer["notice"].as_str().unwrap().contains("No model"), "{answer}");
    let first = &answer["citations"][0];
    assert_eq!((&first["quote"], &first["page"]), (&json!("The rent is 900 euros."), &json!(1)));
    assert!(answer["answer"].as_str().unwrap().contains("> The rent is 900 euros. (page 1) [1]"));
}

#[tokio::test]
async fn attached_documents_are_sent_whole_when_they_fit() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let lease =
        document(&server, &ann, "lease.pdf", &["The rent is 900 euros.", "Pets are not allowed."]).await;
    let menu = document(&server, &ann, "menu.pdf", &["Soup of the day."]).await;
    server.fake.push(Reply::text(
        "900 euros [1: \"The rent is 900 euros\"], no dogs [1: \"Pets are not allowed\"].",
    ));
    let events =
        ann.say(json!({ "message": "What is the rent?", "documentIds": [lease, menu] })).await.all().await;
    let asked = server
        .fake
        .requests()
        .into_iter()
        .map(|r| r.body)
        .find(|b| b.to_string().contains("Document 1"))
        .unwrap();
    let last = asked["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(last.contains("Document 1: lease.pdf\\nThe rent is 900 euros.\\n\\nPets are not allowed.\\n---\\nDocument 2: menu.pdf\\nSoup of the day."), "{last}");
    assert!(last.contains("---\\nUser question: What is the rent?"), "{last}");
    let cited: Vec<Value> = events.iter().filter(|e| e.kind == "citation").map(|e| e.data.clone()).collect();
    assert_eq!(cited.len(), 2, "{:?}", kinds(&events));
    assert_eq!((&cited[0]["documentId"], &cited[0]["page"]), (&json!(lease), &json!(1)));
    assert_eq!(cited[1]["page"], 2, "each quote has the page it is on");
    let chat = crate::support::first(&events, "chatId");
    let messages = ann.messages(&chat).await;
    let attached = &messages[0]["documentAttachments"];
    assert_eq!(attached[0], json!({ "documentId": lease, "displayName": "lease.pdf", "pageCount": 2 }));
    assert_eq!(messages[0]["content"], "What is the rent?");
    assert_eq!(messages[1]["citations"].as_array().unwrap().len(), 2);
    // A later question still sees them.
    ann.say(json!({ "message": "And pets?", "chatId": chat })).await.all().await;
    let asked = server.fake.requests().into_iter().map(|r| r.body.to_string());
    let asked = asked.filter(|body| body.contains("User question: And pets?")).last().unwrap();
    assert!(asked.contains("Document 2: "), "{asked}");
    let of_chat = ann.get(&format!("/api/documents?chatId={chat}")).await.json;
    assert_eq!(of_chat["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_comes_as_passages_and_can_be_searched() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    let filler = "Nothing of interest stands here, and nobody looks for it. ".repeat(5);
    let mut pages: Vec<String> = (0..400).map(|n| format!("About topic{n}. {filler}")).collect();
    pages[300] = "The treasure is buried under the old oak.".to_owned();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let id = document(&server, &ann, "long.pdf", &pages).await;
    let body = json!({ "message": "Where is the treasure buried?", "documentIds": [id] });
    ann.say(body).await.all().await;
    let asked = server
        .fake
        .requests()
        .into_iter()
        .map(|r| r.body)
        .find(|b| b.to_string().contains("treasure is"))
        .unwrap();
    let last = asked["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(
        last.contains("The treasure is buried under the old oak.") && last.contains("[long.pdf, page "),
        "{last}"
    );
    assert!(last.contains("[source 1]") && !last.contains("Document 1:") && last.contains("queryDocument"));
    assert!(last.len() < 100_000, "only passages: {}", last.len());
    let tools = asked["tools"].to_string();
    assert!(tools.contains("queryDocument") && tools.contains("listDocuments"), "{tools}");
}

#[tokio::test]
async fn models_search_and_list_documents_and_the_run_is_tainted() {
    let server = TestServer::start().await;
    let ann = server.user("ann").await;
    document(&server, &ann, "lease.pdf", &["The rent is 900 euros."]).await;
    server.fake.push(Reply::builder().tool_call("queryDocument", json!({ "query": "rent" })));
    server.fake.push(Reply::text("It is 900 euros [1: \"The rent is 900 euros\"]."));
    let events = ann.say(json!({ "message": "How high is my rent?" })).await.all().await;
    let result = events.iter().find(|e| e.kind == "tool_result").unwrap();
    assert_eq!(
        (&result.data["ok"], &result.data["summary"]),
        (&json!(true), &json!("1 passage from lease.pdf"))
    );
    let citation = events.iter().find(|e| e.kind == "citation").unwrap();
    assert_eq!((&citation.data["title"], &citation.data["page"]), (&json!("lease.pdf"), &json!(1)));
    let listed = ann.get("/api/tools").await.json;
    let tool =
        |name: &str| listed["items"].as_array().unwrap().iter().find(|t| t["name"] == name).unwrap().clone();
    assert_eq!(
        (&tool("queryDocument")["available"], &tool("queryDocument")["effect"]),
        (&json!(true), &json!("read"))
    );
    let eve = server.user("eve").await;
    let theirs = eve.get("/api/tools").await.json;
    let theirs =
        theirs["items"].as_array().unwrap().iter().find(|t| t["name"] == "listDocuments").unwrap().clone();
    assert_eq!(theirs["available"], false, "nobody searches what they do not have");
}

#[tokio::test]
async fn documents_of_others_are_not_there() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.user("ann").await, server.user("eve").await);
    let id = document(&server, &ann, "lease.pdf", &["The rent is 900 euros."]).await;
    let tries = [
        (Method::GET, "", json!({})),
        (Method::PATCH, "", json!({ "displayName": "stolen" })),
        (Method::DELETE, "", json!({})),
        (Method::POST, "/retry", json!({})),
        (Method::GET, "/events", json!({})),
        (Method::GET, "/file", json!({})),
        (Method::GET, "/text", json!({})),
        (Method::POST, "/query", json!({ "question": "rent?" })),
        (Method::POST, "/locate", json!({ "quote": "The rent is 900" })),
    ];
    for (method, rest, body) in tries {
        let path = format!("/api/documents/{id}{rest}");
        let answer = eve.send(eve.request(method.clone(), &path).json(&body)).await;
        assert_eq!(answer.problem(404), "not_found", "{method} {path}");
    }
    assert_eq!(eve.get("/api/documents").await.json["items"], json!([]));
    for body in [json!({ "query": "rent" }), json!({ "query": "rent", "documentIds": [id] })] {
        assert_eq!(eve.post("/api/documents/search", body).await.json["items"], json!([]));
    }
    let attached = eve.post("/api/chat/stream", json!({ "message": "x", "documentIds": [id] })).await;
    assert!(attached.field("documentIds").contains("no such document"));
    server
        .fake
        .push(Reply::builder().tool_call("queryDocument", json!({ "query": "rent", "documentIds": [id] })));
    let own = document(&server, &eve, "own.pdf", &["Nothing."]).await;
    let events = eve.say(json!({ "message": "Search." })).await.all().await;
    assert!(!format!("{events:?}").contains("900 euros"));
    assert_eq!(ann.get(&format!("/api/documents/{id}")).await.json["document"]["displayName"], "lease.pdf");
    assert_ne!(own, id);
}

#[tokio::test]
async fn uploads_have_a_limit_of_their_own() {
    let rate = |count| Rate { count: NonZeroU32::new(count).unwrap(), per: Duration::from_hours(1) };
    let rates = Rates { login: rate(9), signup: rate(9), chat: rate(9), upload: rate(1), api: rate(100) };
    let server = TestServer::with(Options { rates: Some(rates), ..Options::default() }).await;
    let ann = server.user("ann").await;
    id_of(&upload(&ann, "a.txt", "x").await);
    assert_eq!(upload(&ann, "b.txt", "y").await.problem(429), "rate_limited");
    assert_eq!(ann.get("/api/documents").await.status, 200);
}
