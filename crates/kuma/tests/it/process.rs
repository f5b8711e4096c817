//! A `kuma` process in a directory of its own.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long anything may take here before it counts as never.
pub const BOUND: Duration = Duration::from_mins(1);

/// The binary with nothing of this machine's environment but what a process needs.
pub fn kuma(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kuma"));
    command.args(args).current_dir(directory).env_clear().kill_on_drop(true);
    // Nobody listens on port 1: an Ollama on this machine stays out of the tests.
    command.env("OLLAMA_BASE_URL", "http://127.0.0.1:1").envs(environment.iter().copied());
    command
}

/// Runs a command to its end.
pub async fn run(directory: &Path, args: &[&str], environment: &[(&str, &str)], stdin: &str) -> Output {
    let mut command = kuma(directory, args, environment);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(stdin.as_bytes()).await.unwrap();
    drop(input);
    tokio::time::timeout(BOUND, child.wait_with_output()).await.expect("it ends").unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A server process, or a worker that serves its figures.
pub struct Server {
    pub child: Child,
    pub url: String,
    http: reqwest::Client,
}

impl Server {
    /// Starts `kuma serve` on a free port and waits until it listens.
    pub async fn start(directory: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_as(directory, &["serve", "--port", "0"], environment).await
    }

    /// Starts that command and waits until it says where it listens.
    pub async fn start_as(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = kuma(directory, args, environment);
        let log = std::fs::File::options().create(true).append(true).open(directory.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = tokio::time::timeout(BOUND, async {
            loop {
                let line = lines.next_line().await.unwrap();
                let line = line
                    .unwrap_or_else(|| panic!("{}", std::fs::read_to_string(directory.join("log")).unwrap()));
                if let Some((_, address)) = line.split_once("http://") {
                    let address = address.split('/').next().unwrap();
                    return format!("http://{address}");
                }
            }
        });
        let url = url.await.expect("it listens");
        kuma_net::install_crypto_provider();
        Self { child, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// The client, for requests of other kinds.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(token);
        let response = tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(json!(text)))
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(token).json(&body);
        tokio::time::timeout(BOUND, request.send()).await.unwrap().unwrap()
    }

    /// The first account's token.
    pub async fn sign_up(&self) -> String {
        let body = json!({ "email": "ann@example.com", "password": "correct horse", "name": "Ann" });
        let response = self.post("/api/auth/signup", "", body).await;
        assert_eq!(response.status(), 201);
        let body: Value = response.json().await.unwrap();
        body["token"].as_str().unwrap().to_owned()
    }

    /// Asks politely to stop, and waits.
    pub async fn terminate(mut self) {
        let pid = self.child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        let status = tokio::time::timeout(BOUND, self.child.wait()).await.expect("it stops").unwrap();
        assert!(status.success(), "{status}");
    }

    /// Ends it at once, as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
