//! What is measured, and where.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Set once, at the start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Kuma's binary.
    pub binary: PathBuf,
    /// The starter models.
    pub models: Option<PathBuf>,
    /// The project's root.
    pub root: PathBuf,
    /// Small counts, to see that everything works. Its figures mean nothing and are not kept.
    pub quick: bool,
    /// These numbers of concurrent streams instead of the usual ones.
    pub streams: Vec<usize>,
}

impl Options {
    /// From the environment: `KUMA_BIN`, `KUMA_MODELS_DIR`.
    pub fn read(quick: bool, streams: Vec<usize>) -> anyhow::Result<Self> {
        // Asked when it runs, as the build directory may be shared by several clones; without cargo, the clone is here.
        let home = std::env::var_os("CARGO_MANIFEST_DIR").map(|home| PathBuf::from(home).join(".."));
        let root = home.unwrap_or_else(|| PathBuf::from(".")).canonicalize()?;
        let named = std::env::var_os("KUMA_BIN").map(PathBuf::from);
        let binary = named.unwrap_or_else(|| root.join("target/release/kuma"));
        if !binary.is_file() {
            bail!("there is no {}: run make bench, or set KUMA_BIN to a kuma binary", binary.display());
        }
        let models = std::env::var_os("KUMA_MODELS_DIR").map(PathBuf::from);
        let binary = binary.canonicalize().context("the path of KUMA_BIN")?;
        Ok(Self { binary, models, root, quick, streams })
    }

    /// `full`, or `quick` when only the working is tried.
    pub const fn count(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// Whether the figures are worth keeping.
    pub const fn keeps(&self) -> bool {
        !self.quick && self.streams.is_empty()
    }

    /// Puts the starter models into a data directory, as `make run` does.
    pub fn link_models(&self, data: &Path) -> anyhow::Result<()> {
        let link = data.join("models");
        match &self.models {
            Some(models) if !link.exists() => Ok(std::os::unix::fs::symlink(models.canonicalize()?, link)?),
            _ => Ok(()),
        }
    }
}
