//! All fake providers as one process, for browser tests, load tests and scripts.
//!
//! Prints `listening on http://127.0.0.1:PORT`. The providers are under `/openai/v1`, `/anthropic/v1`, `/gemini/v1beta`
//! (and `/gemini/v1`) and `/ollama`; the control API is under `/_fake/`. What a message can ask for by keyword, and the
//! calls of the control API, are listed in the crate's README.

use clap::Parser;
use kuma_testkit::{Options, Server};
use std::io::{self, Write};
use std::process::ExitCode;

/// Fake model providers for tests.
#[derive(Parser)]
struct Arguments {
    /// Port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many of the last requests to keep for GET /_fake/requests.
    #[arg(long, default_value_t = 1000)]
    keep_requests: usize,
    /// Take requests without checking them against the vendors' rules (load tests).
    #[arg(long)]
    no_check: bool,
    /// Threads that serve. One is the cheapest and carries thousands of streams.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

#[expect(clippy::print_stderr, reason = "a command line tool says why it ends")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kuma-fake-upstream could not serve on port {}: {error}", arguments.port);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let runtime = if arguments.threads > 1 {
        tokio::runtime::Builder::new_multi_thread().worker_threads(arguments.threads).enable_all().build()?
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?
    };
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> io::Result<()> {
    let server = Server::start(Options {
        vendor: None,
        port: arguments.port,
        keep_requests: arguments.keep_requests,
        check: !arguments.no_check,
    })
    .await?;
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://{}", server.address())?;
    out.flush()?;
    drop(out);
    tokio::signal::ctrl_c().await
}
