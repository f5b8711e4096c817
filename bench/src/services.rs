//! PostgreSQL and Redis for the shape with a queue: made for a measurement, gone after it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kuma_queue::redis::{Redis, RedisOptions};
use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, waitpid};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// What servers and workers share.
pub struct Services {
    /// The database.
    pub postgres: Postgres,
    /// Queue and journal.
    pub redis: RedisServer,
}

impl Services {
    /// Starts both; `root` is the project's.
    pub async fn start(root: &Path) -> anyhow::Result<Self> {
        Ok(Self { redis: RedisServer::start().await?, postgres: Postgres::start(root).await? })
    }

    /// Ends both.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.redis.stop().await?;
        self.postgres.stop().await
    }
}

/// The PostgreSQL that the tests use too, under a name of its own: a new one each time, with durable commits
/// but without waiting for the disk. Its data is deleted when this is gone, however it went.
pub struct Postgres {
    /// Where it is.
    pub url: String,
    /// The id of its first process, whose children the others are.
    pub pid: u32,
    /// Stops it when this process no longer holds the other end of its standard input.
    keeper: Child,
}

impl Postgres {
    async fn start(root: &Path) -> anyhow::Result<Self> {
        // It makes itself independent of the script that starts it. This process takes such orphans as its own
        // children, so that their processor time is not mistaken for somebody else's.
        set_child_subreaper(Some(getpid()))?;
        let script = Script {
            path: root.join("scripts/postgres.sh"),
            instance: format!("bench-{}", std::process::id()),
        };
        let mut keeper = Command::new("sh");
        keeper.args(["-c", "cat >/dev/null; exec \"$0\" stop"]).arg(&script.path);
        // In a group of its own, because it has work to do when somebody presses Ctrl-C.
        keeper.envs(script.environment()).process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
        let keeper = keeper.spawn().context("starting sh")?;
        let url = script.run("start").await?;
        let pid = script.run("pid").await?.parse().context("the process id of PostgreSQL")?;
        Ok(Self { url, pid, keeper })
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.keeper.stdin.take());
        let status = self.keeper.wait().await?;
        ensure!(status.success(), "scripts/postgres.sh stop: {status}");
        let pid = Pid::from_raw(i32::try_from(self.pid)?).context("a process without an id")?;
        let ended = waitpid(Some(pid), WaitOptions::NOHANG).context("waiting for the end of PostgreSQL")?;
        ended.map(|_| ()).context("PostgreSQL was stopped and has not ended")
    }
}

/// The script that knows how PostgreSQL is had and started.
struct Script {
    path: PathBuf,
    instance: String,
}

impl Script {
    fn environment(&self) -> [(&'static str, &str); 2] {
        [("KUMA_INSTANCE", &self.instance), ("KUMA_POSTGRES_DURABLE", "1")]
    }

    async fn run(&self, what: &str) -> anyhow::Result<String> {
        let mut command = Command::new(&self.path);
        command.arg(what).envs(self.environment()).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = command.output().await.with_context(|| self.path.display().to_string())?;
        ensure!(output.status.success(), "scripts/postgres.sh {what}: {}", output.status);
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

/// A Redis on loopback that keeps nothing on disk. Killed when dropped.
pub struct RedisServer {
    child: Child,
    port: u16,
    /// Gone with this.
    _folder: TempDir,
}

impl RedisServer {
    /// Starts it and waits until it answers.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--port",
            &port.to_string(),
        ]);
        command.arg("--dir").arg(folder.path()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().context("redis-server is needed: install Redis 7")?;
        let server = Self { child, port, _folder: folder };
        // Waits until it answers, within bounds.
        let patience = RedisOptions { patience: Duration::from_secs(10), ..RedisOptions::new(server.url()) };
        Redis::connect(patience).await?;
        Ok(server)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Its process's id; none when it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}
