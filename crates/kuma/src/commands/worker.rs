//! `kuma worker`: drives runs that servers accept, and nothing else.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kuma_app::chats::Runner;
use kuma_app::{App, admin, documents, files, models};
use kuma_server::WorkerState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::process;
use crate::footprint;
use crate::settings::Settings;
use crate::telemetry::{record_metrics, say};
use crate::wire;

/// How long what is under way may take to be handed back.
const LAST_MOMENTS: Duration = Duration::from_secs(3);

pub async fn run(
    mut settings: Settings,
    concurrency: Option<usize>,
    metrics_address: Option<SocketAddr>,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        settings.redis_url.is_some(),
        "a worker takes runs from Redis: set USE_REDIS_QUEUE=true and REDIS_URL, as for the servers"
    );
    if let Some(concurrency) = concurrency {
        settings.runs.max_runs = concurrency;
    }
    // A wait for a database that is away can be broken off at once; what begins after it ends in good order.
    let app = wire::app(&settings, wire::Role::Worker).await?;
    let signal = process::StopSignal::listen()?;
    let stop = CancellationToken::new();
    if let Some(address) = metrics_address {
        let address = serve_figures(&settings, &app, address, &stop).await?;
        say(&format!("Figures are at http://{address}/metrics"));
    }
    models::start(&app, stop.clone()).await?;
    tokio::spawn(files::keep_erased(app.clone(), stop.clone()));
    let reading = tokio::spawn(documents::work(app.clone(), stop.clone()));
    let runner = Runner::start(app).await?;
    say(&format!(
        "Kuma {} works on up to {} runs at once",
        env!("CARGO_PKG_VERSION"),
        settings.runs.max_runs
    ));
    tokio::spawn(footprint::settle(stop.clone()));
    let signal = signal.wait().await?;
    tracing::info!(signal, "stopping");
    runner.shut_down(settings.grace).await?;
    stop.cancel();
    // Documents that were being read go back into the line.
    if tokio::time::timeout(LAST_MOMENTS, reading).await.is_err() {
        tracing::info!("documents that were being read are taken up when their lease is over");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Records figures and serves them until `stop`; gives where.
async fn serve_figures(
    settings: &Settings,
    app: &App,
    address: SocketAddr,
    stop: &CancellationToken,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; give another --metrics-addr, or stop what uses it")
    })?;
    let address = listener.local_addr()?;
    let metrics = record_metrics()?;
    tokio::spawn(admin::keep_figures(app.clone(), stop.clone()));
    tokio::spawn(process::tidy(metrics.clone(), stop.clone(), || {}));
    let router = kuma_server::worker_router(WorkerState {
        version: env!("CARGO_PKG_VERSION"),
        metrics_token: settings.metrics_token.as_deref().map(Arc::from),
        metrics,
    });
    let closing = stop.clone();
    let serving = axum::serve(listener, router).with_graceful_shutdown(closing.cancelled_owned());
    tokio::spawn(async move {
        if let Err(error) = serving.into_future().await {
            tracing::error!(%error, "the figures are no longer served");
        }
    });
    Ok(address)
}
