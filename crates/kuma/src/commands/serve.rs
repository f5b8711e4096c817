//! `kuma serve`: everything in one process.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use kuma_app::chats::{self, Runner};
use kuma_app::{admin, documents, files, models};
use kuma_server::limits::Limits;
use kuma_server::{Pace, ServerConfig, ServerState};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::process;
use crate::assets::WebApp;
use crate::footprint;
use crate::settings::Settings;
use crate::telemetry::{record_metrics, say};
use crate::wire;

/// How long answers that have ended may take to reach their readers.
const LAST_BYTES: Duration = Duration::from_secs(3);

pub async fn run(settings: Settings) -> anyhow::Result<()> {
    // A wait for a database that is away can be broken off at once; what begins after it ends in good order.
    let app = wire::app(&settings, wire::Role::Serve).await?;
    let signal = process::StopSignal::listen()?;
    let metrics = record_metrics()?;
    let stop = CancellationToken::new();
    models::start(&app, stop.clone()).await?;
    tokio::spawn(admin::keep_figures(app.clone(), stop.clone()));
    let reading = tokio::spawn(documents::work(app.clone(), stop.clone()));
    tokio::spawn(files::keep_erased(app.clone(), stop.clone()));
    // With the queue, workers drive; what they did not hear of is announced from here too.
    let runner = if settings.redis_url.is_none() {
        Some(Runner::start(app.clone()).await?)
    } else {
        tokio::spawn(chats::sweep(app.clone(), stop.clone()));
        None
    };

    let address = SocketAddr::new(settings.host, settings.port);
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; set PORT or HOST, or stop what uses it")
    })?;
    let address = listener.local_addr()?;
    let limits = Arc::new(Limits::new(settings.rates));
    let public = settings.public_url.as_deref().unwrap_or(&settings.frontend_url);
    let state = ServerState {
        app,
        limits: limits.clone(),
        config: Arc::new(ServerConfig {
            version: env!("CARGO_PKG_VERSION"),
            cors_origins: vec![settings.frontend_url.clone()],
            trusted_proxies: settings.trusted_proxies.clone(),
            metrics_token: settings.metrics_token.clone(),
            https: public.starts_with("https://"),
            pace: Pace::default(),
        }),
        assets: Arc::new(WebApp),
        metrics: Some(metrics.clone()),
    };
    tokio::spawn(process::tidy(metrics, stop.clone(), move || limits.shrink()));

    // Tokens are small and each is wanted now.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY");
        }
    });
    let router = kuma_server::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let closing = stop.clone();
    let serving =
        axum::serve(listener, router).with_graceful_shutdown(async move { closing.cancelled().await });
    let mut serving = tokio::spawn(serving.into_future());
    say(&format!("Kuma {} is listening on http://{address}", env!("CARGO_PKG_VERSION")));
    tokio::spawn(footprint::settle(stop.clone()));

    tokio::select! {
        ended = &mut serving => return ended?.context("the server ended"),
        signal = signal.wait() => tracing::info!(signal = signal?, "stopping"),
    }
    // Runs first: while they finish their readers stay connected and new readers may come.
    if let Some(runner) = runner {
        runner.shut_down(settings.grace).await?;
    }
    stop.cancel();
    if tokio::time::timeout(LAST_BYTES, serving).await.is_err() {
        tracing::info!("connections that were still open are closed");
    }
    // Documents that were being read go back into the line.
    if tokio::time::timeout(LAST_BYTES, reading).await.is_err() {
        tracing::info!("documents that were being read are taken up when their lease is over");
    }
    tracing::info!("stopped");
    Ok(())
}
