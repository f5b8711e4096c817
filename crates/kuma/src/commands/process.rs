//! What long-running commands share.

use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

/// How often figures and limits are tidied.
const TIDY: Duration = Duration::from_secs(30);

/// Hears from now on when somebody wants the process to end: before this is called, a signal ends it at once.
pub struct StopSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignal {
    /// Begins to listen.
    pub fn listen() -> anyhow::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
            let heard = signal(terminate).and_then(|terminate| Ok((terminate, signal(interrupt)?)));
            let (terminate, interrupt) = heard.context("signals cannot be heard")?;
            Ok(Self { terminate, interrupt })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for it; how they said so.
    pub async fn wait(mut self) -> anyhow::Result<&'static str> {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => Ok("SIGTERM"),
            _ = self.interrupt.recv() => Ok("SIGINT"),
        }
        #[cfg(not(unix))]
        {
            tokio::signal::ctrl_c().await?;
            Ok("Ctrl-C")
        }
    }
}

/// Tidies figures, and whatever else the command has to tidy, until `stop`.
pub async fn tidy(metrics: PrometheusHandle, stop: CancellationToken, also: impl Fn() + Send) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TIDY) => {}
        }
        metrics.run_upkeep();
        also();
    }
}
