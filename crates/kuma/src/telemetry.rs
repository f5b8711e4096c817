//! What the process says: logs on standard error, results on standard output, metrics, traces.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::traces::Traces;

/// Text on a terminal, JSON lines elsewhere; the same spans and lines go to `traces`.
pub fn start(filter: &str, traces: Option<&Traces>) -> anyhow::Result<()> {
    // The libraries below say a lot at info that means nothing to an operator; one of them logs what
    // providers answer, which may quote what a person wrote. Our own crates tell those errors.
    let quiet = "genai=off,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hyper=warn,reqwest=warn,rten=warn,\
                 llama-cpp-2=warn";
    let filter = EnvFilter::try_new(format!("{quiet},{filter}"))
        .with_context(|| format!("KUMA_LOG is {filter:?}; allowed is a level (error, warn, info, debug, trace) or a filter such as info,kuma_app=debug"))?;
    let terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    let log = if terminal { log.compact().boxed() } else { log.json().flatten_event(true).boxed() };
    tracing_subscriber::registry().with(filter).with(log).with(traces.map(Traces::layer)).init();
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(place = ?panic.location().map(ToString::to_string), "panic");
        default(panic);
    }));
    Ok(())
}

/// Records the metrics that the crates tell; gives what renders them.
pub fn record_metrics() -> anyhow::Result<PrometheusHandle> {
    const HTTP: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];
    const RUN: [f64; 9] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];
    const APPEND: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 5.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("kuma_http_request_seconds".into()), &HTTP)?
        .set_buckets_for_metric(Matcher::Full("kuma_run_seconds".into()), &RUN)?
        .set_buckets_for_metric(Matcher::Full("kuma_journal_append_seconds".into()), &APPEND)?
        .install_recorder()
        .context("metrics cannot be recorded")
}

/// A line of a command's result.
pub fn say(line: &str) {
    // Standard output that is gone means that nobody wants to hear it.
    writeln!(std::io::stdout(), "{line}").ok();
}

/// The one line with which a command fails.
pub fn complain(line: &str) {
    writeln!(std::io::stderr(), "{line}").ok();
}
