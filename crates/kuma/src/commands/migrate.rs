//! `kuma migrate`: brings the database up to date and says how.

use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let store = wire::open(settings).await?;
    let applied = store.migrate().await?;
    for name in &applied {
        say(&format!("applied {name}"));
    }
    if applied.is_empty() {
        say("the database is up to date");
    }
    Ok(())
}
