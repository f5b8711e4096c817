//! A server with a fake provider behind it and accounts in it; workers, PostgreSQL and Redis as well, if wanted.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{Connection, Request};
use crate::linux::{cpu_seconds, family_cpu_seconds, machine_cpu_seconds, pss_mib};
use crate::options::Options;
use crate::process::{self, MODEL, Process, Server, Setup};
use crate::services::Services;

/// Everything a load needs.
pub struct Bed {
    /// The server that is asked.
    pub kuma: Server,
    /// Those who drive the runs, oldest first; without any the server does.
    pub workers: Vec<Process>,
    /// The provider behind them.
    pub fake: Server,
    /// A session token per account.
    pub users: Vec<String>,
    /// What servers and workers share.
    services: Option<Services>,
    binary: PathBuf,
    /// The data directory; gone with this.
    data: TempDir,
}

impl Bed {
    /// Starts a server that does everything itself, on SQLite, with so many accounts.
    pub async fn start(options: &Options, users: usize) -> anyhow::Result<Self> {
        Self::with(options, users, None).await
    }

    /// Starts a server and so many workers, on PostgreSQL and Redis of their own.
    pub async fn queued(options: &Options, users: usize, workers: usize) -> anyhow::Result<Self> {
        let services = Services::start(&options.root).await?;
        let mut bed = Self::with(options, users, Some(services)).await?;
        for _ in 0..workers {
            bed.add_worker().await?;
        }
        Ok(bed)
    }

    async fn with(options: &Options, users: usize, services: Option<Services>) -> anyhow::Result<Self> {
        let (data, binary) = (tempfile::tempdir()?, options.binary.clone());
        let fake = process::fake().await?;
        let setup = Setup {
            binary: &binary,
            data: data.path(),
            fake: Some(fake.address),
            services: services.as_ref(),
        };
        let (kuma, _) = process::serve(setup).await?;
        let mut connection = Connection::open(kuma.address).await?;
        let mut tokens = Vec::with_capacity(users);
        for number in 0..users {
            tokens.push(sign_up(&mut connection, number).await?);
        }
        let bed = Self { kuma, workers: Vec::new(), fake, users: tokens, services, binary, data };
        bed.wait_for_model(&mut connection).await?;
        Ok(bed)
    }

    /// Starts one more worker.
    pub async fn add_worker(&mut self) -> anyhow::Result<()> {
        let setup = Setup {
            binary: &self.binary,
            data: self.data.path(),
            fake: Some(self.fake.address),
            services: self.services.as_ref(),
        };
        self.workers.push(process::worker(setup).await?);
        Ok(())
    }

    /// The token of one of the accounts, in turn.
    pub fn user(&self, number: usize) -> &str {
        self.users.get(number % self.users.len().max(1)).map_or("", String::as_str)
    }

    /// The last things that server and workers have logged and that are not usual, newest first.
    pub fn complaints(&self) -> Vec<String> {
        let logs =
            ["worker.log", "server.log"].map(|name| std::fs::read_to_string(self.data.path().join(name)));
        let of = |log: &String| {
            let unusual = log.lines().rev().filter(|line| !line.contains("\"INFO\""));
            unusual.take(5).map(str::to_owned).collect::<Vec<_>>()
        };
        logs.iter().flatten().flat_map(of).collect()
    }

    /// Processor time so far.
    pub fn cpu(&self) -> anyhow::Result<Cpu> {
        let [server, provider, generator] =
            [self.kuma.pid, self.fake.pid, std::process::id()].map(cpu_seconds);
        let (mut workers, mut redis, mut postgres) = (0.0, 0.0, 0.0);
        for worker in &self.workers {
            workers += cpu_seconds(worker.pid)?;
        }
        if let Some(services) = &self.services {
            redis = cpu_seconds(services.redis.pid().context("Redis is gone")?)?;
            postgres = family_cpu_seconds(services.postgres.pid)?;
        }
        let machine = machine_cpu_seconds()?;
        Ok(Cpu {
            server: server?,
            workers,
            redis,
            postgres,
            provider: provider?,
            generator: generator?,
            machine,
        })
    }

    /// Memory of server and workers in MiB (PSS).
    pub fn pss_mib(&self) -> anyhow::Result<f64> {
        let pids = self.workers.iter().map(|worker| worker.pid);
        std::iter::once(self.kuma.pid).chain(pids).map(pss_mib).sum()
    }

    /// Ends everything.
    pub async fn stop(self) -> anyhow::Result<()> {
        for worker in self.workers {
            worker.stop().await?;
        }
        self.kuma.stop().await?;
        self.fake.stop().await?;
        match self.services {
            Some(services) => services.stop().await,
            None => Ok(()),
        }
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

/// Processor time in seconds, or in cores, by who used it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    /// `kuma serve`.
    pub server: f64,
    /// All of `kuma worker`.
    pub workers: f64,
    /// The Redis server.
    pub redis: f64,
    /// All processes of PostgreSQL.
    pub postgres: f64,
    /// The fake provider.
    pub provider: f64,
    /// This process.
    pub generator: f64,
    /// The whole machine.
    pub machine: f64,
}

impl Cpu {
    /// How many cores were used on average since `before`, so many seconds ago.
    pub fn cores(&self, before: &Self, seconds: f64) -> Self {
        let each = |of: fn(&Self) -> f64| (of(self) - of(before)) / seconds;
        Self {
            server: each(|cpu| cpu.server),
            workers: each(|cpu| cpu.workers),
            redis: each(|cpu| cpu.redis),
            postgres: each(|cpu| cpu.postgres),
            provider: each(|cpu| cpu.provider),
            generator: each(|cpu| cpu.generator),
            machine: each(|cpu| cpu.machine),
        }
    }

    /// What is operated: Kuma and the services it stands on.
    pub fn operated(&self) -> f64 {
        self.server + self.workers + self.redis + self.postgres
    }

    /// What has nothing to do with the measurement.
    pub fn others(&self) -> f64 {
        (self.machine - self.operated() - self.provider - self.generator).max(0.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_told_apart() {
        let before = Cpu { server: 1.0, generator: 5.0, machine: 100.0, ..Cpu::default() };
        let after = Cpu {
            server: 3.0,
            workers: 4.0,
            redis: 1.0,
            postgres: 2.0,
            provider: 0.5,
            generator: 5.5,
            machine: 115.0,
        };
        let cores = after.cores(&before, 10.0);
        let close = |value: f64, to: f64| (value - to).abs() < 1e-9;
        assert!(close(cores.server, 0.2) && close(cores.generator, 0.05), "{cores:?}");
        assert!(close(cores.operated(), 0.9), "server, workers, Redis and PostgreSQL");
        assert!(close(cores.others(), 0.5), "1.5 of the machine less 0.9, 0.05 and 0.05");
        // The kernel's counters need not agree to the last tick.
        assert!(close(Cpu { server: 1.0, machine: 0.9, ..Cpu::default() }.others(), 0.0));
    }
}
