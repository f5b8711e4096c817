//! Logging in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kuma_mcp::{
    Callback, Connection, Connector, Grant, GrantStore, GrantStoreError, Identity, McpError, McpErrorKind,
    Target,
};
use kuma_testkit::FakeMcp;
use kuma_testkit::mcp::{McpAuth, McpScript};
use kuma_testkit::services::FakeSite;
use serde_json::json;
use url::Url;

use crate::support::{call, connect, connector, http};

/// Keeps a grant in memory, in the form in which it is kept at rest.
#[derive(Default)]
struct Kept(Mutex<Option<String>>);

#[async_trait]
impl GrantStore for Kept {
    async fn load(&self) -> Result<Option<Grant>, GrantStoreError> {
        Ok(self.0.lock().unwrap().as_deref().map(|text| serde_json::from_str(text).unwrap()))
    }

    async fn save(&self, grant: Grant) -> Result<(), GrantStoreError> {
        *self.0.lock().unwrap() = Some(serde_json::to_string(&grant).unwrap());
        Ok(())
    }

    async fn lease(&self) -> Result<Box<dyn Send>, GrantStoreError> {
        Ok(Box::new(()))
    }
}

fn identity() -> Identity {
    Identity {
        redirect_uri: "https://kuma.example/api/mcp/callback".to_owned(),
        client_name: "Kuma".to_owned(),
        metadata_url: None,
    }
}

fn script() -> McpScript {
    McpScript { auth: McpAuth::OAuth, ..McpScript::default() }
}

fn query(address: &str) -> HashMap<String, String> {
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

/// What a person's browser does: it goes there and is sent back.
async fn browse(address: &str) -> HashMap<String, String> {
    kuma_net::install_crypto_provider();
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let response = client.get(address).send().await.unwrap();
    assert_eq!(response.status(), 302, "{}", response.text().await.unwrap());
    let back = response.headers()["location"].to_str().unwrap();
    assert!(back.starts_with("https://kuma.example/api/mcp/callback?"), "{back}");
    query(back)
}

async fn log_in(connector: &Connector, fake: &FakeMcp) -> Arc<Kept> {
    let refused = connect(&http(&fake.url())).await.err().unwrap();
    assert_eq!(refused.kind, McpErrorKind::NeedsAuth, "{refused}");
    let challenge = refused.challenge.unwrap();
    assert!(challenge.contains("resource_metadata"), "{challenge}");
    let (address, state, pending) =
        connector.begin_login(&fake.url(), Some(&challenge), &identity()).await.unwrap();
    let asked = query(&address);
    assert_eq!((asked["code_challenge_method"].as_str(), asked["scope"].as_str()), ("S256", "notes"));
    assert_eq!((&asked["resource"], &asked["state"]), (&fake.url(), &state));
    // The second half may happen in another process.
    let pending = serde_json::from_str(&serde_json::to_string(&pending).unwrap()).unwrap();
    let back = browse(&address).await;
    let callback = Callback { code: back["code"].clone(), state, issuer: back.get("iss").cloned() };
    let grant = connector.finish_login(&fake.url(), pending, &callback).await.unwrap();
    let kept = Arc::new(Kept::default());
    kept.save(grant).await.unwrap();
    kept
}

async fn connect_as(kept: &Arc<Kept>, fake: &FakeMcp) -> Result<Connection, McpError> {
    let grants = Some(Arc::clone(kept) as Arc<dyn GrantStore>);
    connect(&Target::Http { url: fake.url(), headers: Vec::new(), grants }).await
}

#[tokio::test]
async fn a_login_is_carried_into_calls_and_renewed() {
    let fake = FakeMcp::with(script()).await;
    let connector = connector();
    let kept = log_in(&connector, &fake).await;
    let connection = connect_as(&kept, &fake).await.unwrap();
    call(&connection, "add_note", json!({ "text": "mine" })).await.unwrap();
    assert!(fake.calls()[0].subject.is_some());
    // What the server does not take any more is renewed, once, and the call is made once.
    let before = kept.0.lock().unwrap().clone();
    fake.expire_tokens();
    call(&connection, "add_note", json!({ "text": "again" })).await.unwrap();
    assert_eq!((fake.renewals(), fake.notes().len()), (1, 2));
    assert_ne!(*kept.0.lock().unwrap(), before, "what was renewed is kept: the old one is worth nothing");
    let another = connect_as(&kept, &fake).await.unwrap();
    call(&another, "list_notes", json!({})).await.unwrap();
    assert_eq!(fake.renewals(), 1);

    fake.revoke_tokens();
    let gone = call(&another, "add_note", json!({ "text": "never" })).await.unwrap_err();
    assert_eq!((gone.kind, gone.may_have_happened), (McpErrorKind::NeedsAuth, false), "{gone}");
    assert_eq!(fake.notes().len(), 2);
    assert_eq!(connect_as(&kept, &fake).await.err().unwrap().kind, McpErrorKind::NeedsAuth);
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed_before_it_is_used() {
    let fake = FakeMcp::with(McpScript { token_seconds: 0, ..script() }).await;
    let kept = log_in(&connector(), &fake).await;
    let connection = connect_as(&kept, &fake).await.unwrap();
    call(&connection, "list_notes", json!({})).await.unwrap();
    assert!(fake.renewals() >= 1);
}

#[tokio::test]
async fn whoever_sends_the_answer_has_to_be_the_one_who_was_asked() {
    let fake = FakeMcp::with(script()).await;
    let connector = connector();
    let (address, state, pending) = connector.begin_login(&fake.url(), None, &identity()).await.unwrap();
    let back = browse(&address).await;
    let forged = Callback {
        code: back["code"].clone(),
        state: state.clone(),
        issuer: Some("https://evil.example".to_owned()),
    };
    assert!(connector.finish_login(&fake.url(), pending.clone(), &forged).await.is_err());
    let wrong = Callback {
        code: "code-of-another".to_owned(),
        state: state.clone(),
        issuer: back.get("iss").cloned(),
    };
    let error = connector.finish_login(&fake.url(), pending.clone(), &wrong).await.err().unwrap();
    assert!(error.sentence.contains("Logging in at 127.0.0.1 failed"), "{error}");
    let silent = Callback { code: back["code"].clone(), state, issuer: None };
    assert!(
        connector.finish_login(&fake.url(), pending, &silent).await.is_err(),
        "it promised to say who it is"
    );
}

#[tokio::test]
async fn the_guard_watches_over_logins_too() {
    // The server is allowed, its login server is at an address that is not.
    let fake = FakeMcp::with(script()).await;
    let other = FakeSite::start().await;
    let only_this: kuma_net::AllowList = format!("127.0.0.1:{}", fake.address().port()).parse().unwrap();
    let connector = Connector::new(&only_this).unwrap();
    let port = other.address().port();
    for place in [
        format!("http://127.0.0.1:{port}"),
        "http://169.254.169.254".to_owned(),
        format!("http://localhost:{port}"),
    ] {
        let challenge =
            format!("Bearer resource_metadata=\"{place}/.well-known/oauth-protected-resource/mcp/fake\"");
        let begun = connector.begin_login(&fake.url(), Some(&challenge), &identity()).await;
        // Either the place is refused, or it is passed over for the server's own description.
        if let Ok((address, ..)) = begun {
            assert!(address.starts_with(&format!("http://{}/", fake.address())), "{address}");
        }
    }
    assert_eq!(other.connections(), 0);
}
