//! Servers that are programs here.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{add, ask, calling, decide, of_servers, patch, result};
use crate::support::TestServer;

/// Where the fake program is: beside the tests' own, built with the workspace.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let found =
        own.ancestors().skip(1).take(3).map(|folder| folder.join("kuma-fake-mcp")).find(|file| file.exists());
    found.unwrap_or_else(|| panic!("kuma-fake-mcp is not beside {}: build the workspace", own.display()))
}

#[tokio::test]
async fn a_program_runs_for_an_administrator() {
    let server = TestServer::start().await;
    let admin = server.user("admin").await;
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("calls");
    let body = json!({
        "name": "notes", "transport": "stdio", "command": program(), "args": ["--record", record],
        "env": { "NOTES_KEY": "s3cret-value" },
    });
    let added = add(&admin, body).await;
    assert_eq!(
        (added["status"].as_str(), &added["env"]),
        (Some("connected"), &json!(["NOTES_KEY"])),
        "{added}"
    );
    assert!(!added.to_string().contains("s3cret"), "{added}");
    let (job, _, asked) = ask(&admin, calling("add_note", json!({ "text": "milk" }))).await;
    decide(&admin, &job, &asked, json!({ "decision": "approve" })).await;
    let events = admin.follow(&job, 0).await.all().await;
    assert_eq!(result(&events)["summary"], "Noted: milk");
    assert_eq!(std::fs::read_to_string(&record).unwrap().lines().count(), 1);

    let broken = json!({ "name": "broken", "transport": "stdio", "command": program(), "args": ["--die", "no license"] });
    let broken = add(&admin, broken).await;
    assert!(broken["error"].as_str().unwrap().contains("no license"), "{broken}");
    let missing = json!({ "name": "missing", "transport": "stdio", "command": "kuma-no-such-program" });
    assert!(admin.post("/api/mcp/servers", missing).await.field("command").contains("no such program"));
    assert_eq!(admin.get("/api/mcp/servers").await.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn programs_are_for_administrators_who_are_there_themselves() {
    let server = TestServer::start().await;
    let admin = server.user("admin").await;
    let body = |name: &str| json!({ "name": name, "transport": "stdio", "command": program() });
    // Whoever finds a key of an administrator's must not be able to run what they like.
    let key = admin.with_key(&["full"]).await;
    assert_eq!(key.post("/api/mcp/servers", body("notes")).await.problem(403), "session_only");
    let added = add(&admin, body("notes")).await;
    for change in [json!({ "command": "true" }), json!({ "args": ["x"] }), json!({ "env": { "A": "b" } })] {
        assert_eq!(patch(&key, &added, change).await.problem(403), "session_only");
    }
    assert_eq!(
        patch(&key, &added, json!({ "name": "other" })).await.status,
        200,
        "the rest is as for everybody"
    );

    // Nor somebody who is no administrator any more.
    let ben = server.user("ben").await;
    let people = admin.get("/api/admin/users").await.json["items"].clone();
    let id = people.as_array().unwrap().iter().find(|person| person["name"] == "ben").unwrap()["id"].clone();
    let role = async |role: &str| {
        let path = format!("/api/admin/users/{}", id.as_str().unwrap());
        assert_eq!(admin.patch(&path, json!({ "role": role })).await.status, 200);
    };
    role("admin").await;
    let his = add(&ben, body("his")).await;
    role("user").await;
    for change in [json!({ "command": "true" }), json!({ "enabled": true })] {
        assert_eq!(patch(&ben, &his, change).await.problem(403), "admin_only");
    }
    let listed = ben.get("/api/mcp/servers").await.json["items"][0].clone();
    assert_eq!((&listed["status"], &listed["command"]), (&json!("disabled"), &Value::Null), "{listed}");
    assert_eq!(of_servers(&ben).await, json!([]));
}
