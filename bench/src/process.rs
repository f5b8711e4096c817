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
use crate::services::Services;

/// How long a process may take until it listens, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process at work. Killed when dropped.
pub struct Process {
    child: Child,
    /// Its id.
    pub pid: u32,
    // Held so that the process never writes into a closed pipe.
    _output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a program and waits for the first line of which `ready` makes something.
    async fn start<T>(mut command: Command, ready: impl Fn(&str) -> Option<T>) -> anyhow::Result<(Self, T)> {
        let name = command.as_std().get_program().display().to_string();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        let pid = child.id().context("a process without an id")?;
        let mut output = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut line = String::new();
        loop {
            line.clear();
            let read = timeout(PATIENCE, output.read_line(&mut line)).await;
            if read.with_context(|| format!("{name} does not say that it is ready"))?? == 0 {
                bail!("{name} ended before it was ready: {:?}", child.wait().await?);
            }
            if let Some(found) = ready(line.trim()) {
                return Ok((Self { child, pid, _output: output }, found));
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

    /// Ends it without asking (`kill -9`) and waits until it is gone.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// A process that listens.
pub struct Server {
    process: Process,
    /// Its id.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    async fn start(command: Command) -> anyhow::Result<Self> {
        let (process, address) = Process::start(command, address_in).await?;
        Ok(Self { pid: process.pid, process, address })
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await
    }
}

/// The address in the line that tells it.
fn address_in(line: &str) -> Option<SocketAddr> {
    line.rsplit_once("listening on http://")?.1.parse().ok()
}

/// The fake provider: this program again, so that its processor time is its own.
pub async fn fake() -> anyhow::Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("fake");
    Server::start(command).await
}

/// How Kuma is started.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The binary.
    pub binary: &'a Path,
    /// Its data directory; logs go there too.
    pub data: &'a Path,
    /// Where the fake provider listens, if there is to be one.
    pub fake: Option<SocketAddr>,
    /// What servers and workers share; without it `serve` does everything itself.
    pub services: Option<&'a Services>,
}

impl Setup<'_> {
    fn command(&self, what: &str, log: &str) -> anyhow::Result<Command> {
        std::fs::create_dir_all(self.data)?;
        let log = std::fs::File::options().create(true).append(true).open(self.data.join(log))?;
        let mut command = Command::new(self.binary);
        command.arg(what).current_dir(self.data).stderr(log).env_clear();
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
            // The fake MCP server is there.
            ("KUMA_ALLOW_PRIVATE_HOSTS", "127.0.0.1"),
        ]);
        command.env("KUMA_DATA_DIR", self.data);
        if let Some(fake) = self.fake {
            command.env("OPENAI_API_KEY", "key").env("OPENAI_BASE_URL", format!("http://{fake}/openai/v1"));
            command.env("KUMA_MODEL", MODEL).env("KUMA_SMALL_MODEL", MODEL);
        }
        if let Some(services) = self.services {
            command.env("DATABASE_URL", &services.postgres.url);
            command.env("USE_REDIS_QUEUE", "true").env("REDIS_URL", services.redis.url());
            // Thirty-two bytes of nothing: the same for all, and there is nothing to be kept secret.
            let key = format!("{}=", "A".repeat(43));
            command.env("JWT_SECRET", &key).env("ENCRYPTION_KEY", &key);
        }
        Ok(command)
    }
}

/// Starts `kuma serve`; ready when `GET /api/ready` says so. Gives the time from the start to then.
pub async fn serve(setup: Setup<'_>) -> anyhow::Result<(Server, Duration)> {
    let command = setup.command("serve", "server.log")?;
    let begun = Instant::now();
    let server = Server::start(command).await?;
    let mut connection = Connection::open(server.address).await?;
    let ready = Request { method: "GET", path: "/api/ready", token: None, body: None };
    connection.json(ready).await.context("the server listens but is not ready")?;
    Ok((server, begun.elapsed()))
}

/// Starts `kuma worker`, which then takes runs.
pub async fn worker(setup: Setup<'_>) -> anyhow::Result<Process> {
    let command = setup.command("worker", "worker.log")?;
    let (process, ()) = Process::start(command, |line| line.contains("works on up to").then_some(())).await?;
    Ok(process)
}

/// The model that the fake plays, as Kuma calls it.
pub const MODEL: &str = "openai/gpt-5.5";
/// The same as the provider calls it.
pub const MODEL_AT_PROVIDER: &str = "gpt-5.5";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_tells_an_address_is_found() {
        let address = "127.0.0.1:4321".parse().ok();
        assert_eq!(address_in("Kuma 1.2.3 is listening on http://127.0.0.1:4321"), address);
        assert_eq!(address_in("listening on http://127.0.0.1:4321"), address);
        assert_eq!(address_in("listening on http://nowhere"), None);
        assert_eq!(address_in("still starting"), None);
    }
}
