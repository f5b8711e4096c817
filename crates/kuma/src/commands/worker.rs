//! `kuma worker`: drives runs that servers accept, and nothing else.

use anyhow::Context as _;
use kuma_app::chats::Runner;
use kuma_app::models;
use tokio_util::sync::CancellationToken;

use super::process;
use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

pub async fn run(mut settings: Settings, concurrency: Option<usize>) -> anyhow::Result<()> {
    anyhow::ensure!(
        settings.redis_url.is_some(),
        "a worker takes runs from Redis: set USE_REDIS_QUEUE=true and REDIS_URL, as for the servers"
    );
    if let Some(concurrency) = concurrency {
        settings.runs.max_runs = concurrency;
    }
    let app = wire::app(&settings, wire::Role::Worker).await?;
    let stop = CancellationToken::new();
    models::start(&app, stop.clone()).await?;
    let runner = Runner::start(app).await?;
    say(&format!(
        "Kuma {} works on up to {} runs at once",
        env!("CARGO_PKG_VERSION"),
        settings.runs.max_runs
    ));
    let signal = process::stop_signal().await.context("signals cannot be heard")?;
    tracing::info!(signal, "stopping");
    runner.shut_down(settings.grace).await?;
    stop.cancel();
    tracing::info!("stopped");
    Ok(())
}
