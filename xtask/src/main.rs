//! Chores of this repository that are easier in Rust than in a shell: `cargo xtask <command>`. Nothing depends on it.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

mod dev;
mod layers;
mod metadata;
mod report;
mod size;

const USAGE: &str = "\
usage: cargo xtask <command>

  check-layers   the dependencies between the crates are those of docs/ARCHITECTURE.md
  check-size     no source file has grown past 800 lines; lists those past 500
  dev            builds and runs `kuma serve`, again on every change of a Rust source";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complaint(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    if let Some(extra) = arguments.next() {
        bail!("nothing is known about the argument {extra:?}\n\n{USAGE}");
    }
    // Asked when it runs: a build directory may be shared by several clones, of which another one compiled this.
    let home =
        std::env::var_os("CARGO_MANIFEST_DIR").context("xtask is for cargo to run: cargo xtask COMMAND")?;
    let root = std::path::Path::new(&home).parent().context("xtask has no parent directory")?;
    match command.as_deref() {
        Some("check-layers") => layers::check(&metadata::read(root)?),
        Some("check-size") => size::check(root),
        Some("dev") => dev::run(root),
        Some(other) => bail!("there is no command {other:?}\n\n{USAGE}"),
        None => bail!("which command?\n\n{USAGE}"),
    }
}
