//! The child process without the rest of Kuma: what `kuma parse` does, for the tests and measurements of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    kuma_documents::child::run(&std::env::args().nth(1).unwrap_or_default())
}
