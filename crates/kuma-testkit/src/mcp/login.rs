//! The login server of a fake MCP server: registration, consent without a person, codes with PKCE, tokens that are
//! renewed and rotated.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::json::at;
use crate::record::lock;

/// An answer: status, headers, body.
pub(super) type Answer = (u16, Vec<(&'static str, String)>, Value);

#[derive(Default)]
pub(super) struct Logins {
    clients: Mutex<HashMap<String, String>>,
    codes: Mutex<HashMap<String, Code>>,
    access: Mutex<HashMap<String, String>>,
    refresh: Mutex<HashMap<String, String>>,
    count: AtomicUsize,
    renewals: AtomicUsize,
}

struct Code {
    client: String,
    challenge: String,
    redirect: String,
    resource: String,
}

impl Logins {
    pub(super) fn subject(&self, token: &str) -> Option<String> {
        lock(&self.access).get(token).cloned()
    }

    pub(super) fn expire(&self) {
        lock(&self.access).clear();
    }

    pub(super) fn revoke(&self) {
        self.expire();
        lock(&self.refresh).clear();
    }

    pub(super) fn renewals(&self) -> usize {
        self.renewals.load(Ordering::Relaxed)
    }

    fn next(&self, what: &str) -> String {
        format!("{what}-{}", self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// `POST register`.
    pub(super) fn register(&self, body: &Value) -> Answer {
        let redirect = at(body, "/redirect_uris/0").as_str().unwrap_or_default().to_owned();
        if redirect.is_empty() || body["client_name"].as_str().is_none_or(str::is_empty) {
            return (400, Vec::new(), json!({ "error": "invalid_client_metadata" }));
        }
        let id = self.next("client");
        lock(&self.clients).insert(id.clone(), redirect);
        let mut answer = body.clone();
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("client_id".to_owned(), json!(id));
        }
        (201, Vec::new(), answer)
    }

    /// `GET authorize`: everybody consents, or nobody does.
    pub(super) fn authorize(&self, query: &HashMap<String, String>, issuer: &str, consents: bool) -> Answer {
        let get = |name: &str| query.get(name).cloned().unwrap_or_default();
        let redirect = get("redirect_uri");
        let known =
            lock(&self.clients).get(&get("client_id")).is_some_and(|registered| *registered == redirect)
                || get("client_id").starts_with("https://");
        let asked_well = get("response_type") == "code"
            && get("code_challenge_method") == "S256"
            && !get("code_challenge").is_empty()
            && !get("state").is_empty()
            && !get("resource").is_empty();
        if !known || !asked_well {
            return (400, Vec::new(), json!({ "error": "invalid_request", "query": query }));
        }
        let mut parameters = vec![("state", get("state")), ("iss", issuer.to_owned())];
        if consents {
            let code = self.next("code");
            let kept = Code {
                client: get("client_id"),
                challenge: get("code_challenge"),
                redirect: redirect.clone(),
                resource: get("resource"),
            };
            lock(&self.codes).insert(code.clone(), kept);
            parameters.push(("code", code));
        } else {
            parameters.push(("error", "access_denied".to_owned()));
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        (302, vec![("location", format!("{redirect}?{query}"))], Value::Null)
    }

    /// `POST revoke`: with the token that renews, all that it made.
    pub(super) fn take_back(&self, form: &HashMap<String, String>) -> Answer {
        let token = form.get("token").cloned().unwrap_or_default();
        if let Some(subject) = lock(&self.refresh).remove(&token) {
            lock(&self.access).retain(|_, whose| *whose != subject);
        }
        lock(&self.access).remove(&token);
        (200, Vec::new(), json!({}))
    }

    /// How many people are logged in.
    pub(super) fn people(&self) -> usize {
        let access = lock(&self.access);
        let people: std::collections::HashSet<&String> = access.values().collect();
        people.len()
    }

    /// `POST token`.
    pub(super) fn token(&self, form: &HashMap<String, String>, seconds: u64) -> Answer {
        let get = |name: &str| form.get(name).cloned().unwrap_or_default();
        let refused =
            |why: &str| (400, Vec::new(), json!({ "error": "invalid_grant", "error_description": why }));
        let client = get("client_id");
        let subject = match get("grant_type").as_str() {
            "authorization_code" => {
                let Some(code) = lock(&self.codes).remove(&get("code")) else {
                    return refused("no such code");
                };
                let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
                if code.client != client
                    || code.redirect != get("redirect_uri")
                    || code.resource != get("resource")
                {
                    return refused("the code is for another client, place or resource");
                }
                if code.challenge != challenge {
                    return refused("the verifier does not fit");
                }
                self.next("person")
            }
            "refresh_token" => {
                // Good for one time.
                let Some(subject) = lock(&self.refresh).remove(&get("refresh_token")) else {
                    return refused("no such token");
                };
                if get("resource").is_empty() {
                    return refused("no resource");
                }
                self.renewals.fetch_add(1, Ordering::Relaxed);
                subject
            }
            other => {
                return (
                    400,
                    Vec::new(),
                    json!({ "error": "unsupported_grant_type", "error_description": other }),
                );
            }
        };
        let (access, refresh) = (self.next("access"), self.next("refresh"));
        lock(&self.access).insert(access.clone(), subject.clone());
        lock(&self.refresh).insert(refresh.clone(), subject);
        let body = json!({
            "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": seconds, "scope": "notes",
        });
        (200, Vec::new(), body)
    }
}
