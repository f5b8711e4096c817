//! In place of the measurement of memories, in builds without an embedder.

use crate::figures::Findings;
use crate::options::Options;

pub(super) const METHOD: &str = "Not measured.";

/// Says why not.
#[expect(clippy::unused_async, reason = "stands in for one that waits")]
pub(super) async fn run(_: &Options) -> anyhow::Result<Findings> {
    anyhow::bail!(
        "this load generator was built without an embedder in its process: build it with its default features"
    )
}
