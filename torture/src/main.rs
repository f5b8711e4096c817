//! The fault suite: people chat with two servers and two workers on PostgreSQL and Redis, while by a
//! seeded plan processes are killed, stopped and restarted and clients cut off. Some messages have an
//! MCP server's tools called, and their writers are asked first. Afterwards it is counted that nothing
//! was lost and nothing written twice: see [`check`].
//!
//! `make test` runs a few plans, `make torture N=200` as many as one likes. A plan that fails prints its
//! seed; `kuma-torture --seed SEED --plans 1` plays the same plan again.

mod check;
mod client;
mod cluster;
mod plan;
mod services;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use kuma_testkit::FakeMcp;

/// Kills servers, workers, Redis and PostgreSQL while people chat, and counts what was lost.
#[derive(Parser)]
struct Options {
    /// How many plans
    #[arg(long, default_value_t = 5)]
    plans: u64,
    /// The first plan's seed; the others count on from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The binary
    #[arg(long, env = "KUMA_BIN")]
    kuma: PathBuf,
    /// The directory of the scripts that start PostgreSQL
    #[arg(long, default_value = "scripts")]
    scripts: PathBuf,
}

/// A line for whoever watches.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}

#[tokio::main]
async fn main() -> ExitCode {
    kuma_net::install_crypto_provider();
    match run(&Options::parse()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("the fault suite could not run: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Gives how many plans failed.
async fn run(options: &Options) -> anyhow::Result<u64> {
    let kuma = options.kuma.canonicalize().context("the binary (KUMA_BIN)")?;
    let scripts = options.scripts.canonicalize().context("the scripts")?;
    let postgres = services::Postgres::start(&scripts).await?;
    // Whoever stops it leaves nothing running: what was started ends with what holds it.
    let outcome = tokio::select! {
        outcome = plans(options, &kuma, &postgres) => outcome,
        stopped = stopped() => Err(stopped.err().unwrap_or_else(|| anyhow::anyhow!("it was stopped"))),
    };
    postgres.stop().await?;
    outcome
}

/// Ends when somebody wants this process to end.
async fn stopped() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}

async fn plans(
    options: &Options,
    kuma: &std::path::Path,
    postgres: &services::Postgres,
) -> anyhow::Result<u64> {
    let notes = Arc::new(FakeMcp::start().await);
    let mut cluster = cluster::Cluster::start(kuma, postgres, notes.clone(), Vec::new()).await?;
    let (mut passed, mut failed) = (0, 0);
    for seed in options.seed..options.seed + options.plans {
        let begun = Instant::now();
        let plan = plan::Plan::of(seed);
        let story = plan.story();
        let outcome = plan::play(&mut cluster, &plan).await;
        let took = begun.elapsed().as_secs_f64();
        match outcome {
            Ok(counted) => {
                passed += 1;
                say(&format!("ok      {took:5.1} s  seed {seed}: {counted}; {story}"));
            }
            Err(error) => {
                failed += 1;
                say(&format!(
                    "FAILED  {took:5.1} s  seed {seed}: {error:#}\n        {story}\n{}",
                    cluster.last_words()
                ));
                // What it left behind must not fail the next one.
                cluster.stop().await;
                let people = std::mem::take(&mut cluster.people);
                cluster = cluster::Cluster::start(kuma, postgres, notes.clone(), people).await?;
            }
        }
    }
    let strange = cluster.strange_words();
    cluster.stop().await;
    if !strange.is_empty() {
        failed += 1;
        say(&format!("FAILED  the logs hold what must not happen:\n{strange}"));
    }
    say(&format!("{passed} passed, {failed} failed, 0 skipped"));
    Ok(failed)
}
