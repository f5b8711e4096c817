//! In place of the measurements of documents, in builds without in-process models.

use crate::figures::Findings;
use crate::options::Options;

pub(super) const QUALITY: &str = "Not measured.";
pub(super) const EMBEDDING: &str = QUALITY;
pub(super) const SPEED: &str = QUALITY;

/// Says why not.
#[expect(clippy::unused_async, reason = "stands in for a measurement that waits")]
pub(super) async fn quality(_: &Options) -> anyhow::Result<Findings> {
    anyhow::bail!(
        "this load generator was built without in-process models: build it with its default features"
    )
}

/// Says why not.
pub(super) async fn embedding(options: &Options) -> anyhow::Result<Findings> {
    quality(options).await
}

/// Says why not.
pub(super) async fn speed(options: &Options) -> anyhow::Result<Findings> {
    quality(options).await
}
