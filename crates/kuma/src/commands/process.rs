//! What long-running commands share.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

/// How often figures and limits are tidied.
const TIDY: Duration = Duration::from_secs(30);

/// Waits until somebody wants the process to end; how they said so.
pub async fn stop_signal() -> anyhow::Result<&'static str> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok("SIGTERM"),
            result = tokio::signal::ctrl_c() => { result?; Ok("SIGINT") }
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await?;
        Ok("Ctrl-C")
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
