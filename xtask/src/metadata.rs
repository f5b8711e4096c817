//! The part of `cargo metadata` that the layer check reads.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The crates of this workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Workspace members only, because it is asked for with `--no-deps`.
    pub(crate) packages: Vec<Package>,
}

/// One crate as its manifest describes it.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// As in `[package] name`.
    pub(crate) name: String,
    /// Direct dependencies of every kind, optional and target-specific ones included.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a dependency table.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The crate's own name, also where the manifest renames it.
    pub(crate) name: String,
    /// Which table it stands in.
    #[serde(default)]
    pub(crate) kind: Kind,
}

/// Which table of the manifest a dependency stands in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `[dependencies]`
    #[default]
    Normal,
    /// `[dev-dependencies]`
    Dev,
    /// `[build-dependencies]`
    Build,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Cargo writes null for the normal kind.
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None | Some("normal") => Ok(Self::Normal),
            Some("dev") => Ok(Self::Dev),
            Some("build") => Ok(Self::Build),
            Some(other) => Err(serde::de::Error::custom(format!("unknown dependency kind {other:?}"))),
        }
    }
}

/// Asks cargo about the workspace at `root`.
pub(crate) fn read(root: &Path) -> Result<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .context("cargo metadata could not be started")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    serde_json::from_slice(&output.stdout).context("cargo metadata printed something unexpected")
}
