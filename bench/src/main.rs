//! Kuma's load generator and measurements: `make bench`.
//!
//! Every measurement starts its own `kuma serve` (the release binary, `KUMA_BIN`) on loopback with a
//! data directory of its own, and a fake model provider in a process of its own. Nothing else of the
//! machine is touched. What was found is told on standard output, kept in `bench/results/latest.json`
//! (the last of each kind), and written to `docs/BENCHMARKS.md` after a whole run or with `report`.

mod bed;
mod figures;
mod http;
mod linux;
mod measure;
mod options;
mod process;
mod report;
mod say;
mod services;
mod sse;
mod stats;
mod stream;

use std::io::{Read as _, Write as _};

use clap::{Parser, Subcommand, ValueEnum as _};
use kuma_testkit::Server;

use measure::What;
use options::Options;
use say::say;

/// Measures Kuma.
#[derive(Parser)]
#[command(name = "kuma-bench")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Small counts, to see that everything works; the figures mean nothing and are not kept
    #[arg(long, global = true)]
    quick: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Measure everything and write docs/BENCHMARKS.md
    All,
    /// Measure some things and keep the figures for the next report
    Only {
        /// What to measure
        #[arg(value_enum, required = true)]
        what: Vec<What>,
        /// With `streams` and `workers`: these numbers of streams instead of the usual ramp; not kept
        #[arg(long, value_delimiter = ',')]
        streams: Vec<usize>,
    },
    /// Write docs/BENCHMARKS.md from the figures that were kept
    Report,
    /// Be the fake provider until standard input ends
    #[command(hide = true)]
    Fake,
}

fn main() -> anyhow::Result<()> {
    let Cli { command, quick } = Cli::parse();
    // One thread: what the generator uses, the server does not get.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command.unwrap_or(Command::All) {
            Command::Fake => fake().await,
            Command::Report => report::write_page(&Options::read(quick, Vec::new())?),
            Command::Only { what, streams } => measure(&what, &Options::read(quick, streams)?).await,
            Command::All => {
                let options = Options::read(quick, Vec::new())?;
                measure(What::value_variants(), &options).await?;
                if options.keeps() { report::write_page(&options) } else { Ok(()) }
            }
        }
    })
}

async fn measure(what: &[What], options: &Options) -> anyhow::Result<()> {
    for what in what {
        say::progress(&format!("{} …", what.title()));
        let measurement = what.measure(options).await?;
        report::tell(&measurement);
        if options.keeps() {
            report::keep(options, *what, measurement)?;
        }
    }
    if !options.keeps() {
        say("\nnothing was kept");
    }
    Ok(())
}

/// The fake provider, on this process's one thread.
async fn fake() -> anyhow::Result<()> {
    let options = kuma_testkit::Options { vendor: None, port: 0, keep_requests: 0, check: false };
    let server = Server::start(options).await?;
    writeln!(std::io::stdout(), "listening on http://{}", server.address())?;
    // The generator holds the other end: when it is gone, however it went, so is this.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
