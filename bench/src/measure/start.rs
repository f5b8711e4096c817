//! From the start of the process to ready.

use std::path::Path;

use crate::figures::{Figure, Findings, Target};
use crate::options::Options;
use crate::process::{self, Setup};
use crate::stats::Sorted;

pub(super) const METHOD: &str = "`kuma serve` is started again and again with nothing in its environment but loopback, a
    free port and a data directory with the starter models; the clock runs from before the process is made until
    `GET /api/ready` has answered 200 over a new connection. First in an empty data directory (secrets are made, the
    database is created and migrated), then in one that exists.";

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let rounds = options.count(15, 3);
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let data = tempfile::tempdir()?;
        fresh.push(once(options, data.path()).await?);
        again.push(once(options, data.path()).await?);
    }
    let (fresh, again) = (Sorted::of(fresh), Sorted::of(again));
    let target = Target::AtMost(100.0);
    Ok(Findings {
        figures: vec![
            Figure::new("Start to ready, median", again.median(), "ms").target(target),
            Figure::new("Start to ready, slowest", again.max(), "ms"),
            Figure::new("First start in an empty directory to ready, median", fresh.median(), "ms")
                .target(target),
            Figure::new("First start in an empty directory to ready, slowest", fresh.max(), "ms"),
        ],
        notes: vec![format!("{rounds} starts of each kind.")],
        table: None,
    })
}

async fn once(options: &Options, data: &Path) -> anyhow::Result<f64> {
    options.link_models(data)?;
    let (kuma, took) =
        process::serve(Setup { binary: &options.binary, data, fake: None, services: None }).await?;
    kuma.stop().await?;
    Ok(took.as_secs_f64() * 1e3)
}
