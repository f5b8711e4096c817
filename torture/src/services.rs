//! PostgreSQL and Redis of our own, so that they can be killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A PostgreSQL that survives being killed: commits are durable.
#[derive(Clone)]
pub struct Postgres {
    script: PathBuf,
    instance: String,
    /// Where it is.
    pub url: String,
}

impl Postgres {
    /// Starts it, by the script that the tests use too.
    pub async fn start(scripts: &Path) -> anyhow::Result<Self> {
        let instance = format!("test-{}", std::process::id());
        let mut postgres = Self { script: scripts.join("postgres.sh"), instance, url: String::new() };
        let url = postgres.run("start").await?;
        url.trim().clone_into(&mut postgres.url);
        Ok(postgres)
    }

    async fn run(&self, what: &str) -> anyhow::Result<String> {
        let mut command = Command::new(&self.script);
        command.arg(what).env("KUMA_INSTANCE", &self.instance).env("KUMA_POSTGRES_DURABLE", "1");
        let output = command.stderr(Stdio::inherit()).output().await?;
        ensure!(output.status.success(), "scripts/postgres.sh {what}: {}", output.status);
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Kills it and starts it again.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.run("restart").await.map(|_| ())
    }

    /// Ends it and deletes its data.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.run("stop").await.map(|_| ())
    }
}

/// A Redis that keeps nothing.
pub struct Redis {
    child: Child,
    port: u16,
    directory: PathBuf,
}

impl Redis {
    /// Starts it on a free port.
    pub async fn start(directory: &Path) -> anyhow::Result<Self> {
        let port = free_port().await?;
        let child = Self::spawn(port, directory).await?;
        Ok(Self { child, port, directory: directory.to_owned() })
    }

    async fn spawn(port: u16, directory: &Path) -> anyhow::Result<Child> {
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.current_dir(directory).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().context("redis-server")?;
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(child);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        bail!("redis-server does not listen")
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it; everything in it is lost. Starts it again after `pause`.
    pub async fn restart(&mut self, pause: Duration) -> anyhow::Result<()> {
        self.child.kill().await?;
        tokio::time::sleep(pause).await;
        self.child = Self::spawn(self.port, &self.directory).await?;
        Ok(())
    }

    /// Deletes everything in it.
    pub async fn flush(&self) -> anyhow::Result<()> {
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "FLUSHALL"]).stdout(Stdio::null());
        ensure!(command.status().await?.success(), "redis-cli FLUSHALL");
        Ok(())
    }
}

/// A port that nobody uses at the moment.
pub async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}
