//! A server with a fake provider behind it and accounts in it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{Connection, Request};
use crate::options::Options;
use crate::process::{self, MODEL, Process, Serve};

/// Everything a load needs.
pub struct Bed {
    /// The server that is measured.
    pub kuma: Process,
    /// The provider behind it.
    pub fake: Process,
    /// A session token per account.
    pub users: Vec<String>,
    /// The data directory; gone with this.
    data: TempDir,
}

impl Bed {
    /// Starts both and creates so many accounts.
    pub async fn start(options: &Options, users: usize) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let fake = process::fake().await?;
        let serve = Serve { binary: &options.binary, data: data.path(), fake: Some(fake.address) };
        let (kuma, _) = process::kuma(serve).await?;
        let mut connection = Connection::open(kuma.address).await?;
        let mut tokens = Vec::with_capacity(users);
        for number in 0..users {
            tokens.push(sign_up(&mut connection, number).await?);
        }
        let bed = Self { kuma, fake, users: tokens, data };
        bed.wait_for_model(&mut connection).await?;
        Ok(bed)
    }

    /// The token of one of the accounts, in turn.
    pub fn user(&self, number: usize) -> &str {
        self.users.get(number % self.users.len().max(1)).map_or("", String::as_str)
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default()
    }

    /// Ends both.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.kuma.stop().await?;
        self.fake.stop().await
    }

    /// Until the default model is the fake's: otherwise something else would be measured.
    async fn wait_for_model(&self, connection: &mut Connection) -> anyhow::Result<()> {
        let token = self.users.first().map(String::as_str);
        let begun = Instant::now();
        loop {
            let models =
                connection.json(Request { method: "GET", path: "/api/models", token, body: None }).await?;
            if models.get("default").is_some_and(|model| model == MODEL) {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("the server does not offer {MODEL} as its default model: {models}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Creates an account; gives its token.
pub async fn sign_up(connection: &mut Connection, number: usize) -> anyhow::Result<String> {
    let body =
        json!({ "email": format!("user{number}@example.com"), "password": "correct horse", "name": "Bench" });
    let body = body.to_string();
    let path = "/api/auth/signup";
    let answer = connection.json(Request { method: "POST", path, token: None, body: Some(&body) }).await?;
    text(&answer, "/token")
}

/// Creates a chat that has a title already; gives its id.
pub async fn create_chat(connection: &mut Connection, token: &str, title: &str) -> anyhow::Result<String> {
    let body = json!({ "title": title }).to_string();
    let request = Request { method: "POST", path: "/api/chat", token: Some(token), body: Some(&body) };
    text(&connection.json(request).await?, "/chat/id")
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {pointer} in {value}"))?.to_owned())
}
