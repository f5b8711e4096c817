//! The worker that reads pages, as a program of its own: for tests and for whoever does not want the server's binary
//! to start itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    kuma_tools::page::worker::main(std::env::args().skip(1))
}
