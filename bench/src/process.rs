//! The processes that are measured: started on loopback with their own data, ended by their id.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::http::{Connection, Request};

/// How long a process may take until it listens, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that listens. Killed when dropped.
pub struct Process {
    child: Child,
    /// Its id.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
    // Held so that the process never writes into a closed pipe.
    _output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a program and waits for the line that ends with the address it listens on.
    async fn start(mut command: Command) -> anyhow::Result<Self> {
        let name = command.as_std().get_program().display().to_string();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        let pid = child.id().context("a process without an id")?;
        let mut output = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut line = String::new();
        loop {
            line.clear();
            let read = timeout(PATIENCE, output.read_line(&mut line)).await;
            if read.with_context(|| format!("{name} does not listen"))?? == 0 {
                bail!("{name} ended before it listened: {:?}", child.wait().await?);
            }
            if let Some((_, address)) = line.trim().rsplit_once("listening on http://") {
                let address = address.parse().with_context(|| format!("the address in {line:?}"))?;
                return Ok(Self { child, pid, address, _output: output });
            }
        }
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = Pid::from_raw(self.pid as i32).context("a process without an id")?;
        kill_process(pid, Signal::TERM)?;
        if timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

/// The fake provider: this program again, so that its processor time is its own.
pub async fn fake() -> anyhow::Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("fake");
    Process::start(command).await
}

/// How `kuma serve` is started.
#[derive(Clone, Copy, Debug)]
pub struct Serve<'a> {
    /// The binary.
    pub binary: &'a Path,
    /// Its data directory; logs go there too.
    pub data: &'a Path,
    /// Where the fake provider listens, if there is to be one.
    pub fake: Option<SocketAddr>,
}

/// Starts Kuma; ready when `GET /api/ready` says so. Gives the time from the start to then.
pub async fn kuma(serve: Serve<'_>) -> anyhow::Result<(Process, Duration)> {
    std::fs::create_dir_all(serve.data)?;
    let log = std::fs::File::options().create(true).append(true).open(serve.data.join("server.log"))?;
    let mut command = Command::new(serve.binary);
    command.arg("serve").current_dir(serve.data).stderr(log).env_clear();
    for kept in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
        command.envs(std::env::var_os(kept).map(|value| (kept, value)));
    }
    command.envs([
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
        ("RATE_LIMIT_ENABLED", "false"),
        ("KUMA_MAX_RUNS", "10000"),
        ("KUMA_MAX_RUNS_PER_USER", "10000"),
        ("KUMA_MAX_QUEUED_PER_USER", "10000"),
        // Nobody listens there: an Ollama of this machine must not take part.
        ("OLLAMA_BASE_URL", "http://127.0.0.1:1"),
    ]);
    command.env("KUMA_DATA_DIR", serve.data);
    if let Some(fake) = serve.fake {
        command.env("OPENAI_API_KEY", "key").env("OPENAI_BASE_URL", format!("http://{fake}/openai/v1"));
        command.env("KUMA_MODEL", MODEL).env("KUMA_SMALL_MODEL", MODEL);
    }
    let begun = Instant::now();
    let process = Process::start(command).await?;
    let mut connection = Connection::open(process.address).await?;
    let ready = Request { method: "GET", path: "/api/ready", token: None, body: None };
    connection.json(ready).await.context("the server listens but is not ready")?;
    Ok((process, begun.elapsed()))
}

/// The model that the fake plays, as Kuma calls it.
pub const MODEL: &str = "openai/gpt-5.5";
/// The same as the provider calls it.
pub const MODEL_AT_PROVIDER: &str = "gpt-5.5";
