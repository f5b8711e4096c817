//! Two servers and two workers, with Redis, the fake provider and a fake MCP server behind them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use kuma_testkit::{FakeMcp, FakeOpenAi};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::services::{Postgres, Redis, free_port};

/// How long a process may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many seconds a process that is asked to end lets its runs finish.
const GRACE: &str = "2";
/// People.
const PEOPLE: usize = 4;
/// What no log may hold whatever fails: our own bugs.
const STRANGE: [&str; 3] = ["panicked", "\"panic\"", "\"a run failed before its model was asked\""];

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `kuma serve`.
    Serve,
    /// `kuma worker`.
    Worker,
}

/// A process that may be killed and started again.
pub struct Process {
    role: Role,
    /// Where a server listens.
    port: u16,
    log: PathBuf,
    // The output is held so that nobody writes into a closed pipe.
    running: Option<(Child, BufReader<ChildStdout>)>,
}

/// Everything that is tortured.
pub struct Cluster {
    kuma: PathBuf,
    /// The truth.
    pub postgres: Postgres,
    /// Runs' way and journal.
    pub redis: Redis,
    fake: FakeOpenAi,
    /// Where tools write; it lives as long as the database, which knows its address.
    pub notes: Arc<FakeMcp>,
    /// Servers, then workers.
    processes: Vec<Process>,
    /// A session token per person; the first is an administrator.
    pub people: Vec<String>,
    /// Talks to the servers.
    pub http: reqwest::Client,
    jwt_secret: String,
    encryption_key: String,
    directory: TempDir,
}

impl Cluster {
    /// How many servers there are; the processes after them are as many workers.
    pub const SERVERS: usize = 2;
    /// How many processes there are.
    pub const PROCESSES: usize = 4;

    /// Starts everything and signs people up, unless they have been in an earlier one.
    pub async fn start(
        kuma: &Path,
        postgres: &Postgres,
        notes: Arc<FakeMcp>,
        people: Vec<String>,
    ) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let secret = |part: u8| base64::engine::general_purpose::STANDARD.encode([part; 32]);
        let mut processes = Vec::new();
        for at in 0..Self::PROCESSES {
            let role = if at < Self::SERVERS { Role::Serve } else { Role::Worker };
            let log = directory.path().join(format!("{role:?}-{at}.log"));
            processes.push(Process { role, port: free_port().await?, log, running: None });
        }
        let mut cluster = Self {
            kuma: kuma.to_owned(),
            postgres: postgres.clone(),
            redis: Redis::start(directory.path()).await?,
            fake: FakeOpenAi::start().await,
            notes,
            processes,
            people,
            http: reqwest::Client::builder().no_proxy().connect_timeout(Duration::from_secs(2)).build()?,
            jwt_secret: secret(1),
            encryption_key: secret(2),
            directory,
        };
        for at in 0..Self::PROCESSES {
            cluster.start_process(at).await?;
        }
        if cluster.people.is_empty() {
            cluster.sign_up().await?;
            cluster.add_tools().await?;
        }
        Ok(cluster)
    }

    /// Starts a process that does not run, and waits until it does its work.
    pub async fn start_process(&mut self, at: usize) -> anyhow::Result<()> {
        let data = self.directory.path().join(format!("data-{at}"));
        std::fs::create_dir_all(&data)?;
        let process = self.processes.get_mut(at).context("no such process")?;
        let mut command = Command::new(&self.kuma);
        match process.role {
            Role::Serve => command.args(["serve", "--port", &process.port.to_string()]),
            Role::Worker => command.args(["worker", "--concurrency", "64"]),
        };
        command.env_clear().current_dir(&data).env("KUMA_DATA_DIR", &data);
        for kept in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.envs([
            ("DATABASE_URL", self.postgres.url.as_str()),
            ("USE_REDIS_QUEUE", "true"),
            ("REDIS_URL", &self.redis.url()),
            ("JWT_SECRET", &self.jwt_secret),
            ("ENCRYPTION_KEY", &self.encryption_key),
            ("RATE_LIMIT_ENABLED", "false"),
            ("KUMA_SHUTDOWN_GRACE", GRACE),
            ("OPENAI_API_KEY", "key"),
            ("OPENAI_BASE_URL", &self.fake.base_url()),
            ("KUMA_MODEL", "openai/fake-large"),
            ("KUMA_SMALL_MODEL", "openai/fake-small"),
            ("OLLAMA_BASE_URL", "http://127.0.0.1:1"),
            ("KUMA_ALLOW_PRIVATE_HOSTS", &self.notes.address().to_string()),
            ("KUMA_LOG", "info"),
        ]);
        let log = std::fs::File::options().create(true).append(true).open(&process.log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().context("starting kuma")?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await;
        if read.context("a process does not start")?? == 0 {
            bail!("a process ended at its start: {}", last_lines(&process.log));
        }
        process.running = Some((child, output));
        Ok(())
    }

    fn child(&mut self, at: usize) -> Option<&mut Child> {
        self.processes.get_mut(at)?.running.as_mut().map(|(child, _)| child)
    }

    /// Sends a signal to a process, if it runs.
    pub fn signal(&mut self, at: usize, signal: Signal) -> anyhow::Result<()> {
        let Some(pid) = self.child(at).and_then(|child| child.id()) else { return Ok(()) };
        let pid = Pid::from_raw(i32::try_from(pid)?).context("a process without an id")?;
        Ok(kill_process(pid, signal)?)
    }

    /// Ends a process, politely or at once, and waits until it is gone.
    pub async fn end(&mut self, at: usize, signal: Signal) -> anyhow::Result<()> {
        self.signal(at, signal)?;
        if let Some(child) = self.child(at) {
            let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
            let status = ended.with_context(|| format!("process {at} does not end"))??;
            if signal == Signal::TERM && !status.success() {
                bail!("process {at} ended with {status} when it was asked to");
            }
        }
        if let Some(process) = self.processes.get_mut(at) {
            process.running = None;
        }
        Ok(())
    }

    /// The servers' addresses.
    pub fn servers(&self) -> Vec<String> {
        let servers = self.processes.iter().take(Self::SERVERS);
        servers.map(|process| format!("http://127.0.0.1:{}", process.port)).collect()
    }

    async fn sign_up(&mut self) -> anyhow::Result<()> {
        let servers = self.servers();
        let server = servers.first().context("no server")?;
        for _ in 0..PEOPLE {
            let email = format!("{}@example.com", uuid::Uuid::new_v4().simple());
            let body = json!({ "email": email, "password": "correct horse", "name": "Ann" });
            let answer = self.http.post(format!("{server}/api/auth/signup")).json(&body).send().await?;
            let answer: Value = answer.error_for_status()?.json().await?;
            self.people.push(crate::check::at(&answer, "/token").as_str().context("no token")?.to_owned());
        }
        Ok(())
    }

    /// Gives everybody the tools of the MCP server.
    async fn add_tools(&self) -> anyhow::Result<()> {
        let servers = self.servers();
        let server = servers.first().context("no server")?;
        let admin = self.people.first().context("nobody")?;
        let body = json!({ "name": "notes", "url": self.notes.url(), "scope": "global" });
        let request = self.http.post(format!("{server}/api/mcp/servers")).bearer_auth(admin).json(&body);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        let tools = crate::check::at(&answer, "/server/tools").as_array().map_or(0, Vec::len);
        if tools == 0 {
            bail!("the MCP server has no tools: {answer}");
        }
        Ok(())
    }

    /// Ends everything.
    pub async fn stop(&mut self) {
        for process in &mut self.processes {
            if let Some((mut child, _)) = process.running.take() {
                child.kill().await.ok();
            }
        }
    }

    /// The ends of the logs.
    pub fn last_words(&self) -> String {
        let mut words = String::new();
        for process in &self.processes {
            let name = process.log.file_name().unwrap_or_default().display();
            write!(words, "---- {name}\n{}\n", last_lines(&process.log)).ok();
        }
        words
    }

    /// Lines of the logs that nothing that fails around us explains.
    pub fn strange_words(&self) -> String {
        let logs = self.processes.iter().filter_map(|process| std::fs::read_to_string(&process.log).ok());
        let lines: Vec<String> = logs
            .flat_map(|log| log.lines().map(str::to_owned).collect::<Vec<_>>())
            .filter(|line| STRANGE.iter().any(|strange| line.contains(strange)))
            .take(20)
            .collect();
        lines.join("\n")
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
