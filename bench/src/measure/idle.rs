//! Memory of an idle server.

use std::time::Duration;

use crate::bed;
use crate::figures::{Figure, Findings, Target};
use crate::http::{Connection, Request};
use crate::linux::pss_mib;
use crate::options::Options;
use crate::process::{self, Setup};

pub(super) const METHOD: &str = "`kuma serve` in an empty data directory with the starter models beside it, none of them
    loaded. The proportional set size is read from `/proc/PID/smaps_rollup` five seconds after it is ready, and again
    five seconds after somebody has signed up and opened the web app and an empty chat list.";

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let data = tempfile::tempdir()?;
    options.link_models(data.path())?;
    let pause = Duration::from_secs(options.count(5, 1) as u64);
    let (kuma, _) =
        process::serve(Setup { binary: &options.binary, data: data.path(), fake: None, services: None })
            .await?;
    tokio::time::sleep(pause).await;
    let idle = pss_mib(kuma.pid)?;

    let mut connection = Connection::open(kuma.address).await?;
    let token = bed::sign_up(&mut connection, 0).await?;
    let get = |path| Request { method: "GET", path, token: Some(token.as_str()), body: None };
    connection.call(get("/")).await?;
    connection.json(get("/api/chat")).await?;
    connection.json(get("/api/models")).await?;
    tokio::time::sleep(pause).await;
    let used = pss_mib(kuma.pid)?;
    kuma.stop().await?;
    Ok(Findings {
        figures: vec![
            Figure::new("Idle memory (PSS), no model loaded", idle, "MB").target(Target::AtMost(25.0)),
            Figure::new("After a sign-up and the first pages (PSS)", used, "MB"),
        ],
        notes: vec!["MB are 1,048,576 bytes.".to_owned()],
        table: None,
    })
}
