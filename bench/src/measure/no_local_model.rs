//! In place of the measurement of the in-process model, in builds without it.

use crate::figures::Findings;
use crate::options::Options;

pub(super) const METHOD: &str = "Not measured.";

/// Says why not.
#[expect(clippy::unused_async, reason = "stands in for a measurement that waits")]
pub(super) async fn run(_: &Options) -> anyhow::Result<Findings> {
    anyhow::bail!(
        "this load generator was built without the in-process model: build it with its default features"
    )
}
