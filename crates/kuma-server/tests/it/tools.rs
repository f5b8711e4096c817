//! Tools and approvals over HTTP. The tools bear names that the first agents may use.

use std::sync::Arc;

use kuma_agent::Tool;
use kuma_types::Effect;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Echo, Options, TestServer, first, kinds, until};

const WRITE: &str = "getPageContent";
const READ: &str = "webSearch";

async fn server() -> (TestServer, Arc<Echo>, Arc<Echo>) {
    let (write, read) = (Echo::new(WRITE, Effect::Write), Echo::new(READ, Effect::Read));
    let tools: Vec<Arc<dyn Tool>> = vec![read.clone(), write.clone()];
    (TestServer::with(Options { tools, ..Options::default() }).await, write, read)
}

/// Says something that makes the model call the write tool; gives job, chat and the waiting call's event.
async fn ask(ann: &Client, message: Value) -> (String, String, Value) {
    let mut reader = ann.say(message).await;
    let asked = reader.until("approval_required").await;
    let job = reader.seen[0].data["jobId"].as_str().unwrap().to_owned();
    let chat = reader.seen[0].data["chatId"].as_str().unwrap().to_owned();
    (job, chat, asked.data)
}

fn message(text: &str) -> Value {
    json!({ "message": format!("please [tool {WRITE} {{\"text\":\"{text}\"}}]") })
}

async fn decide(who: &Client, job: &str, asked: &Value, body: Value) -> Answer {
    let call = asked["callId"].as_str().unwrap();
    who.post(&format!("/api/chat/jobs/{job}/approvals/{call}"), body).await
}

async fn status(ann: &Client, job: &str) -> String {
    ann.get(&format!("/api/chat/jobs/{job}")).await.json["job"]["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_write_waits_for_its_owner_and_is_made_once() {
    let (server, write, _) = server().await;
    let (ann, ben) = (server.user("ann").await, server.user("ben").await);
    let (job, chat, asked) = ask(&ann, message("hello")).await;
    assert_eq!(asked["arguments"], json!({ "text": "hello" }));
    assert_eq!((asked["tool"].as_str(), asked["reason"].is_string()), (Some(WRITE), true));
    // From the moment it can be seen it can be decided: by its owner, and nobody else.
    assert_eq!(decide(&ben, &job, &asked, json!({ "decision": "approve" })).await.status, 404);
    let odd = decide(&ann, &job, &asked, json!({ "decision": "approve", "arguments": { "text": 7 } })).await;
    assert_eq!((odd.status, odd.json["errors"]["arguments"].is_array()), (422, true), "{}", odd.json);
    assert!(write.calls().is_empty(), "nothing was written without a yes");
    assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "approve" })).await.status, 202);

    let events = ann.follow(&job, 0).await.all().await;
    let told: Vec<&str> =
        kinds(&events).into_iter().filter(|kind| !["chunk", "title"].contains(kind)).collect();
    assert_eq!(
        events.iter().map(|event| event.id).collect::<Vec<_>>(),
        (1..=events.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!((told[0], told.last()), ("job_id", Some(&"done")), "{told:?}");
    assert!(told.contains(&"tool_result"), "{told:?}");
    assert_eq!(write.calls(), [json!({ "text": "hello" })]);
    assert_eq!(status(&ann, &job).await, "COMPLETED");
    let kept = ann.messages(&chat).await[1]["toolCalls"].clone();
    assert_eq!((kept[0]["tool"].as_str(), kept[0]["ok"].as_bool()), (Some(WRITE), Some(true)), "{kept}");
    assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "deny" })).await.status, 409);
    let unknown =
        ann.post(&format!("/api/chat/jobs/{job}/approvals/nope"), json!({ "decision": "deny" })).await;
    assert_eq!(unknown.status, 404);
    // Who did what is on record; the first account is the administrator.
    let log = ann.get("/api/admin/audit").await.json["items"].clone();
    let actions: Vec<&str> =
        log.as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert!(actions.contains(&"approval.granted") && actions.contains(&"tool.called"), "{actions:?}");
}

#[tokio::test]
async fn what_was_edited_is_called_and_what_was_denied_is_not() {
    let (server, write, _) = server().await;
    let ann = server.user("ann").await;
    let (job, _, asked) = ask(&ann, message("draft")).await;
    let edited = json!({ "decision": "approve", "arguments": { "text": "final" } });
    assert_eq!(decide(&ann, &job, &asked, edited).await.status, 202);
    ann.follow(&job, 0).await.all().await;
    assert_eq!(write.calls(), [json!({ "text": "final" })]);

    let (job, chat, asked) = ask(&ann, message("no")).await;
    let denied =
        decide(&ann, &job, &asked, json!({ "decision": "deny", "reason": "too early in the year" })).await;
    assert_eq!(denied.status, 202);
    ann.follow(&job, 0).await.all().await;
    assert_eq!(write.calls().len(), 1, "a no is a no");
    let answer = ann.messages(&chat).await[1]["content"].clone();
    assert!(answer.as_str().unwrap().contains("too early in the year"), "the model was told why: {answer}");
}

#[tokio::test]
async fn a_waiting_run_can_be_stopped() {
    let (server, write, _) = server().await;
    let ann = server.user("ann").await;
    let (job, chat, asked) = ask(&ann, message("later")).await;
    assert!(asked["taint"].is_null(), "nothing was read");
    let waits = async || {
        let one = ann.get(&format!("/api/chat/{chat}")).await.json["chat"]["waitsForApproval"].clone();
        let listed = ann.get("/api/chat").await.json["items"][0]["waitsForApproval"].clone();
        (one == true, listed == true)
    };
    until(async || waits().await == (true, true)).await;
    assert_eq!(ann.post(&format!("/api/chat/jobs/{job}/cancel"), json!({})).await.status, 202);
    let events = ann.follow(&job, 0).await.all().await;
    assert_eq!(events.last().unwrap().data["finishReason"], "cancelled");
    assert_eq!(status(&ann, &job).await, "CANCELLED");
    assert_eq!(waits().await, (false, false));
    assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "approve" })).await.status, 409);
    assert!(write.calls().is_empty());
}

#[tokio::test]
async fn an_allowed_tool_asks_all_the_same_after_text_from_outside() {
    let (server, write, read) = server().await;
    let ann = server.user("ann").await;
    let (job, chat, asked) = ask(&ann, message("one")).await;
    assert_eq!(
        decide(&ann, &job, &asked, json!({ "decision": "approve", "remember": true })).await.status,
        202
    );
    ann.follow(&job, 0).await.all().await;
    let allowed = |tools: &Value| {
        let tools = tools["items"].as_array().unwrap().clone();
        tools.iter().find(|tool| tool["name"] == WRITE).unwrap()["allowed"].as_bool().unwrap()
    };
    assert!(allowed(&ann.get("/api/tools").await.json));

    // It is not asked about again …
    let mut again = message("two");
    again["chatId"] = chat.clone().into();
    let events = ann.say(again).await.all().await;
    assert!(!kinds(&events).contains(&"approval_required"), "{:?}", kinds(&events));
    assert_eq!(write.calls().len(), 2);
    // … until something from outside was read in this chat, even in an earlier answer.
    let search = json!({ "message": format!("look [tool {READ} {{\"text\":\"x\"}}]"), "chatId": chat });
    ann.say(search).await.all().await;
    assert_eq!(read.calls().len(), 1);
    let mut third = message("three");
    third["chatId"] = chat.into();
    let (job, _, asked) = ask(&ann, third).await;
    let reason = asked["reason"].as_str().unwrap();
    assert!(reason.contains("example.com"), "it says why: {reason}");
    assert_eq!(asked["taint"], json!(["example.com"]), "and from where");
    assert_eq!(write.calls().len(), 2);
    assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "deny" })).await.status, 202);
    ann.follow(&job, 0).await.all().await;

    // Taken back, it asks everywhere again.
    assert_eq!(ann.delete(&format!("/api/tools/{WRITE}/allowance"), Value::Null).await.status, 204);
    assert_eq!(ann.delete(&format!("/api/tools/{WRITE}/allowance"), Value::Null).await.status, 404);
    assert!(!allowed(&ann.get("/api/tools").await.json));
    let (job, ..) = ask(&ann, message("four")).await;
    assert!(!job.is_empty() && write.calls().len() == 2);
}

#[tokio::test]
async fn a_decision_that_comes_too_late_is_not_remembered() {
    let (server, write, _) = server().await;
    let ann = server.user("ann").await;
    let (job, _, asked) = ask(&ann, message("one")).await;
    assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "deny" })).await.status, 202);
    let late = decide(&ann, &job, &asked, json!({ "decision": "approve", "remember": true })).await;
    assert_eq!(late.problem(409), "already_decided");
    ann.follow(&job, 0).await.all().await;
    let tools = ann.get("/api/tools").await.json["items"].clone();
    assert!(tools.as_array().unwrap().iter().all(|tool| tool["allowed"] == false), "{tools}");
    assert!(write.calls().is_empty());
}

#[tokio::test]
async fn whoever_comes_while_it_waits_sees_the_question_and_what_follows() {
    let (server, write, _) = server().await;
    let ann = server.user("ann").await;
    let (job, _, asked) = ask(&ann, message("hello")).await;
    until(async || status(&ann, &job).await == "WAITING_APPROVAL").await;
    // As after a reload, in a second tab, and for somebody who had some of it before.
    for after in [0, 2] {
        let mut late = ann.follow(&job, after).await;
        let shown = late.until("approval_required").await;
        assert_eq!(shown.data, asked);
        let waits = late.until("status").await;
        assert_eq!((waits.data["status"].as_str(), late.seen[0].id), (Some("WAITING_APPROVAL"), after + 1));
        if after == 2 {
            assert_eq!(decide(&ann, &job, &asked, json!({ "decision": "approve" })).await.status, 202);
            let rest = late.all().await;
            let numbers: Vec<u64> = rest.iter().map(|event| event.id).collect();
            assert_eq!(
                numbers,
                (3..3 + rest.len() as u64).collect::<Vec<_>>(),
                "nothing twice, nothing left out"
            );
            assert_eq!(rest.last().unwrap().kind, "done");
        }
    }
    assert_eq!(write.calls(), [json!({ "text": "hello" })]);
}

#[tokio::test]
async fn every_tool_is_listed_with_what_it_takes() {
    let (server, ..) = server().await;
    let ann = server.user("ann").await;
    let tools = ann.get("/api/tools").await.json["items"].clone();
    let names: Vec<&str> =
        tools.as_array().unwrap().iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, [READ, WRITE, "queryDocument", "listDocuments", "addMemory", "searchMemories"]);
    assert_eq!((tools[1]["name"].as_str(), tools[1]["effect"].as_str()), (Some(WRITE), Some("write")));
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["text"]));
    assert_eq!(
        (tools[0]["available"].as_bool(), tools[0]["category"].as_str()),
        (Some(true), Some("search"))
    );
    let events = ann.say(json!({ "message": "just talk" })).await.all().await;
    assert!(!first(&events, "chatId").is_empty());
}

#[tokio::test]
async fn what_is_remembered_in_a_tainted_run_taints_those_that_recall_it() {
    let (server, write, _) = server().await;
    let ann = server.user("ann").await;
    ann.post("/api/memories", json!({ "content": "The user lives in Pune." })).await;
    let (job, _, asked) = ask(&ann, message("one")).await;
    let always = json!({ "decision": "approve", "remember": true });
    assert_eq!(decide(&ann, &job, &asked, always).await.status, 202);
    ann.follow(&job, 0).await.all().await;

    // Clean memories change nothing.
    let about =
        |city: &str| json!({ "message": format!("[tool {WRITE} {{\"text\":\"note\"}}] about {city}") });
    let events = ann.say(about("Pune")).await.all().await;
    assert!(kinds(&events).contains(&"memory") && !kinds(&events).contains(&"approval_required"));
    assert_eq!(write.calls().len(), 2);

    let read = format!("I like Goa, look it up [tool {READ} {{\"text\":\"x\"}}] [fact The user likes Goa.]");
    let events = ann.say(json!({ "message": read })).await.all().await;
    assert!(kinds(&events).contains(&"memory"), "{:?}", kinds(&events));
    let newest = ann.get("/api/memories").await.json["items"][0].clone();
    assert_eq!((&newest["content"], &newest["tainted"]), (&json!("The user likes Goa."), &json!(true)));
    let (_, _, asked) = ask(&ann, about("Goa")).await;
    let reason = asked["reason"].as_str().unwrap();
    assert!(reason.contains("a memory"), "it says why: {reason}");
    assert_eq!(write.calls().len(), 2);
}
