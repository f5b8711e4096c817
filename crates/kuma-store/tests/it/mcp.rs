//! MCP servers and what people granted on them.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use kuma_store::{McpAddress, McpLogin, McpSeen, McpServer, StoreError};
use kuma_types::UserId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Database, both};

both!(
    who_was_overtaken_changes_nothing,
    a_server_is_its_owners_alone_unless_it_is_everybodys,
    settings_and_state_do_not_overwrite_each_other,
    slugs_are_unique_where_they_meet,
    a_grant_is_renewed_by_one_at_a_time,
    a_login_is_taken_once_and_in_time,
    an_allowance_remembers_what_was_allowed,
);

fn server(owner: Option<UserId>, slug: &str) -> McpServer {
    McpServer {
        id: Uuid::now_v7(),
        owner,
        name: slug.to_owned(),
        slug: slug.to_owned(),
        address: McpAddress::Http {
            url: "https://mcp.example/mcp".to_owned(),
            headers: BTreeMap::from([("x-key".to_owned(), "sealed".to_owned())]),
        },
        agents: Some(vec!["router".to_owned()]),
        trust_read_only_hint: false,
        enabled: true,
        disabled_tools: Vec::new(),
        disabled_for: BTreeMap::new(),
        tools: json!([]),
        status: "connected".to_owned(),
        error: None,
        challenge: None,
        last_seen_at: None,
        created_at: Utc::now(),
        updated_at: Utc::now(),
    }
}

fn seen(status: &str, tools: Option<Value>) -> McpSeen {
    let error = (status == "error").then(|| "gone".to_owned());
    McpSeen { status: status.to_owned(), error, tools, challenge: None, answered: status == "connected" }
}

async fn a_server_is_its_owners_alone_unless_it_is_everybodys(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let servers = db.store.mcp();
    let own = servers.create(server(Some(ann), "own")).await.unwrap();
    let stdio = McpServer {
        address: McpAddress::Stdio {
            command: "notes".to_owned(),
            args: vec!["--all".to_owned()],
            env: BTreeMap::from([("KEY".to_owned(), "sealed".to_owned())]),
        },
        agents: None,
        ..server(None, "shared")
    };
    let shared = servers.create(stdio).await.unwrap();
    assert_eq!(servers.of_user(ann).await.unwrap(), [own.clone(), shared.clone()]);
    assert_eq!(servers.of_user(ben).await.unwrap(), std::slice::from_ref(&shared));
    assert_eq!(servers.get(ann, own.id).await.unwrap(), own);
    assert_eq!(servers.latest(ann, own.id).await.unwrap(), own);
    for theirs in [servers.get(ben, own.id).await, servers.latest(ben, own.id).await] {
        assert!(matches!(theirs, Err(StoreError::NotFound)));
    }
    assert_eq!(servers.get(ben, shared.id).await.unwrap(), shared);

    db.store.users().delete(ann).await.unwrap();
    assert_eq!(servers.of_user(ben).await.unwrap(), std::slice::from_ref(&shared));
    assert!(servers.delete(shared.id).await.unwrap());
    assert!(!servers.delete(shared.id).await.unwrap());
    assert!(servers.of_user(ben).await.unwrap().is_empty());
}

async fn who_was_overtaken_changes_nothing(db: Database) {
    let ann = db.user().await.id;
    let servers = db.store.mcp();
    let read = servers.create(server(Some(ann), "notes")).await.unwrap();
    let first = McpServer { disabled_tools: vec!["delete".to_owned()], ..read.clone() };
    servers.update(&first).await.unwrap();
    // Read before that, and about to switch "delete" on again without meaning to.
    let second = McpServer { enabled: false, ..read.clone() };
    assert!(matches!(servers.update(&second).await, Err(StoreError::Conflict("updated_at"))));
    let now = servers.get(ann, read.id).await.unwrap();
    assert_eq!((now.disabled_tools, now.enabled), (vec!["delete".to_owned()], true));
    servers.delete(read.id).await.unwrap();
    assert!(matches!(servers.update(&second).await, Err(StoreError::NotFound)));
}

async fn settings_and_state_do_not_overwrite_each_other(db: Database) {
    let ann = db.user().await.id;
    let servers = db.store.mcp();
    let old = servers.create(server(Some(ann), "notes")).await.unwrap();
    let listed = seen("connected", Some(json!([{"name": "add"}])));
    assert!(servers.saw(old.id, old.updated_at, listed).await.unwrap());
    // Somebody saves a form that was opened before that.
    let changed = McpServer {
        name: "My notes".to_owned(),
        agents: None,
        trust_read_only_hint: true,
        enabled: false,
        disabled_tools: vec!["add".to_owned()],
        disabled_for: BTreeMap::from([("list".to_owned(), vec!["research".to_owned()])]),
        address: McpAddress::Http { url: "https://other.example".to_owned(), headers: BTreeMap::new() },
        ..old.clone()
    };
    let saved = servers.update(&changed).await.unwrap();
    assert_eq!(saved.tools, json!([{"name": "add"}]));
    assert!(saved.last_seen_at.is_some() && saved.updated_at >= old.updated_at);
    let expected = McpServer {
        tools: saved.tools.clone(),
        last_seen_at: saved.last_seen_at,
        updated_at: saved.updated_at,
        ..changed
    };
    assert_eq!(saved, expected);

    let asks = McpSeen { challenge: Some("Bearer".to_owned()), ..seen("needs_auth", None) };
    assert!(servers.saw(old.id, saved.updated_at, asks).await.unwrap());
    assert!(servers.saw(old.id, saved.updated_at, seen("error", None)).await.unwrap());
    // Whoever still has a connection that was made with the old settings says nothing about the new ones.
    assert!(!servers.saw(old.id, old.updated_at, seen("connected", Some(json!([])))).await.unwrap());
    let now = servers.get(ann, old.id).await.unwrap();
    assert_eq!((now.status.as_str(), now.error.as_deref()), ("error", Some("gone")));
    assert_eq!(now.challenge.as_deref(), Some("Bearer"), "what is known stays known");
    assert_eq!((now.tools, now.name.as_str()), (json!([{"name": "add"}]), "My notes"));
    assert_eq!(now.last_seen_at, saved.last_seen_at);
    servers.put_grant(old.id, ann, b"grant".to_vec()).await.unwrap();
    servers.reset(old.id).await.unwrap();
    let anew = servers.get(ann, old.id).await.unwrap();
    assert_eq!((anew.status.as_str(), &anew.error, &anew.challenge), ("new", &None, &None));
    assert_eq!((anew.tools, anew.last_seen_at), (json!([]), None));
    assert!(servers.granted(ann).await.unwrap().is_empty(), "it was granted to another server");
    assert!(!servers.saw(Uuid::now_v7(), anew.updated_at, seen("connected", None)).await.unwrap());
    let gone = McpServer { id: Uuid::now_v7(), ..old };
    assert!(matches!(servers.update(&gone).await, Err(StoreError::NotFound)));
}

async fn slugs_are_unique_where_they_meet(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let servers = db.store.mcp();
    servers.create(server(Some(ann), "notes")).await.unwrap();
    assert!(matches!(servers.create(server(Some(ann), "notes")).await, Err(StoreError::Conflict("slug"))));
    assert!(servers.slug_is_taken(Some(ann), "notes").await.unwrap());
    assert!(!servers.slug_is_taken(Some(ben), "notes").await.unwrap());
    assert!(servers.slug_is_taken(None, "notes").await.unwrap(), "everybody's would meet Ann's");
    servers.create(server(Some(ben), "notes")).await.unwrap();
    servers.create(server(None, "wiki")).await.unwrap();
    assert!(servers.slug_is_taken(Some(ben), "wiki").await.unwrap());
}

async fn a_grant_is_renewed_by_one_at_a_time(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let servers = db.store.mcp();
    let id = servers.create(server(None, "notes")).await.unwrap().id;
    assert_eq!(servers.grant(id, ann).await.unwrap(), None);
    let later = Utc::now() + TimeDelta::minutes(5);
    assert!(!servers.lease_grant(id, ann, later).await.unwrap(), "there is nothing to renew");
    servers.put_grant(id, ann, b"one".to_vec()).await.unwrap();
    servers.put_grant(id, ben, b"other".to_vec()).await.unwrap();
    assert!(servers.lease_grant(id, ann, later).await.unwrap());
    assert!(!servers.lease_grant(id, ann, later).await.unwrap());
    assert!(servers.lease_grant(id, ben, later).await.unwrap());
    servers.put_grant(id, ann, b"two".to_vec()).await.unwrap();
    assert!(!servers.lease_grant(id, ann, later).await.unwrap(), "what is kept does not end the lease");
    servers.release_grant(id, ann).await.unwrap();
    assert!(servers.lease_grant(id, ann, Utc::now() - TimeDelta::seconds(1)).await.unwrap());
    assert!(servers.lease_grant(id, ann, later).await.unwrap(), "a lease runs out");
    assert_eq!(servers.grant(id, ann).await.unwrap().unwrap(), b"two");
    assert_eq!(servers.granted(ann).await.unwrap(), [id]);
    assert_eq!(servers.granted_by(id).await.unwrap().len(), 2);
    assert!(servers.delete_grant(id, ann).await.unwrap());
    assert!(!servers.delete_grant(id, ann).await.unwrap());
    assert!(servers.granted(ann).await.unwrap().is_empty());
    assert_eq!(servers.grant(id, ben).await.unwrap().unwrap(), b"other");
}

async fn a_login_is_taken_once_and_in_time(db: Database) {
    let ann = db.user().await.id;
    let servers = db.store.mcp();
    let id = servers.create(server(Some(ann), "notes")).await.unwrap().id;
    let login = McpLogin { server: id, user: ann, sealed: b"verifier".to_vec() };
    servers.begin_login("old", login.clone(), Utc::now() - TimeDelta::seconds(1)).await.unwrap();
    assert!(servers.take_login("old").await.unwrap().is_none());
    servers.begin_login("new", login.clone(), Utc::now() + TimeDelta::minutes(5)).await.unwrap();
    assert!(servers.take_login("other").await.unwrap().is_none());
    let taken = servers.take_login("new").await.unwrap().unwrap();
    assert!(taken == login);
    assert!(servers.take_login("new").await.unwrap().is_none());
}

async fn an_allowance_remembers_what_was_allowed(db: Database) {
    let ann = db.user().await.id;
    let allowances = db.store.allowances();
    allowances.add(ann, "sendEmail").await.unwrap();
    allowances.add_as(ann, "mcp__notes__add", Some("one")).await.unwrap();
    allowances.add_as(ann, "mcp__notes__add", Some("two")).await.unwrap();
    let all = allowances.with_fingerprints(ann).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((&all["sendEmail"], &all["mcp__notes__add"]), (&None, &Some("two".to_owned())));
    assert_eq!(allowances.of_user(ann).await.unwrap().len(), 2);
}
