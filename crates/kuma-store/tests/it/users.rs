//! Accounts.

use kuma_store::{NewUser, Role, StoreError, UserPatch};
use kuma_types::UserId;
use serde_json::json;

use crate::common::{Database, both};

both!(
    the_first_account_is_the_admin,
    an_email_has_one_account,
    everything_reads_back,
    changes_are_kept,
    sessions_end_by_version,
    what_is_not_there_is_not_found,
    secrets_are_not_printed,
);

async fn the_first_account_is_the_admin(db: Database) {
    assert!(!db.store.users().any_exist().await.unwrap());
    assert_eq!(db.user().await.role, Role::Admin);
    assert_eq!(db.user().await.role, Role::User);
    let new = NewUser {
        id: UserId::new(),
        email: "chosen@example.org".to_owned(),
        name: String::new(),
        password: "hash".to_owned(),
        role: Some(Role::Admin),
    };
    assert_eq!(db.store.users().create(new).await.unwrap().role, Role::Admin);
    assert!(db.store.users().any_exist().await.unwrap());
    assert_eq!(db.store.users().count().await.unwrap(), 3);
}

async fn an_email_has_one_account(db: Database) {
    let first = db.user().await;
    let again = |id, email: &str| NewUser {
        id,
        email: email.to_owned(),
        name: "Eve".to_owned(),
        password: "hash".to_owned(),
        role: None,
    };
    let error = db.store.users().create(again(UserId::new(), &first.email)).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict("email")), "{error:?}");
    let error = db.store.users().create(again(first.id, "other@example.org")).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict("id")), "{error:?}");
    assert_eq!(db.store.users().count().await.unwrap(), 1);
}

async fn everything_reads_back(db: Database) {
    let made = db.user().await;
    assert_eq!(made.preferences, json!({}));
    assert_eq!(made.token_version, 0);
    assert_eq!(made.created_at.timestamp_subsec_nanos() % 1000, 0, "times are in microseconds");
    assert_eq!(db.store.users().get(made.id).await.unwrap(), made);
    assert_eq!(db.store.users().by_email(&made.email).await.unwrap(), Some(made));
    assert_eq!(db.store.users().by_email("nobody@example.org").await.unwrap(), None);
}

async fn changes_are_kept(db: Database) {
    let user = db.user().await;
    let preferences =
        json!({"theme": "dark", "nested": {"list": [1, 2.5, null, true, "ü 漢 👍"]}, "empty": {}});
    let patch = UserPatch { name: Some("Grace".to_owned()), preferences: Some(preferences.clone()) };
    let changed = db.store.users().update(user.id, patch).await.unwrap();
    assert_eq!((changed.name.as_str(), &changed.preferences), ("Grace", &preferences));
    assert!(changed.updated_at >= user.updated_at);
    assert_eq!(db.store.users().get(user.id).await.unwrap(), changed);

    let same = db.store.users().update(user.id, UserPatch::default()).await.unwrap();
    assert_eq!((same.name, same.preferences), (changed.name, changed.preferences));

    db.store.users().set_role(user.id, Role::User).await.unwrap();
    assert_eq!(db.store.users().get(user.id).await.unwrap().role, Role::User);
}

async fn sessions_end_by_version(db: Database) {
    let user = db.user().await;
    assert_eq!(db.store.users().set_password(user.id, "new hash").await.unwrap(), 1);
    assert_eq!(db.store.users().bump_token_version(user.id).await.unwrap(), 2);
    let now = db.store.users().get(user.id).await.unwrap();
    assert_eq!((now.password.as_str(), now.token_version), ("new hash", 2));
}

async fn what_is_not_there_is_not_found(db: Database) {
    let (users, nobody) = (db.store.users(), UserId::new());
    assert!(matches!(users.get(nobody).await, Err(StoreError::NotFound)));
    assert!(matches!(users.update(nobody, UserPatch::default()).await, Err(StoreError::NotFound)));
    assert!(matches!(users.set_password(nobody, "x").await, Err(StoreError::NotFound)));
    assert!(matches!(users.bump_token_version(nobody).await, Err(StoreError::NotFound)));
    assert!(matches!(users.set_role(nobody, Role::Admin).await, Err(StoreError::NotFound)));
    assert!(matches!(users.delete(nobody).await, Err(StoreError::NotFound)));
}

async fn secrets_are_not_printed(db: Database) {
    let user = db.user().await;
    let printed = format!("{user:?}");
    assert!(printed.contains(&user.id.to_string()));
    for secret in [&user.password, &user.email, &user.name] {
        assert!(!printed.contains(&format!("\"{secret}\"")), "{printed}");
    }
}
