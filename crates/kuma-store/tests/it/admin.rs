//! Agents, providers and settings.

use std::collections::BTreeMap;

use kuma_store::{ProviderRow, StoreError};
use serde_json::json;

use crate::common::{Database, both};

both!(
    the_first_agents_are_there,
    providers_are_saved_and_replaced,
    settings_are_set_and_removed,
    the_database_answers,
);

async fn the_first_agents_are_there(db: Database) {
    let agents = db.store.agents().list_active().await.unwrap();
    let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["router", "research", "stock_market", "financial"]);
    for agent in &agents {
        assert!(
            !agent.display_name.is_empty()
                && !agent.description.is_empty()
                && agent.system_prompt.len() > 100
        );
        assert!(!agent.system_prompt.contains("  "), "{}", agent.system_prompt);
        assert_eq!((&agent.model, agent.temperature, agent.is_active), (&None, None, true));
        assert!(agent.tools.contains(&"webSearch".to_owned()), "{:?}", agent.tools);
        assert_eq!(db.store.agents().by_name(&agent.name).await.unwrap().as_ref(), Some(agent));
    }
    assert_eq!(db.store.agents().by_name("nobody").await.unwrap(), None);
}

async fn providers_are_saved_and_replaced(db: Database) {
    let row = |name: &str, key: Option<Vec<u8>>| ProviderRow {
        name: name.to_owned(),
        kind: "openai".to_owned(),
        display_name: "Ü".to_owned(),
        base_url: Some("http://127.0.0.1:1/v1".to_owned()),
        sealed_key: key,
        key_hint: Some("…1234".to_owned()),
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
    };
    let providers = db.store.providers();
    assert_eq!(providers.list().await.unwrap(), []);
    let second = providers.upsert(row("second", Some(vec![0, 255, 1]))).await.unwrap();
    let first = providers.upsert(row("first", None)).await.unwrap();
    assert_eq!(providers.list().await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(second.sealed_key.as_deref(), Some(&[0, 255, 1][..]));
    assert!(second.created_at > chrono::DateTime::UNIX_EPOCH);

    let replaced = providers
        .upsert(ProviderRow { base_url: None, key_hint: None, ..row("second", None) })
        .await
        .unwrap();
    assert_eq!(replaced.created_at, second.created_at);
    assert!(replaced.updated_at >= second.updated_at);
    assert_eq!((&replaced.base_url, &replaced.sealed_key, &replaced.key_hint), (&None, &None, &None));
    assert_eq!(providers.list().await.unwrap(), [first.clone(), replaced]);

    assert!(providers.delete("second").await.unwrap());
    assert!(!providers.delete("second").await.unwrap());
    assert_eq!(providers.list().await.unwrap(), [first]);
    assert!(!format!("{:?}", row("x", Some(b"secret".to_vec()))).contains("115"));
}

async fn settings_are_set_and_removed(db: Database) {
    let settings = db.store.settings();
    assert_eq!(settings.all().await.unwrap(), BTreeMap::new());
    let values = [
        ("text", json!("ü \" \\ \n")),
        ("number", json!(1.5)),
        ("big", json!(9_007_199_254_740_993_i64)),
        ("null", json!(null)),
        ("list", json!([1, {"a": [true, null]}])),
    ];
    for (key, value) in &values {
        settings.set(key, Some(value.clone())).await.unwrap();
    }
    let expected: BTreeMap<_, _> =
        values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    assert_eq!(settings.all().await.unwrap(), expected);
    settings.set("text", Some(json!("new"))).await.unwrap();
    settings.set("number", None).await.unwrap();
    settings.set("never there", None).await.unwrap();
    let now = settings.all().await.unwrap();
    assert_eq!((now.get("text"), now.get("number"), now.len()), (Some(&json!("new")), None, 4));
}

async fn the_database_answers(db: Database) {
    db.store.ping().await.unwrap();
    db.store.close().await.unwrap();
    let error = db.store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
