//! Keys of programs, agents that administrators make, tools that they switch off, costs without a run.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use kuma_store::{AgentPatch, ApiKey, NewAgent, NewApiKey, StoreError, ToolRow};
use kuma_types::{Usage, UserId};
use uuid::Uuid;

use crate::common::{Database, both, column};

both!(
    a_key_is_found_by_its_hash_and_belongs_to_one,
    there_are_only_so_many_keys,
    last_use_is_noted_now_and_then,
    agents_are_made_changed_and_deleted,
    tools_are_switched_off_and_on,
    costs_are_kept_without_a_run,
);

fn new(owner: UserId, hash: &str) -> NewApiKey {
    NewApiKey {
        user_id: owner,
        name: "Scripts".to_owned(),
        hint: "kuma_Ab3d".to_owned(),
        hash: hash.to_owned(),
        scopes: vec!["chat".to_owned(), "mcp".to_owned()],
        expires_at: None,
    }
}

async fn a_key_is_found_by_its_hash_and_belongs_to_one(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let keys = db.store.api_keys();
    let expires_at =
        chrono::DateTime::from_timestamp_micros((Utc::now() + TimeDelta::days(1)).timestamp_micros());
    let key = keys.create(NewApiKey { expires_at, ..new(ann, "h1") }, 9).await.unwrap();
    assert_eq!((key.user_id, key.last_used_at, key.expires_at), (ann, None, expires_at));
    assert_eq!(key.scopes, ["chat", "mcp"]);
    assert_eq!(keys.by_hash("h1").await.unwrap().as_ref(), Some(&key));
    assert_eq!(keys.by_hash("h2").await.unwrap(), None);
    assert!(matches!(keys.create(new(ben, "h1"), 9).await, Err(StoreError::Conflict("hash"))));

    let second = keys.create(new(ann, "h2"), 9).await.unwrap();
    let page = keys.list(ann, None, 1).await.unwrap();
    assert_eq!(page.items, std::slice::from_ref(&second));
    let rest = keys.list(ann, page.next_cursor.as_deref(), 1).await.unwrap();
    assert_eq!((rest.items, rest.next_cursor), (vec![key.clone()], None));
    assert!(keys.list(ben, None, 9).await.unwrap().items.is_empty());

    assert!(matches!(keys.delete(ben, key.id).await, Err(StoreError::NotFound)));
    assert_eq!(keys.delete(ann, key.id).await.unwrap(), key);
    assert!(matches!(keys.delete(ann, key.id).await, Err(StoreError::NotFound)));
    assert_eq!(keys.by_hash("h1").await.unwrap(), None);
    db.store.users().delete(ann).await.unwrap();
    assert_eq!(keys.by_hash("h2").await.unwrap(), None, "keys go with their owner");
    assert!(!format!("{:?}", new(ben, "secret-hash")).contains("secret-hash"));
}

async fn there_are_only_so_many_keys(db: Database) {
    let (ann, ben) = (db.user().await.id, db.user().await.id);
    let keys = db.store.api_keys();
    let tries = (0..6).map(|n| keys.create(new(ann, &format!("h{n}")), 3));
    let made = futures::future::join_all(tries).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3, "however many come at once");
    assert!(made.iter().all(|made| matches!(made, Ok(_) | Err(StoreError::Conflict("limit")))));
    assert!(keys.create(new(ben, "other"), 3).await.is_ok());
}

async fn last_use_is_noted_now_and_then(db: Database) {
    let ann = db.user().await.id;
    let keys = db.store.api_keys();
    let key = keys.create(new(ann, "h"), 9).await.unwrap();
    let used = async || keys.by_hash("h").await.unwrap().and_then(|key: ApiKey| key.last_used_at);
    keys.touch(key.id, Duration::from_mins(1)).await.unwrap();
    let first = used().await.expect("it was used");
    keys.touch(key.id, Duration::from_mins(1)).await.unwrap();
    assert_eq!(used().await, Some(first), "that is known");
    keys.touch(key.id, Duration::ZERO).await.unwrap();
    assert!(used().await > Some(first));
    keys.touch(Uuid::now_v7(), Duration::ZERO).await.unwrap();
}

fn agent(name: &str) -> NewAgent {
    NewAgent {
        name: name.to_owned(),
        display_name: "Lawyer".to_owned(),
        description: "Reads contracts.".to_owned(),
        system_prompt: "You read contracts.".to_owned(),
        model: Some("fake/model".to_owned()),
        temperature: Some(0.25),
        tools: vec!["webSearch".to_owned()],
        is_active: true,
    }
}

async fn agents_are_made_changed_and_deleted(db: Database) {
    let agents = db.store.agents();
    let made = agents.create(agent("lawyer")).await.unwrap();
    assert_eq!(agents.by_name("lawyer").await.unwrap().as_ref(), Some(&made));
    assert_eq!((made.temperature, made.model.as_deref()), (Some(0.25), Some("fake/model")));
    assert!(matches!(agents.create(agent("lawyer")).await, Err(StoreError::Conflict("name"))));
    assert_eq!(agents.list_all().await.unwrap().last(), Some(&made));

    let patch = AgentPatch {
        display_name: Some("Judge".to_owned()),
        model: Some(None),
        temperature: Some(None),
        tools: Some(Vec::new()),
        is_active: Some(false),
        ..AgentPatch::default()
    };
    let changed = agents.update("lawyer", patch).await.unwrap();
    assert_eq!((changed.display_name.as_str(), changed.description.as_str()), ("Judge", "Reads contracts."));
    assert_eq!(
        (changed.model, changed.temperature, changed.tools, changed.is_active),
        (None, None, vec![], false)
    );
    assert!(agents.list_active().await.unwrap().iter().all(|agent| agent.name != "lawyer"));
    assert!(matches!(agents.update("nobody", AgentPatch::default()).await, Err(StoreError::NotFound)));

    // Its chats are not orphaned.
    let ann = db.user().await.id;
    let chat = db.chat(ann, None).await;
    let raw = db.raw().await;
    sea_orm::ConnectionTrait::execute_unprepared(&raw, "UPDATE chats SET agent_type = 'lawyer'")
        .await
        .unwrap();
    assert_eq!(db.store.chats().get(ann, chat).await.unwrap().agent_type, "lawyer");
    agents.delete("lawyer", "router").await.unwrap();
    assert_eq!(db.store.chats().get(ann, chat).await.unwrap().agent_type, "router");
    assert!(matches!(agents.delete("lawyer", "router").await, Err(StoreError::NotFound)));
}

async fn tools_are_switched_off_and_on(db: Database) {
    let tools = db.store.tools();
    assert!(tools.switched_off().await.unwrap().is_empty());
    let row = |is_active| ToolRow {
        name: "webSearch".to_owned(),
        category: "search".to_owned(),
        display_name: "Search the web".to_owned(),
        description: "Searches.".to_owned(),
        requires_auth: false,
        is_active,
    };
    tools.put(row(false)).await.unwrap();
    assert_eq!(tools.switched_off().await.unwrap().into_iter().collect::<Vec<_>>(), ["webSearch"]);
    tools.put(row(true)).await.unwrap();
    assert!(tools.switched_off().await.unwrap().is_empty());
    assert_eq!(column::<i64>(&db.raw().await, "SELECT count(*) FROM tools").await, [1]);
}

async fn costs_are_kept_without_a_run(db: Database) {
    let ann = db.user().await.id;
    db.store
        .costs()
        .add(ann, "fake/model", Usage { input_tokens: 3, output_tokens: u64::MAX })
        .await
        .unwrap();
    let raw = db.raw().await;
    assert_eq!(column::<i64>(&raw, "SELECT output_tokens FROM usage WHERE job_id IS NULL").await, [i64::MAX]);
}
